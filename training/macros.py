"""Find directions of the latent space that each turn one thing about the sound.

Descriptors of notes with random timbres are regressed on their latents: linearly, where what moves
the loudness is taken out, and by a small network on which the directions, made orthogonal by the
smallest change that does it (Löwdin 1950, J. Chem. Phys. 18, 365), are improved (`surrogate`). A
third candidate is the coordinate that training gave this meaning (`steering`). Of these, and of
three lengths, the one that is monotone most often is kept, and what it does is measured on timbres
that none of this saw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.errors import ConfigError
from synth.notes.generators import OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.latents import Latent, mutate, normalise, random_timbre
from synth.parameters import N_MACROS
from synth.representation import to_magnitude_and_advance
from training.amend import amend_instrument
from training.descriptors import DESCRIPTORS, describe
from training.steering import WANTED, axis
from training.surrogate import find_directions, fit_surrogate

PITCHES = (45, 76)  # the middle of most instruments' ranges
VELOCITY = 100 / 127
STEPS = (-1.0, -0.5, 0.0, 0.5, 1.0)
LEAST_MONOTONE = 0.9
LARGEST_STEP_BACK = 0.1  # of the mean effect
_FIRST_TEST_SEED = 5_000_000
_FIRST_SCREEN_SEED = 4_000_000
_FIRST_PROBE_SEED = 100_000
_RIDGE = 0.05  # of the latents' variance

Array = NDArray[np.float64]
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroConfig:
    """On how many notes.

    Raises:
        ConfigError: too few.
    """

    n_regressed: int = 900  # notes of random timbres that directions are found on
    n_rounds: int = 5  # in which the directions are played, and found again
    n_probes: int = 60  # notes along each direction in a round
    n_tested: int = 40  # random timbres that every direction is measured on
    n_fit_steps: int = 2500
    n_iterations: int = 600
    angles: tuple[float, ...] = (0.6, 0.35, 0.9)  # radians, from a timbre to its macro at +-1
    n_screened: int = 12  # random timbres that candidates are compared on
    n_threads: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.n_regressed < 8 or self.n_tested < 1 or not self.angles or self.n_screened < 1:
            raise ConfigError("macros want at least 8 notes to learn from and 1 to be tested on")


def find_macros(
    folder: Path, config: MacroConfig, report: Report = lambda _line: None
) -> list[dict[str, Any]]:
    """Find an instrument's macros, measure them, and put them into its description.

    Raises:
        InstrumentError: the folder holds no instrument.
    """
    instrument = Instrument.load(folder)
    player = NotePlayer(instrument, config.n_threads)
    report(f"describing {config.n_regressed} notes")
    found = [dict(enumerate(units)) for units in search(player, config, report)]
    candidates = [*found, *steered_directions(instrument)]
    entries = []
    for number, descriptor in enumerate(DESCRIPTORS):
        units = [directions[number] for directions in candidates if number in directions]
        direction = best_candidate(player, units, number, config)
        entry = measured_entry(player, direction, number, config)
        report(
            f"{descriptor.name}: {entry['effect']:+.2f} {descriptor.unit},"
            f" monotone in {100 * entry['share_monotone']:.0f} %"
        )
        entries.append(entry)
    kept = choose(entries)
    amend_instrument(folder, "macros", kept, {})
    return kept


def steered_directions(instrument: Instrument) -> list[dict[int, Array]]:
    """Return the directions that training itself gave a meaning, by number of their descriptor."""
    steering = instrument.provenance.get("training_config", {}).get("steering", {})
    if not steering.get("weight"):
        return []
    names = [descriptor.name for descriptor in DESCRIPTORS]
    size = instrument.latent_size
    return [{names.index(name): axis(name, size).numpy().astype(np.float64) for name in WANTED}]


def search(player: NotePlayer, config: MacroConfig, report: Report) -> tuple[Array, Array]:
    """Find two directions for each descriptor, one by a straight line and one on a surrogate.

    Returns:
        [n_descriptors, latent_size] each, unit vectors; the second ones are nearly orthogonal to
        each other.
    """
    latents, values, pitches = player.sample(config.n_regressed)
    length = macro_length(player.instrument, config.angles[0])
    steps = np.array([descriptor.just_noticeable for descriptor in DESCRIPTORS])
    straight = straight_directions(latents, without_pitch(values, pitches))
    directions = orthogonal(straight)
    starts = latents
    for number in range(config.n_rounds):
        report(f"round {number + 1} of {config.n_rounds}: {len(latents)} notes")
        surrogate = fit_surrogate(latents, without_pitch(values, pitches), config.n_fit_steps)
        directions = find_directions(
            surrogate, starts, directions, steps, length=length, n_iterations=config.n_iterations
        )
        if number + 1 < config.n_rounds:
            seeds = range(_FIRST_PROBE_SEED * (number + 1), (number + 2) * _FIRST_PROBE_SEED)
            probes = player.probe(directions * length, seeds, config.n_probes)
            latents, values, pitches = (
                np.concatenate(pair)
                for pair in zip((latents, values, pitches), probes, strict=True)
            )
    return straight, directions


def best_candidate(
    player: NotePlayer, units: list[Array], number: int, config: MacroConfig
) -> Latent:
    """Return the direction, at its length, that is monotone most often on a few random timbres."""
    scored: list[tuple[float, float, int, Latent]] = []
    for unit in units:
        for angle in config.angles:
            direction = (macro_length(player.instrument, angle) * unit).astype(np.float32)
            found = measure(player, direction, number, config.n_screened, _FIRST_SCREEN_SEED)
            # Of equals, the one that is heard best beside what it does to the loudness.
            heard = found.change / DESCRIPTORS[number].just_noticeable / (1.0 + found.loudness_db)
            scored.append((found.share_monotone, heard, len(scored), direction))
    return max(scored, key=lambda entry: entry[:3])[3]


def macro_length(instrument: Instrument, angle: float) -> float:
    """Return how long a direction is that turns a latent by an angle (radians) at +1."""
    return float(np.tan(angle) * np.sqrt(instrument.latent_size))


def without_pitch(values: Array, pitches: Array) -> Array:
    """Take out what the pitch alone explains: a parabola in it."""
    of_pitch = np.vander(pitches / 127.0, 3)
    return np.asarray(values - of_pitch @ np.linalg.lstsq(of_pitch, values, rcond=None)[0])


class NotePlayer:
    """Generates whole notes of an instrument and describes them."""

    def __init__(self, instrument: Instrument, n_threads: int = 1) -> None:
        self.instrument = instrument
        self._generator = OnnxGenerator(instrument, n_threads=n_threads, warm_batches=())

    def describe(self, latent: Latent, pitch: int) -> Array:
        """Describe one note, [1 + n_descriptors]."""
        tiles = [
            self._generator.generate(
                tile, latent[np.newaxis], np.array([pitch]), np.array([VELOCITY])
            )[0]
            for tile in self._generator.tiles
        ]
        spec = self.instrument.spec
        magnitude, _ = to_magnitude_and_advance(np.concatenate(tiles, axis=1), spec)
        return describe(magnitude, pitch, spec)

    def timbre(self, seed: int) -> tuple[Latent, int]:
        """Draw a random timbre and a pitch."""
        low, high = self.instrument.pitch_range
        pitches = range(max(low, PITCHES[0]), min(high, PITCHES[1]) + 1) or range(low, high + 1)
        pitch = pitches[seed * 7919 % len(pitches)]
        return random_timbre(self.instrument.latents, seed, self.instrument.prior), pitch

    def sample(self, n_notes: int) -> tuple[Array, Array, Array]:
        """Describe named and random timbres.

        Returns:
            latents [n_notes, latent_size], values [n_notes, 1 + n_descriptors], pitches [n_notes].
        """
        named = list(self.instrument.latents.values())
        notes = []
        for seed in range(n_notes):
            latent, pitch = self.timbre(seed)
            # One in four is a named one, and one in four strays from where random ones lie.
            if seed % 4 == 0:
                latent = named[seed // 4 % len(named)]
            elif seed % 4 == 1:
                latent = mutate(latent, 0.3, seed)
            notes.append((latent, self.describe(latent, pitch), pitch))
        return _columns(notes)

    def probe(self, directions: Array, seeds: range, n_each: int) -> tuple[Array, Array, Array]:
        """Describe random timbres somewhere along each direction; as `sample`."""
        notes = []
        numbers = iter(seeds)
        rng = np.random.Generator(np.random.PCG64(seeds.start))
        for direction in directions.astype(np.float32):
            for _ in range(n_each):
                latent, pitch = self.timbre(next(numbers))
                latent = turn(latent, direction, float(rng.choice([-1.0, -0.6, 0.6, 1.0])))
                notes.append((latent, self.describe(latent, pitch), pitch))
        return _columns(notes)


def _columns(notes: list[tuple[Latent, Array, int]]) -> tuple[Array, Array, Array]:
    latents, values, pitches = zip(*notes, strict=True)
    return np.array(latents, np.float64), np.array(values), np.array(pitches, np.float64)


def straight_directions(latents: Array, values: Array) -> Array:
    """Regress values on latents, and take out what moves the loudness.

    Args:
        latents: [n_notes, latent_size].
        values: [n_notes, 1 + n_descriptors], the loudness first.

    Returns:
        [n_descriptors, latent_size], unit vectors, orthogonal to that of loudness.
    """
    x = latents - latents.mean(axis=0)
    y = (values - values.mean(axis=0)) / np.maximum(values.std(axis=0), 1e-12)
    ridge = _RIDGE * len(x) * np.trace(x.T @ x) / x.size * np.eye(x.shape[1])
    slopes = np.linalg.solve(x.T @ x + ridge, x.T @ y).T  # [1 + n_descriptors, latent_size]
    loudness = slopes[0] / max(float(np.linalg.norm(slopes[0])), 1e-12)
    rest = slopes[1:] - np.outer(slopes[1:] @ loudness, loudness)
    return np.asarray(rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-12))


def orthogonal(directions: Array) -> Array:
    """Make directions orthogonal to each other; in their plane, none is preferred."""
    left, _, right = np.linalg.svd(directions, full_matrices=False)
    return np.asarray(left @ right)


def turn(latent: Latent, direction: Latent, amount: float) -> Latent:
    """Add a macro to a timbre, as the player does."""
    return normalise(latent + amount * direction)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a direction does to random timbres."""

    change: float  # mean, from -1 to +1, in the descriptor's unit
    share_monotone: float  # of timbres that rise, without a step back that is worth the name
    share_strict: float  # of timbres in which every step rises, by however little
    loudness_db: float  # mean absolute change of the level from -1 to +1


def measure(
    player: NotePlayer,
    direction: Latent,
    number: int,
    n_timbres: int,
    first_seed: int = _FIRST_TEST_SEED,
) -> Effect:
    """Measure what a direction does to random timbres.

    A step back that is not heard, or a tenth of the mean effect at most, is taken for none.

    Args:
        player: of the instrument.
        direction: [latent_size], added at +1.
        number: of the descriptor.
        n_timbres: to try.
        first_seed: of these.
    """
    notes = []
    for seed in range(first_seed, first_seed + n_timbres):
        latent, pitch = player.timbre(seed)
        notes.append([player.describe(turn(latent, direction, step), pitch) for step in STEPS])
    values = np.array(notes)  # [n_timbres, n_steps, 1 + n_descriptors]
    series = values[:, :, 1 + number]
    change = series[:, -1] - series[:, 0]
    least = DESCRIPTORS[number].just_noticeable
    back = max(least, LARGEST_STEP_BACK * float(change.mean()))
    lowest_step = np.diff(series, axis=1).min(axis=1)
    return Effect(
        change=float(change.mean()),
        share_monotone=float(np.mean((change > least) & (lowest_step > -back))),
        share_strict=float(np.mean(lowest_step > 0.0)),
        loudness_db=float(np.mean(np.abs(values[:, -1, 0] - values[:, 0, 0]))),
    )


def choose(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the macros that do what they say, in their order; no more than the player has knobs."""
    good = [entry for entry in entries if entry["share_monotone"] >= LEAST_MONOTONE]
    return good[:N_MACROS]


def measured_entry(
    player: NotePlayer, direction: Latent, number: int, config: MacroConfig
) -> dict[str, Any]:
    """Return a macro as instrument.json has it."""
    descriptor = DESCRIPTORS[number]
    found = measure(player, direction, number, config.n_tested)
    return {
        "name": descriptor.name,
        "direction": [float(f"{value:.6g}") for value in direction],
        "range": [-1.0, 1.0],
        "effect": round(found.change, 3),
        "unit": descriptor.unit,
        "meaning": descriptor.meaning,
        "share_monotone": round(found.share_monotone, 3),
        "share_strict": round(found.share_strict, 3),
        "step_back_ignored": round(
            max(descriptor.just_noticeable, LARGEST_STEP_BACK * found.change), 3
        ),
        "loudness_change_db": round(found.loudness_db, 2),
        "timbres_tested": config.n_tested,
    }
