"""Thirteen stages of 800,000 images, and losses that know where they are zero."""

import pytest
import torch
from torch import Tensor

from training.paper_config import PAPER
from training.progressive import (
    critic_loss,
    generator_loss,
    gradient_penalty,
    progress_of,
    stage_of,
)

K = 1_000


def test_the_schedule_is_that_of_the_paper() -> None:
    stages = [stage_of(n * 800 * K, PAPER) for n in range(14)]
    assert stages == [*range(13), 12]
    assert PAPER.n_stages == 13
    assert stage_of(PAPER.n_images, PAPER) == 12
    # The finest resolution stands alone from 9.6 million images on.
    assert progress_of(9_600 * K, PAPER) == 6.0
    assert progress_of(PAPER.n_images, PAPER) == 6.0


@pytest.mark.parametrize(
    ("n_images", "progress"),
    [
        *((0, 0.0), (799 * K, 0.0), (800 * K, 0.0), (1_200 * K, 0.5), (1_600 * K, 1.0)),
        *((2_000 * K, 1.0), (9_599_999, pytest.approx(6.0, abs=1e-5))),
    ],
)
def test_every_other_stage_fades_a_resolution_in(n_images: int, progress: float) -> None:
    assert progress_of(n_images, PAPER) == progress


def sloped(slope: float) -> object:
    """Make a critic whose gradient has everywhere that length."""

    def critic(image: Tensor) -> tuple[Tensor, Tensor]:
        flat = image.flatten(1)
        return slope * flat.sum(dim=1) / flat.shape[1] ** 0.5, torch.zeros(len(flat), 3)

    return critic


@pytest.mark.parametrize(("slope", "penalty"), [(1.0, 0.0), (3.0, 4.0), (0.0, 1.0)])
def test_the_penalty_is_the_squared_distance_of_the_slope_from_one(slope, penalty) -> None:
    real, made = torch.randn(2, 3, 2, 4, 4)
    found = gradient_penalty(sloped(slope), real, made, torch.rand(3))
    assert found.item() == pytest.approx(penalty, abs=1e-3)


def test_terms_are_weighed_as_in_the_paper() -> None:
    real, made = torch.full((2, 2, 2, 2), 0.5), torch.zeros(2, 2, 2, 2)
    pitch = torch.tensor([0, 2])
    total, terms = critic_loss(sloped(1.0), real, made, pitch, PAPER, torch.rand(2))
    realness = 0.5 * 8**0.5
    assert terms["wasserstein"].item() == pytest.approx(-realness)
    assert terms["drift"].item() == pytest.approx(realness**2)
    expected = -realness + 0.001 * realness**2 + 10.0 * torch.log(torch.tensor(3.0)).item()
    assert total.item() == pytest.approx(expected, abs=1e-3)

    total, terms = generator_loss(sloped(1.0), real, pitch, PAPER)
    assert terms["adversarial"].item() == pytest.approx(-realness)
    expected = -realness + 10.0 * torch.log(torch.tensor(3.0)).item()
    assert total.item() == pytest.approx(expected, abs=1e-3)
