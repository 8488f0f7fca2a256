"""The loop: it learns, it resumes exactly, it saves when it is stopped."""

import json
import os
import signal
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from synth.errors import ConfigError
from training.checkpoint import load_checkpoint, load_run
from training.config import CONFIGS, TrainingConfig
from training.data.prepared import NOTE_DTYPE, PreparedSet
from training.journal import LOG_NAME
from training.loop import crop, learning_rate, stage_at, train

CONFIG = replace(CONFIGS["smoke"], bf16=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> PreparedSet:
    """Eight notes of two instruments: sines, and sines with an octave."""
    notes = np.zeros(8, NOTE_DTYPE)
    notes["pitch"] = np.tile([57, 60, 64, 69], 2)
    notes["velocity"] = 100
    notes["instrument"] = np.repeat([0, 1], 4)
    seconds = np.arange(CONFIG.spec.n_samples) / CONFIG.spec.sample_rate
    f0_hz = 440.0 * 2.0 ** ((notes["pitch"][:, None] - 69.0) / 12.0)
    audio = np.sin(2 * np.pi * f0_hz * seconds)
    audio += notes["instrument"][:, None] * np.sin(4 * np.pi * f0_hz * seconds)
    instruments = [{"name": "Sine", "family": "flute"}, {"name": "Octave", "family": "organ"}]
    return PreparedSet(
        path=tmp_path_factory.mktemp("set"),
        audio=np.int16(8000 * audio),
        notes=notes,
        info={"instruments": instruments, "licence": "made here"},
    )


def weights(run_dir: Path) -> dict[str, torch.Tensor]:
    loaded = load_checkpoint(run_dir)
    assert loaded is not None
    return loaded[0]


def test_training_brings_the_loss_down(data: PreparedSet, tmp_path: Path) -> None:
    config = replace(CONFIG, n_images=400, validation_fraction=0.0)
    first = replace(config, n_images=4)
    losses = []
    for name, run in (("first", first), ("all", config)):
        train(run, data, tmp_path / name)
        _, generator, timbres, _ = load_run(tmp_path / name)
        note = generator(timbres[0].latent[None], torch.tensor([69]), torch.tensor([0.8]))
        target = torch.from_numpy(_image(data, 3, config))
        losses.append((note[0, 0] - target[0]).abs().mean().item())
    assert losses[1] < 0.5 * losses[0]


# The stop lies in the first stage, at its end, and in the second.
@pytest.mark.parametrize(("share", "n_adversarial"), [(0.0, 0), (0.5, 12), (0.75, 16)])
def test_a_stopped_run_ends_with_the_weights_of_an_unbroken_one(
    data: PreparedSet, tmp_path: Path, share: float, n_adversarial: int
) -> None:
    config = replace(CONFIG, n_images=24, adversarial=replace(CONFIG.adversarial, share=share))
    train(config, data, tmp_path / "unbroken")
    train(config, data, tmp_path / "broken", stop_after_images=12)
    state = train(config, data, tmp_path / "broken")
    assert state.n_images == 24
    assert state.images.get("adversarial", 0) == n_adversarial
    unbroken, broken = weights(tmp_path / "unbroken"), weights(tmp_path / "broken")
    assert unbroken.keys() == broken.keys()
    for name, tensor in unbroken.items():
        assert torch.equal(tensor, broken[name]), name


def test_networks_of_other_sizes_are_refused_and_the_run_stays(
    data: PreparedSet, tmp_path: Path
) -> None:
    train(CONFIG, data, tmp_path)
    before = (tmp_path / "config.json").read_text()
    wider = replace(CONFIG, generator=replace(CONFIG.generator, channels=(16, 16, 16)))
    with pytest.raises(ConfigError, match=r"other sizes.*config\.json"):
        train(wider, data, tmp_path)
    assert (tmp_path / "config.json").read_text() == before
    assert load_run(tmp_path)[0] == CONFIG


def test_a_signal_saves_and_stops(data: PreparedSet, tmp_path: Path) -> None:
    config = replace(CONFIG, n_images=10**9)
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGTERM)).start()
    state = train(config, data, tmp_path)
    assert 0 < state.n_images < config.n_images
    assert weights(tmp_path)


def test_a_time_budget_ends_the_run(data: PreparedSet, tmp_path: Path) -> None:
    state = train(replace(CONFIG, n_images=10**9), data, tmp_path, time_budget_s=1.0)
    assert 1.0 <= state.n_seconds < 10.0


def test_a_loss_that_is_no_number_sends_the_run_back_and_in_the_end_stops_it(
    data: PreparedSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(CONFIG, data, tmp_path)
    good = weights(tmp_path)
    wild = replace(CONFIG.optimiser, rate=1e30, final_rate=1e30)
    with pytest.raises(ConfigError, match=r"lower optimiser\.rate"):
        train(replace(CONFIG, n_images=10**6, optimiser=wild), data, tmp_path)
    assert "back to the weights of image 8" in capsys.readouterr().out
    for name, value in weights(tmp_path).items():
        assert torch.equal(value, good[name]), name


def test_the_run_says_what_it_did(data: PreparedSet, tmp_path: Path) -> None:
    train(CONFIG, data, tmp_path)
    config, _, timbres, provenance = load_run(tmp_path)
    assert config == CONFIG
    assert [(t.name, t.family) for t in timbres] == [("Sine", "flute"), ("Octave", "organ")]
    assert provenance["data"] == {"licence": "made here"}
    assert provenance["images"] == {"reconstruction": 8}
    entries = [json.loads(line) for line in (tmp_path / LOG_NAME).read_text().splitlines()]
    assert "validation_distance_db" in entries[-1] or CONFIG.validation_fraction < 1 / 8


def test_the_rate_warms_up_and_falls_to_its_end() -> None:
    config = CONFIGS["live"].optimiser
    rates = [learning_rate(config, n, p) for n, p in ((0, 0.0), (10**5, 0.0), (10**5, 0.5))]
    assert rates[0] < 0.01 * rates[1]
    assert rates[1] == config.rate
    assert rates[2] == pytest.approx((config.rate + config.final_rate) / 2)
    assert learning_rate(config, 10**6, 1.0) == config.final_rate


def test_stages_follow_each_other() -> None:
    config = replace(CONFIG, adversarial=replace(CONFIG.adversarial, share=0.4))
    names, places = zip(*(stage_at(config, p) for p in (0.0, 0.3, 0.59, 0.6, 0.8)), strict=True)
    assert names == ("reconstruction",) * 3 + ("adversarial",) * 2
    assert places == pytest.approx((0.0, 0.5, 0.983, 0.0, 0.5), abs=1e-3)
    assert stage_at(replace(config, adversarial=CONFIG.adversarial), 0.999)[0] == "reconstruction"


def test_crops_begin_with_the_note_or_lie_anywhere_in_it() -> None:
    config = CONFIGS["live"]
    crops = [crop(config, n) for n in range(0, 16 * 500, 16)]
    assert all(last - first == config.n_crop_frames for first, last in crops)
    assert all(0 <= first and last <= config.spec.n_frames for first, last in crops)
    share = sum(first == 0 for first, _ in crops) / len(crops)
    assert share == pytest.approx(config.onset_crops, abs=0.08)
    assert max(last for _, last in crops) == config.spec.n_frames
    assert crop(replace(config, n_crop_frames=0), 0) == (0, config.spec.n_frames)


def _image(data: PreparedSet, row: int, config: TrainingConfig) -> np.ndarray:
    from synth.representation import encode

    return encode(data.audio[row] / 32_768.0, config.spec)
