"""The adversarial stage: notes that a discriminator cannot tell from recordings.

Reconstruction alone averages away what no conditioning foretells (beating, vibrato, breath). Here
the generator learns it from a patch discriminator: hinge loss (Lim & Ye 2017, arXiv:1705.02894),
feature matching against the very recording that the note stands for (Larsen et al. 2016,
arXiv:1512.09300, §2.2), the reconstruction loss as an anchor, and auxiliary heads for velocity and
family (Odena et al. 2017, arXiv:1610.09585). The discriminator grows in the manner of Progressive
GAN (Karras et al. 2018, §2): it first sees images of low resolution, and detail fades in.
"""

from __future__ import annotations

import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.nn import functional

from training.checkpoint import flatten_optimiser, restore_optimiser, select
from training.config import AdversarialConfig, OptimiserConfig, TrainingConfig
from training.losses import audible_image, reconstruction_loss
from training.model.discriminator import Discriminator, Judgement
from training.stages.reconstruction import descend, generate
from training.stages.stage import Lesson, Networks
from training.steering import with_steering


class AdversarialStage:
    """Trains the networks and a discriminator in turns, one step each."""

    name = "adversarial"

    def __init__(
        self,
        config: TrainingConfig,
        networks: Networks,
        fabric: Fabric,
        families: tuple[str, ...],
    ) -> None:
        """Set up a fresh discriminator.

        Args:
            config: The run.
            networks: What is trained.
            fabric: What computes.
            families: Of the instruments, in the order of their latents.
        """
        self.config = config
        self.fabric = fabric
        self.networks = networks
        names = sorted(set(families))
        device = fabric.device
        self.family = torch.tensor([names.index(family) for family in families], device=device)
        generator = config.generator
        self.discriminator = Discriminator(
            config.adversarial.discriminator,
            config.spec,
            (generator.first_pitch, generator.last_pitch),
            len(families),
            len(names),
        ).to(device)
        self.discriminator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser_config: OptimiserConfig = config.adversarial.optimiser
        betas = (self.optimiser_config.beta1, self.optimiser_config.beta2)
        fused = device.type == "cuda"
        self.optimiser = torch.optim.Adam(networks.parameters(), betas=betas, fused=fused)
        self.discriminator_optimiser = torch.optim.Adam(
            self.discriminator.parameters(), betas=betas, fused=fused
        )

    def step(self, lesson: Lesson) -> dict[str, Tensor]:
        """Train on one batch."""
        config = self.config.adversarial
        clip = self.optimiser_config.gradient_clip
        first, last = lesson.frames
        note_peak = lesson.target[:, 0].amax(dim=(1, 2), keepdim=True)
        detail = min(1.0, lesson.progress / config.growing) if config.growing > 0.0 else 1.0

        def seen(image: Tensor) -> Tensor:
            shown = audible_image(image, note_peak, self.config.spec, self.config.loss)
            return coarsen(shown, (1.0 - detail) * config.n_grown_levels)

        generated = generate(self.networks, lesson, self.fabric)
        real, made = seen(lesson.target[:, :, first:last]), seen(generated)

        # The discriminator's step.
        of_real, of_made = self._judge(real, lesson), self._judge(made.detach(), lesson)
        hinge = functional.relu(1.0 - of_real.realness).mean()
        hinge = hinge + functional.relu(1.0 + of_made.realness).mean()
        judged = hinge + config.auxiliary * self._hearing_loss(of_real, lesson)
        if config.r1 > 0.0:
            slope = self._slope(real, lesson)
            judged = judged + 0.5 * config.r1 * slope
        descend(
            self.fabric,
            self.discriminator_optimiser,
            judged,
            lesson.rate * config.discriminator_speed,
            clip,
        )

        # The generator's.
        self.discriminator.requires_grad_(False)
        of_made = self._judge(made, lesson)
        reconstruction, terms = reconstruction_loss(
            generated, lesson.target, self.config.spec, self.config.loss, first
        )
        losses = {
            "adversarial": -of_made.realness.mean(),
            "matching": feature_distance(of_made.features, of_real.features),
            "reconstruction": reconstruction,
            "auxiliary": self._hearing_loss(of_made, lesson),
        }
        loss, terms = with_steering(
            sum_of_terms(losses, config), terms, self.networks, lesson, self.config, self.fabric
        )
        norm = descend(self.fabric, self.optimiser, loss, lesson.rate, clip)
        self.discriminator.requires_grad_(True)
        told = {"loss": loss, "gradient": norm, "hinge": hinge, **losses, **terms}
        return {**told, "r1": slope} if config.r1 > 0.0 else told

    def tensors(self) -> dict[str, Tensor]:
        """Return the discriminator and both optimisers' moments."""
        own = {f"network.{k}": value for k, value in self.discriminator.state_dict().items()}
        own |= {
            f"turn.{k}": value
            for k, value in flatten_optimiser(self.discriminator_optimiser).items()
        }
        return own | flatten_optimiser(self.optimiser)

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go on with them."""
        self.discriminator.load_state_dict(select(tensors, "network"))
        restore_optimiser(self.discriminator_optimiser, select(tensors, "turn"))
        restore_optimiser(self.optimiser, tensors)

    def _judge(self, image: Tensor, lesson: Lesson) -> Judgement:
        batch = lesson.batch
        with self.fabric.autocast():
            judgement: Judgement = self.discriminator(
                image, batch.pitch, batch.velocity, batch.instrument
            )
        return judgement

    def _slope(self, real: Tensor, lesson: Lesson) -> Tensor:
        """Square the slope of realness at recordings, R1 (Mescheder et al. 2018, arXiv:1801.04406).

        Patches hardly overlap, so the slope of their sum stands for that of each. A few notes of
        every step cost what all notes of a few steps do, as Karras et al. 2020 (arXiv:1912.04958,
        §B) take them, and need no count of steps.
        """
        n_notes = max(1, round(self.config.adversarial.r1_share * len(real)))
        image = real[:n_notes].detach().requires_grad_(True)
        batch = lesson.batch
        conditions = (batch.pitch[:n_notes], batch.velocity[:n_notes], batch.instrument[:n_notes])
        # In full precision: a slope of a slope of bfloat16 is noise.
        realness = self.discriminator(image, *conditions).realness
        (slope,) = torch.autograd.grad(realness.sum(), image, create_graph=True)
        return slope.square().sum() / realness.numel()

    def _hearing_loss(self, judgement: Judgement, lesson: Lesson) -> Tensor:
        """Velocity and family as the discriminator hears them, against what was asked for."""
        velocity = functional.mse_loss(judgement.velocity, lesson.batch.velocity)
        family = functional.cross_entropy(judgement.family, self.family[lesson.batch.instrument])
        return velocity + family


def sum_of_terms(losses: dict[str, Tensor], config: AdversarialConfig) -> Tensor:
    """Weigh the generator's losses; every name is a weight of the config's."""
    return torch.stack([getattr(config, name) * value for name, value in losses.items()]).sum()


def feature_distance(made: list[Tensor], real: list[Tensor]) -> Tensor:
    """Compare what two judgements saw: L1, each layer on the scale of the recordings'."""
    distances = []
    for ours, theirs in zip(made, real, strict=True):
        wanted = theirs.detach().float()
        distances.append((ours.float() - wanted).abs().mean() / wanted.abs().mean().clamp(min=1e-6))
    return torch.stack(distances).mean()


def coarsen(image: Tensor, level: float) -> Tensor:
    """Show an image at 1 / 2 ** level of its resolution, at its own size.

    Args:
        image: [batch, n_channels, n, n_bins].
        level: 0 leaves it; fractions fade between the whole numbers beside them.
    """
    if level <= 0.0:
        return image
    lower = int(level)
    fade = level - lower
    return (1.0 - fade) * _pooled(image, lower) + (fade * _pooled(image, lower + 1) if fade else 0)


def _pooled(image: Tensor, level: int) -> Tensor:
    if level == 0:
        return image
    size = 2**level
    return functional.interpolate(functional.avg_pool2d(image, size), scale_factor=float(size))
