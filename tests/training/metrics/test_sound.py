"""Measures of sounds whose answers are known by construction."""

import numpy as np
import pytest

from training.metrics.sound import (
    bands_db,
    brightness_hz,
    cents,
    envelope,
    level_db,
    rank_correlation,
    rise_time_s,
    spectral_centroid_hz,
    spectral_distance_db,
    spectrum_db,
    start_s,
)

RATE = 16_000
SECONDS = np.arange(RATE) / RATE


def sine(frequency_hz: float) -> np.ndarray:
    return np.sin(2 * np.pi * frequency_hz * SECONDS)


def test_a_full_scale_sine_is_at_minus_three_decibels() -> None:
    assert level_db(sine(440)) == pytest.approx(-3.01, abs=0.01)
    assert level_db(np.zeros(10)) == -200.0


def test_the_centroid_of_two_equal_tones_lies_between_them() -> None:
    assert spectral_centroid_hz(sine(1000) + sine(3000), RATE) == pytest.approx(2000, rel=0.01)


def test_a_note_starts_where_it_was_put() -> None:
    note = sine(500) * (SECONDS >= 0.25)
    assert start_s(note, RATE) == pytest.approx(0.25, abs=0.002)
    assert start_s(sine(500), RATE) < 0.002


@pytest.mark.parametrize("attack_s", [0.02, 0.1])
def test_a_linear_ramp_rises_in_eight_tenths_of_its_length(attack_s: float) -> None:
    note = sine(2000) * np.minimum(SECONDS / attack_s, 1.0)
    assert rise_time_s(note, RATE) == pytest.approx(0.8 * attack_s, rel=0.05)


def test_a_step_rises_within_the_envelopes_resolution() -> None:
    assert rise_time_s(sine(2000), RATE) <= 0.002


def test_the_envelope_of_a_sine_is_its_rms() -> None:
    assert envelope(sine(2000), RATE)[1000:2000].mean() == pytest.approx(0.707, abs=0.005)


def test_spectral_distance_ignores_level_and_sees_shape() -> None:
    spectrum = -0.5 * np.arange(100.0)
    assert spectral_distance_db(spectrum, spectrum - 20.0) == pytest.approx(0.0)
    tilted = spectrum - 0.1 * np.arange(100.0)
    assert spectral_distance_db(spectrum, tilted) == pytest.approx(2.5, abs=0.1)


def test_ranks_ignore_the_shape_of_a_rise() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0])
    assert rank_correlation(x, np.exp(x)) == pytest.approx(1.0)
    assert rank_correlation(x, -x) == pytest.approx(-1.0)


def test_an_octave_has_1200_cents() -> None:
    assert cents(880.0, 440.0) == pytest.approx(1200.0)


def test_a_tone_lies_in_its_third_octave_alone() -> None:
    bands = bands_db(sine(1000), RATE)
    assert bands.max() - np.sort(bands)[-2] > 60.0
    assert np.argmax(bands) == np.searchsorted(np.geomspace(100, 8000, 20), 1000.0) - 1


def test_a_mean_spectrum_peaks_at_its_tone_and_takes_short_sounds() -> None:
    assert np.argmax(spectrum_db(sine(1000), RATE)) == 128  # bins of 7.8 Hz
    assert spectrum_db(sine(1000)[:100], RATE).shape == (1025,)


def test_brightness_is_that_of_the_tone_and_not_of_the_noise_of_rounding() -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, RATE) / 32_768.0
    soft = 1e-3 * sine(500) + noise
    assert brightness_hz(soft, RATE) == pytest.approx(500, rel=0.01)
    assert spectral_centroid_hz(soft, RATE) > 1000
