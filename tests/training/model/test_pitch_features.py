"""The harmonic maps lie where physics puts the harmonics."""

import numpy as np
import pytest

from synth.representation import LIVE, encode, to_magnitude_and_advance
from training.model.pitch_features import pitch_features


@pytest.fixture(scope="module")
def tone() -> tuple[np.ndarray, np.ndarray]:
    """Magnitude and IF of a frame of A4 with twenty harmonics."""
    seconds = np.arange(LIVE.n_samples) / LIVE.sample_rate
    note = 0.02 * sum(np.sin(2 * np.pi * 440.0 * h * seconds + h) for h in range(1, 18))
    magnitude, advance = to_magnitude_and_advance(encode(note, LIVE), LIVE)
    return magnitude[64], advance[64]


def test_lobes_lie_on_the_harmonics(tone: tuple[np.ndarray, np.ndarray]) -> None:
    lobe = pitch_features(69, 69, LIVE)[0, 0].numpy()
    magnitude = tone[0] / tone[0].max()
    below = slice(0, int(17.5 * 440 / 7.8125))
    assert np.corrcoef(lobe[below], magnitude[below])[0, 1] > 0.999


def test_rotation_is_that_of_the_harmonics(tone: tuple[np.ndarray, np.ndarray]) -> None:
    features = pitch_features(69, 69, LIVE)[0].numpy()
    loud = tone[0] > 0.5 * tone[0].max()
    expected = np.exp(1j * tone[1][loud])
    actual = features[3][loud] + 1j * features[4][loud]
    assert np.abs(np.angle(actual / expected)).max() < 0.02


def test_odd_and_half_harmonics_are_told_apart() -> None:
    lobe, odd, half = pitch_features(69, 69, LIVE)[0, :3].numpy()
    bins = (np.array([1, 2, 3, 1.5]) * 440 / 7.8125).round().astype(int) - 1
    assert (lobe[bins] > 0.5).tolist() == [True, True, True, False]
    assert (odd[bins] > 0.5).tolist() == [True, False, True, False]
    assert (half[bins] > 0.5).tolist() == [False, False, False, True]
