"""Ask somebody one thing by OSC, and wait for the answer."""

import socket
import time

from synth.adapters.osc_packet import Argument, PacketError, build_message, parse_packet
from synth.errors import DeviceError

_MAX_PACKET_BYTES = 65_535
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a player may listen


def ask(host: str, port: int, address: str, timeout_s: float = 2.0) -> tuple[Argument, ...]:
    """Send a message without arguments and return those of the answer to it.

    Args:
        host: that listens; "all addresses" are asked on this machine.
        port: UDP.
        address: of the question, and of its answer.
        timeout_s: seconds.

    Raises:
        DeviceError: nobody answers.
    """
    silence = DeviceError(
        f"no player answers on {host}:{port}; start one with `gansynth play`,"
        " or say where it listens with --osc HOST:PORT"
    )
    try:
        found = socket.getaddrinfo(_ANYWHERE.get(host, host), port, type=socket.SOCK_DGRAM)
    except OSError as err:
        raise DeviceError(f"OSC host {host!r}: {err.strerror or err}") from err
    family, kind, protocol, _, target = found[0]
    deadline = time.monotonic() + timeout_s
    with socket.socket(family, kind, protocol) as client:
        try:
            client.connect(target)
            client.send(build_message(address, []))
            while (left_s := deadline - time.monotonic()) > 0.0:
                client.settimeout(left_s)
                arguments = _answer(client.recv(_MAX_PACKET_BYTES), address)
                if arguments is not None:
                    return arguments
        except OSError as err:  # refused at once, or silent until the end
            raise silence from err
    raise silence


def _answer(packet: bytes, address: str) -> tuple[Argument, ...] | None:
    """Return the arguments of the answer that a packet holds, or nothing."""
    try:
        messages = parse_packet(packet)
    except PacketError:
        return None
    return next((tuple(m.arguments) for m in messages if m.address == address), None)
