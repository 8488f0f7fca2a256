"""Which parts hear a MIDI channel: splits, layers, and omni.

Part n hears channel n, unless its `key/channel` names another: several parts on one channel make a
layer, and with ranges of keys or velocities a split. With `main/omni` every channel plays as one.
A release goes where its strike went, wherever the ranges have moved meanwhile.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from synth.events import (
    N_PARTS,
    AllNotesOff,
    AllSoundOff,
    ChannelPressure,
    Event,
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
from synth.parameters import find_parameter
from synth.units import unit_to_midi

CHANNEL = "key/channel"
OMNI = "main/omni"
# Where a part is played from, which is no matter of its sound: presets leave it as it is.
HEARING = ("key/low", "key/high", "key/velocity_low", "key/velocity_high", CHANNEL)
_MAX_REMEMBERED = 4096  # notes with ids may never be released; who is forgotten is asked of all


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """A part that hears a channel, and what of it."""

    part: int  # 0..15
    keys: tuple[int, int]  # lowest and highest, 0..127
    velocities: tuple[int, int]  # lowest and highest, 1..127

    def hears(self, pitch: float, velocity: float) -> bool:
        """True for a key that is this part's.

        Args:
            pitch: MIDI note number.
            velocity: 0..1.
        """
        (low, high), (soft, loud) = self.keys, self.velocities
        return low <= round(pitch) <= high and soft <= max(1, unit_to_midi(velocity)) <= loud


Ears = tuple[tuple[Ear, ...], ...]  # [16], by channel


class Hearing(Protocol):
    """What routing needs of the player (`synth.control.player.Player`)."""

    def ears(self, channel: int) -> tuple[Ear, ...]:
        """Return the parts that hear a channel, 0..15."""


def ears_of(parts: Sequence[Mapping[str, float]], main: Mapping[str, float]) -> Ears:
    """Say who hears what.

    Args:
        parts: [16] values of each part, 0..1 by parameter.
        main: the values that all parts share.
    """
    heard: list[list[Ear]] = [[] for _ in range(N_PARTS)]
    for part, values in enumerate(parts):
        low, high, soft, loud, named = (
            round(find_parameter(name).to_real(values[name])) for name in HEARING
        )
        # Ends in the wrong order are a range all the same: one fader passes the other.
        ear = Ear(part=part, keys=_ordered(low, high), velocities=_ordered(soft, loud))
        heard[part if named == 0 else named - 1].append(ear)
    omni = round(find_parameter(OMNI).to_real(main[OMNI]))
    if omni:
        heard = [heard[omni - 1]] * N_PARTS
    return tuple(map(tuple, heard))


def let_go(part: int) -> tuple[Event, ...]:
    """Return what a part needs that hears another channel now: nobody else lifts its pedals."""
    return (
        SustainPedal(is_down=False, part=part),
        SostenutoPedal(is_down=False, part=part),
        SoftPedal(is_down=False, part=part),
        PitchBend(value=0.0, part=part),
        ChannelPressure(value=0.0, part=part),
    )


class Channels:
    """Hands what one source sends on a channel to the parts that hear it.

    Args:
        player: whose parts they are.
    """

    def __init__(self, player: Hearing) -> None:
        self._player = player
        self._lock = threading.Lock()
        # Notes that are down, by channel, pitch and id (one of the two): the parts they reached.
        self._reached: dict[tuple[int, float | None, int | None], tuple[int, ...]] = {}

    def route(self, event: PlayerEvent) -> list[PlayerEvent]:
        """Turn an event of a channel into events of the parts.

        Args:
            event: whose `part` is the channel, 0..15.
        """
        if isinstance(event, SetTuning):
            return [event]
        if event.part is None:  # a panic of all channels
            self.forget()
            return [event]
        if isinstance(event, SetParameter | TurnController) and _is_global(event.name):
            return [event]
        channel = event.part
        # Asked before our lock is taken: an edit that holds the player's may be waiting for ours.
        ears = self._player.ears(channel)
        with self._lock:
            return [replace(event, part=part) for part in self._parts(event, channel, ears)]

    def forget(self) -> None:
        """Forget what is down: it was let go of together."""
        with self._lock:
            self._reached.clear()

    def _parts(self, event: PlayerEvent, channel: int, ears: Sequence[Ear]) -> Sequence[int]:
        everybody = [ear.part for ear in ears]
        match event:
            case NoteOn() if event.velocity > 0.0:
                parts = [ear.part for ear in ears if ear.hears(event.pitch, event.velocity)]
                self._remember(_key(event, channel), parts)
                return parts
            case NoteOn() | NoteOff():
                return self._reached.pop(_key(event, channel), everybody)
            case KeyPressure() | NoteExpression():
                return self._reached.get(_key(event, channel), everybody)
            case AllNotesOff() | AllSoundOff():
                return self._end(channel, everybody)
            case SelectProgram():
                # All parts of a layer with one sound would be no layer any more.
                return everybody[:1] if channel not in everybody else [channel]
        return everybody

    def _remember(self, key: tuple[int, float | None, int | None], parts: list[int]) -> None:
        before = self._reached.pop(key, ())
        self._reached[key] = tuple(dict.fromkeys((*before, *parts)))
        if len(self._reached) > _MAX_REMEMBERED:
            del self._reached[next(iter(self._reached))]

    def _end(self, channel: int, everybody: list[int]) -> list[int]:
        """Return all parts that a channel's notes may sound on; they are over."""
        held = [key for key in self._reached if key[0] == channel]
        strays = [part for key in held for part in self._reached.pop(key)]
        return list(dict.fromkeys((*everybody, *strays)))


def _key(
    event: NoteOn | NoteOff | KeyPressure | NoteExpression, channel: int
) -> tuple[int, float | None, int | None]:
    if isinstance(event, NoteExpression):
        return channel, None, event.note_id
    if isinstance(event, KeyPressure):
        return channel, event.pitch, None
    return channel, (event.pitch if event.note_id is None else None), event.note_id


def _is_global(name: str) -> bool:
    return find_parameter(name).is_global


def _ordered(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)
