"""MIDI messages mean what a keyboard player expects."""

import itertools

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.adapters.midi_messages import bend_to_unit, to_events
from synth.events import (
    AllNotesOff,
    AllSoundOff,
    NoteOff,
    NoteOn,
    PitchBend,
    SetParameter,
    SustainPedal,
)
from synth.parameters import PARAMETERS, Parameter, find_parameter


def control(controller: int, value: int, channel: int = 0) -> mido.Message:
    return mido.Message("control_change", control=controller, value=value, channel=channel)


def test_a_key_press_strikes_a_note_on_the_part_of_its_channel() -> None:
    message = mido.Message("note_on", note=60, velocity=127, channel=15)
    assert [NoteOn(pitch=60.0, velocity=1.0, part=15)] == to_events(message)


def test_a_key_press_without_velocity_releases_with_an_ordinary_speed() -> None:
    message = mido.Message("note_on", note=60, velocity=0, channel=3)
    assert [NoteOff(pitch=60.0, velocity=64 / 127, part=3)] == to_events(message)


def test_a_release_carries_its_velocity() -> None:
    message = mido.Message("note_off", note=0, velocity=127)
    assert [NoteOff(pitch=0.0, velocity=1.0)] == to_events(message)


@pytest.mark.parametrize(("wheel", "bend"), [(-8192, -1.0), (0, 0.0), (8191, 1.0)])
def test_the_pitch_wheel_is_centred_and_reaches_both_ends(wheel: int, bend: float) -> None:
    assert [PitchBend(value=bend)] == to_events(mido.Message("pitchwheel", pitch=wheel))


def test_the_wheel_never_jumps() -> None:
    bends = [bend_to_unit(pitch) for pitch in range(-8192, 8192)]
    assert all(0.0 < right - left < 1.3e-4 for left, right in itertools.pairwise(bends))


@pytest.mark.parametrize(("value", "is_down"), [(0, False), (63, False), (64, True), (127, True)])
def test_the_pedal_is_down_from_64(value: int, is_down: bool) -> None:
    assert [SustainPedal(is_down=is_down, part=2)] == to_events(control(64, value, 2))


@pytest.mark.parametrize("parameter", [p for p in PARAMETERS if p.controller is not None])
def test_every_controller_of_the_table_moves_its_parameter(parameter: Parameter) -> None:
    assert parameter.controller is not None
    (event,) = to_events(control(parameter.controller, 127, 4))
    assert SetParameter(name=parameter.name, value=1.0, part=4) == event


def test_the_wheel_starts_from_where_the_preset_has_the_pad() -> None:
    (event,) = to_events(control(1, 0), home=lambda parameter, part: 0.75)
    assert SetParameter(name="timbre/x", value=0.75) == event


def test_pan_64_is_the_middle() -> None:
    (event,) = to_events(control(10, 64))
    assert isinstance(event, SetParameter)
    assert find_parameter("amp/pan").to_real(event.value) == 0.0


def test_panic_messages_reach_their_part_only() -> None:
    assert [AllSoundOff(part=5)] == to_events(control(120, 0, 5))
    assert [[AllNotesOff(part=5)]] * 5 == [to_events(control(c, 0, 5)) for c in range(123, 128)]


def test_reset_lets_go_of_pedal_bend_and_expression_but_keeps_volume_and_pan() -> None:
    events = to_events(control(121, 0, 1))
    assert SustainPedal(is_down=False, part=1) in events
    assert PitchBend(value=0.0, part=1) in events
    assert SetParameter(name="amp/expression", value=1.0, part=1) in events
    assert not [e for e in events if getattr(e, "name", "") in {"amp/volume", "amp/pan"}]


def test_a_system_reset_silences_everything() -> None:
    assert [AllSoundOff()] == to_events(mido.Message("reset"))


@given(data=st.lists(st.integers(0, 255), max_size=40))
def test_any_bytes_give_events_or_nothing(data: list[int]) -> None:
    parser = mido.Parser()
    parser.feed(data)
    for message in parser:
        to_events(message)
