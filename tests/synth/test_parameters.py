"""The parameter table: curves invert, controllers rest where they should, names are unique."""

import math

import pytest

from synth.errors import ConfigError
from synth.parameters import PARAMETERS, PARAMETERS_BY_NAME, Parameter, find_parameter

every_parameter = pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda p: p.name)


@every_parameter
def test_the_ends_of_a_fader_are_the_ends_of_the_range(parameter: Parameter) -> None:
    assert parameter.minimum == parameter.to_real(0.0) == parameter.to_real(-3.0)
    assert parameter.maximum == pytest.approx(parameter.to_real(1.0), abs=1e-9)
    assert parameter.to_real(1.0) == parameter.to_real(7.0)


@every_parameter
def test_normalising_undoes_the_curve(parameter: Parameter) -> None:
    for way in (0.0, 0.1, 0.5, 0.9, 1.0):
        real = parameter.to_real(way)
        assert real == pytest.approx(parameter.to_real(parameter.to_normalised(real)), abs=1e-6)


@every_parameter
def test_the_default_comes_back_from_its_place_on_the_fader(parameter: Parameter) -> None:
    assert parameter.default == pytest.approx(
        parameter.to_real(parameter.default_normalised), abs=1e-6
    )


@every_parameter
def test_a_higher_fader_never_lowers_the_real_value(parameter: Parameter) -> None:
    real = [parameter.to_real(i / 100.0) for i in range(101)]
    assert real == sorted(real)


def test_volume_follows_general_midi() -> None:
    volume = find_parameter("amp/volume")
    # (64 / 127)² = 0.254, 40 log10(64 / 127) = -11.9 dB
    assert -11.9 == pytest.approx(volume.to_real(volume.from_controller(64 / 127, 0.0)), abs=0.01)
    assert volume.to_real(volume.from_controller(0, 0.0)) == volume.minimum
    assert 100 / 127 == pytest.approx(volume.default_normalised)


def test_pan_is_centred_at_64_and_full_at_both_ends() -> None:
    pan = find_parameter("amp/pan")
    places = [pan.to_real(pan.from_controller(value / 127, 0.3)) for value in (0, 64, 127)]
    assert [-1.0, 0.0, 1.0] == places


def test_a_sound_controller_at_64_leaves_the_preset_alone() -> None:
    attack = find_parameter("amp/attack")
    assert attack.from_controller(64 / 127, 0.4) == 0.4
    assert attack.from_controller(0, 0.4) == 0.0
    assert attack.from_controller(1.0, 0.4) == 1.0


def test_the_wheel_begins_where_the_preset_has_the_pad() -> None:
    x = find_parameter("timbre/x")
    assert 0.25 == x.from_controller(0, 0.25)
    assert 1.0 == x.from_controller(1.0, 0.25)


def test_no_two_parameters_share_a_controller_or_a_name() -> None:
    controllers = [p.controller for p in PARAMETERS if p.controller is not None]
    assert len(controllers) == len(set(controllers))
    assert len(PARAMETERS) == len(PARAMETERS_BY_NAME)


def test_values_are_said_with_their_unit() -> None:
    assert "silent" == find_parameter("amp/volume").display(0.0)
    assert "0.0 dB" == find_parameter("amp/volume").display(1.0)
    assert "250 ms" == find_parameter("amp/release").display(
        find_parameter("amp/release").to_normalised(0.25)
    )
    assert "+12 semitones" == find_parameter("pitch/transpose").display(0.75)
    assert ["C-1 (0)", "C4 (60)", "G9 (127)"] == [
        find_parameter("key/low").display(key / 127) for key in (0, 60, 127)
    ]
    assert ["own channel", "channel 1", "channel 16"] == [
        find_parameter("key/channel").display(number / 16) for number in (0, 1, 16)
    ]
    assert "440.0 Hz" == find_parameter("main/a4_hz").display(0.5)


def test_every_whole_value_that_has_words_has_its_own() -> None:
    for parameter in PARAMETERS:
        if parameter.words:
            wanted = parameter.maximum - parameter.minimum + 1
            assert wanted == len(parameter.words) == len(set(parameter.words))
            assert parameter.is_stepped
            reals = [parameter.from_word(word.upper()) for word in parameter.words]
            assert reals == list(range(int(parameter.minimum), int(parameter.maximum) + 1))
        assert parameter.from_word("nonsense") is None


def test_stepped_parameters_stand_on_whole_values() -> None:
    transpose = find_parameter("pitch/transpose")
    assert all(transpose.to_real(i / 77.0) % 1.0 == 0.0 for i in range(78))


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean amp/release"):
        find_parameter("amp/relase")


def test_a_default_outside_of_its_range_is_refused() -> None:
    with pytest.raises(ConfigError, match="outside"):
        Parameter(
            name="a/b", minimum=0.0, maximum=1.0, default=math.pi, unit="", description="wrong"
        )
