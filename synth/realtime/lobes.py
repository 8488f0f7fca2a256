"""Phases of a frame, locked to its spectral peaks.

A voice moves phases by the instantaneous frequency (IF) of the frame that it reads, whichever frame
that is. It does so at the spectral peaks only; all other bins of a peak's region follow their peak
(identity phase locking, Laroche & Dolson 1999, IEEE Trans. Speech and Audio Processing 7 (3)).
Otherwise the bins of one lobe drift apart after every jump, and with a generator's small errors.

Phases are those at a frame's centre (FFT bin k turned by (-1)^k): there a steady partial has the
same phase in every bin of its Hann lobe. Where the level changes within the frame the energy lies
before or behind the centre, which is a slope of phase over frequency: with a window that is nearly
Gaussian, of variance s^2, the group delay is s^2 times the slope of ln magnitude over time (the
phase-magnitude relation of Gabor frames; Prusa, Balazs & Sondergaard 2017, IEEE/ACM Trans. Audio,
Speech and Language Processing 25 (5), eq. 9-10). So the frames before and after lean the phases of
a region away from its peak's: 3.4 dB of spectral convergence on FluidSynth's notes.
"""

import numpy as np
from numpy.typing import NDArray

from synth.realtime.kernel import REORDERED, realtime

# Variance of a Hann window in units of its length squared: 1/12 - 1/(2 pi^2).
_HANN_VARIANCE = 0.0326727
# The mean over a Hann window of a level that curves is less than its slope at the centre says.
_LEAN_GAIN = 1.4
_PHASE_STEPS = 2.0**32  # per turn


@realtime
def lean_factor(n_fft: int, hop_length: int) -> np.float32:
    """Turns per bin by which phases lean, for a magnitude that grows by e from BEFORE to AFTER.

    Thread: audio.
    """
    return np.float32(_LEAN_GAIN * _HANN_VARIANCE * n_fft / (2.0 * hop_length))


@realtime
def lock_phases(
    here: NDArray[np.float32],
    advance: NDArray[np.int32],
    leans: NDArray[np.int32],
    marks: NDArray[np.int32],
    phase: NDArray[np.int32],
) -> None:
    """Move the phases of a frame on, locked to its peaks.

    Args:
        here: [n_bins or more]; magnitudes of the frame.
        advance: [n_bins]; turns / 2**32 since the frame before.
        leans: [n_bins]; of `lean_phases`, overwritten; zeros for upright lobes.
        marks: [2, n_bins], overwritten.
        phase: [n_bins], turns / 2**32: of the frame before, overwritten by those of this one.

    Thread: audio.
    """
    region, peaks = marks[0], marks[1]
    n_peaks = _mark_regions(here, leans, region, peaks)
    # From here on `peaks` holds what the phase of bin 0 would be, were it of that peak's region.
    # Indices without a sign are not asked whether they count from the end.
    for i in range(n_peaks):
        peak = np.uint32(peaks[i])
        peaks[i] = np.int32(phase[peak] + advance[peak] + leans[peak])
    for k in range(phase.shape[0]):
        phase[k] = np.int32(peaks[np.uint32(region[k])] - leans[k])


@realtime
def _mark_regions(
    here: NDArray[np.float32],
    leans: NDArray[np.int32],
    region: NDArray[np.int32],
    peaks: NDArray[np.int32],
) -> int:
    """Number each bin's region, from valley to valley, and note the peaks; return their count.

    Without branches, which a spectrum makes unpredictable: 2 us a frame instead of 5. The leans are
    added up on the way (of phase against bin 0, wrapping like a phase): three sums that wait for
    themselves take no longer than one.
    """
    n_peaks = 0
    n_valleys = 0
    was_rising = 1
    slope = np.int32(0)
    region[0] = 0
    for k in range(1, region.shape[0]):
        is_rising = 1 if here[k] > here[k - 1] else 0
        peaks[n_peaks] = k - 1
        n_peaks += was_rising & (1 - is_rising)
        n_valleys += is_rising & (1 - was_rising)
        region[k] = n_valleys
        was_rising = is_rising
        slope = np.int32(slope + leans[k])
        leans[k] = slope
    if was_rising:
        peaks[n_peaks] = region.shape[0] - 1
        n_peaks += 1
    return n_peaks


@realtime(fastmath=REORDERED)
def lean_phases(
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    factor: np.float32,
    slope: NDArray[np.float32],
    leans: NDArray[np.int32],
) -> None:
    """Find how phases lean from bin to bin.

    Args:
        before: [n_bins or more]; magnitudes of the frame read before.
        after: [n_bins or more]; of the frame to be read next.
        factor: of `lean_factor`.
        slope: [n_bins or more], overwritten.
        leans: [n_bins], written; what each bin's phase is less than that of the bin below.

    Thread: audio.
    """
    tiny = np.float32(1e-20)
    # 2 (b - a) / (a + b) is ln b / a for small changes and stays bounded for large ones. One half
    # for the mean of two neighbours.
    factor = min(factor, np.float32(0.24)) * np.float32(_PHASE_STEPS)
    for k in range(leans.shape[0]):
        slope[k] = factor * (after[k] - before[k]) / (after[k] + before[k] + tiny)
    leans[0] = 0
    for k in range(1, leans.shape[0]):
        leans[k] = np.int32(slope[k - 1] + slope[k])


@realtime
def accumulate_phases(advance: NDArray[np.int32], phase: NDArray[np.int32]) -> None:
    """Move every bin's phase on by itself: exact for frames in order with an exact IF.

    Args:
        advance: [n_bins]; turns / 2**32 since the frame before.
        phase: [n_bins], turns / 2**32, overwritten.

    Thread: any.
    """
    for k in range(phase.shape[0]):
        phase[k] = np.int32(phase[k] + advance[k])
