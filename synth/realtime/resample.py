"""Resample a voice from the model's rate to the sound card's, at any ratio that may change.

Windowed-sinc interpolation (Smith, "Digital Audio Resampling", CCRMA): the filter is tabulated at
264 places between two samples and read with linear interpolation, whose error is (pi / 264)² / 8,
-94 dB. 64 taps of a Kaiser window put the edge of the stop band at half the model's rate: every
image of the model's band is below -60 dB, and at 16 kHz the pass band is flat within 0.1 dB up to
7.1 kHz. Pitches outside the trained range, tuning and pitch bend are the same operation: a step.

The filter is symmetric and looks ahead; the samples ahead of a note are there already (decoded
early), so it costs no latency.
"""

import numpy as np
from numpy.typing import NDArray

from synth.realtime.kernel import REORDERED, realtime

N_TAPS = 64
N_BEFORE = N_TAPS // 2 - 1  # taps before the sample at the read index
N_AFTER = N_TAPS // 2  # taps after it
N_PHASES = 264  # tabulated places between two samples; a third of a sample is one of them
ON_GRID = 1e-5  # of a place: nearer to a tabulated one, it is that (-150 dB)
KAISER_BETA = 6.2  # stop band -64 dB
KAISER_TRANSITION = 8.0 / N_TAPS  # pass band's end to stop band's edge, of half the rate
BANDS_PER_OCTAVE = 2
N_BANDS = 7  # tables for steps up to 1, 2**0.5, 2, ... 8
MAXIMUM_STEP = 8.0  # model samples per output sample


def design_filters() -> NDArray[np.float32]:
    """Tabulate the interpolation filter for every band.

    Reading faster than one model sample per output sample folds what lies above half the output's
    rate; band b stops at half the model's rate / 2**(b / 2).

    Returns:
        [N_BANDS, N_PHASES + 1, N_TAPS]; phase p is p / N_PHASES of a sample behind the read index.
    """
    phases = np.arange(N_PHASES + 1) / N_PHASES
    times = np.arange(-N_BEFORE, N_AFTER + 1)[None, :] - phases[:, None]
    inside = np.clip(1.0 - (times / (N_TAPS / 2)) ** 2, 0.0, None)
    window = np.i0(KAISER_BETA * np.sqrt(inside)) / np.i0(KAISER_BETA)
    filters = np.empty((N_BANDS, N_PHASES + 1, N_TAPS), np.float32)
    for band in range(N_BANDS):
        edge = 2.0 ** (-band / BANDS_PER_OCTAVE)
        cutoff = edge - KAISER_TRANSITION / 2.0
        response = np.sinc(cutoff * times) * window
        # Every phase passes a constant exactly, else it would be modulated at the step's rate.
        filters[band] = response / response.sum(axis=1, keepdims=True)
    return filters


@realtime
def choose_band(step: float) -> int:
    """Find the widest filter that does not alias at this step.

    Thread: audio.
    """
    band = 0
    edge = 1.0
    while band < N_BANDS - 1 and step > edge * 1.0001:
        edge *= 2.0 ** (1.0 / BANDS_PER_OCTAVE)
        band += 1
    return band


@realtime
def resample_block(
    samples: NDArray[np.float32],
    read: int,
    fraction: float,
    steps: NDArray[np.float64],
    filters: NDArray[np.float32],
    out: NDArray[np.float32],
) -> tuple[int, float]:
    """Interpolate one block of a voice.

    Args:
        samples: model samples; the caller has put N_BEFORE of them before `read` and has decoded
            N_AFTER beyond the last place that is read.
        read: index into samples.
        fraction: place behind `read`, in [0, 1).
        steps: [n]; model samples to move after each output sample.
        filters: [N_PHASES + 1, N_TAPS]; one band of `design_filters`.
        out: [n]; overwritten.

    Returns:
        The new read index and fraction.

    Thread: audio.
    """
    for i in range(out.shape[0]):
        place = fraction * N_PHASES
        phase = int(place)
        first = np.uint64(read - N_BEFORE)
        weight = place - phase
        # From 16 to 48 kHz an unbent note only ever meets tabulated places: half the work.
        if weight < ON_GRID:
            out[i] = _filter(samples, first, filters, np.uint64(phase))
        elif weight > 1.0 - ON_GRID:
            out[i] = _filter(samples, first, filters, np.uint64(phase + 1))
        else:
            out[i] = _interpolate(samples, first, filters, np.uint64(phase), np.float32(weight))
        # The whole part is kept apart, so that the sum does not depend on the block's size.
        fraction += steps[i]
        n_whole = int(fraction)
        read += n_whole
        fraction -= n_whole
    return read, fraction


# Indices have no sign: one that has is asked at every tap whether it counts from the end, and a
# slice is cut to what is there. Without, a block takes 0.4 of the time.
@realtime(fastmath=REORDERED)
def _filter(
    samples: NDArray[np.float32], first: np.uint64, filters: NDArray[np.float32], phase: np.uint64
) -> np.float32:
    total = np.float32(0.0)
    for tap in range(N_TAPS):
        total += samples[first + np.uint64(tap)] * filters[phase, np.uint64(tap)]
    return total


@realtime(fastmath=REORDERED)
def _interpolate(
    samples: NDArray[np.float32],
    first: np.uint64,
    filters: NDArray[np.float32],
    phase: np.uint64,
    weight: np.float32,
) -> np.float32:
    at_left = np.float32(0.0)
    at_right = np.float32(0.0)
    for tap in range(N_TAPS):
        sample = samples[first + np.uint64(tap)]
        at_left += sample * filters[phase, np.uint64(tap)]
        at_right += sample * filters[phase + np.uint64(1), np.uint64(tap)]
    return at_left + weight * (at_right - at_left)
