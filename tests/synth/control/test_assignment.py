"""Values in one word, by name and unit."""

import pytest

from synth.control.assignment import assign, read_address, read_assignment
from synth.errors import ConfigError
from synth.parameters import PARAMETERS, Parameter


class Desk:
    def __init__(self) -> None:
        self.values: dict[tuple[str, int], float] = {}

    def set_parameter(self, name: str, value: float, part: int = 0, source: object = None) -> None:
        self.values[name, part] = value


def given(*words: str) -> dict[tuple[str, int], float]:
    desk = Desk()
    assign(desk, map(read_assignment, words))
    return desk.values


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda p: p.name)
def test_every_parameter_can_be_given_in_its_unit(parameter: Parameter) -> None:
    middle = parameter.to_real(0.5)
    values = given(f"{parameter.name}={middle!r}")
    assert (1 if parameter.is_global else 16) == len(values)
    assert middle == pytest.approx(parameter.to_real(values[parameter.name, 0]), abs=1e-6)


@pytest.mark.parametrize(
    "word",
    ["part/2/key/low", "/part/2/param/key/low", "/part/2/key/low", "/part/2/param/key/low/raw"],
)
def test_a_part_is_named_as_in_osc(word: str) -> None:
    parameter, part = read_address(word)
    assert ("key/low", 1) == (parameter.name, part)
    assert {("key/low", 1): 0.0} == given(f"{word} = 0")


def test_values_that_have_words_take_them() -> None:
    assert 1.0 == given("voice/mode=Tied")["voice/mode", 15]
    assert {("main/omni", 0): 1 / 16} == given("main/omni=channel 1")


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("amp/release", "expected PARAMETER=VALUE"),
        ("amp/relase=1", "did you mean amp/release"),
        ("amp/release=99", "expected 0.005 to 10 s"),
        ("amp/release=nan", "expected 0.005 to 10 s"),
        ("voice/mode=loud", "or one of chords, one note, tied"),
        ("part/17/amp/pan=0", "part 17: expected an integer from 1 to 16"),
        ("pan=1", "expected the address of a parameter"),
    ],
)
def test_what_cannot_be_is_named_with_what_can(word: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        read_assignment(word)
