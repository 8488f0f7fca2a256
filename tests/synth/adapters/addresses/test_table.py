import pytest

from synth.adapters.addresses.table import counted, is_pressed, numbers, text, texts, whole
from synth.errors import ConfigError


def test_numbers_come_in_every_type() -> None:
    assert (1.0, 0.0, 2.5, 3.0) == numbers([True, False, "2.5", 3], "four", 4, 4)


@pytest.mark.parametrize("wrong", ["x", "inf", "nan", 1e300, ""])
def test_what_is_no_number_is_refused(wrong: object) -> None:
    with pytest.raises(ConfigError, match="number"):
        numbers([wrong], "one", 1, 1)


def test_whole_numbers_may_come_as_floats() -> None:
    assert 3 == whole(3.0, "part", 1, 16)
    for wrong in (0, 17, 2.5):
        with pytest.raises(ConfigError, match="expected an integer from 1 to 16"):
            whole(wrong, "part", 1, 16)


def test_text_is_one_line_and_not_empty() -> None:
    assert "bell" == text(" bell ", "a name")
    assert "7" == text(7.0, "a name")
    for wrong in ("", "a\nb", "\x00"):
        with pytest.raises(ConfigError, match="expected a name"):
            text(wrong, "a name")


def test_there_are_as_many_arguments_as_there_should_be() -> None:
    assert ("a", "7") == texts(["a ", 7], "names", 1, 2)
    for wrong in ([], [1, 2, 3]):
        with pytest.raises(ConfigError, match=f"{len(wrong)} arguments: expected names"):
            texts(wrong, "names", 1, 2)
        with pytest.raises(ConfigError, match=f"{len(wrong)} arguments: expected numbers"):
            counted(wrong, "numbers", 1, 2)


def test_a_button_does_it_when_it_goes_down() -> None:
    assert [True, True, False, False] == [is_pressed(a) for a in ([], [1], [0.0], [False])]
