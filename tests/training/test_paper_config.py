import pytest

from synth.errors import ConfigError
from training.paper_config import PAPER, PaperNetworkConfig


def test_the_paper_s_numbers():
    assert (8, 8e-4, 0.0, 0.99) == (PAPER.batch_size, PAPER.rate, PAPER.beta1, PAPER.beta2)
    assert (10.0, 0.001, 10.0) == (
        PAPER.gradient_penalty,
        PAPER.drift_penalty,
        PAPER.pitch_weight,
    )
    assert (61, 13, 3072) == (PAPER.network.n_pitches, PAPER.n_stages, PAPER.spec.front_padding)
    assert ("mel", "angle") == (PAPER.spec.scale, PAPER.spec.if_format)


@pytest.mark.parametrize(
    "wrong", [{"first_pitch": 90}, {"last_pitch": 128}, {"n_blocks": 1}, {"filters_base": 64}]
)
def test_impossible_networks_are_refused(wrong):
    with pytest.raises(ConfigError):
        PaperNetworkConfig(**wrong)


def test_images_that_cannot_be_halved_so_often_are_refused():
    with pytest.raises(ConfigError, match="halved 6 times"):
        PaperNetworkConfig().start_size(100, 1024)
