"""The generator: tiles are exact, conditioning matters, any latent length will do."""

from dataclasses import replace

import pytest
import torch

from training.config import CONFIGS
from training.model.generator import Generator, Motion, Rows

CONFIG = CONFIGS["smoke"]


@pytest.fixture(scope="module")
def generator() -> Generator:
    torch.manual_seed(0)
    fresh = Generator(CONFIG.generator, CONFIG.spec).eval()
    for module in fresh.modules():  # as if it had learned to move
        if isinstance(module, Motion):
            torch.nn.init.normal_(module.gains.weight, std=0.1)
    return fresh


def conditioning(batch: int = 2) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(3)
    latent = torch.randn(batch, CONFIG.generator.latent_size, generator=rng)
    pitch = torch.randint(21, 109, (batch,), generator=rng)
    return latent, pitch, torch.rand(batch, generator=rng)


@torch.no_grad()
def test_a_note_has_the_specs_shape(generator: Generator) -> None:
    assert generator(*conditioning()).shape == (2, *CONFIG.spec.shape)


@torch.no_grad()
@pytest.mark.parametrize("frames", [(0, 8), (8, 32), (32, 64), (5, 9), (63, 64), (0, 64)])
def test_a_tile_equals_its_part_of_the_whole_note(
    generator: Generator, frames: tuple[int, int]
) -> None:
    whole = generator(*conditioning())
    tile = generator(*conditioning(), frames=frames)
    torch.testing.assert_close(tile, whole[:, :, frames[0] : frames[1]], atol=1e-5, rtol=0.0)


@torch.no_grad()
def test_latent_pitch_and_velocity_each_change_the_note(generator: Generator) -> None:
    latent, pitch, velocity = conditioning()
    note = generator(latent, pitch, velocity)
    for other in (
        (-latent, pitch, velocity),
        (latent, 129 - pitch, velocity),
        (latent, pitch, 1.0 - velocity),
    ):
        assert (generator(*other) - note).abs().mean() > 1e-3


@torch.no_grad()
def test_the_length_of_a_latent_does_not_matter(generator: Generator) -> None:
    latent, pitch, velocity = conditioning()
    torch.testing.assert_close(
        generator(3.0 * latent, pitch, velocity),
        generator(latent, pitch, velocity),
        atol=1e-4,
        rtol=1e-4,
    )


def test_an_image_that_the_levels_do_not_divide_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple"):
        Generator(CONFIG.generator, replace(CONFIG.spec, n_frames=36))


@torch.no_grad()
def test_motion_begins_at_nothing_and_is_the_same_every_time() -> None:
    motion = Motion(n_out=6, style_size=16, n_codes=3, shape=(8, 4), seed=1)
    style = torch.randn(2, 16, generator=torch.Generator().manual_seed(0))
    assert not motion(style, Rows(0, 8, 8)).any()
    again = Motion(n_out=6, style_size=16, n_codes=3, shape=(8, 4), seed=1)
    assert torch.equal(motion.noise, again.noise)


@torch.no_grad()
def test_motion_differs_from_frame_to_frame_by_the_styles_choice(generator: Generator) -> None:
    motion = next(m for m in generator.modules() if isinstance(m, Motion))
    style = torch.randn(2, CONFIG.generator.style_size, generator=torch.Generator().manual_seed(0))
    n_rows, n_bins = motion.noise.shape
    drawn = motion(style, Rows(0, n_rows, n_rows))
    assert drawn.shape == (2, CONFIG.generator.channels[2], n_rows, n_bins)
    assert drawn.diff(dim=2).abs().mean() > 0.01
    assert (drawn[0] - drawn[1]).abs().mean() > 0.01
    torch.testing.assert_close(motion(style, Rows(3, 5, n_rows)), drawn[:, :, 3:5])
