"""Listening to a run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from training.batches import NoteSource
from training.config import CONFIGS, TrainingConfig
from training.data.prepared import NOTE_DTYPE, PreparedSet
from training.stages.stage import Networks
from training.validation import show, validate

CONFIG = replace(CONFIGS["smoke"], validation_fraction=0.5)
CPU = torch.device("cpu")


@pytest.fixture
def source(tmp_path: Path) -> NoteSource:
    notes = np.zeros(8, NOTE_DTYPE)
    notes["pitch"], notes["velocity"] = 60, 100
    seconds = np.arange(CONFIG.spec.n_samples) / CONFIG.spec.sample_rate
    audio = np.tile(np.int16(9000 * np.sin(2 * np.pi * 261.6 * seconds)), (8, 1))
    info = {"instruments": [{"name": "Sine", "family": "flute"}]}
    return NoteSource(
        PreparedSet(path=tmp_path, audio=audio, notes=notes, info=info), (), (21, 108), 0.5, 1
    )


def networks(config: TrainingConfig) -> Networks:
    torch.manual_seed(0)
    return Networks(config, 1)


def test_held_out_notes_are_measured_in_decibels(source: NoteSource) -> None:
    measures = validate(networks(CONFIG), source, CONFIG, CPU)
    assert measures.keys() == {"validation_loss", "validation_distance_db"}
    assert 1.0 < measures["validation_distance_db"] < 200.0  # fresh weights know nothing


def test_nothing_held_out_is_nothing_measured(source: NoteSource) -> None:
    source.validation = source.validation[:0]
    assert validate(networks(CONFIG), source, CONFIG, CPU) == {}


class Board:
    """Takes what a TensorBoard would."""

    def __init__(self) -> None:
        self.images: dict[str, torch.Tensor] = {}
        self.sounds: dict[str, np.ndarray] = {}

    def add_images(self, name: str, images: torch.Tensor, _n: int) -> None:
        self.images[name] = images

    def add_audio(self, name: str, sound: np.ndarray, _n: int, sample_rate: int) -> None:
        assert sample_rate == CONFIG.spec.sample_rate
        self.sounds[name] = sound


def test_pictures_stand_upright_and_sounds_are_notes(source: NoteSource) -> None:
    board = Board()
    show(board, 8, networks(CONFIG), source, CONFIG, CPU)
    recording = board.images["recording"]
    assert recording.shape == (4, 1, CONFIG.spec.n_bins, CONFIG.spec.n_frames)
    loudest = recording[0, 0, :, 20].argmax().item()
    bin_hz = CONFIG.spec.sample_rate / CONFIG.spec.n_fft
    assert CONFIG.spec.n_bins - loudest == pytest.approx(261.6 / bin_hz, abs=1.0)  # low is below
    assert np.abs(board.sounds["recording/0"]).max() == pytest.approx(9000 / 32768, rel=0.2)
