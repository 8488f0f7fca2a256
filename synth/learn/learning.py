"""Learn a timbre from the player's own recording: all that has a name, then a short search.

An encoder that never heard an instrument guesses its timbre badly, so its guess is one start among
others: every named timbre, and the ways between the nearest of them, are played on the instrument
itself. The search goes on from what comes closest to the recording. It is an evolution strategy
with one standard deviation (a (mu/mu, lambda)-ES: Hansen, Arnold, Auger 2015, "Evolution
Strategies", §2), with seeds of its own: the same recording gives the same timbre.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from synth.errors import ConfigError, InputFileError
from synth.learn.fundamental import find_fundamental
from synth.learn.recording import Recording, resample, trim
from synth.notes.encoder import (
    LAST_FRAME,
    Encoder,
    OnnxEncoder,
    n_known_frames,
    note_picture,
    picture_distance_db,
    recording_magnitude,
)
from synth.notes.generators import OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.latents import Latent, normalise, slerp
from synth.representation import to_magnitude_and_advance
from synth.units import hz_to_pitch, semitones_to_ratio

VELOCITY = 100 / 127  # a recording does not say how hard it was played
_TRACKED_HZ = 32_000.0  # the highest octave wants more than the instrument's rate
_SHORTEST_S = 0.05
_BLENDED = 4  # of the nearest starts, half-way to each other
_BATCH = 8  # timbres played at once
_GENERATIONS = 7
_CHILDREN = 8
_PARENTS = 3
_TOLD = 8  # names of near timbres
_FIRST_STEP = 0.35  # radians on the sphere
_SHRINKING = 0.75
_SEARCH_TILES = (
    2  # of them (1 s by default) judge a timbre in the search; the whole note at the end
)

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A recorded note as the search sees it."""

    picture: Array  # of `note_picture`
    pitch: int  # MIDI note number that it is compared at
    cents: float  # that the recording lay above it
    periodicity: float  # 0..1; 1 where the pitch was given
    n_known: int  # frames


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A timbre, and how close it comes."""

    latent: Latent
    error_db: float  # mean difference of audible levels, of the whole note
    guess_db: float  # of the encoder's guess alone
    nearest: tuple[str, ...]  # named timbres, the closest first
    nearest_db: float  # of the closest named timbre
    n_tried: int


def prepare_target(
    recording: Recording, instrument: Instrument, *, pitch: float | None = None, source: str
) -> Target:
    """Find a recording's pitch and draw its picture.

    Args:
        recording: of one note.
        instrument: that is to play it.
        pitch: MIDI note number; None: found.
        source: named in messages.

    Raises:
        InputFileError: it is silent, too short, or has no pitch that the instrument plays.
        ConfigError: the pitch given is out of the instrument's range.
    """
    recording = trim(recording, source)
    if recording.seconds < _SHORTEST_S:
        raise InputFileError(
            f"{source} sounds for {1000 * recording.seconds:.0f} ms; wanted one note of at least"
            f" {1000 * _SHORTEST_S:.0f} ms"
        )
    periodicity = 1.0
    low, high = instrument.pitch_range
    if pitch is None:
        tracked = recording
        if recording.sample_rate < _TRACKED_HZ:
            tracked = resample(_head(recording), _TRACKED_HZ)
        found = find_fundamental(tracked.audio, tracked.sample_rate)
        if found is None:
            raise InputFileError(
                f"{source} has no clear pitch; wanted one note alone, or say --pitch N (60 is C4)"
            )
        pitch, periodicity = hz_to_pitch(found.frequency_hz), found.periodicity
        if not low - 0.5 <= pitch < high + 0.5:
            raise InputFileError(
                f"{source} has the pitch {pitch:.1f}; the instrument plays {low} to {high}"
            )
    elif not low <= pitch <= high:
        raise ConfigError(f"--pitch is {pitch:g}, wanted {low} to {high}")
    nearest = min(max(round(pitch), low), high)
    # The instrument plays whole semitones: the recording is moved by what is left over.
    ratio = semitones_to_ratio(pitch - nearest)
    heard = resample(recording, instrument.spec.sample_rate * ratio)
    n_known = n_known_frames(len(heard.audio), instrument.spec)
    magnitude = recording_magnitude(heard.audio, instrument.spec)
    return Target(
        picture=note_picture(magnitude, nearest, n_known, instrument.spec),
        pitch=nearest,
        cents=100.0 * (pitch - nearest),
        periodicity=periodicity,
        n_known=n_known,
    )


def learn_timbre(
    target: Target,
    instrument: Instrument,
    *,
    velocity: float = VELOCITY,
    generator: OnnxGenerator | None = None,
    encoder: Encoder | None = None,
    progress: Callable[[float], None] = lambda _fraction: None,
) -> Learned:
    """Find the timbre that plays a recorded note best.

    Args:
        target: of `prepare_target`.
        instrument: to play it.
        velocity: 0..1, that the recording is compared at.
        generator: of the instrument, with all its tiles; None: opened.
        encoder: None: the instrument's, if it has one.
        progress: is told how far the search is.
    """
    judge = _Judge(target, instrument, velocity, generator)
    if encoder is None and instrument.encoder is not None:
        encoder = OnnxEncoder(instrument)
    named = instrument.latents
    names, starts = list(named), list(named.values())
    named_db = judge.quick_db(starts)
    nearest = [names[number] for number in np.argsort(named_db)]
    guess = encoder.guess(target.picture) if encoder is not None else named[nearest[0]]
    starts.append(guess)
    errors = [*named_db, *judge.quick_db([guess])]
    closest = [starts[number] for number in np.argsort(errors)[:_BLENDED]]
    blends = [slerp(a, b, 0.5) for a, b in combinations(closest, 2)]
    starts += blends
    errors += judge.quick_db(blends)
    progress(0.5)
    order = np.argsort(errors)
    found = _evolve(judge, starts[order[0]], errors[order[0]], progress)
    # The whole note has the last word, so that a decay or a slow swell is heard as well.
    finalists = [found, guess, *(starts[number] for number in order[:2])]
    whole_db = judge.whole_db(finalists)
    progress(1.0)
    return Learned(
        latent=finalists[int(np.argmin(whole_db))],
        error_db=min(whole_db),
        guess_db=whole_db[1],
        nearest=tuple(nearest[:_TOLD]),
        nearest_db=judge.whole_db([named[nearest[0]]])[0],
        n_tried=judge.n_tried,
    )


class _Judge:
    """Plays timbres at the target's pitch and tells how far they are from it."""

    def __init__(
        self,
        target: Target,
        instrument: Instrument,
        velocity: float,
        generator: OnnxGenerator | None,
    ) -> None:
        self.n_tried = 0
        self._target = target
        self._spec = instrument.spec
        self._generator = generator or OnnxGenerator(instrument, warm_batches=())
        self._velocity = np.array([velocity], np.float32)
        # Tiles that the held note reaches into.
        n_frames = min(target.n_known, LAST_FRAME)
        tiles = [n for n, tile in enumerate(instrument.tiles) if tile.first_frame < n_frames]
        self._tiles = tiles
        self._quick_tiles = tiles[:_SEARCH_TILES]

    def quick_db(self, latents: Sequence[Latent]) -> list[float]:
        """Compare the beginnings of notes."""
        return self._distances_db(latents, self._quick_tiles)

    def whole_db(self, latents: Sequence[Latent]) -> list[float]:
        """Compare all of the held notes."""
        return self._distances_db(latents, self._tiles)

    def _distances_db(self, latents: Sequence[Latent], tiles: list[int]) -> list[float]:
        self.n_tried += len(latents)
        distances = []
        for first in range(0, len(latents), _BATCH):
            batch = np.stack(latents[first : first + _BATCH])
            pitch = np.full(len(batch), self._target.pitch)
            velocity = np.repeat(self._velocity, len(batch))
            parts = [self._generator.generate(tile, batch, pitch, velocity) for tile in tiles]
            images = np.concatenate(parts, axis=2)
            distances += [self._distance_db(image) for image in images]
        return distances

    def _distance_db(self, image: Array) -> float:
        magnitude, _ = to_magnitude_and_advance(image, self._spec)
        n_known = min(self._target.n_known, len(magnitude))
        picture = note_picture(magnitude, self._target.pitch, n_known, self._spec)
        return picture_distance_db(picture, self._target.picture)


def _evolve(
    judge: _Judge, start: Latent, start_db: float, progress: Callable[[float], None]
) -> Latent:
    rng = np.random.Generator(np.random.PCG64(0))
    centre, best, best_db = start, start, start_db
    step = _FIRST_STEP
    for generation in range(_GENERATIONS):
        children = [_turn(centre, rng, step) for _ in range(_CHILDREN)]
        errors = judge.quick_db(children)
        order = np.argsort(errors)
        if errors[order[0]] < best_db:
            best, best_db = children[order[0]], errors[order[0]]
        # The best so far stays among the parents: eight children are few in so many dimensions.
        parents = [best, *(children[n] for n in order[: _PARENTS - 1])]
        centre = normalise(np.sum(parents, axis=0))
        step *= _SHRINKING
        progress(0.5 + 0.4 * (generation + 1) / _GENERATIONS)
    return best


def _turn(latent: Latent, rng: np.random.Generator, angle: float) -> Latent:
    """Turn a latent by an angle (radians) towards anywhere."""
    unit = latent / np.linalg.norm(latent)
    across = rng.standard_normal(len(latent))
    across -= (across @ unit) * unit
    across /= np.linalg.norm(across)
    return normalise(np.cos(angle) * unit + np.sin(angle) * across)


def _head(recording: Recording) -> Recording:
    n_samples = round(2.2 * recording.sample_rate)
    return Recording(audio=recording.audio[:n_samples], sample_rate=recording.sample_rate)
