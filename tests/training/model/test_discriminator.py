"""The discriminator: it sees pieces, and what it is told changes its mind."""

import pytest
import torch

from training.config import CONFIGS
from training.model.discriminator import Discriminator

CONFIG = CONFIGS["smoke"]
N = 3


@pytest.fixture(scope="module")
def discriminator() -> Discriminator:
    torch.manual_seed(0)
    return Discriminator(
        CONFIG.adversarial.discriminator, CONFIG.spec, (21, 108), n_instruments=5, n_families=4
    ).eval()


def conditioning() -> list[torch.Tensor]:
    return [torch.tensor([40, 60, 80]), torch.tensor([0.2, 0.5, 1.0]), torch.tensor([0, 1, 4])]


def pieces(n_frames: int = 16) -> torch.Tensor:
    rng = torch.Generator().manual_seed(1)
    return torch.randn(N, CONFIG.spec.n_channels, n_frames, CONFIG.spec.n_bins, generator=rng)


@torch.no_grad()
@pytest.mark.parametrize("n_frames", [8, 32])
def test_it_judges_pieces_of_any_length_patch_by_patch(discriminator, n_frames: int) -> None:
    judgement = discriminator(pieces(n_frames), *conditioning())
    shrinking = 2 ** len(CONFIG.adversarial.discriminator.channels)
    assert judgement.realness.shape == (N, n_frames // shrinking, CONFIG.spec.n_bins // shrinking)
    assert judgement.velocity.shape == (N,)
    assert judgement.family.shape == (N, 4)
    assert len(judgement.features) == len(CONFIG.adversarial.discriminator.channels)


@torch.no_grad()
@pytest.mark.parametrize(("which", "other"), [(0, 61), (1, 0.9), (2, 3)])
def test_pitch_velocity_and_instrument_change_its_mind(discriminator, which: int, other) -> None:
    told = conditioning()
    changed = conditioning()
    changed[which][1] = other
    realness = [discriminator(pieces(), *c).realness for c in (told, changed)]
    assert torch.equal(realness[0][0], realness[1][0])
    assert not torch.allclose(realness[0][1], realness[1][1], atol=1e-5)


@torch.no_grad()
def test_it_hears_velocity_and_family_without_being_told_the_first(discriminator) -> None:
    told, changed = conditioning(), conditioning()
    changed[1][:] = 0.7
    heard = [discriminator(pieces(), *c).velocity for c in (told, changed)]
    torch.testing.assert_close(heard[0], heard[1])
