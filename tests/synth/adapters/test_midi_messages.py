"""MIDI messages mean what a keyboard player expects."""

import itertools

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.adapters.midi_messages import MidiInterpreter, bend_to_unit, to_events
from synth.events import (
    AllNotesOff,
    AllSoundOff,
    ChannelPressure,
    KeyPressure,
    NoteExpression,
    NoteOff,
    NoteOn,
    PitchBend,
    PlayerEvent,
    SelectProgram,
    SetParameter,
    SetTuning,
    SoftPedal,
    SostenutoPedal,
    SustainPedal,
    TurnController,
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
    assert TurnController(name=parameter.name, value=1.0, part=4) == event


def test_panic_messages_reach_their_part_only() -> None:
    assert [AllSoundOff(part=5)] == to_events(control(120, 0, 5))
    first = [to_events(control(c, 0, 5))[0] for c in range(123, 128)]
    assert [AllNotesOff(part=5)] * 5 == first


def test_reset_lets_go_of_pedal_bend_and_expression_but_keeps_volume_and_pan() -> None:
    events = to_events(control(121, 0, 1))
    assert SustainPedal(is_down=False, part=1) in events
    assert PitchBend(value=0.0, part=1) in events
    assert SetParameter(name="amp/expression", value=1.0, part=1) in events
    assert not [e for e in events if getattr(e, "name", "") in {"amp/volume", "amp/pan"}]


def test_a_system_reset_silences_everything() -> None:
    events = to_events(mido.Message("reset"))
    assert AllSoundOff() == events[0]
    assert {PitchBend(value=0.0, part=part) for part in range(16)} < set(events)


def play(interpreter: MidiInterpreter, *messages: str) -> list[PlayerEvent]:
    """Send messages as words: 'control_change channel=1 control=6 value=2'."""
    return [
        event for words in messages for event in interpreter.events(mido.Message.from_str(words))
    ]


def parameter(controllers: int, value: int, channel: int = 0, lsb: int | None = None) -> list[str]:
    """Select a registered parameter and enter a value."""
    words = f"control_change channel={channel} control="
    rows = [f"{words}101 value={controllers >> 7}", f"{words}100 value={controllers & 127}"]
    rows.append(f"{words}6 value={value}")
    return rows if lsb is None else [*rows, f"{words}38 value={lsb}"]


@pytest.mark.parametrize(
    ("controller", "pedal"), [(64, SustainPedal), (66, SostenutoPedal), (67, SoftPedal)]
)
def test_three_pedals(controller: int, pedal: type) -> None:
    events = [to_events(control(controller, value, 3)) for value in (127, 0)]
    assert [[pedal(is_down=True, part=3)], [pedal(is_down=False, part=3)]] == events


def test_pressure_of_a_channel_and_of_a_key() -> None:
    interpreter = MidiInterpreter()
    events = play(
        interpreter, "aftertouch channel=2 value=127", "polytouch channel=2 note=60 value=0"
    )
    assert [
        ChannelPressure(value=1.0, part=2),
        KeyPressure(pitch=60.0, value=0.0, part=2),
    ] == events


def test_a_program_takes_its_bank_along() -> None:
    interpreter = MidiInterpreter()
    assert [SelectProgram(program=8, part=1)] == play(
        interpreter, "program_change channel=1 program=7"
    )
    events = play(
        interpreter,
        "control_change channel=1 control=32 value=1",
        "program_change channel=1 program=0",
        "program_change channel=2 program=0",
    )
    assert [SelectProgram(program=129, part=1), SelectProgram(program=1, part=2)] == events


@pytest.mark.parametrize(
    ("number", "msb", "lsb", "name", "real"),
    [
        (0, 12, 50, "pitch/bend_range", 12.5),
        (1, 96, 0, "pitch/tune", 50.0),
        (2, 52, 0, "pitch/transpose", -12.0),
    ],
)
def test_registered_parameters_set_range_and_tuning(
    number: int, msb: int, lsb: int, name: str, real: float
) -> None:
    events = play(MidiInterpreter(), *parameter(number, msb, 4, lsb))
    last = events[-1]
    assert isinstance(last, SetParameter)
    assert (name, 4) == (last.name, last.part)
    assert real == pytest.approx(find_parameter(name).to_real(last.value), abs=1e-6)


def test_data_without_a_selection_does_nothing() -> None:
    interpreter = MidiInterpreter()
    assert [] == play(interpreter, "control_change control=6 value=12")
    play(interpreter, *parameter(0, 5))
    nrpn = ("control_change control=99 value=1", "control_change control=98 value=1")
    assert [] == play(interpreter, *nrpn, "control_change control=6 value=12")
    play(interpreter, *parameter(0, 5))
    play(interpreter, "control_change control=121 value=0")
    assert [] == play(interpreter, "control_change control=6 value=12")


def test_omni_on_and_off_are_a_parameter_and_end_the_notes() -> None:
    for controller, channel in ((125, 3), (124, 0)):
        over, mode = to_events(control(controller, 0, 3))
        assert AllNotesOff(part=3) == over
        assert isinstance(mode, SetParameter)
        assert "main/omni" == mode.name
        assert channel + (controller == 125) == find_parameter("main/omni").to_real(mode.value)


def test_mono_and_poly_are_the_parts_mode() -> None:
    events = play(
        MidiInterpreter(),
        "control_change channel=1 control=126 value=1",
        "control_change channel=1 control=127 value=0",
    )
    modes = [e for e in events if isinstance(e, SetParameter)]
    reals = [find_parameter("voice/mode").to_real(e.value) for e in modes]
    assert ([1.0, 0.0], ["voice/mode"] * 2) == (reals, [e.name for e in modes])


def test_in_an_mpe_zone_each_note_has_its_own_bend_pressure_and_slide() -> None:
    interpreter = MidiInterpreter()
    opened = play(interpreter, *parameter(6, 3))
    assert AllNotesOff(part=0) in opened
    events = play(
        interpreter,
        "control_change channel=1 control=74 value=127",
        "note_on channel=1 note=60 velocity=127",
        "note_on channel=2 note=64 velocity=127",
        "pitchwheel channel=1 pitch=8191",
        "aftertouch channel=2 value=127",
        "pitchwheel channel=0 pitch=8191",
    )
    first, slide, second, bend, pressure, whole = events
    assert isinstance(first, NoteOn)
    assert isinstance(second, NoteOn)
    assert (0, 0) == (first.part, second.part)
    assert first.note_id != second.note_id
    assert first.note_id is not None
    assert second.note_id is not None
    assert NoteExpression(note_id=first.note_id, kind="timbre", value=1.0) == slide
    assert NoteExpression(note_id=first.note_id, kind="pitch", value=48.0) == bend
    assert NoteExpression(note_id=second.note_id, kind="pressure", value=1.0) == pressure
    assert PitchBend(value=1.0) == whole


def test_a_bend_after_the_release_does_not_reach_the_tail() -> None:
    interpreter = MidiInterpreter()
    play(interpreter, *parameter(6, 3), "note_on channel=1 note=60 velocity=9")
    (off,) = play(interpreter, "note_off channel=1 note=60")
    assert isinstance(off, NoteOff)
    assert off.note_id is not None
    assert [] == play(interpreter, "pitchwheel channel=1 pitch=100")
    # But the next note of the channel begins there.
    _, bend = play(interpreter, "note_on channel=1 note=60 velocity=9")
    assert isinstance(bend, NoteExpression)


def test_the_bend_range_of_one_member_is_that_of_all() -> None:
    interpreter = MidiInterpreter()
    play(interpreter, *parameter(6, 3), "note_on channel=2 note=60 velocity=9")
    play(interpreter, "pitchwheel channel=2 pitch=-8192")
    (event,) = play(interpreter, *parameter(0, 24, 1))
    assert isinstance(event, NoteExpression)
    assert -24.0 == event.value


def test_the_upper_zone_plays_the_last_part_and_members_send_no_programs() -> None:
    interpreter = MidiInterpreter()
    play(interpreter, *parameter(6, 4, 15))
    (note,) = play(interpreter, "note_on channel=11 note=60 velocity=9")
    assert isinstance(note, NoteOn)
    assert 15 == note.part
    quiet = ("program_change channel=11 program=1", "control_change channel=11 control=7 value=1")
    assert [] == play(interpreter, *quiet, "polytouch channel=11 note=60 value=9")
    assert [NoteOn(pitch=60.0, velocity=9 / 127, part=10)] == play(
        interpreter, "note_on channel=10 note=60 velocity=9"
    )


def test_a_tuning_dump_tunes_the_keys_and_a_reset_takes_it_back() -> None:
    interpreter = MidiInterpreter()
    single = mido.Message("sysex", data=(0x7F, 0, 8, 2, 0, 1, 69, 70, 64, 0))
    (event,) = interpreter.events(single)
    assert isinstance(event, SetTuning)
    assert (7050.0, 7000.0) == (event.cents_of_pitch[69], event.cents_of_pitch[70])
    assert SetTuning in map(type, interpreter.events(mido.Message("reset")))


@given(data=st.binary(max_size=60))
@settings(max_examples=60)
def test_any_bytes_give_events_or_nothing(data: bytes) -> None:
    parser = mido.Parser()
    parser.feed(data)
    interpreter = MidiInterpreter()
    for message in parser:
        interpreter.events(message)
