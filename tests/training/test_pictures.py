"""Rainbowgrams of tones, and curves of logs."""

import numpy as np
import pytest

from training.pictures import (
    BINS_PER_OCTAVE,
    LOWEST_HZ,
    draw_learning_curve,
    draw_rainbowgram,
    rainbow,
)

RATE = 16_000
PNG = b"\x89PNG"


def tone(hz):
    return np.sin(2 * np.pi * hz * np.arange(2 * RATE) / RATE).astype(np.float32)


def test_a_tone_is_a_bright_line_of_one_colour_at_its_frequency():
    picture = rainbow(tone(440.0), RATE)
    middle = picture[:, 20:100]
    brightness = middle.max(axis=2).mean(axis=1)
    row = int(brightness.argmax())
    assert row == pytest.approx(BINS_PER_OCTAVE * np.log2(440.0 / LOWEST_HZ), abs=1.0)
    assert middle[row].std(axis=0).max() < 0.05


def test_silence_is_black():
    assert not rainbow(np.zeros(RATE, np.float32), RATE).any()


def test_pictures_are_written(tmp_path):
    draw_rainbowgram(tmp_path / "note.png", tone(440.0), RATE)
    assert (tmp_path / "note.png").read_bytes().startswith(PNG)


def test_a_log_without_figures_draws_nothing(tmp_path):
    assert not draw_learning_curve(tmp_path / "a.png", [{"images": 4}])
    assert draw_learning_curve(tmp_path / "b.png", [{"images": 4, "loss": 1.0}])
    assert (tmp_path / "b.png").read_bytes().startswith(PNG)
    assert not (tmp_path / "a.png").exists()
