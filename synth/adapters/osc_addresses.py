"""The OSC address space: what each address does to the player, and what it answers.

Surge XT's words, because people's layouts know them. A table from address to function, built from
the parameter table; the network is in `synth.adapters.osc`.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from typing import Any, Protocol

from synth.adapters.osc_packet import Argument, Message
from synth.errors import ConfigError
from synth.events import N_PARTS, AllNotesOff, AllSoundOff, Event, NoteOff, NoteOn
from synth.parameters import PARAMETERS, Parameter, nearest
from synth.units import hz_to_pitch, midi_to_unit

_PART = re.compile(r"/part/(\d{1,3})(/.*)")
_QUERY = "/q"
_PAD = ("timbre/x", "timbre/y")


class Controls(Protocol):
    """What OSC needs of the player (`synth.player.Player`)."""

    def value(self, name: str, part: int = 0) -> float: ...  # noqa: D102 - see Player
    def real(self, name: str, part: int = 0) -> float: ...  # noqa: D102
    def display(self, name: str, part: int = 0) -> str: ...  # noqa: D102
    def handle(self, event: Event, sample_offset: int = 0, source: object = None) -> None: ...  # noqa: D102
    def set_parameter(  # noqa: D102
        self, name: str, value: float, part: int = 0, source: object = None
    ) -> None: ...
    def set_pad(self, x: float, y: float, part: int = 0, source: object = None) -> None: ...  # noqa: D102
    def randomise(self, seed: int | None = None, part: int = 0) -> int: ...  # noqa: D102


class OscAddresses:
    """The table of addresses.

    Args:
        controls: the player.
        status: returns what `/status` tells, as JSON.
    """

    def __init__(
        self, controls: Controls, status: Callable[[], Mapping[str, Any]] | None = None
    ) -> None:
        self._controls = controls
        self._status = status
        # Each function takes (part or None, arguments, source) and returns the answers' arguments.
        self._actions: dict[str, Callable[..., Sequence[Sequence[Argument]]]] = {
            "/mnote": partial(self._note, False),
            "/fnote": partial(self._note, True),
            "/mnote/rel": partial(self._release, False),
            "/fnote/rel": partial(self._release, True),
            "/timbre/xy": self._pad,
            "/timbre/random": self._random,
            "/allnotesoff": self._all_notes_off,
            "/allsoundoff": self._all_sound_off,
            "/ping": self._ping,
            "/status": self._tell_status,
        }
        for parameter in PARAMETERS:
            self._actions[f"/param/{parameter.name}"] = partial(self._parameter, parameter)
            self._actions[f"/param/{parameter.name}/raw"] = partial(self._raw, parameter)

    @property
    def addresses(self) -> list[str]:
        """Every address, without the prefixes /part/<1-16> and /q."""
        return [*self._actions, "/q/all_params"]

    def dispatch(self, message: Message, source: object) -> list[Message]:
        """Do what a message asks.

        Args:
            message: from anybody.
            source: who sent it; not told of the changes it makes.

        Returns:
            The answers, for the sender.

        Raises:
            ConfigError: no such address, or arguments that don't fit it; nothing was done.
        """
        address, arguments = message.address, message.arguments
        if address.startswith(_QUERY + "/"):
            return self._query(address[len(_QUERY) :], arguments, source)
        part, plain = _split_part(address)
        action = self._actions.get(plain)
        if action is None:
            raise ConfigError(f"no such address{nearest(plain, self.addresses)}")
        answer = "/pong" if plain == "/ping" else address
        return [Message(answer, tuple(row)) for row in action(part, arguments, source)]

    def feedback(self, names: Sequence[str], part: int, seed: int | None = None) -> list[Message]:
        """Say what has moved, for subscribers.

        Args:
            names: of the parameters.
            part: 0..15; part 1 is spoken of without a prefix.
            seed: of a random timbre, if there is a new one.
        """
        messages = [] if seed is None else [Message(_address("/timbre/random", part), (seed,))]
        for name in names:
            spoken_part = 0 if name.startswith("main/") else part
            address = _address(f"/param/{name}", spoken_part)
            value = (self._controls.value(name, part), self._controls.display(name, part))
            messages.append(Message(address, value))
        if not set(names).isdisjoint(_PAD):
            messages.append(Message(_address("/timbre/xy", part), self._place(part)))
        return messages

    # --- notes -----------------------------------------------------------------------------------

    def _note(
        self, is_hz: bool, part: int | None, arguments: tuple[Argument, ...], source: object
    ) -> list[list[Argument]]:
        numbers = _numbers(arguments, "pitch velocity [id]", 2, 3)
        pitch, velocity = self._pitch(numbers[0], is_hz), midi_to_unit(numbers[1])
        note_id = _note_id(numbers)
        event: Event
        if velocity > 0.0:
            event = NoteOn(pitch=pitch, velocity=velocity, part=part or 0, note_id=note_id)
        else:
            event = _note_off(pitch, note_id, 0.0, part or 0)
        self._controls.handle(event, 0, source)
        return []

    def _release(
        self, is_hz: bool, part: int | None, arguments: tuple[Argument, ...], source: object
    ) -> list[list[Argument]]:
        numbers = _numbers(arguments, "pitch [velocity] [id]", 1, 3)
        velocity = midi_to_unit(numbers[1]) if len(numbers) > 1 else 0.0
        note_id = _note_id(numbers)
        pitch = self._pitch(numbers[0], is_hz)
        self._controls.handle(_note_off(pitch, note_id, velocity, part or 0), 0, source)
        return []

    def _pitch(self, number: float, is_hz: bool) -> float:
        if is_hz:
            if number <= 0.0:
                raise ConfigError(f"frequency {number:g}: expected Hz above 0")
            number = hz_to_pitch(number, self._controls.real("main/a4_hz"))
        return min(max(number, 0.0), 127.0)

    def _all_notes_off(
        self, part: int | None, arguments: tuple[Argument, ...], source: object
    ) -> list[list[Argument]]:
        if _is_pressed(arguments):
            self._controls.handle(AllNotesOff(part=part), 0, source)
        return []

    def _all_sound_off(
        self, part: int | None, arguments: tuple[Argument, ...], source: object
    ) -> list[list[Argument]]:
        if _is_pressed(arguments):
            self._controls.handle(AllSoundOff(part=part), 0, source)
        return []

    # --- parameters and timbre -------------------------------------------------------------------

    def _parameter(
        self,
        parameter: Parameter,
        part: int | None,
        arguments: tuple[Argument, ...],
        source: object,
    ) -> list[list[Argument]]:
        name = parameter.name
        if arguments:
            (value,) = _numbers(arguments, "value", 1, 1)
            self._controls.set_parameter(name, value, part or 0, source)
            return []
        return [[self._controls.value(name, part or 0), self._controls.display(name, part or 0)]]

    def _raw(
        self,
        parameter: Parameter,
        part: int | None,
        arguments: tuple[Argument, ...],
        source: object,
    ) -> list[list[Argument]]:
        name = parameter.name
        if arguments:
            (real,) = _numbers(arguments, f"value in {parameter.unit or 'its own range'}", 1, 1)
            self._controls.set_parameter(name, parameter.to_normalised(real), part or 0, source)
            return []
        return [[self._controls.real(name, part or 0), self._controls.display(name, part or 0)]]

    def _pad(
        self, part: int | None, arguments: tuple[Argument, ...], source: object
    ) -> list[list[Argument]]:
        if arguments:
            x, y = _numbers(arguments, "x y", 2, 2)
            self._controls.set_pad(x, y, part or 0, source)
            return []
        return [list(self._place(part or 0))]

    def _random(
        self, part: int | None, arguments: tuple[Argument, ...], source: object
    ) -> list[list[Argument]]:
        del source  # the new seed and place are told to everybody, the sender too
        seeds = _numbers(arguments, "[seed]", 0, 1)
        self._controls.randomise(int(seeds[0]) if seeds else None, part or 0)
        return []

    def _place(self, part: int) -> tuple[float, ...]:
        return tuple(self._controls.value(axis, part) for axis in _PAD)

    # --- asking ----------------------------------------------------------------------------------

    def _query(
        self, address: str, arguments: tuple[Argument, ...], source: object
    ) -> list[Message]:
        part, plain = _split_part(address)
        if plain == "/all_params":
            return self.feedback([p.name for p in PARAMETERS], part or 0)
        is_value = plain.startswith("/param/") or plain in {"/timbre/xy", "/status", "/ping"}
        if not is_value or plain not in self._actions:
            raise ConfigError(f"nothing to ask there{nearest(address, self.addresses)}")
        if arguments:
            raise ConfigError(f"a question takes no arguments, got {len(arguments)}")
        return self.dispatch(Message(address, ()), source)

    def _ping(
        self, part: int | None, arguments: tuple[Argument, ...], source: object
    ) -> list[list[Argument]]:
        del part, arguments, source
        return [["gansynth-live", version("gansynth-live")]]

    def _tell_status(
        self, part: int | None, arguments: tuple[Argument, ...], source: object
    ) -> list[list[Argument]]:
        del part, arguments, source
        return [[json.dumps(dict(self._status()) if self._status else {})]]


def _split_part(address: str) -> tuple[int | None, str]:
    """Take /part/<1-16> off an address; None where it has none."""
    found = _PART.fullmatch(address)
    if found is None:
        return None, address
    part = int(found[1]) - 1
    if not 0 <= part < N_PARTS:
        raise ConfigError(f"part {part + 1}: expected 1 to {N_PARTS}")
    return part, found[2]


def _address(plain: str, part: int) -> str:
    return plain if part == 0 else f"/part/{part + 1}{plain}"


def _numbers(
    arguments: tuple[Argument, ...], wanted: str, least: int, most: int
) -> tuple[float, ...]:
    """Take arguments of any numeric type, or text that says a number."""
    if not least <= len(arguments) <= most:
        raise ConfigError(f"{len(arguments)} arguments: expected {wanted}")
    numbers = []
    for argument in arguments:
        try:
            number = float(argument)
        except ValueError as err:
            raise ConfigError(f"argument {argument!r}: expected a number ({wanted})") from err
        if not abs(number) < 2**63:  # so that NaN fails as well
            raise ConfigError(f"argument {argument!r}: expected a finite number ({wanted})")
        numbers.append(number)
    return tuple(numbers)


def _note_id(numbers: tuple[float, ...]) -> int | None:
    """Take the third of a note's numbers."""
    if len(numbers) < 3:
        return None
    if not 0 <= numbers[2] < 2**31:
        raise ConfigError(f"note id {numbers[2]:g}: expected an integer from 0 to 2147483647")
    return int(numbers[2])


def _is_pressed(arguments: tuple[Argument, ...]) -> bool:
    """True for no argument and for a button that goes down; false when it comes up again."""
    return not arguments or _numbers(arguments[:1], "nothing, or a button", 1, 1)[0] != 0.0


def _note_off(pitch: float, note_id: int | None, velocity: float, part: int) -> NoteOff:
    if note_id is not None:
        return NoteOff(note_id=note_id, velocity=velocity, part=part)
    return NoteOff(pitch=pitch, velocity=velocity, part=part)
