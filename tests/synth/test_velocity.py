import pytest

from synth.velocity import curved_velocity, layers_between, velocity_gain


def test_velocities_between_layers_are_told_apart_by_a_gain():
    assert velocity_gain(0.5, 0.5, 0.2) == 1.0
    assert velocity_gain(0.6, 0.5, 0.2) == pytest.approx(1.2**0.5)
    assert velocity_gain(0.1, 0.2, 0.2) == pytest.approx(0.25)


def test_a_curve_bends_between_its_ends():
    for curve in (-1.0, 0.0, 1.0):
        assert curved_velocity(0.0, curve) == 0.0
        assert curved_velocity(1.0, curve) == 1.0
    assert curved_velocity(0.5, 1.0) == pytest.approx(0.125)
    assert curved_velocity(0.5, 0.0) == 0.5
    assert curved_velocity(0.125, -1.0) == pytest.approx(0.5)


def test_notes_are_made_at_the_trained_velocities_and_one_between_each_two():
    assert layers_between((0.2, 0.4, 1.0)) == pytest.approx((0.2, 0.3, 0.4, 0.7, 1.0))
