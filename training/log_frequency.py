"""The image that the classifier looks at: level over time and the logarithm of frequency.

It is made from audio alone, so notes of any generator, whatever its own spectrogram, and recordings
are judged by one eye. A semitone is three rows everywhere, which makes pitch a shift.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from scipy.signal import resample_poly
from torch import Tensor

SAMPLE_RATE = 16_000  # Hz; what comes at another rate is resampled
N_SAMPLES = 64_000  # 4 s; shorter notes are filled with silence, longer ones cut
N_FFT = 4096  # samples: 3.9 Hz a bin, so that the partials of the lowest key are apart
HOP_LENGTH = 1000  # samples
N_FRAMES = 64
BINS_PER_OCTAVE = 36
N_BINS = 288  # eight octaves, 30 Hz to 7.7 kHz
LOWEST_HZ = 30.0
FLOOR_DB = -100.0  # below a full-scale sine's; what is softer counts as silent


def to_images(audio: np.ndarray, sample_rate: int = SAMPLE_RATE) -> Tensor:
    """Draw notes.

    Args:
        audio: [batch, n_samples], full scale 1, onsets at sample 0.
        sample_rate: Hz.

    Returns:
        [batch, N_FRAMES, N_BINS], float32: 0 at `FLOOR_DB` and below, 1 at a full-scale sine.
    """
    if sample_rate != SAMPLE_RATE:
        audio = resample_poly(audio, SAMPLE_RATE, sample_rate, axis=1)
    filled = torch.zeros(len(audio), N_SAMPLES + N_FFT)
    n_samples = min(audio.shape[1], N_SAMPLES)
    notes = np.ascontiguousarray(audio[:, :n_samples], np.float32)
    filled[:, N_FFT // 2 : N_FFT // 2 + n_samples] = torch.from_numpy(notes)
    frames = filled.unfold(1, N_FFT, HOP_LENGTH)[:, :N_FRAMES]
    window = torch.hann_window(N_FFT)
    power = torch.fft.rfft(frames * window).abs().square() * (4.0 / N_FFT) ** 2
    level_db = 10.0 * torch.log10(power @ _filters() + 10.0 ** (FLOOR_DB / 10.0))
    return (1.0 - level_db / FLOOR_DB).clamp(0.0, 1.0)


@lru_cache(maxsize=1)
def _filters() -> Tensor:
    """Build triangles on the logarithm of frequency, none narrower than the bins' distance.

    Returns:
        [N_FFT / 2 + 1, N_BINS].
    """
    octaves = np.arange(N_BINS) / BINS_PER_OCTAVE
    centre_hz = LOWEST_HZ * 2.0**octaves
    bin_hz = SAMPLE_RATE / N_FFT
    width_hz = np.maximum(centre_hz * (2.0 ** (1.0 / BINS_PER_OCTAVE) - 1.0), bin_hz)
    hz = np.arange(N_FFT // 2 + 1)[:, np.newaxis] * bin_hz
    triangles = np.maximum(0.0, 1.0 - np.abs(hz - centre_hz) / width_hz)
    return torch.from_numpy(triangles.astype(np.float32))
