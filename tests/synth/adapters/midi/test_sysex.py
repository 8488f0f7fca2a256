"""System exclusive, from bytes written out by hand."""

import pytest

from synth.adapters.midi.sysex import is_reset, master_volume, tuning
from synth.events import SetParameter
from synth.parameters import find_parameter

EQUAL = [100.0 * key for key in range(128)]


@pytest.mark.parametrize(
    "data",
    [
        (0x7E, 0x7F, 0x09, 0x01),
        (0x7E, 0x7F, 0x09, 0x03),
        (0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41),
        (0x43, 0x10, 0x4C, 0x00, 0x00, 0x7E, 0x00),
    ],
)
def test_resets_are_known(data: tuple[int, ...]) -> None:
    assert is_reset(data)
    assert not is_reset(data[:-1])


def test_full_master_volume_is_the_level_the_instrument_was_made_for() -> None:
    event = master_volume((0x7F, 0x7F, 4, 1, 0x7F, 0x7F))
    assert isinstance(event, SetParameter)
    assert find_parameter("main/volume").to_real(event.value) == pytest.approx(0.0, abs=1e-9)
    assert master_volume((0x7F, 0x7F, 4, 2, 0, 0)) is None


def test_a_bulk_dump_names_all_keys() -> None:
    pitches = [byte for key in range(128) for byte in (key, 0x20, 0)]
    event = tuning((0x7E, 0, 8, 1, 0, *b"a name of sixteen"[:16], *pitches, 0), EQUAL)
    assert event is not None
    assert (0 + 25.0, 12700 + 25.0) == (event.cents_of_pitch[0], event.cents_of_pitch[127])
    assert not event.is_live


def test_single_notes_leave_the_others_alone() -> None:
    event = tuning((0x7F, 0, 8, 2, 0, 2, 60, 61, 0, 0, 62, 0x7F, 0x7F, 0x7F), EQUAL)
    assert event is not None
    assert [6100.0, 6100.0, 6200.0] == list(event.cents_of_pitch[60:63])
    assert event.is_live


@pytest.mark.parametrize(
    ("data", "cents"),
    [
        ((0x7F, 0, 8, 8, 3, 127, 127, 14, *[64] * 11), -50.0),
        ((0x7F, 0, 8, 9, 3, 127, 127, 32, 0, *[64, 0] * 11), -50.0),
    ],
)
def test_octave_tunings_move_pitch_classes(data: tuple[int, ...], cents: float) -> None:
    event = tuning(data, EQUAL)
    assert event is not None
    assert 6000.0 + cents == event.cents_of_pitch[60]
    assert 6100.0 == event.cents_of_pitch[61]


@pytest.mark.parametrize(
    "data",
    [
        (),
        (0x7E,),
        (0x7F, 0, 8, 2),
        (0x7F, 0, 8, 2, 0, 3, 60, 61, 0, 0),
        (0x7E, 0, 8, 1, 0),
        (0x7F, 0, 8, 8, 0),
    ],
)
def test_what_is_cut_off_changes_nothing(data: tuple[int, ...]) -> None:
    assert tuning(data, EQUAL) is None
