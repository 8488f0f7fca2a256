"""One step of GANSynth's training: a turn of the discriminator, a turn of the generator.

Engel et al. 2019, arXiv:1902.08710, §3 and appendix A; the losses are in `training.progressive`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from training.checkpoint import flatten_optimiser, restore_optimiser, select
from training.model.gansynth import PaperDiscriminator, PaperGenerator, blend_to_progress
from training.paper_config import PaperConfig
from training.progressive import critic_loss, generator_loss
from training.representation import encode
from training.stages.reconstruction import descend


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLesson:
    """What one step learns from."""

    audio: Tensor  # [batch, n_samples], recordings, full scale 1
    heard: Tensor  # [batch], their pitches
    latent: Tensor  # [batch, latent_size], of the notes to make
    pitch: Tensor  # [batch], of the notes to make
    mix: Tensor  # [batch], 0..1, where the discriminator's slope is looked at
    progress: float  # how far the networks have grown

    def to(self, device: torch.device) -> PaperLesson:
        """Move all of it."""
        names = ("audio", "heard", "latent", "pitch", "mix")
        return replace(self, **{name: getattr(self, name).to(device) for name in names})


class PaperStage(nn.Module):
    """The paper's networks, the generator's running average, and both optimisers."""

    def __init__(self, config: PaperConfig, fabric: Fabric) -> None:
        super().__init__()
        self.config = config
        self.fabric = fabric
        size = config.spec.n_frames, config.spec.n_bins
        self.model = PaperGenerator(config.network, *size)
        self.ema = PaperGenerator(config.network, *size)
        self.discriminator = PaperDiscriminator(config.network, *size)
        self.ema.load_state_dict(self.model.state_dict())
        self.ema.requires_grad_(False)
        self.to(fabric.device)
        betas = (config.beta1, config.beta2)
        self.turns = {
            name: torch.optim.Adam(network.parameters(), lr=config.rate, betas=betas)
            for name, network in (("model", self.model), ("discriminator", self.discriminator))
        }

    def step(self, lesson: PaperLesson) -> dict[str, Tensor]:
        """Train on one batch; return the terms of the losses, the generator's sum as "loss"."""
        config, first_pitch = self.config, self.config.network.first_pitch
        recordings = encode(lesson.audio, config.spec)
        real = blend_to_progress(recordings, lesson.progress, config.network.n_blocks)
        made = self.model(lesson.latent, lesson.pitch, lesson.progress)
        critic = partial(self.discriminator, progress=lesson.progress)

        heard = lesson.heard - first_pitch
        loss, terms = critic_loss(critic, real, made.detach(), heard, config, lesson.mix)
        descend(self.fabric, self.turns["discriminator"], loss, config.rate, math.inf)

        self.discriminator.requires_grad_(False)
        loss, more = generator_loss(critic, made, lesson.pitch - first_pitch, config)
        norm = descend(self.fabric, self.turns["model"], loss, config.rate, math.inf)
        self.discriminator.requires_grad_(True)
        with torch.no_grad():
            pairs = zip(self.ema.parameters(), self.model.parameters(), strict=True)
            for mean, value in pairs:
                mean.lerp_(value, 1.0 - config.ema_decay)
        return {"loss": loss, "gradient": norm, **terms, **more}

    def tensors(self) -> dict[str, Tensor]:
        """Return everything that is needed to go on, by name."""
        own = dict(self.state_dict())
        for name, optimiser in self.turns.items():
            moments = flatten_optimiser(optimiser)
            own |= {f"turn.{name}.{key}": value for key, value in moments.items()}
        return own

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go on with what `tensors` returned."""
        own = {key: value for key, value in tensors.items() if not key.startswith("turn.")}
        self.load_state_dict(own)
        for name, optimiser in self.turns.items():
            restore_optimiser(optimiser, select(tensors, f"turn.{name}"))
