"""Attack, decay, sustain and release, laid over the envelope that the note has learned.

The attack is a straight line; decay and release are those of a charged capacitor that aims a little
beyond its target, so they arrive there at the stated time and not never: with an overshoot of 0.001
a release has fallen by 60 dB when it ends, and ends at exactly zero. Every sample is computed by
itself, so a block's size changes nothing.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.realtime.kernel import realtime

ATTACK, DECAY, SUSTAIN, RELEASE, ENDED = range(5)
OVERSHOOT = 0.001  # -60 dB


@realtime
def attack_step(attack_s: float, sample_rate: float) -> float:
    """Compute the rise in one sample of an attack from 0 to 1; shorter than a sample is at once.

    Thread: any.
    """
    return 1.0 / max(1.0, attack_s * sample_rate)


@realtime
def fall_factor(time_s: float, sample_rate: float) -> float:
    """Compute the factor in one sample of a fall from 1 to 0 (to the overshoot below 0).

    Thread: any.
    """
    n_samples = max(1.0, time_s * sample_rate)
    return math.exp(math.log(OVERSHOOT / (1.0 + OVERSHOOT)) / n_samples)


@realtime
def write_envelope(voice: Any, part: Any, out: NDArray[np.float32]) -> None:
    """Write the next samples of a voice's envelope.

    Args:
        voice: record with `stage` and `level`, moved on.
        part: record with `attack_step`, `decay_factor`, `release_factor` and `sustain`.
        out: [n]; overwritten, linear gain in [0, 1].

    Thread: audio.
    """
    stage = voice.stage
    level = voice.level
    if stage == SUSTAIN and level == part.sustain:
        out[:] = np.float32(level)  # nearly always
        return
    for i in range(out.shape[0]):
        if stage == ATTACK:
            level += part.attack_step
            if level >= 1.0 - 1e-9:
                level = 1.0
                stage = DECAY
        elif stage == DECAY:
            level = max(_fall(level, part.sustain, part.decay_factor), min(level, part.sustain))
            if level <= part.sustain:
                stage = SUSTAIN
        elif stage == SUSTAIN:
            # A moved sustain level is followed at the pace of the decay, never jumped to.
            level = part.sustain + (level - part.sustain) * part.decay_factor
        elif stage == RELEASE:
            level = _fall(level, 0.0, part.release_factor)
            if level <= 0.0:
                level = 0.0
                stage = ENDED
        out[i] = level
    voice.stage = stage
    voice.level = level


@realtime
def _fall(level: float, target: float, factor: float) -> float:
    aim = target - OVERSHOOT * (1.0 - target)
    return aim + (level - aim) * factor
