import pytest

from synth.velocity import velocity_gain


def test_velocities_between_layers_are_told_apart_by_a_gain():
    assert velocity_gain(0.5, 0.5, 0.2) == 1.0
    assert velocity_gain(0.6, 0.5, 0.2) == pytest.approx(1.2**0.5)
    assert velocity_gain(0.1, 0.2, 0.2) == pytest.approx(0.25)
