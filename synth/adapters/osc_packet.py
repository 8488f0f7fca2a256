"""OSC packets: bytes to messages and back, all or nothing.

python-osc (1.10.2) writes them, but does not read them: there a bundle element of negative length
never ends, elements that it does not know are skipped, an argument of unknown type shifts the ones
after it, and a float that is cut off is 0. Here a packet that fails anywhere is refused as a whole.

Source: Open Sound Control 1.0 (opensoundcontrol.stanford.edu/spec-1_0.html).
"""

import itertools
import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pythonosc.osc_message_builder import OscMessageBuilder

Argument = int | float | str | bool

_BUNDLE = b"#bundle\x00"
_BUNDLE_HEAD = len(_BUNDLE) + 8  # and a time tag
_SIZE = struct.Struct(">i")
_TIME = struct.Struct(">Q")  # 32 bits of seconds since 1900, 32 of a second's parts
_SECONDS_1900_TO_1970 = 2_208_988_800
_NUMBERS = {tag: struct.Struct(">" + code) for tag, code in zip("ihfd", "iqfd", strict=True)}
_EMPTY_TAGS = "N"  # nil: how some programs press a button that takes nothing
_MAX_DEPTH = 8  # bundles in bundles


class PacketError(ValueError):
    """A datagram is no OSC packet, or holds what nobody here understands."""


@dataclass(frozen=True, slots=True)
class Message:
    """One OSC message."""

    address: str
    arguments: tuple[Argument, ...]


def parse_packet(data: bytes) -> list[Message]:
    """Read a datagram: one message, or the messages of a bundle in order, whatever its time.

    Raises:
        PacketError: any part of it is damaged or not understood; then none of it may be used.
    """
    return [message for _, messages in parse_timed(data) for message in messages]


def parse_timed(data: bytes) -> list[tuple[float | None, list[Message]]]:
    """Read a datagram: for each bundle, when it is to be done, and its messages.

    Returns:
        Seconds since 1970, None for at once; a bundle inside a bundle is an item of its own.

    Raises:
        PacketError: as for `parse_packet`.
    """
    groups: list[tuple[int, float | None, list[Message]]] = []  # with the number of the bundle
    for number, due_s, element in _elements(data, 0, None, itertools.count()):
        message = _parse_message(element)
        if groups and groups[-1][0] == number:
            groups[-1][2].append(message)
        else:
            groups.append((number, due_s, [message]))
    return [(due_s, messages) for _, due_s, messages in groups]


def build_bundle(messages: Sequence[Message], due_s: float | None = None) -> bytes:
    """Write a bundle.

    Args:
        messages: in their order.
        due_s: seconds since 1970; None: at once.
    """
    tag = 1 if due_s is None else round((due_s + _SECONDS_1900_TO_1970) * 2**32)
    data = _BUNDLE + _TIME.pack(tag)
    for message in messages:
        element = build_message(message.address, message.arguments)
        data += _SIZE.pack(len(element)) + element
    return data


def build_message(address: str, arguments: Sequence[Argument]) -> bytes:
    """Write one message; whole numbers go as 32-bit integers, others as 32-bit floats."""
    builder = OscMessageBuilder(address)
    for argument in arguments:
        # bool is an int to Python, and 'T' to OSC.
        if isinstance(argument, bool):
            builder.add_arg(argument)
        elif isinstance(argument, int):
            builder.add_arg(argument, OscMessageBuilder.ARG_TYPE_INT)
        elif isinstance(argument, float):
            builder.add_arg(float(argument), OscMessageBuilder.ARG_TYPE_FLOAT)
        else:
            builder.add_arg(argument, OscMessageBuilder.ARG_TYPE_STRING)
    data: bytes = builder.build().dgram
    return data


def _elements(
    data: bytes, depth: int, due_s: float | None, numbers: Iterator[int]
) -> Iterator[tuple[int, float | None, bytes]]:
    """Take bundles apart down to their messages: number and time of the bundle, and the bytes."""
    if len(data) % 4 or not data:
        raise PacketError(f"{len(data)} bytes; a packet is a multiple of 4, and not empty")
    number = next(numbers)
    if not data.startswith(_BUNDLE):
        yield number, due_s, data
        return
    if depth == _MAX_DEPTH:
        raise PacketError(f"bundles deeper than {_MAX_DEPTH}")
    if len(data) < _BUNDLE_HEAD:
        raise PacketError("a bundle without a time tag")
    due_s = _read_time(data)
    start = _BUNDLE_HEAD
    while start < len(data):
        (size,) = _SIZE.unpack_from(data, start)
        start += _SIZE.size
        if not 0 < size <= len(data) - start:
            raise PacketError(f"a bundle element of {size} bytes; {len(data) - start} are left")
        element = data[start : start + size]
        if element.startswith(_BUNDLE):
            yield from _elements(element, depth + 1, due_s, numbers)
        elif size % 4:
            raise PacketError(f"a message of {size} bytes; expected a multiple of 4")
        else:
            yield number, due_s, element
        start += size


def _read_time(data: bytes) -> float | None:
    """Read a bundle's time tag: seconds since 1970, None for at once."""
    (tag,) = _TIME.unpack_from(data, len(_BUNDLE))
    return None if tag <= 1 else tag / 2**32 - _SECONDS_1900_TO_1970


def _parse_message(data: bytes) -> Message:
    if not data.startswith(b"/"):
        raise PacketError("neither a message nor a bundle: it begins with neither / nor #bundle")
    address, start = _read_text(data, 0)
    if start == len(data):
        return Message(address, ())  # some senders leave out the tags where there are no arguments
    tags, start = _read_text(data, start)
    if not tags.startswith(","):
        raise PacketError("no type tags behind the address")
    arguments = []
    for tag in tags[1:]:
        if tag in _EMPTY_TAGS:
            continue
        argument, start = _read_argument(data, start, tag)
        arguments.append(argument)
    if start != len(data):
        raise PacketError(f"{len(data) - start} bytes behind the last argument")
    return Message(address, tuple(arguments))


def _read_argument(data: bytes, start: int, tag: str) -> tuple[Argument, int]:
    """Return an argument and where the next one begins."""
    if tag in "TF":
        return tag == "T", start
    if tag == "s":
        return _read_text(data, start)
    layout = _NUMBERS.get(tag)
    if layout is None:
        raise PacketError(f"unknown type tag {tag!r}; expected some of i h f d T F s")
    if len(data) - start < layout.size:
        raise PacketError("it ends within an argument")
    (number,) = layout.unpack_from(data, start)
    if not math.isfinite(number):
        raise PacketError("a number that is not finite")
    return number, start + layout.size


def _read_text(data: bytes, start: int) -> tuple[str, int]:
    """Return a text and where its padding ends: the next multiple of 4 behind its null."""
    end = data.find(b"\x00", start)
    if end < 0:
        raise PacketError("a text without its end")
    try:
        return data[start:end].decode(), end + 4 - end % 4
    except UnicodeDecodeError as err:
        raise PacketError(f"a text that is not UTF-8: {err.reason}") from err
