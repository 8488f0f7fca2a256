"""What the loop asks of a stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from torch import Tensor, nn

from training.batches import Batch
from training.checkpoint import InstrumentLatents
from training.config import OptimiserConfig, TrainingConfig
from training.model.generator import Generator


class Networks(nn.Module):
    """What becomes the instrument; its running average is what is exported."""

    def __init__(self, config: TrainingConfig, n_instruments: int) -> None:
        super().__init__()
        self.generator = Generator(config.generator, config.spec)
        self.latents = InstrumentLatents(n_instruments, config.generator.latent_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one step learns from."""

    batch: Batch
    target: Tensor  # [batch, n_channels, n_frames, n_bins], the whole recordings
    latent_noise: Tensor  # [batch, latent_size]
    frames: tuple[int, int]  # the piece that is looked at
    progress: float  # 0..1 of the stage
    rate: float  # learning rate
    rng: np.random.Generator  # the step's own dice


class Stage(Protocol):
    """One way of training the networks, with its own optimisers and helpers."""

    name: str
    optimiser_config: OptimiserConfig

    def step(self, lesson: Lesson) -> dict[str, Tensor]:
        """Train on one batch; return the loss's terms, the sum first, under "loss"."""

    def tensors(self) -> dict[str, Tensor]:
        """Return everything that the stage needs to go on, by name."""

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go on from what `tensors` returned."""
