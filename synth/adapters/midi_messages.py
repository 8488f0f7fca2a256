"""Turn MIDI messages into events; live ports and song files share it.

Events name channels in place of parts: who hears a channel is the player's business
(`synth.control.channels`). Notes of an MPE zone are its master's. Controllers reach parameters by
the table in `synth.parameters`. Sources: MIDI 1.0 Detailed Specification; reset of controllers by
RP-015 (volume, pan and sound controllers are kept, what a pedal held is let go); MPE 1.0.
"""

from collections.abc import Callable

import mido

from synth.adapters.midi import parameter_numbers as rpn
from synth.adapters.midi.mpe import (
    LOWER_MASTER,
    MASTER_BEND_SEMITONES,
    MAX_BEND_SEMITONES,
    UPPER_MASTER,
    Zone,
    Zones,
)
from synth.adapters.midi.sysex import is_reset, master_volume, tuning
from synth.control.tuning import EQUAL
from synth.events import (
    N_PARTS,
    AllNotesOff,
    AllSoundOff,
    ChannelPressure,
    ExpressionKind,
    KeyPressure,
    NoteExpression,
    NoteOff,
    NoteOn,
    PitchBend,
    PlayerEvent,
    SelectProgram,
    SetParameter,
    SoftPedal,
    SostenutoPedal,
    SustainPedal,
    TurnController,
)
from synth.parameters import PARAMETERS, Parameter, find_parameter
from synth.units import midi_to_unit

BANK_MSB, BANK_LSB = 0, 32
SLIDE = 74
ALL_SOUND_OFF = 120
RESET_ALL_CONTROLLERS = 121
ALL_NOTES_OFF = range(123, 128)  # 124-127 change the mode, and release notes as they do
OMNI_OFF, OMNI_ON, MONO, POLY = 124, 125, 126, 127
_PEDALS: dict[int, type[SustainPedal | SostenutoPedal | SoftPedal]] = {
    64: SustainPedal,
    66: SostenutoPedal,
    67: SoftPedal,
}
_PEDAL_THRESHOLD = 64
_RELEASE_VELOCITY = 64 / 127  # a note-on with velocity 0 says nothing of the release (MPE 1.0, 2.2)

_PARAMETERS_BY_CONTROLLER = {p.controller: p for p in PARAMETERS if p.controller is not None}
_EXPRESSION = _PARAMETERS_BY_CONTROLLER[11]
_WHEEL = _PARAMETERS_BY_CONTROLLER[1]
_MODE = find_parameter("voice/mode")
_OMNI = find_parameter("main/omni")


def to_events(message: mido.Message) -> list[PlayerEvent]:
    """Turn one message by itself into events, as if nothing had come before it."""
    return MidiInterpreter().events(message)


def bend_to_unit(pitch: int) -> float:
    """Turn a pitch wheel's -8192..8191 (centre 0, on the wire 0x2000) into -1..1.

    The two halves are scaled apart, so that both ends are reached.
    """
    return pitch / 8192.0 if pitch < 0 else pitch / 8191.0


class MidiInterpreter:
    """Reads the messages of one port or song, one after the other."""

    def __init__(self) -> None:
        self._zones = Zones()
        self._reset_state()
        self._readers: dict[str, Callable[[mido.Message], list[PlayerEvent]]] = {
            "note_on": self._note,
            "note_off": self._note,
            "control_change": lambda m: self._control(m.control, m.value, m.channel),
            "pitchwheel": lambda m: self._bend(m.channel, bend_to_unit(m.pitch)),
            "aftertouch": lambda m: self._pressure(m.channel, midi_to_unit(m.value)),
            "polytouch": self._key_pressure,
            "program_change": lambda m: self._program(m.program, m.channel),
            "sysex": lambda m: self._system_exclusive(tuple(m.data)),
            "reset": lambda _: self._reset_everything(),
        }

    def _reset_state(self) -> None:
        self._zones.close()
        self._banks = [[0, 0] for _ in range(N_PARTS)]  # MSB and LSB, latched until a program
        self._numbers = [rpn.ParameterNumbers() for _ in range(N_PARTS)]
        self._cents = EQUAL.cents_of_pitch

    def events(self, message: mido.Message) -> list[PlayerEvent]:
        """Turn one message into what it asks for; what means nothing here gives nothing.

        Args:
            message: of any type.
        """
        read = self._readers.get(message.type)
        return [] if read is None else read(message)

    # --- notes -----------------------------------------------------------------------------------

    def _part(self, channel: int) -> int:
        """Return the channel that is meant: a zone's master for its members."""
        zone = self._zones.zone_of_member(channel)
        return channel if zone is None else zone.master

    def _note(self, message: mido.Message) -> list[PlayerEvent]:
        channel, key = message.channel, message.note
        part, velocity = self._part(channel), midi_to_unit(message.velocity)
        is_member = self._zones.zone_of_member(channel) is not None
        if message.type == "note_on" and message.velocity > 0:
            if is_member:
                return self._strike_member(channel, key, velocity)
            return [NoteOn(pitch=float(key), velocity=velocity, part=part)]
        if message.type == "note_on":
            velocity = _RELEASE_VELOCITY
        note_id = self._zones.release(channel, key) if is_member else None
        if note_id is None:
            return [NoteOff(pitch=float(key), velocity=velocity, part=part)]
        return [NoteOff(note_id=note_id, velocity=velocity, part=part)]

    def _strike_member(self, channel: int, key: int, velocity: float) -> list[PlayerEvent]:
        """Strike a note with the bend, pressure and slide that its channel has by now."""
        part, member = self._part(channel), self._zones.members[channel]
        note_id, before = self._zones.strike(channel, key)
        events: list[PlayerEvent] = []
        if before is not None:
            events.append(NoteOff(note_id=before, velocity=_RELEASE_VELOCITY, part=part))
        events.append(NoteOn(pitch=float(key), velocity=velocity, part=part, note_id=note_id))
        zone = self._zones.zone_of_member(channel)
        assert zone is not None
        if member.bend:
            events.append(_expression(note_id, "pitch", member.bend * zone.bend_semitones, part))
        if member.pressure:
            events.append(_expression(note_id, "pressure", member.pressure, part))
        if member.slide is not None:
            events.append(_expression(note_id, "timbre", member.slide, part))
        return events

    def _bend(self, channel: int, bend: float) -> list[PlayerEvent]:
        zone = self._zones.zone_of_member(channel)
        if zone is None:
            return [PitchBend(value=bend, part=self._part(channel))]
        self._zones.members[channel].bend = bend
        return self._bend_members(zone, range(channel, channel + 1))

    def _bend_members(self, zone: Zone, channels: range) -> list[PlayerEvent]:
        return [
            _expression(note_id, "pitch", member.bend * zone.bend_semitones, zone.master)
            for member, note_id in self._zones.sounding(channels)
        ]

    def _pressure(self, channel: int, value: float) -> list[PlayerEvent]:
        zone = self._zones.zone_of_member(channel)
        if zone is None:
            return [ChannelPressure(value=value, part=self._part(channel))]
        self._zones.members[channel].pressure = value
        return self._express_member(zone, channel, "pressure", value)

    def _express_member(
        self, zone: Zone, channel: int, kind: ExpressionKind, value: float
    ) -> list[PlayerEvent]:
        notes = self._zones.sounding(range(channel, channel + 1))
        return [_expression(note_id, kind, value, zone.master) for _, note_id in notes]

    def _key_pressure(self, message: mido.Message) -> list[PlayerEvent]:
        if self._zones.zone_of_member(message.channel) is not None:
            return []  # members have a channel of their own for it
        value, part = midi_to_unit(message.value), self._part(message.channel)
        return [KeyPressure(pitch=float(message.note), value=value, part=part)]

    # --- controllers -----------------------------------------------------------------------------

    def _control(self, controller: int, value: int, channel: int) -> list[PlayerEvent]:
        zone = self._zones.zone_of_member(channel)
        if controller in rpn.CONTROLLERS:
            entry = self._numbers[channel].control(controller, value)
            return [] if entry is None else self._enter(entry, channel)
        if zone is not None and controller == SLIDE:
            slide = self._zones.members[channel].slide = midi_to_unit(value)
            return self._express_member(zone, channel, "timbre", slide)
        if controller in {BANK_MSB, BANK_LSB}:
            self._banks[channel][controller == BANK_LSB] = value
            return []
        if controller >= ALL_SOUND_OFF:
            return self._mode(controller, value, channel)
        if zone is not None:
            return []  # the rest is the master's
        return self._turn(controller, value, self._part(channel))

    def _turn(self, controller: int, value: int, part: int) -> list[PlayerEvent]:
        pedal = _PEDALS.get(controller)
        if pedal is not None:
            return [pedal(is_down=value >= _PEDAL_THRESHOLD, part=part)]
        parameter = _PARAMETERS_BY_CONTROLLER.get(controller)
        if parameter is None:
            return []
        return [TurnController(name=parameter.name, value=midi_to_unit(value), part=part)]

    def _mode(self, controller: int, value: int, channel: int) -> list[PlayerEvent]:
        part = self._part(channel)
        if controller == ALL_SOUND_OFF:
            return [AllSoundOff(part=part)]
        if controller == RESET_ALL_CONTROLLERS:
            self._numbers[channel].reset()
            return self._reset_controllers(part)
        if controller not in ALL_NOTES_OFF:
            return []
        events: list[PlayerEvent] = [AllNotesOff(part=part)]
        if controller in {OMNI_ON, OMNI_OFF}:
            events.append(_set(_OMNI, channel + 1.0 if controller == OMNI_ON else 0.0, part))
        elif controller == MONO and value <= 1:
            events.append(_set(_MODE, 1.0, part))
        elif controller == POLY:
            events.append(_set(_MODE, 0.0, part))
        return events

    def _reset_controllers(self, part: int) -> list[PlayerEvent]:
        return [
            SetParameter(name=_EXPRESSION.name, value=1.0, part=part),
            TurnController(name=_WHEEL.name, value=0.0, part=part),
            *(pedal(is_down=False, part=part) for pedal in _PEDALS.values()),
            PitchBend(value=0.0, part=part),
            ChannelPressure(value=0.0, part=part),
        ]

    # --- parameter numbers -----------------------------------------------------------------------

    def _enter(self, entry: rpn.Entry, channel: int) -> list[PlayerEvent]:
        """Set a registered parameter."""
        part = self._part(channel)
        if entry.number == rpn.BEND_RANGE:
            return self._set_bend_range(min(entry.msb + entry.lsb / 100.0, 96.0), channel)
        if entry.number == rpn.FINE_TUNING:
            cents = (entry.value - 8192) * 100.0 / 8192.0
            return [_set(find_parameter("pitch/tune"), cents, part)]
        if entry.number == rpn.COARSE_TUNING:
            return [_set(find_parameter("pitch/transpose"), entry.msb - 64.0, part)]
        if entry.number == rpn.MPE_CONFIGURATION and channel in {LOWER_MASTER, UPPER_MASTER}:
            return self._configure_mpe(channel, min(entry.msb, 15))
        return []

    def _set_bend_range(self, semitones: float, channel: int) -> list[PlayerEvent]:
        zone = self._zones.zone_of_member(channel)
        if zone is None:
            return [_set(find_parameter("pitch/bend_range"), semitones, self._part(channel))]
        zone.bend_semitones = semitones
        return self._bend_members(zone, zone.channels)

    def _configure_mpe(self, master: int, n_members: int) -> list[PlayerEvent]:
        """Open or close a zone: notes of what changes stop, its controllers go to their rest."""
        events: list[PlayerEvent] = []
        for part in self._zones.configure(master, n_members):
            events.append(AllNotesOff(part=part))
            events += self._reset_controllers(part)
        if n_members:
            bend_range = find_parameter("pitch/bend_range")
            events.append(_set(bend_range, MASTER_BEND_SEMITONES, master))
        return events

    # --- programs and systems --------------------------------------------------------------------

    def _program(self, program: int, channel: int) -> list[PlayerEvent]:
        if self._zones.zone_of_member(channel) is not None:
            return []
        msb, lsb = self._banks[channel]
        number = (msb << 7 | lsb) * 128 + program + 1
        return [SelectProgram(program=number, part=self._part(channel))]

    def _system_exclusive(self, data: tuple[int, ...]) -> list[PlayerEvent]:
        if is_reset(data):
            return self._reset_everything()
        volume = master_volume(data)
        if volume is not None:
            return [volume]
        tuned = tuning(data, self._cents)
        if tuned is None:
            return []
        self._cents = tuned.cents_of_pitch
        return [tuned]

    def _reset_everything(self) -> list[PlayerEvent]:
        is_tuned = self._cents != EQUAL.cents_of_pitch
        self._reset_state()
        events: list[PlayerEvent] = [AllSoundOff(), _set(_OMNI, 0.0, 0)]
        for part in range(N_PARTS):
            events += self._reset_controllers(part)
        return [*events, EQUAL.event] if is_tuned else events


def _set(parameter: Parameter, real: float, part: int) -> SetParameter:
    return SetParameter(name=parameter.name, value=parameter.to_normalised(real), part=part)


def _expression(note_id: int, kind: ExpressionKind, value: float, part: int) -> NoteExpression:
    if kind == "pitch":
        value = min(max(value, -MAX_BEND_SEMITONES), MAX_BEND_SEMITONES)
    return NoteExpression(note_id=note_id, kind=kind, value=value, part=part)
