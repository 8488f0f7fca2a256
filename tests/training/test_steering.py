"""Steering: a coordinate of the latent comes to turn its descriptor."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric

from synth.representation import LIVE
from training.batches import Batch
from training.config import CONFIGS, SteeringConfig, TrainingConfig
from training.descriptors import DESCRIPTORS
from training.descriptors import describe as describe_note
from training.representation import encode
from training.stages.stage import Lesson, Networks
from training.steering import WANTED, axis, combs, describe, steering_loss

PITCH = 60
F0_HZ = 261.63


def tone(levels_db: list[float], *, fall_db: float = 0.0, attack_s: float = 0.01) -> np.ndarray:
    """A note of harmonics that falls so much in 2.2 s, over a little noise, 4 s at 16 kHz."""
    seconds = np.arange(LIVE.n_samples) / LIVE.sample_rate
    wave = sum(
        10 ** (level / 20) * np.sin(2 * np.pi * F0_HZ * (k + 1) * seconds + k)
        for k, level in enumerate(levels_db)
    )
    shape = 10 ** (-fall_db / 20 * seconds / 2.2) * np.minimum(1.0, seconds / attack_s)
    noise = np.random.default_rng(0).normal(0, 1e-3, len(seconds))
    return np.asarray(0.1 * shape * (wave + noise), np.float32)


FLAT = [0.0] * 8
CHANGES = {
    "Brightness": (tone([0, -6, -12, -18, -24, -30, -36, -42]), tone(FLAT)),
    "Soft attack": (tone(FLAT), tone(FLAT, attack_s=0.3)),
    "Decay": (tone(FLAT), tone(FLAT, fall_db=20.0)),
    "Hollow": (tone(FLAT), tone([0, -12] * 4)),
    "Body": (tone([-12, *FLAT]), tone([12, *FLAT])),
}


@pytest.mark.parametrize("name", CHANGES)
def test_pieces_are_described_as_whole_notes_are(name: str) -> None:
    images = encode(torch.from_numpy(np.stack(CHANGES[name])), LIVE)
    comb = combs(LIVE, PITCH, PITCH, torch.device("cpu"))[[0, 0]]
    first = 0 if name == "Soft attack" else 20
    piece = images[:, :, first : first + 32]
    ours = describe(piece, comb, LIVE, with_onset=first == 0)[0][:, list(WANTED).index(name)]
    number = 1 + [descriptor.name for descriptor in DESCRIPTORS].index(name)
    power = np.exp((images[:, 0, :, :].numpy() - LIVE.log_power_offset) / LIVE.log_power_gain)
    whole = [describe_note(np.sqrt(note), PITCH, LIVE)[number] for note in power]
    change, wanted = (ours[1] - ours[0]).item(), whole[1] - whole[0]
    assert wanted > 0
    assert change == pytest.approx(wanted, rel=0.25)


def test_every_coordinate_has_a_descriptor_and_a_direction_of_its_own() -> None:
    assert set(WANTED) <= {descriptor.name for descriptor in DESCRIPTORS}
    axes = torch.stack([axis(name, 16) for name in WANTED])
    torch.testing.assert_close(axes @ axes.T, torch.eye(len(WANTED)))


@pytest.fixture
def config() -> TrainingConfig:
    small = CONFIGS["smoke"]
    return replace(small, bf16=False, steering=SteeringConfig(weight=1.0, n_pairs=8))


def lesson_of(config: TrainingConfig, seed: int, first: int) -> Lesson:
    batch = Batch(
        torch.zeros(4, config.spec.n_samples),
        torch.tensor([57, 60, 64, 69]),
        torch.tensor([0.2, 0.4, 0.6, 0.8]),
        torch.tensor([0, 1, 0, 1]),
    )
    return Lesson(
        batch=batch,
        target=torch.zeros(4, 3, config.spec.n_frames, config.spec.n_bins),
        latent_noise=torch.zeros(4, config.generator.latent_size),
        frames=(first, first + 32),
        progress=0.0,
        rate=1e-3,
        rng=np.random.default_rng(seed),
    )


def test_a_generator_learns_what_its_coordinates_mean(config: TrainingConfig) -> None:
    torch.manual_seed(0)
    fabric = Fabric(accelerator="cpu", devices=1)
    networks = Networks(config, 2)
    optimiser = torch.optim.Adam(networks.generator.parameters(), lr=3e-3)

    def mean_loss() -> float:
        with torch.no_grad():
            lessons = [lesson_of(config, 1_000 + k, 16 * (k % 2)) for k in range(8)]
            return float(
                np.mean([steering_loss(networks, one, config, fabric).item() for one in lessons])
            )

    before = mean_loss()
    for step in range(60):
        loss = steering_loss(networks, lesson_of(config, step, 16 * (step % 2)), config, fabric)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert mean_loss() < 0.8 * before
    assert all(value.grad is None for value in networks.latents.parameters())


def test_the_dice_of_a_lesson_decide_alone(config: TrainingConfig) -> None:
    fabric = Fabric(accelerator="cpu", devices=1)
    networks = Networks(config, 2)
    losses = [
        steering_loss(networks, lesson_of(config, seed, 16), config, fabric).item()
        for seed in (3, 3, 4)
    ]
    assert losses[0] == losses[1] != losses[2]
