"""A lesson of four noisy sines, and fresh networks."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric

from training.batches import Batch
from training.config import CONFIGS, TrainingConfig
from training.devices import open_devices
from training.representation import encode
from training.stages.stage import Lesson, Networks


@pytest.fixture
def config() -> TrainingConfig:
    return replace(CONFIGS["smoke"], bf16=False)


@pytest.fixture
def fabric(config: TrainingConfig) -> Fabric:
    return open_devices("cpu", bf16=config.bf16, batch_size=config.optimiser.batch_size)


@pytest.fixture
def networks(config: TrainingConfig) -> Networks:
    torch.manual_seed(0)
    return Networks(config, 2)


@pytest.fixture
def lesson(config: TrainingConfig) -> Lesson:
    pitch = np.array([57, 60, 64, 69])
    seconds = np.arange(config.spec.n_samples) / config.spec.sample_rate
    audio = 0.2 * np.sin(2 * np.pi * 440.0 * 2.0 ** ((pitch[:, None] - 69) / 12) * seconds)
    audio += 0.01 * np.random.default_rng(0).normal(size=audio.shape)
    batch = Batch(
        torch.from_numpy(audio.astype(np.float32)),
        torch.from_numpy(pitch),
        torch.tensor([0.2, 0.4, 0.6, 0.8]),
        torch.tensor([0, 1, 0, 1]),
    )
    return Lesson(
        batch=batch,
        target=encode(batch.audio, config.spec),
        latent_noise=torch.zeros(4, config.generator.latent_size),
        frames=(16, 32),
        progress=1.0,
        rate=1e-3,
        rng=np.random.default_rng(0),
    )
