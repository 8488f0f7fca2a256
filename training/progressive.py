"""When the paper's networks grow, and what they are taught: pure functions.

Karras et al. 2018, arXiv:1710.10196 (schedule, drift); Gulrajani et al. 2017, arXiv:1704.00028
(gradient penalty); Odena et al. 2017, arXiv:1610.09585 (auxiliary pitch).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from training.paper_config import PaperConfig

Critic = Callable[[Tensor], tuple[Tensor, Tensor]]  # images to realness and pitch logits


def stage_of(n_images: float, config: PaperConfig) -> int:
    """Number of the stage, from 0: even ones are stable, in odd ones a resolution fades in."""
    cycle, rest = divmod(n_images, config.n_stable_images + config.n_transition_images)
    stage = 2 * int(cycle) + (rest >= config.n_stable_images)
    return min(stage, config.n_stages - 1)


def progress_of(n_images: float, config: PaperConfig) -> float:
    """How far the networks have grown after so many images, 0 .. n_blocks - 1."""
    cycle, rest = divmod(n_images, config.n_stable_images + config.n_transition_images)
    grown = max(0.0, rest - config.n_stable_images) / max(config.n_transition_images, 1)
    return min(cycle + grown, config.network.n_blocks - 1.0)


def critic_loss(
    critic: Critic, real: Tensor, made: Tensor, pitch: Tensor, config: PaperConfig, mix: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """Teach the discriminator to tell recordings, and to hear their pitch.

    Args:
        critic: The discriminator at its progress.
        real: [batch, 2, rows, columns], recordings.
        made: The same of the generator, detached.
        pitch: [batch], index of the recordings' pitch.
        config: Weights.
        mix: [batch], 0..1: where between recording and made image the slope is looked at.

    Returns:
        The weighted sum, and its terms by name.
    """
    realness, heard = critic(real)
    terms = {
        "wasserstein": critic(made)[0].mean() - realness.mean(),
        "penalty": gradient_penalty(critic, real, made, mix),
        "drift": realness.square().mean(),
        "pitch_real": functional.cross_entropy(heard, pitch),
    }
    total = terms["wasserstein"] + config.gradient_penalty * terms["penalty"]
    total = total + config.drift_penalty * terms["drift"]
    return total + config.pitch_weight * terms["pitch_real"], terms


def gradient_penalty(critic: Critic, real: Tensor, made: Tensor, mix: Tensor) -> Tensor:
    """Mean squared distance of the critic's slope from 1, between recordings and made images."""
    between = torch.lerp(real, made, mix[:, None, None, None]).requires_grad_(True)
    realness = critic(between)[0]
    (slope,) = torch.autograd.grad(realness.sum(), between, create_graph=True)
    norm = torch.sqrt(slope.square().sum(dim=(1, 2, 3)) + 1e-8)
    return (norm - 1.0).square().mean()


def generator_loss(
    critic: Critic, made: Tensor, pitch: Tensor, config: PaperConfig
) -> tuple[Tensor, dict[str, Tensor]]:
    """Teach the generator to be taken for real, and to be heard at its pitch."""
    realness, heard = critic(made)
    terms = {
        "adversarial": -realness.mean(),
        "pitch_made": functional.cross_entropy(heard, pitch),
    }
    return terms["adversarial"] + config.pitch_weight * terms["pitch_made"], terms
