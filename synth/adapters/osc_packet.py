"""OSC packets: bytes to messages and back, all or nothing.

python-osc (1.10.2) writes them, but does not read them: there a bundle element of negative length
never ends, elements that it does not know are skipped, an argument of unknown type shifts the ones
after it, and a float that is cut off is 0. Here a packet that fails anywhere is refused as a whole.

Source: Open Sound Control 1.0 (opensoundcontrol.stanford.edu/spec-1_0.html).
"""

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pythonosc.osc_message_builder import OscMessageBuilder

Argument = int | float | str | bool

_BUNDLE = b"#bundle\x00"
_BUNDLE_HEAD = len(_BUNDLE) + 8  # and a time tag
_SIZE = struct.Struct(">i")
_NUMBERS = {tag: struct.Struct(">" + code) for tag, code in zip("ihfd", "iqfd", strict=True)}
_MAX_DEPTH = 8  # bundles in bundles


class PacketError(ValueError):
    """A datagram is no OSC packet, or holds what nobody here understands."""


@dataclass(frozen=True, slots=True)
class Message:
    """One OSC message."""

    address: str
    arguments: tuple[Argument, ...]


def parse_packet(data: bytes) -> list[Message]:
    """Read a datagram: one message, or the messages of a bundle in order.

    Time tags are not kept: everything is for now.

    Raises:
        PacketError: any part of it is damaged or not understood; then none of it may be used.
    """
    return [_parse_message(element) for element in _elements(data, 0)]


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


def _elements(data: bytes, depth: int) -> Iterator[bytes]:
    """Take bundles apart down to their messages."""
    if len(data) % 4 or not data:
        raise PacketError(f"{len(data)} bytes; a packet is a multiple of 4, and not empty")
    if not data.startswith(_BUNDLE):
        yield data
        return
    if depth == _MAX_DEPTH:
        raise PacketError(f"bundles deeper than {_MAX_DEPTH}")
    if len(data) < _BUNDLE_HEAD:
        raise PacketError("a bundle without a time tag")
    start = _BUNDLE_HEAD
    while start < len(data):
        (size,) = _SIZE.unpack_from(data, start)
        start += _SIZE.size
        if not 0 < size <= len(data) - start:
            raise PacketError(f"a bundle element of {size} bytes; {len(data) - start} are left")
        yield from _elements(data[start : start + size], depth + 1)
        start += size


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
