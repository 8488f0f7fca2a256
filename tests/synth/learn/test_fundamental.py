"""YIN finds the pitch of a note, and none where there is none."""

import numpy as np
import pytest

from synth.learn.fundamental import find_fundamental
from synth.units import pitch_to_hz

RATE = 44_100.0


def note(hz: float, seconds: float = 1.0, n_harmonics: int = 12, decay: float = 1.0) -> np.ndarray:
    time_s = np.arange(round(seconds * RATE)) / RATE
    orders = [k for k in range(1, n_harmonics + 1) if k * hz < 0.45 * RATE]
    tone = sum(np.sin(2 * np.pi * k * hz * time_s + k * k) / k for k in orders)
    return np.asarray(tone * np.exp(-decay * time_s))


@pytest.mark.parametrize("pitch", [21, 33.3, 45, 60, 72.4, 84, 96, 108])
def test_the_pitch_of_a_note_is_found_within_five_cents(pitch):
    found = find_fundamental(note(pitch_to_hz(pitch)), RATE)
    assert found is not None
    assert abs(1200 * np.log2(found.frequency_hz / pitch_to_hz(pitch))) < 5.0
    assert found.periodicity > 0.9


def test_a_missing_fundamental_is_heard_all_the_same():
    whole = note(220.0)
    time_s = np.arange(len(whole)) / RATE
    without = whole - np.sin(2 * np.pi * 220.0 * time_s + 1.0) * np.exp(-time_s)
    found = find_fundamental(without, RATE)
    assert found is not None
    assert abs(1200 * np.log2(found.frequency_hz / 220.0)) < 10.0


def test_a_little_noise_does_not_matter():
    rng = np.random.default_rng(1)
    tone = note(330.0, decay=0.0)
    noisy = tone + 0.05 * tone.std() * rng.standard_normal(len(tone))
    found = find_fundamental(noisy, RATE)
    assert found is not None
    assert abs(1200 * np.log2(found.frequency_hz / 330.0)) < 10.0


def test_a_short_blip_has_a_pitch():
    found = find_fundamental(note(880.0, seconds=0.06), RATE)
    assert found is not None
    assert abs(1200 * np.log2(found.frequency_hz / 880.0)) < 20.0


def noise() -> np.ndarray:
    return np.random.default_rng(2).standard_normal(44_100)


def drum() -> np.ndarray:
    time_s = np.arange(44_100) / RATE
    return np.asarray(noise() * np.exp(-20.0 * time_s))


def siren() -> np.ndarray:
    hz = np.geomspace(100.0, 3000.0, 88_200)
    return np.asarray(np.sin(2 * np.pi * np.cumsum(hz) / RATE))


@pytest.mark.parametrize("make", [noise, drum, siren, lambda: np.zeros(44_100)])
def test_a_sound_without_one_pitch_has_none(make):
    assert find_fundamental(make(), RATE) is None
