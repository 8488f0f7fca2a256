"""Reconstruction: the generator as the decoder of one learned latent per instrument.

It gives the adversarial stage a start that is in tune, at a small part of the cost (a GAN needs
tens of times the images).
"""

from __future__ import annotations

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from training.checkpoint import flatten_optimiser, restore_optimiser
from training.config import OptimiserConfig, TrainingConfig
from training.devices import share_gradients
from training.losses import reconstruction_loss
from training.stages.stage import Lesson, Networks
from training.steering import with_steering


class ReconstructionStage:
    """Compares generated notes with their recordings, bin by bin."""

    name = "reconstruction"

    def __init__(
        self,
        config: TrainingConfig,
        networks: Networks,
        fabric: Fabric,
        _families: tuple[str, ...] = (),
    ) -> None:
        self.config = config
        self.fabric = fabric
        self.networks = networks
        self.optimiser_config: OptimiserConfig = config.optimiser
        self.optimiser = torch.optim.Adam(
            networks.parameters(),
            lr=config.optimiser.rate,
            betas=(config.optimiser.beta1, config.optimiser.beta2),
            fused=fabric.device.type == "cuda",
        )

    def step(self, lesson: Lesson) -> dict[str, Tensor]:
        """Train on one batch."""
        generated = generate(self.networks, lesson, self.fabric)
        loss, terms = reconstruction_loss(
            generated, lesson.target, self.config.spec, self.config.loss, lesson.frames[0]
        )
        loss, terms = with_steering(loss, terms, self.networks, lesson, self.config, self.fabric)
        clip = self.config.optimiser.gradient_clip
        norm = descend(self.fabric, self.optimiser, loss, lesson.rate, clip)
        return {"loss": loss, "gradient": norm, **terms}

    def tensors(self) -> dict[str, Tensor]:
        """Return the optimiser's moments."""
        return flatten_optimiser(self.optimiser)

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go on with the optimiser's moments."""
        restore_optimiser(self.optimiser, tensors)


def generate(networks: Networks, lesson: Lesson, fabric: Fabric) -> Tensor:
    """Generate the lesson's piece of its notes, [batch, n_channels, n, n_bins]."""
    batch = lesson.batch
    with fabric.autocast():
        latent = networks.latents(batch.instrument) + lesson.latent_noise
        image: Tensor = networks.generator(latent, batch.pitch, batch.velocity, lesson.frames)
    return image


def descend(
    fabric: Fabric,
    optimiser: torch.optim.Optimizer,
    loss: Tensor,
    rate: float,
    gradient_clip: float,
) -> Tensor:
    """Take one step down; a gradient that is no number is left out.

    Returns:
        The gradient's norm before clipping.
    """
    parameters = [value for group in optimiser.param_groups for value in group["params"]]
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad(set_to_none=True)
    fabric.backward(loss)
    share_gradients(fabric, parameters)
    norm = nn.utils.clip_grad_norm_(parameters, gradient_clip)
    if torch.isfinite(norm):
        optimiser.step()
    return norm
