"""Equalising a run brings its levels nearer to the recordings', and spoils nothing else."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from synth.errors import ConfigError, InputFileError
from training.checkpoint import load_checkpoint, load_run, save_checkpoint
from training.data.prepared import PreparedSet
from training.equalise import EqualiserConfig, blended, equalise, smoothed

QUICK = EqualiserConfig(n_steps=150)


@pytest.fixture(scope="module")
def equalised(
    tone_run: Path, tone_set: PreparedSet, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict]:
    out = tmp_path_factory.mktemp("equalised") / "run"
    return out, equalise(tone_run, tone_set, out, QUICK)


def test_notes_learned_and_held_out_come_nearer_to_their_recordings(
    equalised: tuple[Path, dict],
) -> None:
    told = equalised[1]
    assert told["difference_db"]["after"] < 0.5 * told["difference_db"]["before"]
    assert told["held_out_difference_db"]["after"] < 0.7 * told["held_out_difference_db"]["before"]


def test_the_new_run_is_one_like_any_other(tone_run: Path, equalised: tuple[Path, dict]) -> None:
    folder, told = equalised
    config, generator, timbres, provenance = load_run(folder)
    _, plain, old_timbres, _ = load_run(tone_run)
    assert config.generator.n_equaliser_bands == 24
    assert provenance["equaliser"] == told
    for new, old in zip(timbres, old_timbres, strict=True):
        torch.testing.assert_close(new.latent, old.latent)
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(generator.state_dict()[name], value)


def test_a_run_that_lies_there_is_kept(
    tone_run: Path, tone_set: PreparedSet, equalised: tuple[Path, dict]
) -> None:
    before = (equalised[0] / "checkpoint.safetensors").read_bytes()
    with pytest.raises(InputFileError, match="choose another --out"):
        equalise(tone_run, tone_set, equalised[0], QUICK)
    assert (equalised[0] / "checkpoint.safetensors").read_bytes() == before


def test_a_time_budget_ends_it_with_fewer_notes_and_steps(
    tone_run: Path, tone_set: PreparedSet, tmp_path: Path
) -> None:
    endless = replace(QUICK, n_steps=10**9, time_budget_s=4.0)
    started = time.monotonic()
    told = equalise(tone_run, tone_set, tmp_path / "run", endless)
    assert time.monotonic() - started < 60.0  # without the budget: for ever
    assert told["difference_db"]["after"] < told["difference_db"]["before"]
    assert load_run(tmp_path / "run")[0].generator.n_equaliser_bands == 24


def test_an_equaliser_that_is_there_is_fitted_further(
    tone_set: PreparedSet, equalised: tuple[Path, dict], tmp_path: Path
) -> None:
    folder, told = equalised
    again = equalise(folder, tone_set, tmp_path / "run", QUICK)
    first, second = told["difference_db"], again["difference_db"]
    assert second["before"] < 0.9 * first["before"]
    assert second["after"] < 0.5 * second["before"]


def test_codes_of_time_are_smoothed_behind_the_attack() -> None:
    name = "ema.generator.levels.{}.first.motion.codes"
    coarse, fine = torch.randn(3, 32), torch.randn(3, 64)
    tensors = {name.format(4): coarse, name.format(5): fine, "model.other": coarse}
    once, twice = (smoothed(tensors, passes)[name.format(5)] for passes in (1, 2))
    assert smoothed(tensors, 0) is tensors
    assert smoothed(tensors, 1)[name.format(4)] is coarse
    assert torch.equal(once[:, :8], fine[:, :8])
    expected = (fine[:, 19] + 2.0 * fine[:, 20] + fine[:, 21]) / 4.0
    torch.testing.assert_close(once[:, 20], expected)
    steps = [value.diff(dim=1)[:, 8:].square().mean() for value in (fine, once, twice)]
    assert steps[0] > 2.0 * steps[1] > 2.0 * steps[2]
    torch.testing.assert_close(twice.mean(), fine.mean(), atol=0.1, rtol=0.0)


def copy_of(run: Path, folder: Path, stage: str, scale: float) -> Path:
    loaded = load_checkpoint(run)
    assert loaded is not None
    tensors, state = loaded
    folder.mkdir()
    (folder / "config.json").write_text((run / "config.json").read_text())
    scaled = {name: value * scale for name, value in tensors.items()}
    save_checkpoint(folder, scaled, {**state, "stage": stage})
    return folder


def test_weights_of_two_runs_are_mixed_by_their_shares(tone_run: Path, tmp_path: Path) -> None:
    once = copy_of(tone_run, tmp_path / "once", "adversarial", 1.0)
    thrice = copy_of(tone_run, tmp_path / "thrice", "reconstruction", 3.0)
    tensors, state = blended(once, replace(QUICK, blend=thrice, blend_share=0.25))
    plain, _ = blended(once, QUICK)
    for name, value in plain.items():
        if value.is_floating_point():
            torch.testing.assert_close(tensors[name], 1.5 * value)
    assert state["provenance"]["blend"] == {"reconstruction": 0.25, "adversarial": 0.75}


def test_what_cannot_be_is_refused_in_one_line(tone_run: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="keys"):
        EqualiserConfig(keys=0.0)
    with pytest.raises(ConfigError, match="time budget"):
        EqualiserConfig(time_budget_s=0.0)
    with pytest.raises(ConfigError, match="share"):
        EqualiserConfig(blend_share=1.5)
    with pytest.raises(ConfigError, match="smoothing"):
        EqualiserConfig(smoothing=-1)
    with pytest.raises(InputFileError, match="no checkpoint"):
        blended(tmp_path, QUICK)
    other = copy_of(tone_run, tmp_path / "other", "adversarial", 1.0)
    tensors, state = load_checkpoint(other) or ({}, {})
    tensors["ema.generator.head.bias"] = torch.zeros(1)
    save_checkpoint(other, tensors, state)
    with pytest.raises(InputFileError, match="other networks"):
        blended(copy_of(tone_run, tmp_path / "own", "x", 1.0), replace(QUICK, blend=other))
    assert json.loads((other / "config.json").read_text())["name"] == "smoke"
