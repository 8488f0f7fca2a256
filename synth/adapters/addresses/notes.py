"""Notes by OSC: struck, released, and moved one by one while they sound.

`/part/3/mnote` strikes a note of part 3. Without a part a note is played as a keyboard on MIDI
channel 1 plays it: by part 1, and whatever is layered with it or split off from it.
"""

from collections.abc import Callable
from functools import partial

from synth.adapters.addresses.table import (
    Action,
    Address,
    Controls,
    Request,
    is_pressed,
    nothing,
    numbers,
    whole,
)
from synth.control.channels import Channels
from synth.errors import ConfigError
from synth.events import (
    AllNotesOff,
    AllSoundOff,
    Event,
    ExpressionKind,
    NoteExpression,
    NoteOff,
    NoteOn,
)
from synth.units import hz_to_pitch, midi_to_unit

MAX_NOTE_ID = 2**31 - 1
_VELOCITY = (0.0, 127.0)
# What one note can be told: kind, range, unit, words.
_EXPRESSIONS: tuple[tuple[ExpressionKind, tuple[float, float], str, str], ...] = (
    ("pitch", (-96.0, 96.0), "semitones", "Bend one note, in semitones from where it was struck"),
    ("volume", (0.0, 1.0), "", "Level of one note; 1 as it was struck"),
    ("pan", (0.0, 1.0), "", "Place of one note: 0 left, 0.5 middle, 1 right"),
    ("timbre", (0.0, 1.0), "", "Timbre of one note"),
    ("pressure", (0.0, 1.0), "", "Pressure on one key"),
)


def note_addresses(controls: Controls) -> list[Address]:
    """Return the addresses that play."""
    keys = _Keys(controls)
    return [
        *_strikes(keys, is_hz=False, number="pitch", limits=(0.0, 127.0), unit=""),
        *_strikes(keys, is_hz=True, number="hz", limits=(8.0, 12_544.0), unit="Hz"),
        *(
            Address(
                path=f"/ne/{kind}",
                arguments="id value",
                description=words,
                types="if",
                limits=((0, MAX_NOTE_ID), limits),
                unit=unit,
                plan=partial(_plan_expression, keys, kind, limits),
            )
            for kind, limits, unit, words in _EXPRESSIONS
        ),
        Address(
            path="/allnotesoff",
            arguments="",
            description="Let go of every key; without a part, of all parts",
            is_button=True,
            plan=partial(_plan_panic, keys, AllNotesOff),
        ),
        Address(
            path="/allsoundoff",
            arguments="",
            description="Silence everything at once; without a part, all parts",
            is_button=True,
            plan=partial(_plan_panic, keys, AllSoundOff),
        ),
    ]


class _Keys:
    """What all addresses of notes play on.

    Args:
        controls: the player.
    """

    def __init__(self, controls: Controls) -> None:
        self.controls = controls
        self._channels = Channels(controls)

    def post(self, event: Event, request: Request) -> Action:
        """Return what hands an event to the part that was named, or to all that hear channel 1."""

        def play() -> None:
            heard = self._channels.route(event) if request.part is None else [event]
            for one in heard:
                self.controls.handle(one, 0, request.source)

        return play


def _strikes(
    keys: _Keys, *, is_hz: bool, number: str, limits: tuple[float, float], unit: str
) -> list[Address]:
    path = "/fnote" if is_hz else "/mnote"
    return [
        Address(
            path=path,
            arguments=f"{number} velocity [id]",
            description="Strike a note, velocity 1-127; velocity 0 releases it",
            types="ffi",
            limits=(limits, _VELOCITY, (0, MAX_NOTE_ID)),
            unit=unit,
            plan=partial(_plan_note, keys, is_hz),
        ),
        Address(
            path=f"{path}/rel",
            arguments=f"{number} [velocity] [id]",
            description="Release a note",
            types="ffi",
            limits=(limits, _VELOCITY, (0, MAX_NOTE_ID)),
            unit=unit,
            plan=partial(_plan_release, keys, is_hz),
        ),
    ]


def _plan_note(keys: _Keys, is_hz: bool, request: Request) -> Action:
    given = numbers(request.arguments, "pitch velocity [id]", 2, 3)
    velocity, note_id = midi_to_unit(given[1]), _note_id(given)
    if velocity == 0.0:
        return _release(keys, request, is_hz, (given[0], 0.0, *given[2:]))
    pitch = _pitch(keys.controls, given[0], is_hz)
    event = NoteOn(pitch=pitch, velocity=velocity, part=request.part_or_first, note_id=note_id)
    return keys.post(event, request)


def _plan_release(keys: _Keys, is_hz: bool, request: Request) -> Action:
    given = numbers(request.arguments, "pitch [velocity] [id]", 1, 3)
    return _release(keys, request, is_hz, given)


def _release(keys: _Keys, request: Request, is_hz: bool, given: tuple[float, ...]) -> Action:
    velocity = midi_to_unit(given[1]) if len(given) > 1 else 0.0
    note_id, part = _note_id(given), request.part_or_first
    pitch = _pitch(keys.controls, given[0], is_hz)
    if note_id is None:
        event = NoteOff(pitch=pitch, velocity=velocity, part=part)
    else:
        event = NoteOff(note_id=note_id, velocity=velocity, part=part)
    return keys.post(event, request)


def _plan_expression(
    keys: _Keys, kind: ExpressionKind, limits: tuple[float, float], request: Request
) -> Action:
    given = numbers(request.arguments, "id value", 2, 2)
    event = NoteExpression(
        note_id=whole(given[0], "note id", 0, MAX_NOTE_ID),
        kind=kind,
        value=min(max(given[1], limits[0]), limits[1]),
        part=request.part_or_first,
    )
    return keys.post(event, request)


def _plan_panic(
    keys: _Keys, kind: Callable[..., AllNotesOff | AllSoundOff], request: Request
) -> Action:
    if not is_pressed(request.arguments):
        return nothing
    return keys.post(kind(part=request.part), request)


def _pitch(controls: Controls, number: float, is_hz: bool) -> float:
    if is_hz:
        if number <= 0.0:
            raise ConfigError(f"frequency {number:g}: expected Hz above 0")
        number = hz_to_pitch(number, controls.real("main/a4_hz"))
    return min(max(number, 0.0), 127.0)


def _note_id(given: tuple[float, ...]) -> int | None:
    """Take the third of a note's numbers."""
    return None if len(given) < 3 else whole(given[2], "note id", 0, MAX_NOTE_ID)
