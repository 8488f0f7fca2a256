"""Keep the output within full scale, without latency.

The gain follows the peak: it jumps up to a new peak within the sample that makes it and falls
slowly afterwards, so the limited output never exceeds the threshold and, because the level crosses
the threshold continuously, the gain starts to move from 1 without a step. Both channels share it:
the picture does not wander. What is not a number never gets here (a voice is checked before it is
mixed), and a last clamp holds whatever comes (after Surge #8240: a minute of full-scale noise).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.realtime.kernel import realtime

THRESHOLD = 0.944  # -0.5 dB
RELEASE_S = 0.2  # time in which the gain comes back by 1 / e
FULL_SCALE = np.float32(1.0)


@realtime
def release_factor(sample_rate: float) -> float:
    """Compute the factor by which a held peak falls in one sample.

    Thread: any.
    """
    return math.exp(-1.0 / (RELEASE_S * sample_rate))


@realtime
def limit(limiter: Any, mix: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Limit one stereo block and interleave it.

    Args:
        limiter: record with `peak` (kept between blocks), `release_factor` and `n_limited`.
        mix: [2, n]; left and right, any level.
        out: [n, 2]; overwritten, in [-1, 1].

    Thread: audio.
    """
    peak = limiter.peak
    n_limited = 0
    for i in range(out.shape[0]):
        left = _finite(mix[0, i])
        right = _finite(mix[1, i])
        peak = max(peak * limiter.release_factor, abs(left), abs(right))
        gain = 1.0
        if peak > THRESHOLD:
            gain = THRESHOLD / peak
            n_limited += 1
        out[i, 0] = min(FULL_SCALE, max(-FULL_SCALE, np.float32(left * gain)))
        out[i, 1] = min(FULL_SCALE, max(-FULL_SCALE, np.float32(right * gain)))
    limiter.peak = peak
    limiter.n_limited += n_limited


@realtime
def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0
