"""Turn MIDI messages into events; live ports and song files share it.

A message's channel is the part. Controllers reach parameters by the table in `synth.parameters`.
Sources: MIDI 1.0 Detailed Specification; reset of controllers by RP-015 (volume, pan and sound
controllers are kept, what a pedal held is let go).
"""

from collections.abc import Callable

import mido

from synth.events import (
    AllNotesOff,
    AllSoundOff,
    Event,
    NoteOff,
    NoteOn,
    PitchBend,
    SetParameter,
    SustainPedal,
)
from synth.parameters import PARAMETERS, Parameter
from synth.units import midi_to_unit

HOLD_PEDAL = 64
ALL_SOUND_OFF = 120
RESET_ALL_CONTROLLERS = 121
ALL_NOTES_OFF = range(123, 128)  # 124-127 change the mode, and release notes as they do
_PEDAL_THRESHOLD = 64
_RELEASE_VELOCITY = 64 / 127  # a note-on with velocity 0 says nothing of the release (MPE 1.0, 2.2)

# Where the preset has a parameter, 0..1: some controllers rest there.
Home = Callable[[Parameter, int], float]

_PARAMETERS_BY_CONTROLLER = {p.controller: p for p in PARAMETERS if p.controller is not None}
_EXPRESSION = _PARAMETERS_BY_CONTROLLER[11]


def default_home(parameter: Parameter, part: int) -> float:  # noqa: ARG001 - a Home takes both
    """Place every part where the table has it."""
    return parameter.default_normalised


def to_events(message: mido.Message, home: Home = default_home) -> list[Event]:
    """Turn one message into what it asks of the engine; what means nothing here gives nothing.

    Args:
        message: of any type.
        home: tells where the part's preset has a parameter.
    """
    match message.type:
        case "note_on" | "note_off":
            return [_note(message)]
        case "control_change":
            return _control_change(message.control, message.value, message.channel, home)
        case "pitchwheel":
            return [PitchBend(value=bend_to_unit(message.pitch), part=message.channel)]
        case "reset":
            return [AllSoundOff()]
        case _:
            return []


def bend_to_unit(pitch: int) -> float:
    """Turn a pitch wheel's -8192..8191 (centre 0, on the wire 0x2000) into -1..1.

    The two halves are scaled apart, so that both ends are reached.
    """
    return pitch / 8192.0 if pitch < 0 else pitch / 8191.0


def _note(message: mido.Message) -> NoteOn | NoteOff:
    pitch, velocity, part = float(message.note), message.velocity, message.channel
    if message.type == "note_off":
        return NoteOff(pitch=pitch, velocity=midi_to_unit(velocity), part=part)
    if velocity == 0:
        return NoteOff(pitch=pitch, velocity=_RELEASE_VELOCITY, part=part)
    return NoteOn(pitch=pitch, velocity=midi_to_unit(velocity), part=part)


def _control_change(controller: int, value: int, part: int, home: Home) -> list[Event]:
    if controller == HOLD_PEDAL:
        return [SustainPedal(is_down=value >= _PEDAL_THRESHOLD, part=part)]
    if controller == ALL_SOUND_OFF:
        return [AllSoundOff(part=part)]
    if controller == RESET_ALL_CONTROLLERS:
        return _reset_controllers(part, home)
    if controller in ALL_NOTES_OFF:
        return [AllNotesOff(part=part)]
    parameter = _PARAMETERS_BY_CONTROLLER.get(controller)
    if parameter is None:
        return []
    place = parameter.from_controller(value, home(parameter, part))
    return [SetParameter(name=parameter.name, value=place, part=part)]


def _reset_controllers(part: int, home: Home) -> list[Event]:
    wheel = _PARAMETERS_BY_CONTROLLER[1]
    return [
        SetParameter(name=_EXPRESSION.name, value=1.0, part=part),
        SetParameter(name=wheel.name, value=home(wheel, part), part=part),
        SustainPedal(is_down=False, part=part),
        PitchBend(value=0.0, part=part),
    ]
