"""What a note sounds like, in numbers: level, brightness, start, attack, smoothness."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from synth.representation import hann

_ENVELOPE_S = 0.002  # the envelope's time resolution
_N_BAND_EDGES = 20  # third octaves, nearly, from 100 Hz to 8 kHz
_SILENT_POWER = 1e-5  # of a windowed frame's bin
_START_DB = -34.0  # below the peak of the first second: where a note is heard to begin


def level_db(audio: NDArray[np.floating]) -> float:
    """Compute the level of a sound.

    Args:
        audio: [n_samples], full scale 1.

    Returns:
        RMS in dBFS (a full-scale sine is at -3), not below -200.
    """
    return 10.0 * math.log10(max(float(np.mean(np.square(audio, dtype=np.float64))), 1e-20))


def spectral_centroid_hz(audio: NDArray[np.floating], sample_rate: int) -> float:
    """Compute the magnitude-weighted mean frequency, the usual measure of brightness.

    Args:
        audio: [n_samples].
        sample_rate: Hz.
    """
    magnitude = np.abs(np.fft.rfft(audio * hann(len(audio))))
    hz = np.fft.rfftfreq(len(audio), 1.0 / sample_rate)
    return float((hz * magnitude).sum() / max(magnitude.sum(), 1e-20))


def brightness_hz(audio: NDArray[np.floating], sample_rate: int) -> float:
    """Compute the power-weighted mean frequency.

    Magnitudes would let the noise of 16-bit rounding, spread over all frequencies, make soft
    recordings the brightest.

    Args:
        audio: [n_samples].
        sample_rate: Hz.
    """
    power = np.abs(np.fft.rfft(audio * hann(len(audio)))) ** 2
    hz = np.fft.rfftfreq(len(audio), 1.0 / sample_rate)
    return float((hz * power).sum() / max(power.sum(), 1e-20))


def envelope(audio: NDArray[np.floating], sample_rate: int) -> NDArray[np.float64]:
    """Follow the level: RMS over 2 ms around every sample.

    Args:
        audio: [n_samples].
        sample_rate: Hz.

    Returns:
        [n_samples].
    """
    n_window = max(3, round(_ENVELOPE_S * sample_rate) | 1)
    power = np.convolve(np.square(audio, dtype=np.float64), np.ones(n_window) / n_window, "same")
    return np.asarray(np.sqrt(np.maximum(power, 0.0)))


def start_s(audio: NDArray[np.floating], sample_rate: int) -> float:
    """Find when a note begins to be heard: 34 dB below the loudest moment of its first second."""
    level = envelope(audio[:sample_rate], sample_rate)
    threshold = level.max() * 10.0 ** (_START_DB / 20.0)
    return float(np.argmax(level >= max(threshold, 1e-9))) / sample_rate


def rise_time_s(audio: NDArray[np.floating], sample_rate: int) -> float:
    """Measure the attack: from a tenth to nine tenths of the loudest moment of the first 300 ms.

    The maximum of one period is what counts as level, so that the periods of low notes are no
    attacks.
    """
    level = envelope(audio[: round(0.3 * sample_rate)], sample_rate)
    peak = np.maximum.accumulate(level)
    first = int(np.argmax(peak >= 0.1 * peak[-1]))
    last = int(np.argmax(peak >= 0.9 * peak[-1]))
    return (last - first) / sample_rate


def spectral_distance_db(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Compare two log-magnitude spectra or spectrograms after matching their levels.

    Args:
        a: dB, any shape.
        b: dB, the same shape.

    Returns:
        Mean absolute difference in dB over what lies within 60 dB of the louder's maximum, the
        mean difference taken out first.
    """
    louder = np.maximum(a, b)
    audible = louder > louder.max() - 60.0
    difference = (a - b)[audible]
    return float(np.abs(difference - np.median(difference)).mean())


def bands_db(audio: NDArray[np.floating], sample_rate: int) -> NDArray[np.float64]:
    """Measure the first second in third octaves from 100 Hz to 8 kHz.

    Args:
        audio: [n_samples].
        sample_rate: Hz.

    Returns:
        [n_bands], dB.
    """
    second = np.zeros(sample_rate)
    second[: min(len(audio), sample_rate)] = audio[:sample_rate]
    power = np.abs(np.fft.rfft(second)) ** 2  # one bin is one hertz
    edges = np.geomspace(100, min(8000, sample_rate // 2), _N_BAND_EDGES).astype(int)
    return np.asarray(10.0 * np.log10([power[a:b].sum() + 1e-9 for a, b in pairwise(edges)]))


def spectrum_db(audio: NDArray[np.floating], sample_rate: int) -> NDArray[np.float64]:
    """Average the log-power of the first second over time.

    Args:
        audio: [n_samples].
        sample_rate: Hz.

    Returns:
        [n_bins], dB; windows of 128 ms.
    """
    n_fft = 2 * round(0.064 * sample_rate)
    second = np.zeros(max(n_fft, sample_rate))
    second[: min(len(audio), len(second))] = audio[: len(second)]
    frames = np.lib.stride_tricks.sliding_window_view(second, n_fft)[:: n_fft // 4]
    power = np.abs(np.fft.rfft(frames * hann(n_fft), axis=1)) ** 2
    return np.asarray((10.0 * np.log10(power + _SILENT_POWER)).mean(axis=0))


def rank_correlation(x: NDArray[np.floating], y: NDArray[np.floating]) -> float:
    """Compute the rank correlation (Spearman) of two series, ties broken by order."""
    ranks = [np.argsort(np.argsort(np.asarray(series), kind="stable")) for series in (x, y)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def cents(frequency_hz: float, reference_hz: float) -> float:
    """Measure an interval, 100 to a semitone."""
    return 1200.0 * math.log2(frequency_hz / reference_hz)
