"""Colour and level of one sounding note: its timbre expression, and how far its key is pressed.

A high shelf above twice the note's fundamental, from a one-pole low-pass: what lies below stays,
what lies above is turned up or down. It answers at once, where another timbre takes the generator
some milliseconds, so it is what a finger that leans on a key moves.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.realtime.kernel import realtime

NEUTRAL = 0.5  # timbre expression that changes nothing
TIMBRE_DB = 36.0  # of the shelf, from the darkest to the brightest
PRESSURE_SHELF_DB = 12.0  # of full pressure at full depth
PRESSURE_DB = 6.0
_LOWEST_HZ, _HIGHEST_HZ = 150.0, 5000.0
_SETTLED_DB = 1e-3


@realtime
def corner_factor(pitch: float, sample_rate: float) -> float:
    """Return the low-pass's factor: its corner lies an octave above the note.

    Args:
        pitch: MIDI note number.
        sample_rate: Hz.

    Thread: audio.
    """
    corner_hz = 880.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    corner_hz = min(max(corner_hz, _LOWEST_HZ), _HIGHEST_HZ)
    return 1.0 - math.exp(-2.0 * math.pi * corner_hz / sample_rate)


@realtime
def is_uncoloured(voice: Any, part: Any) -> bool:
    """Tell whether `colour` would leave a voice's samples as they are.

    Thread: audio.
    """
    pressed = max(voice.pressure, part.pressure) * part.pressure_depth
    return voice.timbre == NEUTRAL and pressed == 0.0 and _is_flat(voice)


@realtime
def colour(voice: Any, part: Any, smoothing: float, mono: NDArray[np.float32]) -> None:
    """Lay a voice's timbre expression and pressure over its samples.

    Args:
        voice: record with `timbre`, `pressure`, `corner` and, moved on, `shelf_db`, `swell_db`,
            `low`.
        part: record with `pressure` and `pressure_depth`.
        smoothing: one-pole factor per sample.
        mono: [n]; changed.

    Thread: audio.
    """
    pressed = max(voice.pressure, part.pressure) * part.pressure_depth
    shelf_db = TIMBRE_DB * (voice.timbre - NEUTRAL) + PRESSURE_SHELF_DB * pressed
    swell_db = PRESSURE_DB * pressed
    if shelf_db == 0.0 and swell_db == 0.0 and _is_flat(voice):
        return
    n = mono.shape[0]
    kept = smoothing**n
    shelf, swell = _gain(voice.shelf_db), _gain(voice.swell_db)
    voice.shelf_db = _approach(voice.shelf_db, shelf_db, kept)
    voice.swell_db = _approach(voice.swell_db, swell_db, kept)
    shelf_step = (_gain(voice.shelf_db) - shelf) / n
    swell_step = (_gain(voice.swell_db) - swell) / n
    low = voice.low
    for i in range(n):
        shelf += shelf_step
        swell += swell_step
        low += voice.corner * (mono[i] - low)
        mono[i] = np.float32(swell * (low + shelf * (mono[i] - low)))
    voice.low = low


@realtime
def _is_flat(voice: Any) -> bool:
    return voice.shelf_db == 0.0 and voice.swell_db == 0.0


@realtime
def _approach(value: float, target: float, kept: float) -> float:
    moved = target + (value - target) * kept
    return target if abs(moved - target) < _SETTLED_DB else moved


@realtime
def _gain(level_db: float) -> float:
    return 10.0 ** (level_db / 20.0)
