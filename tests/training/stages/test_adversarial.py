"""The adversarial stage: both sides learn, detail grows, and it goes on where it was."""

from dataclasses import replace

import pytest
import torch

from training.stages.adversarial import AdversarialStage, coarsen, feature_distance

FAMILIES = ("flute", "organ")


def test_the_discriminator_learns_to_tell_noise_from_notes(
    config, networks, fabric, lesson
) -> None:
    stage = AdversarialStage(config, networks, fabric, FAMILIES)
    lesson = replace(lesson, rate=0.0)
    first = stage.step(lesson)["hinge"].item()
    only_it = replace(config.adversarial, discriminator_speed=1e9)
    stage.config = replace(config, adversarial=only_it)
    lesson = replace(lesson, rate=2e-12)
    hinges = [stage.step(lesson)["hinge"].item() for _ in range(30)]
    assert first > 1.5  # at chance, as weights are drawn; the hinge is 2 where it is undecided
    assert hinges[-1] < 0.5 * first


def test_the_generator_comes_nearer_in_the_eyes_of_the_discriminator(
    config, networks, fabric, lesson
) -> None:
    stage = AdversarialStage(config, networks, fabric, FAMILIES)
    stage.config = replace(config, adversarial=replace(config.adversarial, discriminator_speed=0.0))
    terms = [stage.step(lesson) for _ in range(30)]
    assert terms[-1]["loss"] < terms[0]["loss"]
    assert terms[-1]["matching"] < terms[0]["matching"]


def test_r1_makes_the_judgement_of_recordings_flatter(config, networks, fabric, lesson) -> None:
    def slope_after(r1: float) -> float:
        torch.manual_seed(0)
        stage = AdversarialStage(config, networks, fabric, FAMILIES)
        told = replace(config.adversarial, r1=r1, r1_share=1.0, discriminator_speed=1e9)
        stage.config = replace(config, adversarial=told)
        terms = [stage.step(replace(lesson, rate=2e-12)) for _ in range(20)]
        assert ("r1" in terms[0]) == (r1 > 0.0)
        stage.config = replace(config, adversarial=replace(told, r1=1.0, discriminator_speed=0.0))
        return stage.step(lesson)["r1"].item()

    assert slope_after(100.0) < 0.5 * slope_after(0.0)


def test_it_goes_on_with_discriminator_and_moments(config, networks, fabric, lesson) -> None:
    stage = AdversarialStage(config, networks, fabric, FAMILIES)
    stage.step(lesson)
    again = AdversarialStage(config, networks, fabric, FAMILIES)
    again.restore(stage.tensors())
    assert stage.tensors().keys() == again.tensors().keys()
    for name, value in stage.tensors().items():
        torch.testing.assert_close(again.tensors()[name], value)


def test_the_stage_begins_coarse() -> None:
    image = torch.rand(1, 3, 16, 32)
    assert torch.equal(coarsen(image, 0.0), image)
    blocks = coarsen(image, 3.0).unfold(2, 8, 8).unfold(3, 8, 8).flatten(4)
    torch.testing.assert_close(blocks.amax(-1), blocks.amin(-1))
    torch.testing.assert_close(coarsen(image, 2.0).mean(), image.mean())
    middle = (coarsen(image, 1.0) + coarsen(image, 2.0)) / 2
    torch.testing.assert_close(coarsen(image, 1.5), middle)


def test_features_of_the_same_note_are_no_distance_apart() -> None:
    features = [torch.rand(2, 4, 8, 8), torch.rand(2, 8, 4, 4)]
    assert feature_distance(features, features).item() == 0.0
    louder = [2.0 * layer for layer in features]
    assert feature_distance(louder, features).item() == pytest.approx(1.0)
