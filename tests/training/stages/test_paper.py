"""A step of the paper's: both networks learn, and the average follows."""

from dataclasses import replace

import pytest
import torch

from training.config import override
from training.devices import open_devices
from training.paper_config import PAPER
from training.stages.paper import PaperLesson, PaperStage

TINY = (
    *("spec.front_padding=64", "spec.hop_length=64", "spec.n_fft=256"),
    *("spec.n_frames=64", "spec.n_bins=64"),
    *("network.latent_size=8", "network.filters_most=8", "network.filters_base=512"),
)


@pytest.fixture(scope="module")
def config():
    config = PAPER
    for setting in TINY:
        config = override(config, setting)
    return config


def fresh(config):
    torch.manual_seed(0)
    return PaperStage(config, open_devices("cpu", bf16=False, batch_size=4))


def lesson(config, progress=2.5):
    rng = torch.Generator().manual_seed(1)
    seconds = torch.arange(config.spec.n_samples) / config.spec.sample_rate
    heard = torch.tensor([40, 52, 64, 76])
    f0_hz = 440.0 * 2.0 ** ((heard[:, None] - 69.0) / 12.0)
    return PaperLesson(
        audio=0.3 * torch.sin(2 * torch.pi * f0_hz * seconds),
        heard=heard,
        latent=torch.randn(4, config.network.latent_size, generator=rng),
        pitch=heard.flip(0),
        mix=torch.rand(4, generator=rng),
        progress=progress,
    )


def test_a_step_moves_what_takes_part_and_nothing_else(config):
    stage = fresh(config)
    before = {name: value.clone() for name, value in stage.state_dict().items()}

    stage.step(lesson(config))

    moved = {
        name for name, value in stage.state_dict().items() if not torch.equal(before[name], value)
    }
    assert "discriminator.blocks.3.0.weight" in moved
    assert "model.blocks.3.0.weight" in moved
    assert not any(name.startswith(("model.blocks.4", "discriminator.blocks.4")) for name in moved)


def test_the_average_moves_a_thousandth_of_the_way(config):
    stage = fresh(config)
    before = stage.ema.blocks[0][0].weight.clone()

    stage.step(lesson(config))

    expected = torch.lerp(before, stage.model.blocks[0][0].weight.detach(), 0.001)
    torch.testing.assert_close(stage.ema.blocks[0][0].weight, expected)


def test_the_discriminator_learns_to_hear_pitches(config):
    stage = fresh(replace(config, rate=1e-2))
    losses = [stage.step(lesson(config, progress=2.0))["pitch_real"].item() for _ in range(30)]

    assert losses[-1] < 0.5 * losses[0]


def test_what_was_saved_goes_on_the_same(config):
    first, second = fresh(config), fresh(config)
    first.step(lesson(config))
    second.restore({name: value.clone() for name, value in first.tensors().items()})

    told, again = (stage.step(lesson(config)) for stage in (first, second))

    assert told["loss"].item() == again["loss"].item()
    assert torch.equal(first.model.blocks[0][0].weight, second.model.blocks[0][0].weight)
