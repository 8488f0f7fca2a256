"""What the sixteen parts are set to, and how the audio thread is told.

Settings outlive the audio thread's arrays: when these are made anew for another sample rate, the
same settings are sent again, and they are what a host saves and loads.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from synth.errors import PresetError
from synth.events import N_PARTS, N_PITCHES, NoteExpression, SetParameter, SetTimbre
from synth.notes.latents import Latent
from synth.parameters import PARAMETERS, PARAMETERS_BY_NAME, SILENCE_DB, find_parameter
from synth.realtime import commands, queue
from synth.units import A4_HZ, db_to_gain, ratio_to_semitones
from synth.velocity import SOFT_PEDAL, curved_velocity

STATE_VERSION = 1
REFERENCE_VELOCITY = 100.0 / 127.0  # what an insensitive part plays

Command = dict[str, Any]  # arguments of Renderer.send


def fader_gain(level_db: float) -> float:
    """Turn a fader's level into a gain; the fader's lower end is silence."""
    return 0.0 if level_db <= SILENCE_DB else db_to_gain(level_db)


# Parameters of a part that the audio thread takes as one value.
_VALUES: Mapping[str, tuple[int, Callable[[float], float]]] = {
    "amp/attack": (commands.ATTACK_S, float),
    "amp/decay": (commands.DECAY_S, float),
    "amp/sustain": (commands.SUSTAIN_LEVEL, float),
    "amp/release": (commands.RELEASE_S, float),
    "amp/volume": (commands.VOLUME, fader_gain),
    "amp/expression": (commands.EXPRESSION, fader_gain),
    "amp/pan": (commands.PAN, float),
    "voice/glide": (commands.GLIDE_S, float),
    "voice/pressure": (commands.PRESSURE_DEPTH, float),
    "vibrato/rate": (commands.VIBRATO_HZ, float),
    "vibrato/depth": (commands.VIBRATO_DEPTH, lambda cents: cents / 100.0),
    "vibrato/delay": (commands.VIBRATO_DELAY_S, float),
    "reverb/send": (commands.SEND, float),
}


# Expressions of one note, and how the audio thread takes them.
_EXPRESSIONS: Mapping[str, tuple[int, Callable[[float], float]]] = {
    "pitch": (commands.NOTE_BEND, float),
    "volume": (commands.NOTE_VOLUME, float),
    "pan": (commands.NOTE_PAN, lambda place: 2.0 * place - 1.0),
    "timbre": (commands.NOTE_TIMBRE, float),
    "pressure": (commands.NOTE_PRESSURE, float),
}

# Parameters of the room that all parts share.
_ROOM: Mapping[str, int] = {
    "reverb/size": commands.ROOM_SIZE_S,
    "reverb/damping": commands.ROOM_DAMPING,
}


def _defaults(is_global: bool) -> dict[str, float]:
    return {p.name: p.default_normalised for p in PARAMETERS if p.is_global == is_global}


@dataclass(slots=True, kw_only=True)
class PartSettings:
    """What one part is set to."""

    latent: Latent  # timbre, [latent_size]
    parameters: dict[str, float] = field(default_factory=lambda: _defaults(False))  # 0..1, by name
    wheel: float = 0.0  # -1..1
    is_soft: bool = False  # the soft pedal is down

    def real(self, name: str) -> float:
        """Return a parameter in its unit."""
        return find_parameter(name).to_real(self.parameters[name])

    @property
    def transpose(self) -> float:
        """Semitones added to every key."""
        return self.real("pitch/transpose")

    @property
    def morph_s(self) -> float:
        """Time in which a held note crosses to a new timbre."""
        return self.real("timbre/morph_ms") / 1000.0

    @property
    def way(self) -> int:
        """How notes start: beside others, alone, or tied (`synth.realtime.queue`)."""
        return round(self.real("voice/mode"))

    def heard_velocity(self, velocity: float) -> float:
        """Return the velocity that a note gets: the key's, bent, softened, or less of it."""
        velocity = curved_velocity(velocity, self.real("voice/velocity_curve"))
        sensitivity = self.real("amp/velocity_sensitivity")
        velocity = REFERENCE_VELOCITY + sensitivity * (velocity - REFERENCE_VELOCITY)
        return velocity * SOFT_PEDAL if self.is_soft else velocity


class Settings:
    """All parts and what they share.

    Args:
        latent: timbre of every part at first.
    """

    def __init__(self, latent: Latent) -> None:
        self.main = _defaults(True)
        self.parts = [PartSettings(latent=latent) for _ in range(N_PARTS)]
        self.cents_of_pitch: tuple[float, ...] | None = None  # [128]; None: equal temperament

    def set_parameter(self, event: SetParameter) -> Iterator[Command]:
        """Set a parameter and yield what the audio thread is to be told.

        Raises:
            ConfigError: there is no such parameter.
        """
        is_global = find_parameter(event.name).is_global
        values = self.main if is_global else self.parts[event.part].parameters
        values[event.name] = event.value
        return self._tell(event.name, event.part)

    def bend(self, number: int) -> Command:
        """Return the bend of a part: its wheel, its tuning and the concert pitch."""
        part = self.parts[number]
        semitones = (
            part.wheel * part.real("pitch/bend_range")
            + part.real("pitch/tune") / 100.0
            + ratio_to_semitones(self._real_main("main/a4_hz") / A4_HZ)
        )
        return _set_part(number, commands.BEND, semitones)

    def tuned(self, pitch: float) -> float:
        """Return what a key sounds: a MIDI note number in the tuning that is set.

        Between keys it is a straight line; beyond them it goes on in semitones.
        """
        table = self.cents_of_pitch
        if table is None:
            return pitch
        key = min(max(math.floor(pitch), 0), N_PITCHES - 2)
        way = min(max(pitch - key, 0.0), 1.0)
        cents = table[key] + way * (table[key + 1] - table[key])
        return cents / 100.0 + (pitch - key - way)

    def everything(self) -> Iterator[Command]:
        """Yield all that a new audio thread is to be told."""
        yield from self._tell("main/volume", 0)
        for name in _ROOM:
            yield from self._tell(name, 0)
        for number in range(N_PARTS):
            yield self.bend(number)
            for name in _VALUES:
                yield from self._tell(name, number)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        parts = [
            {"parameters": dict(part.parameters), "timbre": [float(x) for x in part.latent]}
            for part in self.parts
        ]
        return {"version": STATE_VERSION, "main": dict(self.main), "parts": parts}

    def _real_main(self, name: str) -> float:
        return find_parameter(name).to_real(self.main[name])

    def _tell(self, name: str, part: int) -> Iterator[Command]:
        if name == "main/volume":
            yield {"kind": queue.SET_MASTER, "value": fader_gain(self._real_main(name))}
        elif name == "main/a4_hz":
            yield from (self.bend(number) for number in range(N_PARTS))
        elif name in {"pitch/bend_range", "pitch/tune"}:
            yield self.bend(part)
        elif name in _ROOM:
            yield {"kind": queue.SET_ROOM, "index": _ROOM[name], "value": self._real_main(name)}
        elif name in _VALUES:
            index, convert = _VALUES[name]
            yield _set_part(part, index, convert(self.parts[part].real(name)))


def _set_part(part: int, index: int, value: float) -> Command:
    return {"kind": queue.SET_PART, "part": part, "index": index, "value": value}


def expression(event: NoteExpression) -> Command:
    """Return what tells the audio thread of an expression of one note."""
    index, convert = _EXPRESSIONS[event.kind]
    return {
        "kind": queue.EXPRESS,
        "part": event.part,
        "note_id": as_number(event.note_id),
        "index": index,
        "value": convert(event.value),
    }


def as_number(value: int | None) -> int:
    """Return a part or a note's id as commands have it."""
    # -1 is nobody; any other whole number, negative ones as well, is some number from 0.
    return -1 if value is None else value & (2**62 - 1)


def state_events(state: Any, latent_size: int) -> list[SetParameter | SetTimbre]:
    """Turn what `Settings.to_dict` returned into events that bring an engine there.

    Args:
        state: plain values, from anywhere.
        latent_size: of the instrument.

    Raises:
        PresetError: it is no such state, or one of another instrument.
    """
    events: list[SetParameter | SetTimbre] = []
    if not isinstance(state, Mapping) or state.get("version") != STATE_VERSION:
        raise PresetError(f"engine state: expected one of version {STATE_VERSION}")
    parts = state.get("parts")
    if not isinstance(parts, list) or len(parts) != N_PARTS:
        raise PresetError(f"engine state: expected a list of {N_PARTS} parts")
    events += _parameter_events("main", state.get("main"), 0)
    for number, part in enumerate(parts):
        if not isinstance(part, Mapping):
            raise PresetError(f"engine state: part {number} is no object")
        events += _parameter_events(f"part {number}", part.get("parameters"), number)
        events.append(_timbre_event(part.get("timbre"), latent_size, number))
    return events


def _parameter_events(where: str, values: Any, part: int) -> Iterator[SetParameter]:
    if not isinstance(values, Mapping):
        raise PresetError(f"engine state: {where} has no parameters")
    for name, value in values.items():
        parameter = PARAMETERS_BY_NAME.get(name)
        if parameter is None or parameter.is_global != (where == "main"):
            raise PresetError(f"engine state: {where} has an unknown parameter {name!r}")
        if not _is_number(value) or not 0.0 <= value <= 1.0:
            raise PresetError(f"engine state: {name} of {where} is {value!r}, expected 0 to 1")
        yield SetParameter(name=name, value=float(value), part=part)


def _timbre_event(latent: Any, latent_size: int, part: int) -> SetTimbre:
    is_row = isinstance(latent, list) and len(latent) == latent_size
    if not is_row or not all(_is_number(value) for value in latent) or not np.any(latent):
        raise PresetError(
            f"engine state: the timbre of part {part} is no row of {latent_size} numbers;"
            " it was saved with another instrument"
        )
    return SetTimbre(latent=tuple(float(value) for value in latent), part=part)


def _is_number(value: Any) -> bool:
    return type(value) in {int, float} and math.isfinite(value)
