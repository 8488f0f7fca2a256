"""GANSynth's networks: as many weights as the published code, and growth without a jump."""

import pytest
import torch

from synth.representation import GANSYNTH
from training.model.gansynth import (
    EqualisedConvolution,
    PaperDiscriminator,
    PaperGenerator,
    blend_to_progress,
    block_share,
    n_active_blocks,
)
from training.paper_config import PaperNetworkConfig

SMALL = PaperNetworkConfig(latent_size=6, first_pitch=60, last_pitch=62, n_blocks=3, filters_base=8)
SIZE = (8, 16)


@pytest.fixture
def networks() -> tuple[PaperGenerator, PaperDiscriminator]:
    torch.manual_seed(0)
    return PaperGenerator(SMALL, *SIZE), PaperDiscriminator(SMALL, *SIZE)


def draw(generator: PaperGenerator, progress: float | None) -> torch.Tensor:
    latent = torch.randn(4, 6, generator=torch.Generator().manual_seed(1))
    return generator(latent, torch.tensor([60, 61, 62, 60]), progress)


def test_the_parameters_are_as_many_as_the_published_code_has() -> None:
    config = PaperNetworkConfig()
    sizes = GANSYNTH.n_frames, GANSYNTH.n_bins
    with torch.device("meta"):
        counts = [
            sum(value.numel() for value in network.parameters())
            for network in (PaperGenerator(config, *sizes), PaperDiscriminator(config, *sizes))
        ]
    assert counts == [7_311_246, 6_831_230]
    assert [config.n_filters(block) for block in range(8)] == [256] * 5 + [128, 64, 32]
    assert config.start_size(*sizes) == (2, 16)


def test_images_have_the_size_that_the_progress_calls_for(networks) -> None:
    generator, discriminator = networks
    for progress, size in ((0.0, (2, 4)), (0.5, (4, 8)), (1.0, (4, 8)), (1.1, (8, 16)), (2, SIZE)):
        image = draw(generator, progress)
        assert image.shape == (4, 2, *size)
        assert image.abs().max() <= 1.0
        realness, pitch = discriminator(image, progress)
        assert (realness.shape, pitch.shape) == ((4,), (4, 3))
    assert draw(generator, None).shape[2:] == SIZE


@pytest.mark.parametrize("progress", [0, 1])
def test_a_new_resolution_fades_in_without_a_jump(networks, progress: int) -> None:
    generator, discriminator = networks
    before, after = draw(generator, progress), draw(generator, progress + 1e-6)
    doubled = before.repeat_interleave(2, 2).repeat_interleave(2, 3)
    torch.testing.assert_close(after, doubled, atol=1e-4, rtol=0)
    old, new = discriminator(before, progress)[0], discriminator(doubled, progress + 1e-6)[0]
    torch.testing.assert_close(new, old, atol=1e-4, rtol=0)
    late, grown = draw(generator, progress + 1 - 1e-6), draw(generator, progress + 1)
    torch.testing.assert_close(late, grown, atol=1e-4, rtol=0)


def test_shares_of_all_blocks_sum_up_to_one() -> None:
    for progress in (0.0, 0.3, 1.0, 1.75, 2.0, 6.0):
        shares = [block_share(block, progress) for block in range(1, 8)]
        assert sum(shares) == pytest.approx(1.0)
        assert not any(shares[n_active_blocks(progress) :])


def test_recordings_are_faded_like_made_images() -> None:
    image = torch.randn(2, 2, *SIZE)
    assert torch.equal(blend_to_progress(image, 2.0, 3), image)
    coarse = blend_to_progress(image, 1.0, 3)
    torch.testing.assert_close(coarse, torch.nn.functional.avg_pool2d(image, 2))
    doubled = coarse.repeat_interleave(2, 2).repeat_interleave(2, 3)
    expected = 0.75 * doubled + 0.25 * image
    torch.testing.assert_close(blend_to_progress(image, 1.25, 3), expected)
    assert blend_to_progress(image, 0.0, 3).shape == (2, 2, 2, 4)


def test_layers_keep_the_variance_though_their_weights_have_one_of_one() -> None:
    torch.manual_seed(0)
    layer = EqualisedConvolution(64, 64)
    assert layer.weight.std().item() == pytest.approx(1.0, rel=0.02)
    x = torch.nn.functional.leaky_relu(layer(torch.randn(4, 64, 16, 16)), 0.2)
    assert x[:, :, 2:-2, 2:-2].square().mean().item() == pytest.approx(1.0, rel=0.1)


def test_the_discriminator_sees_whether_a_batch_varies(networks) -> None:
    _, discriminator = networks
    note = torch.randn(1, 2, *SIZE)
    alone = discriminator(note.repeat(2, 1, 1, 1))[0][0]
    beside_another = discriminator(torch.cat([note, torch.randn(1, 2, *SIZE)]))[0][0]
    assert abs(alone - beside_another) > 1e-3


def test_pitch_and_latent_both_matter(networks) -> None:
    generator, _ = networks
    latent = torch.randn(2, 6)
    same = generator(latent[:1].repeat(2, 1), torch.tensor([60, 61]))
    assert (same[0] - same[1]).abs().max() > 1e-3
    other = generator(latent, torch.tensor([60, 60]))
    assert (other[0] - other[1]).abs().max() > 1e-3
