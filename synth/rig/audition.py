"""Hear a new instrument before anyone else does: one note, in an engine that nobody listens to."""

import time

import numpy as np

from synth.engine import Engine
from synth.errors import InstrumentError
from synth.events import AllSoundOff, NoteOn

BLOCK_SIZE = 512  # samples
AUDIBLE = 1e-4  # of full scale, -80 dB
HEARD_S = 2.0  # of sound, in which even a slow attack has begun
_PATIENCE_S = 30.0  # for the first frames, on a machine that has other things to do
_PAUSE_S = 0.002


def audition(engine: Engine) -> None:
    """Play one note in the middle of the instrument's range, and leave the engine silent.

    Args:
        engine: inside its context, called back by nobody.

    Raises:
        InstrumentError: the note is silent, holds what is no number, or does not come.
    """
    engine.prepare(engine.sample_rate, max(BLOCK_SIZE, engine.config.max_block_size))
    low, high = engine.instrument.pitch_range
    engine.post(NoteOn(pitch=(low + high) // 2, velocity=1.0))
    out = np.zeros((BLOCK_SIZE, 2), np.float32)
    heard_s, deadline = 0.0, time.monotonic() + _PATIENCE_S
    while heard_s < HEARD_S:
        engine.process(out)
        stats = engine.stats()
        if stats.worker.n_failed or stats.non_finite or not np.isfinite(out).all():
            reason = stats.worker.last_error or "it holds what is no number"
            raise _bad(engine, f"its test note cannot be played: {reason}")
        if np.abs(out).max() > AUDIBLE:
            _silence(engine, out)
            return
        if stats.worker.n_tiles:
            heard_s += BLOCK_SIZE / engine.sample_rate
        elif time.monotonic() > deadline:
            raise _bad(engine, f"its test note does not come in {_PATIENCE_S:g} s")
        else:
            time.sleep(_PAUSE_S)
    raise _bad(engine, "its test note is silent")


def _silence(engine: Engine, out: np.ndarray) -> None:
    """Let nothing of the test note be left when the player's first one sounds."""
    engine.post(AllSoundOff())
    deadline = time.monotonic() + _PATIENCE_S
    while engine.n_voices and time.monotonic() < deadline:
        engine.process(out)


def _bad(engine: Engine, reason: str) -> InstrumentError:
    folder = engine.instrument.folder
    return InstrumentError(
        f"instrument {folder}: {reason}; run `gansynth instrument verify {folder}`"
    )
