"""The tracker on a note whose pitch is known, and what is said where it is missing."""

import importlib.util

import numpy as np
import pytest

from synth.errors import ConfigError
from training.metrics.pitch_tracker import SAMPLE_RATE, PitchTracker, share_in_tune


def sawtooth(hz):
    seconds = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    return sum(0.1 * np.sin(2 * np.pi * hz * k * seconds) / k for k in range(1, 12))


def test_a_note_is_in_tune_with_its_own_pitch_alone():
    tracker = PitchTracker()
    notes = np.stack([sawtooth(220.0), sawtooth(220.0 * 2 ** (0.7 / 12))])
    told = []
    assert share_in_tune(tracker, notes, np.array([57, 57]), told.append) == 0.5
    assert told == [0.5, 1.0]


def test_without_the_tracker_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match="--tracker-notes 0"):
        PitchTracker()
