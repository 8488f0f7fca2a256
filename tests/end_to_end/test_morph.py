"""Timbres that move while notes are held: the shipped instrument, heard through the engine.

Every crossing is heard beside the two timbres held by themselves. The same keys read the same
frames at the same time, so that what differs is the crossing. It is looked at in the first 2 s of
the notes: later the engine turns each note down by itself where its wave gets too steep
(`synth.realtime.ceiling`), all harmonics alike.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from synth.config import EngineConfig
from synth.engine import Engine
from synth.events import AllSoundOff, NoteOn, SetParameter, SetTimbre
from synth.folders import default_instrument
from synth.parameters import find_parameter
from training.metrics.sound import bands_db, spectral_distance_db

RATE = 16_000
BLOCK = 160
N_FFT, HOP_LENGTH = 2048, 256
PITCH, HZ = 60, 261.6256
MOVED_S, MORPH_S = 0.4, 0.4  # when the timbre is set, and how long notes cross
N_NOTES = 6
CHORD = (48, 55, 62, 65, 69, 74)
PAIRS = (
    ("Violin", "Trumpet"),
    ("Trumpet", "Clarinet"),
    ("Clarinet", "Church Organ"),
    ("Reed Organ", "Square Lead"),
    ("Church Organ", "Violin"),
)
SWEEP_HZ, SWEEP_S = 60.0, 2.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def open_engine(is_offline: bool) -> Engine:
    config = EngineConfig(is_offline=is_offline, sample_rate=RATE)
    engine = Engine(default_instrument(), config)
    engine.prepare(RATE, BLOCK)
    value = find_parameter("timbre/morph_ms").to_normalised(1000 * MORPH_S)
    engine.post(SetParameter(name="timbre/morph_ms", value=value))
    return engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine(is_offline=True) as engine:
        yield engine


def timbre(engine: Engine, name: str) -> SetTimbre:
    return SetTimbre(latent=tuple(map(float, engine.instrument.timbres[name].latent)))


def rendered(engine: Engine, seconds: float) -> np.ndarray:
    """Play on, [n_samples], mono."""
    out = np.empty((round(seconds * RATE / BLOCK) * BLOCK, 2), np.float32)
    for first in range(0, len(out), BLOCK):
        engine.process(out[first : first + BLOCK])
    return out.mean(axis=1)


def held(engine: Engine, first: str, then: str) -> np.ndarray:
    """Hold a key for 2 s and move the timbre on the way, [n_samples]."""
    engine.post(timbre(engine, first))
    engine.post(NoteOn(pitch=PITCH, velocity=100 / 127))
    before = rendered(engine, MOVED_S)
    engine.post(timbre(engine, then))
    after = rendered(engine, 2.0 - MOVED_S)
    engine.post(AllSoundOff())
    rendered(engine, 0.2)
    return np.concatenate([before, after])


def spectra(audio: np.ndarray) -> np.ndarray:
    """Amplitudes, [n_windows, n_bins]."""
    windows = np.lib.stride_tricks.sliding_window_view(audio, N_FFT)[::HOP_LENGTH]
    return np.abs(np.fft.rfft(windows * np.hanning(N_FFT), axis=1)) * 4 / N_FFT


def harmonics_db(spectrum: np.ndarray) -> np.ndarray:
    """Mean level of each harmonic of the pitch, [n_harmonics], dB."""
    width = HZ * N_FFT / RATE
    edges = [round(width * (n + 0.5)) for n in range(int(RATE / 2 / HZ))]
    power = np.add.reduceat((spectrum**2).mean(axis=0), edges)[:-1]
    return np.asarray(10 * np.log10(power + 1e-12))


@dataclass
class Crossing:
    """Spectra, [n_windows, n_bins], of a crossing and of both timbres by themselves."""

    first: np.ndarray
    then: np.ndarray
    crossed: np.ndarray

    @property
    def time_s(self) -> np.ndarray:
        """The middle of each window."""
        return (np.arange(len(self.crossed)) * HOP_LENGTH + N_FFT / 2) / RATE

    def from_line_db(self, begun_s: float) -> np.ndarray:
        """Compare the level with the straight line between the timbres' own, of amplitudes."""
        share = np.clip((self.time_s - begun_s) / MORPH_S, 0.0, 1.0)
        first, then, crossed = (
            np.linalg.norm(x, axis=1) for x in (self.first, self.then, self.crossed)
        )
        return np.asarray(20 * np.log10(crossed / ((1 - share) * first + share * then)))


@pytest.fixture(scope="module", params=PAIRS, ids=" to ".join)
def crossing(engine: Engine, request: pytest.FixtureRequest) -> Crossing:
    a, b = request.param
    return Crossing(*(spectra(held(engine, *way)) for way in ((a, a), (b, b), (a, b))))


def test_the_level_goes_straight_from_timbre_to_timbre(crossing: Crossing) -> None:
    # A crossing begins with a hop that is still to be decoded: 32 to 96 ms after it was asked for.
    begins_s = MOVED_S + np.arange(0.0, 0.128, 0.008)
    errors = [crossing.from_line_db(begun_s)[2:] for begun_s in begins_s]
    best = min(errors, key=lambda error: float(np.abs(error).max()))
    print(f"level from the straight line: {best.min():.2f} to {best.max():.2f} dB")
    assert np.abs(best).max() <= 2.0


def test_all_harmonics_arrive_at_the_targets_own(crossing: Crossing) -> None:
    is_there = crossing.time_s > MOVED_S + MORPH_S + 0.25
    found, wanted = (harmonics_db(x[is_there]) for x in (crossing.crossed, crossing.then))
    is_heard = wanted > wanted.max() - 40.0
    error = (found - wanted)[is_heard]
    print(f"{is_heard.sum()} harmonics off by {error.min():.2f} to {error.max():.2f} dB")
    assert is_heard.sum() >= 3
    assert np.abs(error).max() <= 1.0


def test_spectra_change_no_faster_than_the_timbres_and_the_crossing(crossing: Crossing) -> None:
    is_crossing = (crossing.time_s > MOVED_S - 0.05) & (crossing.time_s < MOVED_S + MORPH_S + 0.2)
    changes = [
        np.linalg.norm(np.diff(x[is_crossing], axis=0), axis=1).max()
        for x in (crossing.first, crossing.then, crossing.crossed)
    ]
    distance = np.linalg.norm(crossing.then - crossing.first, axis=1)[is_crossing].max()
    slope = distance * HOP_LENGTH / RATE / MORPH_S
    share = changes[2] / (max(changes[:2]) + slope)
    print(f"largest change of spectrum: {share:.2f} of what is allowed")
    assert share <= 1.0


def test_a_sweep_at_60_hz_over_six_notes_leaves_no_queue_and_the_last_target_wins() -> None:
    with open_engine(is_offline=False) as engine:
        engine.post(timbre(engine, "Church Organ"))
        for pitch in CHORD:
            engine.post(NoteOn(pitch=pitch, velocity=100 / 127))
        n_tiles_of_chord = N_NOTES * len(engine.instrument.tiles)
        wait_until(engine, lambda: engine.stats().worker.n_tiles == n_tiles_of_chord)
        start, end = (engine.instrument.timbres[n].latent for n in ("Church Organ", "Violin"))
        n_moves = round(SWEEP_HZ * SWEEP_S)
        n_held = 0
        began_s = time.monotonic()
        for move in range(1, n_moves + 1):
            share = move / n_moves
            latent = (1 - share) * start + share * end
            engine.post(SetTimbre(latent=tuple(map(float, latent))))
            rendered(engine, 1 / SWEEP_HZ)
            n_held = max(n_held, engine.stats().cache.n_held)
            time.sleep(max(0.0, began_s + move / SWEEP_HZ - time.monotonic()))
        n_tiles = engine.stats().worker.n_tiles
        settled_s = wait_until(engine, lambda: engine.stats().cache.n_held == N_NOTES)
        n_tiles_after = engine.stats().worker.n_tiles - n_tiles
        rendered(engine, 0.5)
        found = bands_db(rendered(engine, 1.0), RATE)
    print(f"slots held {n_held}; there after {settled_s:.2f} s and {n_tiles_after} tiles")
    # Each note has what it plays and what it crosses to, never more.
    assert n_held <= 2 * N_NOTES
    # At most the crossing under way and one to the last target.
    assert n_tiles_after <= 2 * n_tiles_of_chord
    near, far = (spectral_distance_db(found, chord_bands(n)) for n in ("Violin", "Church Organ"))
    print(f"from the last target {near:.1f} dB, from the first timbre {far:.1f} dB")
    assert near < 2.0
    assert near < 0.5 * far


def chord_bands(name: str) -> np.ndarray:
    with open_engine(is_offline=True) as engine:
        engine.post(timbre(engine, name))
        for pitch in CHORD:
            engine.post(NoteOn(pitch=pitch, velocity=100 / 127))
        rendered(engine, 2.0)
        return bands_db(rendered(engine, 1.0), RATE)


def wait_until(engine: Engine, condition: Callable[[], bool], seconds: float = 120.0) -> float:
    """Play on until something is so and stays so; return how long it took, seconds."""
    began_s = time.monotonic()
    n_times = 0
    while n_times < 8:  # between two crossings there is a moment that looks like the end
        assert time.monotonic() - began_s < seconds, "it never came"
        rendered(engine, 0.05)
        time.sleep(0.05)
        n_times = n_times + 1 if condition() else 0
    return time.monotonic() - began_s
