"""The judge's image of tones whose place and level are known."""

import numpy as np
import pytest
import torch

from training.log_frequency import (
    BINS_PER_OCTAVE,
    FLOOR_DB,
    LOWEST_HZ,
    N_BINS,
    N_FRAMES,
    to_images,
)

SECONDS = np.arange(64_000) / 16_000


def sine(hz, rate=16_000, gain=1.0):
    return gain * np.sin(2 * np.pi * hz * np.arange(4 * rate) / rate)


@pytest.mark.parametrize("hz", [110.0, 440.0, 3520.0])
def test_a_tone_lies_at_the_row_of_its_frequency(hz):
    image = to_images(sine(hz)[None])[0]
    expected = BINS_PER_OCTAVE * np.log2(hz / LOWEST_HZ)
    assert image.shape == (N_FRAMES, N_BINS)
    assert abs(int(image[30].argmax()) - expected) <= 1.0


def test_an_octave_is_a_shift_of_36_rows():
    low, high = (to_images(sine(hz)[None])[0, 30].argmax() for hz in (500.0, 1000.0))
    assert int(high - low) == BINS_PER_OCTAVE


def test_full_scale_is_near_one_and_twenty_decibels_are_a_fifth():
    full, loud, soft = (
        to_images(sine(1000.0, gain=gain)[None])[0, 30].max() for gain in (1.0, 0.5, 0.05)
    )
    assert float(full) == pytest.approx(1.0, abs=0.03)
    assert float(loud - soft) == pytest.approx(-20.0 / FLOOR_DB, abs=0.005)


def test_silence_is_nothing():
    assert not to_images(np.zeros((1, 100))).any()


def test_another_sample_rate_gives_the_same_image():
    once = to_images(sine(440.0)[None])
    twice = to_images(sine(440.0, rate=32_000)[None], 32_000)
    # What is 40 dB down are the edges, where the resampling filter begins and ends.
    assert torch.allclose(once[:, 4:-4].clamp(min=0.5), twice[:, 4:-4].clamp(min=0.5), atol=0.02)
