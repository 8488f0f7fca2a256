"""Where a run computes: one device, or several with `torchrun`, through Lightning Fabric."""

from __future__ import annotations

import os

import torch
from lightning_fabric import Fabric
from torch import Tensor

from synth.errors import ConfigError, DeviceError


def usable_device(name: str) -> str:
    """Choose what to compute on.

    Args:
        name: "cpu", "cuda", or "auto" for a GPU where there is one.

    Raises:
        DeviceError: there is no such GPU.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise DeviceError("--device is cuda, but torch finds none; use --device cpu")
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return name


def open_devices(device: str, *, bf16: bool, batch_size: int) -> Fabric:
    """Take the device of this process, and join the other processes of a `torchrun`.

    Args:
        device: "auto", "cpu" or "cuda".
        bf16: Whether networks compute in bfloat16 (weights and losses stay float32).
        batch_size: Notes of a step over all processes.

    Raises:
        ConfigError: the batch does not divide among the processes.
    """
    n_processes = int(os.environ.get("WORLD_SIZE", "1"))
    n_here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    if batch_size % n_processes:
        raise ConfigError(
            f"optimiser.batch_size is {batch_size}, which {n_processes} processes cannot share; "
            f"take a multiple of {n_processes}"
        )
    fabric = Fabric(
        accelerator=usable_device(device),
        devices=n_here,
        num_nodes=n_processes // n_here,
        strategy="ddp" if n_processes > 1 else "auto",
        precision="bf16-mixed" if bf16 else "32-true",
    )
    fabric.launch()
    return fabric


def n_free_bytes(device: torch.device) -> int:
    """Count the memory of a GPU that nobody uses; none elsewhere, where data lie near anyway."""
    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else 0


def mean_over_processes(fabric: Fabric, values: Tensor) -> Tensor:
    """Average a tensor over all processes; it is the same everywhere afterwards."""
    if fabric.world_size == 1:
        return values
    mean = fabric.all_reduce(values, reduce_op="mean")
    assert isinstance(mean, Tensor)
    return mean


def share_gradients(fabric: Fabric, parameters: list[Tensor]) -> None:
    """Give every process the mean of all gradients, in one message.

    The stages call parts of the networks, not one forward that a wrapper could watch.
    """
    if fabric.world_size == 1:
        return
    gradients = [value.grad for value in parameters if value.grad is not None]
    means = mean_over_processes(fabric, torch.cat([gradient.flatten() for gradient in gradients]))
    for gradient, mean in zip(gradients, means.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))
