"""Notes by OSC: any numeric type, ids, frequencies, expression of one note."""

from typing import Any

import pytest

from synth.adapters.osc_packet import Argument
from synth.events import AllNotesOff, AllSoundOff, NoteExpression, NoteOff, NoteOn
from synth.parameters import find_parameter
from synth.units import hz_to_pitch


@pytest.mark.parametrize("number", [64, 64.0, "64"])
def test_any_numeric_type_plays_a_note(desk: Any, number: Argument) -> None:
    desk.send("/mnote", number, number)
    assert [NoteOn(pitch=64.0, velocity=64 / 127)] == desk.events


def test_a_note_without_velocity_is_released(desk: Any) -> None:
    desk.send("/mnote", 60, 0)
    desk.send("/mnote", 60, False)
    desk.send("/mnote", 60, 0.0, 5)
    assert [NoteOff(pitch=60.0), NoteOff(pitch=60.0), NoteOff(note_id=5)] == desk.events


def test_a_note_by_frequency_is_the_note_of_that_frequency(desk: Any) -> None:
    desk.send("/fnote", 440.0, 127, 9)
    desk.send("/fnote/rel", 440.0, 127, 9)
    desk.send("/fnote/rel", 220.0)
    assert [
        NoteOn(pitch=69.0, velocity=1.0, note_id=9),
        NoteOff(note_id=9, velocity=1.0),
        NoteOff(pitch=57.0),
    ] == desk.events


def test_a_frequency_sounds_as_said_under_another_concert_pitch(desk: Any) -> None:
    a4 = find_parameter("main/a4_hz")
    desk.player.set_parameter("main/a4_hz", a4.to_normalised(432.0))
    desk.events.clear()
    desk.send("/fnote", 432.0, 100)
    (event,) = desk.events
    assert event.pitch == pytest.approx(hz_to_pitch(432.0, 432.0)) == pytest.approx(69.0)


def test_notes_are_clipped_to_what_midi_can_say(desk: Any) -> None:
    desk.send("/mnote", 1000, 1e6)
    desk.send("/mnote", -5, 1)
    assert [127.0, 0.0] == [event.pitch for event in desk.events]
    assert NoteOn(pitch=127.0, velocity=1.0) == desk.events[0]


@pytest.mark.parametrize(
    ("kind", "value", "heard"),
    [
        ("pitch", 0.5, 0.5),
        ("pitch", -500, -96.0),
        ("volume", 2.0, 1.0),
        ("pan", 0, 0.0),
        ("timbre", True, 1.0),
        ("pressure", "0.25", 0.25),
    ],
)
def test_one_note_is_moved_by_its_id(desk: Any, kind: Any, value: Argument, heard: float) -> None:
    desk.send(f"/part/2/ne/{kind}", 7, value)
    assert [NoteExpression(note_id=7, kind=kind, value=heard, part=1)] == desk.events


def test_without_a_part_a_note_is_played_by_all_that_hear_channel_1(desk: Any) -> None:
    desk.send("/part/3/param/key/channel/raw", 1)
    desk.send("/part/3/param/key/low/raw", 60)
    desk.events.clear()
    desk.send("/mnote", 60, 127, 5)
    desk.send("/ne/pan", 5, 1.0)
    desk.send("/part/3/param/key/low/raw", 0)
    desk.send("/mnote", 40, 127, 6)
    desk.send("/mnote/rel", 60, 0, 5)
    assert [0, 2] * 4 == [event.part for event in desk.events]
    desk.events.clear()
    desk.send("/part/3/mnote", 60, 127)  # who names a part means it
    desk.send("/part/1/mnote", 60, 127)
    assert [2, 0] == [event.part for event in desk.events]


def test_panic_without_a_part_reaches_all_of_them(desk: Any) -> None:
    desk.send("/allnotesoff")
    desk.send("/allsoundoff", 1)
    desk.send("/allsoundoff", 0.0)  # a button that comes up
    assert [AllNotesOff(), AllSoundOff()] == desk.events
