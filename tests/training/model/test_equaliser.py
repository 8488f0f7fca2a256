"""The equaliser turns bands at points of time, and nothing until it is fitted."""

from dataclasses import replace

import pytest
import torch

from synth.representation import GANSYNTH, LIVE
from training.config import CONFIGS
from training.model.equaliser import Equaliser, bin_frequencies, hats
from training.model.generator import Generator

SMOKE = CONFIGS["smoke"]
CONFIG = replace(SMOKE.generator, n_equaliser_bands=6)
LATENT, PITCH, VELOCITY = torch.randn(2, 8), torch.tensor([50, 70]), torch.tensor([0.3, 0.9])


def test_between_knots_lie_straight_lines_and_beyond_them_levels() -> None:
    weights = hats(torch.tensor([-1.0, 0.0, 0.5, 2.0, 9.0]), torch.tensor([0.0, 1.0, 3.0]))
    values = weights @ torch.tensor([10.0, 20.0, 40.0])
    assert values.tolist() == [10.0, 10.0, 15.0, 30.0, 40.0]


def test_a_fresh_equaliser_changes_nothing() -> None:
    torch.manual_seed(0)
    plain = Generator(SMOKE.generator, SMOKE.spec).eval()
    equalised = Generator(CONFIG, SMOKE.spec).eval()
    missing, unexpected = equalised.load_state_dict(plain.state_dict(), strict=False)
    assert all(name.startswith("equaliser.") for name in missing)
    assert not unexpected
    with torch.no_grad():
        torch.testing.assert_close(
            equalised(LATENT, PITCH, VELOCITY), plain(LATENT, PITCH, VELOCITY)
        )


def test_gains_turn_levels_alone_and_the_same_in_tiles() -> None:
    torch.manual_seed(0)
    generator = Generator(CONFIG, SMOKE.spec).eval()
    with torch.no_grad():
        before = generator(LATENT, PITCH, VELOCITY)
        assert generator.equaliser is not None
        torch.nn.init.normal_(generator.equaliser.network[-1].weight)
        after = generator(LATENT, PITCH, VELOCITY)
        tiles = [generator(LATENT, PITCH, VELOCITY, frames) for frames in ((0, 10), (10, 64))]
    assert (after[:, 0] - before[:, 0]).abs().mean() > 0.1
    torch.testing.assert_close(after[:, 1:], before[:, 1:])
    torch.testing.assert_close(torch.cat(tiles, dim=2), after, atol=1e-5, rtol=0)


def test_a_gain_at_one_band_and_knot_is_heard_there() -> None:
    equaliser = Equaliser(replace(CONFIG, n_equaliser_bands=24), LIVE)
    knots, bands = equaliser.over_time.shape[1], 24
    points = torch.zeros(knots, bands)
    points[2, 12] = 1.0
    gains = equaliser.over_time @ points @ equaliser.over_bins.T
    frame, position = divmod(int(gains.argmax()), LIVE.n_bins)
    assert gains.max() == pytest.approx(1.0, abs=0.05)
    assert frame == 32
    assert bin_frequencies(LIVE)[position] == pytest.approx(50.0 * 160 ** (12 / 23), rel=0.02)
    assert gains[64:].abs().max() == 0.0


def test_both_scales_end_at_half_the_sample_rate() -> None:
    for spec in (LIVE, GANSYNTH):
        hz = bin_frequencies(spec)
        assert hz == sorted(hz)
        assert hz[-1] == pytest.approx(spec.sample_rate / 2)
