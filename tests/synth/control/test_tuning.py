"""Scala scales and keyboard maps, against values that can be worked out by hand."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.control.tuning import (
    EQUAL,
    KeyboardMap,
    key_cents,
    load_tuning,
    parse_keyboard_map,
    parse_scale,
    tuning_names,
)
from synth.errors import PresetError

TWELVE = "! x.scl\n!\nTwelve equal\n 12\n!\n" + "".join(f" {100.0 * k}\n" for k in range(1, 13))


def test_ratios_cents_and_comments_are_read() -> None:
    scale = parse_scale("! name\nany words\n 3 notes\n! c\n 3/2 a fifth\n 701.955 cents\n2\n")
    assert [701.955, 701.955, 1200.0] == pytest.approx(scale, abs=1e-3)


def test_twelve_equal_steps_are_equal_temperament() -> None:
    assert key_cents(parse_scale(TWELVE), KeyboardMap()) == pytest.approx(EQUAL.cents_of_pitch)


def test_a_scale_repeats_at_its_last_interval() -> None:
    cents = key_cents(parse_scale("x\n2\n 700.0\n 1200.0\n"), KeyboardMap())
    assert [6000.0, 6700.0, 7200.0, 5500.0] == pytest.approx([cents[k] for k in (60, 61, 62, 59)])


def test_a_keyboard_map_says_where_a_scale_begins_and_what_is_left_out() -> None:
    keyboard = parse_keyboard_map("! x.kbm\n4\n0\n127\n57\n69\n432.0\n3\n0\n1\nx\n2\n", "x.kbm")
    assert (57, 69, 432.0, (0, 1, None, 2)) == (
        keyboard.middle,
        keyboard.reference,
        keyboard.reference_hz,
        keyboard.degrees,
    )
    cents = key_cents((400.0, 800.0, 1200.0), keyboard)
    assert -31.77 == pytest.approx(cents[69] - 6900.0, abs=0.01)  # 432 Hz
    assert 400.0 == pytest.approx(cents[58] - cents[57])
    assert 800.0 == pytest.approx(cents[60] - cents[57])
    assert 1200.0 == pytest.approx(cents[61] - cents[57])
    assert 5900.0 == cents[59]  # not mapped


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one line",
        "x\n0\n",
        "x\n3\n100.0\n",
        "x\nmany\n1.0\n",
        "x\n1\nword\n",
        "x\n1\n3/0\n",
        "x\n1\n.\n",
    ],
)
def test_what_is_no_scale_is_one_clear_error(text: str) -> None:
    with pytest.raises(PresetError, match=r"bad\.scl"):
        parse_scale(text, "bad.scl")


@given(text=st.text(max_size=120))
@settings(max_examples=60)
def test_any_text_is_a_scale_or_an_error(text: str) -> None:
    for parse in (parse_scale, parse_keyboard_map):
        message = ""
        try:
            parse("x\n2\n" + text)
        except PresetError as err:
            message = str(err)
        assert "\n" not in message


def test_tunings_are_found_by_name_and_never_by_path(tmp_path: Path) -> None:
    bank = tmp_path / "tunings"
    bank.mkdir()
    (bank / "Mine.scl").write_text(TWELVE)
    (bank / "Mine.kbm").write_text("0\n0\n127\n60\n69\n440.0\n0\n")
    (tmp_path / "secret.scl").write_text(TWELVE)
    assert ["equal", "Mine"] == tuning_names([bank])
    assert load_tuning("mine", [bank]).cents_of_pitch == pytest.approx(EQUAL.cents_of_pitch)
    for name in ("../secret", "secret", "/etc/passwd"):
        with pytest.raises(PresetError, match="no tuning"):
            load_tuning(name, [bank])


@pytest.mark.parametrize("name", tuning_names())
def test_every_tuning_that_ships_rises_from_key_to_key(name: str) -> None:
    cents = load_tuning(name).cents_of_pitch
    assert 128 == len(cents)
    assert list(cents) == sorted(cents)
    assert 6000.0 == pytest.approx(cents[60])
