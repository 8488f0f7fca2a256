"""Checkpoints: whole or not there; a damaged one is named."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from synth.errors import InputFileError
from training.checkpoint import (
    CHECKPOINT_NAME,
    TORCHSCRIPT_NAME,
    InstrumentLatents,
    flatten_optimiser,
    load_checkpoint,
    load_run,
    load_training_state,
    restore_optimiser,
    save_checkpoint,
    save_training_state,
    select,
    take_weights,
)


def test_tensors_and_state_come_back(tmp_path: Path) -> None:
    tensors = {"model.a": torch.arange(3.0), "ema.a": torch.ones(2, 2)}
    save_checkpoint(tmp_path, tensors, {"n_images": 7})
    loaded = load_checkpoint(tmp_path)
    assert loaded is not None
    assert loaded[1] == {"n_images": 7}
    torch.testing.assert_close(select(loaded[0], "model"), {"a": torch.arange(3.0)})


def test_there_is_none_in_a_fresh_folder(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path) is None
    with pytest.raises(InputFileError, match="train there first"):
        load_run(tmp_path)


def test_a_truncated_checkpoint_is_named(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, {"model.a": torch.zeros(1000)}, {})
    path = tmp_path / CHECKPOINT_NAME
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InputFileError, match="no checkpoint"):
        load_checkpoint(tmp_path)


def test_a_failed_write_leaves_the_previous_one(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, {"model.a": torch.ones(3)}, {})
    (tmp_path / CHECKPOINT_NAME).with_suffix(".partial").mkdir()  # nothing can be written there
    with pytest.raises((InputFileError, OSError)):
        save_checkpoint(tmp_path, {"model.a": torch.zeros(3)}, {})
    loaded = load_checkpoint(tmp_path)
    assert loaded is not None
    assert loaded[0]["model.a"].tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("n_bytes", [0, 200, 5_000])
def test_a_full_disk_is_one_line_and_leaves_the_previous_one_whole(
    tmp_path: Path, full_disk: Any, n_bytes: int
) -> None:
    save_checkpoint(tmp_path, {"model.a": torch.ones(3_000)}, {"step": 7})
    before = (tmp_path / CHECKPOINT_NAME).read_bytes()
    with full_disk(n_bytes), pytest.raises(InputFileError) as refused:
        save_checkpoint(tmp_path, {"model.a": torch.zeros(3_000)}, {"step": 8})
    assert "free some space" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert (tmp_path / CHECKPOINT_NAME).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT_NAME]


def test_an_optimiser_goes_on_as_if_never_stopped() -> None:
    def step(optimiser: torch.optim.Optimizer, weight: torch.Tensor) -> None:
        optimiser.zero_grad()
        (weight**2).sum().backward()
        optimiser.step()

    weight = torch.nn.Parameter(torch.ones(3))
    optimiser = torch.optim.Adam([weight], lr=0.1)
    step(optimiser, weight)
    copy = torch.nn.Parameter(weight.detach().clone())
    resumed = torch.optim.Adam([copy], lr=0.1)
    saved = {name: value.clone() for name, value in flatten_optimiser(optimiser).items()}
    restore_optimiser(resumed, saved)
    step(optimiser, weight)
    step(resumed, copy)
    assert weight.tolist() == copy.tolist()


def test_latents_lie_on_the_sphere() -> None:
    latent = InstrumentLatents(5, 16)(torch.arange(5))
    torch.testing.assert_close(latent.square().mean(dim=1), torch.ones(5))


def test_a_training_state_is_the_averaged_weights_and_the_discriminator_in_half_the_bytes(
    tmp_path: Path,
) -> None:
    weight = torch.linspace(-1, 1, 10_000)
    tensors = {f"{part}.w": weight.clone() for part in ("model", "ema", "stage.network")}
    tensors |= {f"{name}.0.exp_avg": weight.clone() for name in ("stage.optimiser", "stage.turn")}
    state = {"instruments": [["Oboe", "reed"], ["Harp", "string"]], "provenance": {}, "images": {}}
    save_checkpoint(tmp_path, tensors, state)

    save_training_state(tmp_path, tmp_path / "there" / "state.safetensors")
    found, names, _ = load_training_state(tmp_path / "there" / "state.safetensors")

    assert (tmp_path / "there" / "state.safetensors").stat().st_size < 2 * 2 * 10_000 + 1_000
    assert names == ["Oboe", "Harp"]
    assert found.keys() == {"ema.w", "stage.network.w"}
    torch.testing.assert_close(found["ema.w"], weight, rtol=2**-8, atol=0.0)


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_beside_an_instrument_the_state_takes_the_generator_from_it(tmp_path: Path) -> None:
    generator = nn.Linear(3, 2)
    weights = {f"ema.generator.{name}": value for name, value in generator.state_dict().items()}
    there = {"ema.latents.table.weight": torch.ones(2, 4), **weights}
    state = {"instruments": [["Oboe", "reed"], ["Harp", "string"]], "provenance": {}, "images": {}}
    save_checkpoint(tmp_path, there, state)
    folder = tmp_path / "instrument"
    folder.mkdir()
    torch.jit.script(generator).save(str(folder / TORCHSCRIPT_NAME))

    save_training_state(tmp_path, folder / "training.safetensors")
    found, _, _ = load_training_state(folder / "training.safetensors")

    assert (folder / "training.safetensors").stat().st_size < 500
    assert found.keys() == there.keys()
    for name, value in weights.items():
        torch.testing.assert_close(found[name], value)


def test_what_is_no_training_state_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="train there first"):
        save_training_state(tmp_path, tmp_path / "state.safetensors")
    save_checkpoint(tmp_path, {"model.a": torch.zeros(3)}, {})
    with pytest.raises(InputFileError, match="is no training state"):
        load_training_state(tmp_path / CHECKPOINT_NAME)
    with pytest.raises(InputFileError, match="is no training state"):
        load_training_state(tmp_path / "none.safetensors")


def test_weights_are_taken_where_they_fit_and_latents_by_the_instrument_s_name() -> None:
    then = InstrumentLatents(3, 4)
    now = InstrumentLatents(2, 4)
    fresh = now.table.weight.detach().clone()

    n_taken = take_weights(now, then.state_dict(), ["Oboe", "Harp", "Tuba"], ["Lute", "Tuba"])

    assert n_taken == 1
    assert torch.equal(now.table.weight[0], fresh[0])
    assert torch.equal(now.table.weight[1], then.table.weight[2])
    assert take_weights(now, {"table.weight": torch.zeros(9, 9)}, ["Oboe"], ["Lute", "Tuba"]) == 0
