"""From a key to its sound: notes that nobody has made before, and notes that are there.

Everything runs as it does live: the workers, a callback every 64 samples, eight held notes whose
timbre moves sixty times a second, as under a finger on the pad; who posts has the priority of the
threads of MIDI and OSC. What is timed is heard alone in the right channel, all else plays on the
left; a note sounds when the block with its first sample is there. The timbre is fresh for every
note, and nothing is made in advance.
"""

import contextlib
import threading
import time
from collections.abc import Iterator

import numpy as np

from synth.bench.figures import percentiles, rounded
from synth.bench.pacer import Pacer
from synth.config import EngineConfig
from synth.engine import Engine
from synth.events import AllSoundOff, NoteOn, SetParameter, SetTimbre
from synth.notes.instrument import Instrument
from synth.notes.latents import random_timbre, slerp
from synth.notes.priority import PromptThread

BLOCK_SIZE = 64
HELD_PITCHES = (36, 43, 48, 52, 55, 60, 64, 67)
CHORD_PITCHES = (40, 45, 50, 53, 57, 62, 65, 69, 72, 76)
HELD_PART, STRUCK_PART = 0, 1
MOVES_PER_S = 60.0
SWEEP_S = 4.0  # from one timbre of the pad to the other
SILENCE_S = 0.015  # for what was struck to fade out
_WARM_UP_S = 1.0
_NEVER_MS = 2000.0  # what a note counts that was not heard


def measure_onsets(
    instrument: Instrument, config: EngineConfig, *, n_notes: int, n_chords: int, seed: int = 0
) -> tuple[dict[str, float], dict[str, float]]:
    """Measure cold notes, cold chords of ten, and warm notes.

    Args:
        instrument: what to play.
        config: of the engine; nothing is to be made in advance.
        n_notes: cold ones.
        n_chords: cold ones.
        seed: of the timbres.

    Returns:
        `cold_onset_ms` and `warm_onset_blocks`.
    """
    rng = np.random.default_rng(seed)
    with Engine(instrument, config) as engine, Pacer(engine, BLOCK_SIZE) as pacer:
        _place(engine)
        with _moving_timbre(engine, instrument), PromptThread():
            time.sleep(_WARM_UP_S)
            cold = [_time_cold(engine, pacer, rng, (0,)) for _ in range(n_notes)]
            chords = [_time_cold(engine, pacer, rng, CHORD_PITCHES) for _ in range(n_chords)]
        warm = [_time_warm(engine, pacer) for _ in range(max(4, n_notes // 20))]
    cold_figures = percentiles(cold, 50.0, 99.0)
    cold_figures |= {"max": rounded(max(cold)), "n": len(cold)}
    if chords:
        cold_figures["chord_of_10_p50"] = rounded(float(np.median(chords)))
    return cold_figures, {"max": max(warm)}


def _place(engine: Engine) -> None:
    """Hold eight notes on the left, and put what is struck on the right."""
    for part, place in ((HELD_PART, 0.0), (STRUCK_PART, 1.0)):
        engine.post(SetParameter(name="amp/pan", value=place, part=part))
    for pitch in HELD_PITCHES:
        engine.post(NoteOn(pitch=pitch, velocity=0.7, part=HELD_PART))


@contextlib.contextmanager
def _moving_timbre(engine: Engine, instrument: Instrument) -> Iterator[None]:
    """Sweep the held notes' timbre to and fro, sixty times a second."""
    first, last = (random_timbre(instrument.latents, seed, instrument.prior) for seed in (1, 2))
    ended = threading.Event()

    def move() -> None:
        prompt = PromptThread()
        started = time.monotonic()
        while not ended.wait(1.0 / MOVES_PER_S):
            prompt.keep()
            way = (time.monotonic() - started) / SWEEP_S
            latent = slerp(first, last, abs(1.0 - way % 2.0))
            engine.post(SetTimbre(latent=tuple(map(float, latent)), part=HELD_PART))

    mover = threading.Thread(target=move, name="mover", daemon=True)
    mover.start()
    try:
        yield
    finally:
        ended.set()
        mover.join()


def _time_cold(
    engine: Engine, pacer: Pacer, rng: np.random.Generator, pitches: tuple[int, ...]
) -> float:
    """Strike a fresh timbre; return the ms until all of it sounds."""
    instrument = engine.instrument
    timbre = random_timbre(instrument.latents, int(rng.integers(2**31)), instrument.prior)
    engine.post(SetTimbre(latent=tuple(map(float, timbre)), part=STRUCK_PART))
    time.sleep(float(rng.uniform(0.0, 0.01)))  # never in step with the blocks or the pad
    if len(pitches) == 1:
        return _strike(engine, pacer, int(rng.integers(*_range(instrument))))
    return _strike_chord(engine, pacer, pitches)


def _strike(engine: Engine, pacer: Pacer, pitch: int) -> float:
    velocity = 0.8
    first_block = pacer.n_blocks
    struck_ns = time.monotonic_ns()
    engine.post(NoteOn(pitch=pitch, velocity=velocity, part=STRUCK_PART))
    block = pacer.heard_block(first_block)
    taken_ms = _NEVER_MS if block is None else (pacer.end_ns(block) - struck_ns) / 1e6
    _silence(engine)
    return taken_ms


def _strike_chord(engine: Engine, pacer: Pacer, pitches: tuple[int, ...]) -> float:
    """Return the ms until the last note of a chord has begun."""
    struck_ns = time.monotonic_ns()
    for pitch in pitches:
        engine.post(NoteOn(pitch=pitch, velocity=0.8, part=STRUCK_PART))
    posted = pacer.n_blocks
    while pacer.n_blocks <= posted or engine.n_waiting:
        if time.monotonic_ns() - struck_ns > _NEVER_MS * 1e6:
            break
        time.sleep(0.001)
    taken_ms = (time.monotonic_ns() - struck_ns) / 1e6
    _silence(engine)
    return taken_ms


def _time_warm(engine: Engine, pacer: Pacer) -> float:
    """Strike a note that is there; return the blocks that passed before the one it sounds in."""
    _strike(engine, pacer, CHORD_PITCHES[0])
    engine.post(NoteOn(pitch=CHORD_PITCHES[0], velocity=0.8, part=STRUCK_PART))
    posted = pacer.n_blocks  # the block of this number may have begun, the next one cannot
    heard = pacer.heard_block(posted)
    _silence(engine)
    return float("inf") if heard is None else float(heard - posted)


def _silence(engine: Engine) -> None:
    engine.post(AllSoundOff(part=STRUCK_PART))
    time.sleep(SILENCE_S)


def _range(instrument: Instrument) -> tuple[int, int]:
    low, high = instrument.pitch_range
    return low, high + 1
