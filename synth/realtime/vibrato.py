"""Vibrato: the pitch of a part swings, a while after its first key was struck.

One swing for all voices of a part, as a player's hand has one: keys that join a chord join its
swing. It begins anew, from nothing, with a key that is struck while no other is down.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.realtime.kernel import realtime

FADE_S = 0.4  # from the end of the delay to the full depth
_NOTHING = 1e-6  # semitones


@realtime
def swing(part: Any, factor: float, sample_rate: float, ratio: NDArray[np.float64]) -> None:
    """Swing the pitch ratios of a part's next samples.

    Args:
        part: record of `PART_DTYPE`.
        factor: of the way to a new depth, per sample.
        sample_rate: Hz.
        ratio: [n]; multiplied.

    Thread: audio.
    """
    n = ratio.shape[0]
    way = (part.vibrato_age_s - part.vibrato_delay_s) / FADE_S
    target = part.vibrato_depth * min(max(way, 0.0), 1.0)
    part.vibrato_age_s += n / sample_rate
    if target < _NOTHING and part.vibrato < _NOTHING:
        part.vibrato = 0.0
        part.vibrato_phase = 0.0
        return
    step = part.vibrato_hz / sample_rate
    for j in range(n):
        part.vibrato = target + (part.vibrato - target) * factor
        part.vibrato_phase += step
        part.vibrato_phase -= math.floor(part.vibrato_phase)
        semitones = part.vibrato * math.sin(2.0 * math.pi * part.vibrato_phase)
        ratio[j] *= 2.0 ** (semitones / 12.0)
