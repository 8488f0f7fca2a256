"""The reconstruction stage: the networks come nearer to the recordings."""

import pytest
import torch
from torch import nn

from training.stages.reconstruction import ReconstructionStage, descend, generate


def test_steps_bring_the_loss_down_and_move_generator_and_latents(
    config, networks, fabric, lesson
) -> None:
    before = {name: value.clone() for name, value in networks.state_dict().items()}
    stage = ReconstructionStage(config, networks, fabric)
    losses = [stage.step(lesson)["loss"].item() for _ in range(20)]
    assert losses[-1] < 0.8 * losses[0]
    for part in ("generator.head.weight", "latents.table.weight"):
        assert not torch.equal(before[part], networks.state_dict()[part])


def test_it_goes_on_with_its_moments(config, networks, fabric, lesson) -> None:
    stage = ReconstructionStage(config, networks, fabric)
    stage.step(lesson)
    again = ReconstructionStage(config, networks, fabric)
    again.restore(stage.tensors())
    for name, value in stage.tensors().items():
        torch.testing.assert_close(again.tensors()[name], value)


def test_only_the_lessons_frames_are_generated(config, networks, fabric, lesson) -> None:
    first, last = lesson.frames
    image = generate(networks, lesson, fabric)
    assert image.shape == (4, config.spec.n_channels, last - first, config.spec.n_bins)


@pytest.mark.parametrize("slope", [float("nan"), float("inf")])
def test_a_gradient_that_is_no_number_changes_nothing(fabric, slope: float) -> None:
    weight = nn.Parameter(torch.ones(3))
    optimiser = torch.optim.Adam([weight])
    norm = descend(fabric, optimiser, (slope * weight).sum(), rate=0.1, gradient_clip=1.0)
    assert not torch.isfinite(norm)
    assert torch.equal(weight.detach(), torch.ones(3))
