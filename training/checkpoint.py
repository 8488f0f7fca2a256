"""The state of a run: one safetensors file, written atomically, read back to go on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from synth.errors import ConfigError, InputFileError
from training.config import TrainingConfig, config_from_dict
from training.model.generator import Generator

CHECKPOINT_NAME = "checkpoint.safetensors"
CONFIG_NAME = "config.json"
# What of a checkpoint another run begins with: the averaged networks (an annealed run's own weights
# differ little from their average, and would double the file), and the discriminator.
_WEIGHTS = ("ema.", "stage.network.")
_GENERATOR = "ema.generator."
TORCHSCRIPT_NAME = "generator.ts"  # of the instrument beside a training state


@dataclass(frozen=True, slots=True)
class Timbre:
    """One named point of the latent space."""

    name: str
    family: str
    latent: Tensor  # [latent_size]


class InstrumentLatents(nn.Module):
    """One learned latent per instrument of the data, on the sphere of radius sqrt(latent_size)."""

    def __init__(self, n_instruments: int, latent_size: int) -> None:
        super().__init__()
        self.table = nn.Embedding(n_instruments, latent_size)

    def forward(self, instrument: Tensor) -> Tensor:
        """Look latents up, [batch] int64 -> [batch, latent_size], unit variance."""
        latent = self.table(instrument)
        return latent * torch.rsqrt(latent.square().mean(dim=1, keepdim=True) + 1e-8)


def save_checkpoint(run_dir: Path, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
    """Write a checkpoint; what stood there before stays whole until the new one is complete.

    Args:
        run_dir: Folder of the run.
        tensors: Everything that is a tensor, by name.
        state: Everything else, JSON-able.

    Raises:
        InputFileError: it cannot be written (a full disk, say); the previous one is untouched.
    """
    path = run_dir / CHECKPOINT_NAME
    partial = path.with_suffix(".partial")
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    try:
        save_file(contiguous, partial, metadata={"state": json.dumps(state)})
        partial.replace(path)
    except (OSError, SafetensorError) as error:
        partial.unlink(missing_ok=True)
        raise InputFileError(f"cannot write {path}: {error}; free some space and go on") from error


def load_checkpoint(run_dir: Path) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """Read the run's checkpoint, or None where there is none yet.

    Raises:
        InputFileError: the file is damaged.
    """
    path = run_dir / CHECKPOINT_NAME
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            state = json.loads(file.metadata()["state"])
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise InputFileError(
            f"{path} is no checkpoint: {error}; delete it to start anew"
        ) from error
    return tensors, state


@contextmanager
def refusing_other_sizes(run_dir: Path) -> Iterator[None]:
    """Tell in one line that a run's tensors do not fit the networks that want them.

    Raises:
        ConfigError: they do not (another config, or another number of instruments).
    """
    try:
        yield
    except (RuntimeError, ValueError, KeyError) as error:
        raise ConfigError(
            f"{run_dir} was begun with networks of other sizes than this config's; "
            f"give it {run_dir / CONFIG_NAME}, or another --run"
        ) from error


def flatten_optimiser(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Name the optimiser's tensors, `optimiser.<parameter index>.<moment>`."""
    return {
        f"optimiser.{index}.{name}": torch.as_tensor(value)
        for index, moments in optimiser.state_dict()["state"].items()
        for name, value in moments.items()
    }


def restore_optimiser(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Give `flatten_optimiser`'s tensors back to an optimiser of the same parameters."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimiser."):
            _, index, moment = name.split(".")
            state.setdefault(int(index), {})[moment] = tensor
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})


def select(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors under `prefix.`, without it."""
    return {
        name.removeprefix(f"{prefix}."): tensor
        for name, tensor in tensors.items()
        if name.startswith(f"{prefix}.")
    }


def load_run(run_dir: Path) -> tuple[TrainingConfig, Generator, list[Timbre], dict[str, Any]]:
    """Open a run for export or evaluation.

    Args:
        run_dir: What `gansynth train --run` was given.

    Returns:
        The resolved config; the generator with the averaged (EMA) weights, in evaluation mode; the
        named timbres, in the data's order; the provenance (data, licence, images seen, hours,
        seed).

    Raises:
        InputFileError: the folder holds no run, or a damaged one.
    """
    loaded = load_checkpoint(run_dir)
    if loaded is None:
        raise InputFileError(f"{run_dir} holds no {CHECKPOINT_NAME}; train there first")
    tensors, state = loaded
    try:
        config = config_from_dict(json.loads((run_dir / CONFIG_NAME).read_text()))
    except (OSError, ValueError) as error:
        raise InputFileError(f"{run_dir / CONFIG_NAME} cannot be read: {error}") from error
    if not isinstance(config, TrainingConfig):
        raise InputFileError(
            f"{run_dir} is a run of config {config.name!r}, whose network has neither velocity nor "
            "tiles and is no instrument; train with --config live"
        )
    generator = Generator(config.generator, config.spec)
    generator.load_state_dict(select(tensors, "ema.generator"))
    names: list[list[str]] = state["instruments"]
    latents = InstrumentLatents(len(names), config.generator.latent_size)
    latents.load_state_dict(select(tensors, "ema.latents"))
    with torch.no_grad():
        table = latents(torch.arange(len(names)))
    timbres = [Timbre(name, family, table[i]) for i, (name, family) in enumerate(names)]
    return config, generator.eval(), timbres, state["provenance"]


def save_training_state(run_dir: Path, path: Path) -> None:
    """Write what another run can begin from: weights in bfloat16, no optimiser's moments.

    Beside an instrument the generator is left out: its averaged weights are there already.

    Args:
        run_dir: A run that has saved.
        path: The file, .safetensors; written whole or not at all.

    Raises:
        InputFileError: there is no such run, or the file cannot be written.
    """
    loaded = load_checkpoint(run_dir)
    if loaded is None:
        raise InputFileError(f"{run_dir} holds no {CHECKPOINT_NAME}; train there first")
    tensors, state = loaded
    weights = {
        name: tensor.to(torch.bfloat16) if tensor.is_floating_point() else tensor
        for name, tensor in tensors.items()
        if name.startswith(_WEIGHTS)
        and not (name.startswith(_GENERATOR) and path.with_name(TORCHSCRIPT_NAME).exists())
    }
    told = {key: state[key] for key in ("instruments", "provenance")}
    partial = path.with_suffix(".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(weights, partial, metadata={"training_state": json.dumps(told)})
        partial.replace(path)
    except (OSError, SafetensorError) as error:
        partial.unlink(missing_ok=True)
        raise InputFileError(f"cannot write {path}: {error}; free some space") from error


def load_training_state(path: Path) -> tuple[dict[str, Tensor], list[str], dict[str, Any]]:
    """Read what `save_training_state` wrote.

    Returns:
        The tensors, in float32, under `ema.` and `stage.network.`; the names of the instruments,
        in the order of their latents; where the weights come from.

    Raises:
        InputFileError: the file is none.
    """
    try:
        with safe_open(path, framework="pt") as file:
            told = json.loads((file.metadata() or {})["training_state"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        names = [str(name) for name, _family in told["instruments"]]
        beside = path.with_name(TORCHSCRIPT_NAME)
        if beside.exists() and not any(name.startswith(_GENERATOR) for name in tensors):
            script = torch.jit.load(beside, map_location="cpu")
            tensors |= {_GENERATOR + name: value for name, value in script.state_dict().items()}
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise InputFileError(
            f"{path} is no training state: {error}; give the file that `gansynth export "
            "--training-state` wrote"
        ) from error
    return (
        {
            name: tensor.float() if tensor.is_floating_point() else tensor
            for name, tensor in tensors.items()
        },
        names,
        dict(told.get("provenance", {})),
    )


@torch.no_grad()
def take_weights(
    module: nn.Module, tensors: dict[str, Tensor], then: list[str], now: Sequence[str]
) -> int:
    """Give a module the weights that fit it; the others stay as they are.

    Args:
        module: Whose state is overwritten.
        tensors: By the names of its state.
        then: Names of the instruments that rows of tables stood for.
        now: The same, of the module's own tables.

    Returns:
        How many of the module's tensors were given something.
    """
    n_taken = 0
    same = [(now.index(name), row) for row, name in enumerate(then) if name in now]
    for name, own in module.state_dict().items():
        given = tensors.get(name)
        if given is None:
            continue
        is_table = own.ndim == 2 and own.shape[0] == len(now) and given.shape[0] == len(then)
        if is_table and own.shape[1:] == given.shape[1:] and list(now) != then:
            for here, there in same:
                own[here] = given[there]
        elif own.shape == given.shape:
            own.copy_(given)
        else:
            continue
        n_taken += 1
    return n_taken
