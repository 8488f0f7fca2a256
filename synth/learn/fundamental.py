"""Find the pitch of a recorded note: YIN, on the frames where it is loud.

Source: A. de Cheveigné, H. Kawahara: "YIN, a fundamental frequency estimator for speech and music",
JASA 111(4), 2002, equations 6-8 and steps 3-5.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOWEST_HZ = 26.0  # just below A0
HIGHEST_HZ = 4500.0  # just above C8
_THRESHOLD = 0.15  # of the normalised difference: the paper's 0.1, and room for noise
_APERIODIC = 0.30  # above it a frame holds no pitch
_AT_LEAST_PERIODIC = 0.4  # of the loud frames
_AGREEMENT_CENTS = 60.0
_AT_LEAST_AGREEING = 0.6  # of the periodic frames
_LOUD_DB = -30.0
_SKIPPED_S = 0.03  # of the attack, where there is more
_HEARD_S = 2.0
_N_FRAMES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Fundamental:
    """The pitch of a note."""

    frequency_hz: float
    periodicity: float  # share of the loud frames that have this pitch, 0..1


def find_fundamental(audio: NDArray[np.floating], sample_rate: float) -> Fundamental | None:
    """Find the fundamental of one note.

    Args:
        audio: [n_samples], silence cut off; 24 kHz or more for the highest octave.
        sample_rate: Hz.

    Returns:
        None where most of it has no pitch, or many.
    """
    n_lags = int(np.ceil(sample_rate / LOWEST_HZ)) + 2
    n_window = n_lags
    frames = _loud_frames(np.asarray(audio, np.float64), n_window + n_lags, sample_rate)
    if frames is None:
        return None
    difference = _normalised_difference(frames, n_window, n_lags)
    shortest = max(2, int(sample_rate / HIGHEST_HZ))
    found = [_period(row, shortest) for row in difference]
    hz = np.array([sample_rate / period for period, depth in found if depth < _APERIODIC])
    if len(hz) < max(1.0, _AT_LEAST_PERIODIC * len(frames)):
        return None
    # Not the median: half of the frames an octave too low would pull it between the two.
    cents = 1200.0 * np.abs(np.log2(hz[:, np.newaxis] / hz[np.newaxis]))
    agreeing = cents < _AGREEMENT_CENTS
    best = int(np.argmax(agreeing.sum(axis=1)))
    if agreeing[best].mean() < _AT_LEAST_AGREEING:
        return None
    frequency_hz = float(np.median(hz[agreeing[best]]))
    if not LOWEST_HZ <= frequency_hz <= HIGHEST_HZ:
        return None
    return Fundamental(
        frequency_hz=frequency_hz, periodicity=float(agreeing[best].sum() / len(frames))
    )


def _loud_frames(
    audio: NDArray[np.float64], n_samples: int, sample_rate: float
) -> NDArray[np.float64] | None:
    """Cut frames out of the first seconds, without what is far below the loudest."""
    start = round(_SKIPPED_S * sample_rate)
    audio = audio[start:] if len(audio) - start >= n_samples else audio
    audio = audio[: max(n_samples, round(_HEARD_S * sample_rate))]
    if len(audio) < n_samples:
        # A short blip is still some periods of a high pitch.
        if len(audio) < n_samples // 4:
            return None
        audio = np.pad(audio, (0, n_samples - len(audio)))
    starts = np.unique(np.linspace(0, len(audio) - n_samples, _N_FRAMES).astype(int))
    frames = np.stack([audio[start : start + n_samples] for start in starts])
    frames -= frames.mean(axis=1, keepdims=True)
    power = np.square(frames).mean(axis=1)
    return np.asarray(frames[power >= max(power.max() * 10.0 ** (_LOUD_DB / 10.0), 1e-14)])


def _normalised_difference(
    frames: NDArray[np.float64], n_window: int, n_lags: int
) -> NDArray[np.float64]:
    """Compute the cumulative mean normalised difference (eq. 8), [n_frames, n_lags]."""
    n_fft = 1 << int(np.ceil(np.log2(frames.shape[1] + n_window)))
    spectrum = np.fft.rfft(frames, n_fft, axis=1)
    window = np.fft.rfft(frames[:, :n_window], n_fft, axis=1)
    correlation = np.fft.irfft(spectrum * window.conj(), n_fft, axis=1)[:, :n_lags]
    energy = np.cumsum(np.pad(np.square(frames), ((0, 0), (1, 0))), axis=1)
    shifted = energy[:, n_window : n_window + n_lags] - energy[:, :n_lags]
    difference = np.maximum(shifted[:, :1] + shifted - 2.0 * correlation, 0.0)  # eq. 7
    total = np.cumsum(difference[:, 1:], axis=1)
    mean = total / np.arange(1, n_lags)
    normalised = np.ones_like(difference)
    normalised[:, 1:] = difference[:, 1:] / np.maximum(mean, 1e-20)
    return normalised


def _period(row: NDArray[np.float64], shortest: int) -> tuple[float, float]:
    """Return the first deep dip (its lag in samples, between samples too) and how deep it is."""
    below = np.flatnonzero(row[shortest:-1] < _THRESHOLD)
    lag = shortest + (int(below[0]) if len(below) else int(np.argmin(row[shortest:-1])))
    while lag + 1 < len(row) - 1 and row[lag + 1] < row[lag]:
        lag += 1
    left, middle, right = row[lag - 1], row[lag], row[lag + 1]
    bend = left - 2.0 * middle + right
    shift = 0.5 * (left - right) / bend if bend > 0.0 else 0.0
    return lag + float(np.clip(shift, -0.5, 0.5)), float(middle)
