"""Directions of the latent that each turn one thing about the sound, made while training.

Whatever the instruments' latents happen to be, a straight line through them turns several things
at once. So the generator is taught what its first coordinates mean: two notes that differ in one
of them alone must differ in that one's descriptor by as much as is wanted, and little in level.
(Pati & Lerch 2021, arXiv:2004.05485, regularise an encoder's coordinates by the attributes of its
data; here it is the generator's own notes that are described.) `training.macros` finds what came
of it, on other timbres, by the descriptors of `training.descriptors`.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.nn import functional

from synth.errors import ConfigError
from synth.representation import SpectrogramSpec
from synth.units import pitch_to_hz
from training.config import TrainingConfig
from training.stages.stage import Lesson, Networks

# What each coordinate turns, and by how much from -1 to +1: octaves of the centroid, then dB.
WANTED = {
    "Brightness": 1.6,
    "Soft attack": 10.0,
    "Decay": 10.0,
    "Breath": 16.0,
    "Hollow": 12.0,
    "Body": 12.0,
    "Motion": 0.8,
}
_N_HARMONICS = 16
_FLOOR_DB = 80.0  # below the note's loudest frame
_N_END_FRAMES = 8  # at either end of a piece, of which the decay is taken
_ONSET = slice(1, 4)  # frame 0 lies half before the note
_FREE_LEVEL_DB = 1.0  # change of level that nobody minds
_LEVEL_DB = 10.0  # change of level that counts as much as a descriptor that does not move
_NOISE = 0.1  # of random timbres, beside the mixture's length


def axis(name: str, latent_size: int) -> Tensor:
    """Return the direction that turns a descriptor, a unit vector [latent_size]."""
    direction = torch.zeros(latent_size)
    direction[list(WANTED).index(name)] = 1.0
    return direction


def with_steering(
    loss: Tensor,
    terms: dict[str, Tensor],
    networks: Networks,
    lesson: Lesson,
    config: TrainingConfig,
    fabric: Fabric,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Add the steering loss to a stage's loss and to its terms, where the run has one."""
    if config.steering.weight == 0.0:
        return loss, terms
    steering = steering_loss(networks, lesson, config, fabric)
    return loss + config.steering.weight * steering, {**terms, "steering": steering}


def steering_loss(
    networks: Networks, lesson: Lesson, config: TrainingConfig, fabric: Fabric
) -> Tensor:
    """Turn random timbres along random coordinates and compare what changed with what should.

    Args:
        networks: What is trained; the instruments' latents are left where they are.
        lesson: Its pitches, velocities, frames and dice.
        config: Of the run.
        fabric: What computes.

    Returns:
        0 where every coordinate does what it should, about 1 where none does anything.

    Raises:
        ConfigError: the frequency scale is not linear, or the latent is too small.
    """
    n_pairs, size = config.steering.n_pairs, config.generator.latent_size
    if config.spec.scale != "linear" or size < len(WANTED):
        raise ConfigError("steering wants a linear frequency scale and a latent of 7 or more")
    batch, rng = lesson.batch, lesson.rng
    n_notes = len(batch.pitch)
    rows = torch.from_numpy(rng.integers(n_notes, size=(2, n_pairs)))
    number = torch.from_numpy(rng.integers(len(WANTED), size=n_pairs))
    places = torch.from_numpy(np.sort(rng.uniform(-1.0, 1.0, (2, n_pairs)), axis=0)).float()
    share = torch.from_numpy(rng.uniform(size=(n_pairs, 1))).float()
    noise = torch.from_numpy(rng.normal(0.0, _NOISE, (n_pairs, size))).float()
    device = batch.pitch.device
    rows, number, places, share, noise = (
        value.to(device) for value in (rows, number, places, share, noise)
    )

    latents = networks.latents(batch.instrument).detach()
    mixed = share * latents[rows[0]] + (1.0 - share) * latents[rows[1]] + noise
    mixed = mixed * torch.rsqrt(mixed.square().mean(dim=1, keepdim=True) + 1e-8)
    length = math.tan(config.steering.angle) * math.sqrt(size)
    turns = length * functional.one_hot(number, size).float()
    turned = torch.cat([mixed + place[:, None] * turns for place in places])
    pitch = batch.pitch[rows[0]].repeat(2)
    velocity = batch.velocity[rows[0]].repeat(2)
    with fabric.autocast():
        image = networks.generator(turned, pitch, velocity, lesson.frames)

    first_pitch = config.generator.first_pitch
    last_pitch = config.generator.last_pitch
    comb = combs(config.spec, first_pitch, last_pitch, device)[pitch - first_pitch]
    described, level = describe(image, comb, config.spec, with_onset=lesson.frames[0] == 0)
    change = (described[n_pairs:] - described[:n_pairs]).gather(1, number[:, None])[:, 0]
    level_change = level[n_pairs:] - level[:n_pairs]
    wanted = torch.tensor(list(WANTED.values()), device=device)[number]
    told = _is_told(lesson.frames[0], device)[number]
    short = functional.relu((places[1] - places[0]) / 2.0 - change / wanted)
    loud = functional.relu(level_change.abs() - _FREE_LEVEL_DB) / _LEVEL_DB
    return (told * (2.0 * short + loud)).mean()


def describe(
    image: Tensor, comb: Tensor, spec: SpectrogramSpec, *, with_onset: bool
) -> tuple[Tensor, Tensor]:
    """Describe pieces of notes as `training.descriptors` does whole ones.

    Args:
        image: [batch, n_channels, n, n_bins], normalised.
        comb: [batch, n_bins, 2 * n_harmonics], of their pitches, from `combs`.
        spec: Of the image; its scale is linear.
        with_onset: Whether the piece begins with the note.

    Returns:
        The descriptors, [batch, len(WANTED)], and the level in dB, [batch].
    """
    power = torch.exp((image[:, 0].float() - spec.log_power_offset) / spec.log_power_gain)
    peak = power.sum(dim=2).amax(dim=1).detach()
    power = power + (peak * 10.0 ** (-_FLOOR_DB / 10.0) / power.shape[2])[:, None, None]
    level = _db(power.sum(dim=2))

    held = power.mean(dim=1).sqrt()
    hz = torch.arange(1, spec.n_bins + 1, device=image.device) * (spec.sample_rate / spec.n_fft)
    centroid = torch.log2((held * hz).sum(dim=1) / held.sum(dim=1))

    near, between = (power @ comb).chunk(2, dim=2)  # [batch, n, n_harmonics]
    floor = 1e-6 * near.sum(dim=2).amax(dim=1).detach()[:, None]
    harmonic, gaps = near.mean(dim=1) + floor, between.mean(dim=1) + floor
    strongest = near[:, :, :8] + floor[:, :, None]
    bends = _db(strongest).diff(n=2, dim=1).abs()
    weight = strongest[:, 1:-1].detach()

    early, late = level[:, :_N_END_FRAMES], level[:, -_N_END_FRAMES:]
    columns = (
        centroid,
        level.amax(dim=1) - level[:, _ONSET].mean(dim=1) if with_onset else torch.zeros_like(peak),
        # From one end of a piece to the other; from 0.3 s to 2.5 s it is 2.8 times as much.
        2.8 * (early.mean(dim=1) - late.mean(dim=1)),
        _db(gaps.sum(dim=1) / harmonic.sum(dim=1)),
        _db(harmonic[:, 2:8:2].sum(dim=1) / harmonic[:, 1:7:2].sum(dim=1)),
        _db(harmonic[:, 0] / harmonic[:, 1:].sum(dim=1)),
        (bends * weight).sum(dim=(1, 2)) / weight.sum(dim=(1, 2)),
    )
    return torch.stack(columns, dim=1), level.amax(dim=1)


def _is_told(first_frame: int, device: torch.device) -> Tensor:
    """Say which descriptors a piece can tell: attacks with the onset, the rest after it."""
    is_onset = first_frame < _N_END_FRAMES
    told = {"Soft attack": first_frame == 0, "Decay": not is_onset}
    return torch.tensor([float(told.get(name, True)) for name in WANTED], device=device)


def _db(power: Tensor) -> Tensor:
    return 10.0 * torch.log10(power + 1e-12)


@lru_cache(maxsize=4)
def combs(spec: SpectrogramSpec, first_pitch: int, last_pitch: int, device: torch.device) -> Tensor:
    """Mark bins near each harmonic, and in the gap above: [n_pitches, n_bins, 2 * n_harmonics]."""
    bins = torch.arange(1, spec.n_bins + 1, dtype=torch.float64)
    pitches = torch.arange(first_pitch, last_pitch + 1)
    spacing = torch.tensor([pitch_to_hz(float(p)) for p in pitches], dtype=torch.float64)
    spacing = spacing * (spec.n_fft / spec.sample_rate)
    place = (bins[None, :] / spacing[:, None])[:, :, None]  # in harmonics
    order = torch.arange(1, _N_HARMONICS + 1, dtype=torch.float64)
    near = (place - order).abs() < 0.25
    between = (place > order + 0.3) & (place < order + 0.7)
    return torch.cat([near, between], dim=2).float().to(device)
