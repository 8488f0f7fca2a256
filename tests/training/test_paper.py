"""GANSynth's training walks all its stages, and goes on where it stopped."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from synth.errors import ConfigError, InputFileError
from training.checkpoint import load_checkpoint, load_run
from training.config import override
from training.data.prepared import NOTE_DTYPE, PreparedSet
from training.journal import LOG_NAME
from training.paper import train_paper
from training.paper_config import PAPER, PaperConfig

# Sizes of a toy; the thirteen stages are the paper's.
TINY = (
    *("spec.front_padding=64", "spec.hop_length=64", "spec.n_fft=256"),
    *("spec.n_frames=64", "spec.n_bins=64"),
    *("network.latent_size=8", "network.filters_most=8", "network.filters_base=512"),
    *("n_stable_images=4", "n_transition_images=4", "n_images=52", "batch_size=4"),
)


@pytest.fixture(scope="module")
def config() -> PaperConfig:
    config = PAPER
    for setting in TINY:
        config = override(config, setting)
    return config


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> PreparedSet:
    notes = np.zeros(24, NOTE_DTYPE)
    notes["pitch"] = 40 + np.arange(24)
    notes["velocity"] = 100
    f0_hz = 440.0 * 2.0 ** ((notes["pitch"][:, None] - 69.0) / 12.0)
    audio = np.sin(2 * np.pi * f0_hz * np.arange(4_288) / 16_000)
    return PreparedSet(
        path=tmp_path_factory.mktemp("set"),
        audio=np.int16(8000 * audio),
        notes=notes,
        info={"instruments": [{"name": "Sine", "family": "flute"}], "sample_rate": 16_000},
    )


def test_all_thirteen_stages_are_walked(config, data, tmp_path: Path) -> None:
    state = train_paper(config, data, tmp_path, device="cpu")

    assert state.images == {"paper": 52}
    entries = [json.loads(line) for line in (tmp_path / LOG_NAME).read_text().splitlines()]
    assert [f"stage {n} of 13" for n in range(1, 14)] == [entry["stage"] for entry in entries]
    assert [0.0, 0.0, 1.0, 1.0, 2.0] == [entry["progress"] for entry in entries[:5]]
    assert entries[-1]["progress"] == 6.0
    for name in ("loss", "wasserstein", "penalty", "drift", "pitch_real", "pitch_made"):
        assert all(np.isfinite(entry[name]) for entry in entries)


def test_a_stopped_run_ends_with_the_weights_of_an_unbroken_one(config, data, tmp_path) -> None:
    short = replace(config, n_images=24)
    train_paper(short, data, tmp_path / "unbroken", device="cpu")
    train_paper(short, data, tmp_path / "broken", stop_after_images=12, device="cpu")
    train_paper(short, data, tmp_path / "broken", device="cpu")

    unbroken, broken = (load_checkpoint(tmp_path / name)[0] for name in ("unbroken", "broken"))
    assert unbroken.keys() == broken.keys()
    for name, tensor in unbroken.items():
        assert torch.equal(tensor, broken[name]), name


def test_a_time_budget_grows_the_networks_with_the_time(config, data, tmp_path) -> None:
    endless = replace(config, n_images=11_000_000, n_stable_images=800_000)
    endless = replace(endless, n_transition_images=800_000)

    state = train_paper(endless, data, tmp_path, time_budget_s=3.0, device="cpu")

    assert 3.0 <= state.n_seconds < 30.0
    entries = [json.loads(line) for line in (tmp_path / LOG_NAME).read_text().splitlines()]
    assert entries[-1]["progress"] > 3.0


def test_a_run_that_left_the_numbers_keeps_its_checkpoint(config, data, tmp_path) -> None:
    with pytest.raises(ConfigError, match="the last checkpoint stands"):
        train_paper(replace(config, rate=float("inf")), data, tmp_path, device="cpu")


def test_such_a_run_is_no_instrument(config, data, tmp_path) -> None:
    train_paper(config, data, tmp_path, stop_after_images=4, device="cpu")

    with pytest.raises(InputFileError, match="train with --config live"):
        load_run(tmp_path)
