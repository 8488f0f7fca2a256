"""Measures of sounds whose answers are known by construction."""

import numpy as np
import pytest

from training.metrics.sound import (
    cents,
    envelope,
    level_db,
    rank_correlation,
    rise_time_s,
    spectral_centroid_hz,
    spectral_distance_db,
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
