"""Phases from magnitudes alone, by integrating their gradient from the loudest bins outwards.

PGHI: Průša, Balazs, Søndergaard: A Noniterative Method for Reconstruction of Phase From STFT
Magnitude, IEEE/ACM TASLP 25(5), 2017. For a Gaussian window phase and log-magnitude determine each
other's derivatives; a Hann window is near enough to the Gaussian of gamma = 0.25645 n_fft ** 2.
Its authors' implementation is MATLAB and C; the ports to Python have not been kept up.
"""

from __future__ import annotations

import heapq

import numpy as np
from numba import njit
from numpy.typing import NDArray

HANN_GAMMA = 0.25645  # of n_fft squared (Průša et al. 2017, table I)
TOLERANCE = 1e-6  # of the loudest bin; phases of softer ones are drawn at random


def integrate_phase_gradient(
    magnitude: NDArray[np.floating], n_fft: int, hop_length: int, seed: int = 0
) -> NDArray[np.float64]:
    """Reconstruct the phases of an STFT whose frames begin `hop_length` apart.

    Args:
        magnitude: [n_frames, n_fft / 2 + 1], Hann-windowed, DC and Nyquist included.
        n_fft: samples.
        hop_length: samples.
        seed: of the phases of what is inaudible.

    Returns:
        [n_frames, n_fft / 2 + 1], radians, referred to each frame's first sample as `np.fft.rfft`
        does.
    """
    gamma = HANN_GAMMA * n_fft**2
    log_magnitude = np.log(np.maximum(magnitude, 1e-12 * max(float(magnitude.max()), 1e-30)))
    over_time, over_frequency = np.gradient(log_magnitude)
    # Eq. 19, 20 with the phase referred to the frame's first sample: its derivative over time is
    # the bin's own frequency and what log-magnitude's slope over frequency adds, its derivative
    # over frequency half a window (the frame's centre) and what the slope over time takes away.
    bins = np.arange(magnitude.shape[1])
    advance = (hop_length * n_fft / gamma) * over_frequency + 2.0 * np.pi * hop_length * (
        bins / n_fft
    )
    across = -(gamma / (hop_length * n_fft)) * over_time - np.pi
    rng = np.random.default_rng(seed)
    phase = rng.uniform(-np.pi, np.pi, magnitude.shape)
    is_done = magnitude < TOLERANCE * magnitude.max()
    _integrate(magnitude.astype(np.float64), advance, across, is_done, phase)
    return phase


@njit(cache=False)
def _integrate(
    magnitude: NDArray[np.float64],
    advance: NDArray[np.float64],
    across: NDArray[np.float64],
    is_done: NDArray[np.bool_],
    phase: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """Spread phases from the loudest bin to its neighbours, always from the loudest one reached."""
    n_frames, n_bins = magnitude.shape
    order = np.argsort(-magnitude.ravel())
    for start in order:
        if is_done.ravel()[start]:
            continue
        is_done[start // n_bins, start % n_bins] = True
        phase[start // n_bins, start % n_bins] = 0.0
        heap = [(-magnitude[start // n_bins, start % n_bins], start)]
        while len(heap) > 0:
            here = heapq.heappop(heap)[1]
            n, m = here // n_bins, here % n_bins
            for dn, dm in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                i, j = n + dn, m + dm
                if i < 0 or i >= n_frames or j < 0 or j >= n_bins or is_done[i, j]:
                    continue
                # The trapezoidal rule, algorithm 1.
                step = 0.5 * dn * (advance[n, m] + advance[i, j])
                step += 0.5 * dm * (across[n, m] + across[i, j])
                phase[i, j] = phase[n, m] + step
                is_done[i, j] = True
                heapq.heappush(heap, (-magnitude[i, j], i * n_bins + j))
