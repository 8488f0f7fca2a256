"""OSC over UDP: a socket, its thread, and the subscribers to feedback.

Listens on loopback unless told otherwise; opened to the network it takes packets only from the
networks it is allowed. A packet is done whole or not at all, errors go back to the sender at most
once a second, and nothing that arrives can end the thread.
"""

import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from synth.adapters.osc_addresses import Controls, OscAddresses
from synth.adapters.osc_packet import Argument, Message, PacketError, build_message, parse_packet
from synth.errors import ConfigError, DeviceError, SynthError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 9000
LOOPBACK = ("127.0.0.0/8", "::1/128")

_MAX_PACKET_BYTES = 65_535
_MAX_SUBSCRIBERS = 64
_MAX_REMEMBERED_SENDERS = 1024
_SECONDS_BETWEEN_ERRORS = 1.0
_WAKE_S = 0.2  # how soon the thread sees that it should end

Endpoint = tuple[Any, ...]  # (host, port), and two more numbers with IPv6
_log = logging.getLogger(__name__)


class _Change(Protocol):
    @property
    def part(self) -> int: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def source(self) -> object: ...
    @property
    def seed(self) -> int | None: ...


class Listenable(Controls, Protocol):
    """A player that tells what moves."""

    def listen(self, listener: Callable[[Any], None]) -> None: ...  # noqa: D102 - see Player
    def unlisten(self, listener: Callable[[Any], None]) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Where feedback goes, and whose moves are not echoed there."""

    target: Endpoint
    owner: Endpoint  # the endpoint that subscribed


@dataclass(slots=True)
class OscStats:
    """What has come in so far."""

    n_packets: int = 0
    n_malformed: int = 0  # refused whole
    n_errors: int = 0  # messages that asked for what cannot be
    n_denied: int = 0  # from networks that are not allowed
    n_unsent: int = 0  # answers that the network would not take


def parse_endpoint(text: str) -> tuple[str, int]:
    """Read HOST:PORT, :PORT or PORT; an IPv6 host stands in brackets.

    Raises:
        ConfigError: it is none of these.
    """
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or DEFAULT_HOST
    if not port.isascii() or not port.isdecimal() or int(port) > 65_535:
        raise ConfigError(
            f"{text!r}: expected HOST:PORT, for example {DEFAULT_HOST}:{DEFAULT_PORT}"
        )
    return host, int(port)


class OscServer:
    """Plays the player by OSC.

    Args:
        player: what it plays.
        host: address to listen on.
        port: 0 takes any free one; `address` tells which.
        allow: networks that packets are taken from.
        status: what `/status` tells.

    Raises:
        DeviceError: the port is taken, or the host is not one of this machine.
    """

    def __init__(
        self,
        player: Listenable,
        host: str = DEFAULT_HOST,
        port: int = DEFAULT_PORT,
        *,
        allow: Sequence[str] = LOOPBACK,
        status: Callable[[], Mapping[str, Any]] | None = None,
    ) -> None:
        self.stats = OscStats()
        self._player = player
        self._addresses = OscAddresses(player, status)
        self._networks = _parse_networks(allow)
        self._subscribers: tuple[Subscriber, ...] = ()  # replaced, never changed: any thread reads
        self._error_times: dict[Endpoint, float] = {}
        self._is_open = True
        self._socket = _bind(host, port)
        self._thread = threading.Thread(target=self._run, name="osc", daemon=True)
        self._player.listen(self._feed_back)
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that it listens on."""
        host, port = self._socket.getsockname()[:2]
        return str(host), int(port)

    @property
    def subscribers(self) -> tuple[Subscriber, ...]:
        """Who is told of changes."""
        return self._subscribers

    def close(self) -> None:
        """Stop listening."""
        if not self._is_open:
            return
        self._is_open = False
        self._player.unlisten(self._feed_back)
        self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- receiving -------------------------------------------------------------------------------

    def _run(self) -> None:
        while self._is_open:
            try:
                data, sender = self._socket.recvfrom(_MAX_PACKET_BYTES)
            except TimeoutError:
                continue
            except OSError:
                # An answer that was sent to a closed port can come back as an error here.
                self.stats.n_unsent += 1
                continue
            self._receive(data, sender)

    def _receive(self, data: bytes, sender: Endpoint) -> None:
        self.stats.n_packets += 1
        if not self._is_allowed(sender):
            self.stats.n_denied += 1
            return
        try:
            messages = parse_packet(data)
        except PacketError as err:
            self.stats.n_malformed += 1
            self._send_error(sender, "packet", str(err))
            return
        for message in messages:
            try:
                self._do(message, sender)
            except SynthError as err:
                self.stats.n_errors += 1
                self._send_error(sender, message.address, str(err))

    def _is_allowed(self, sender: Endpoint) -> bool:
        address = ipaddress.ip_address(str(sender[0]).partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._networks)

    def _do(self, message: Message, sender: Endpoint) -> None:
        if message.address == "/subscribe":
            self._subscribe(sender, message.arguments)
        elif message.address == "/unsubscribe":
            self._unsubscribe(sender, message.arguments)
        else:
            for answer in self._addresses.dispatch(message, sender):
                self._send(answer, self._answer_target(sender))

    # --- subscribers -----------------------------------------------------------------------------

    def _subscribe(self, sender: Endpoint, arguments: Sequence[Argument]) -> None:
        target = _target(sender, arguments)
        others = [s for s in self._subscribers if s.target != target]
        if len(others) >= _MAX_SUBSCRIBERS:
            raise ConfigError(f"{_MAX_SUBSCRIBERS} subscribers are the most; unsubscribe one")
        self._subscribers = (*others, Subscriber(target, sender))

    def _unsubscribe(self, sender: Endpoint, arguments: Sequence[Argument]) -> None:
        target = _target(sender, arguments)
        self._subscribers = tuple(
            s
            for s in self._subscribers
            if s.target != target and not (s.owner == sender and not arguments)
        )

    def _feed_back(self, change: _Change) -> None:
        """Tell subscribers what moved; runs on the thread that moved it."""
        listeners = [s.target for s in self._subscribers if s.owner != change.source]
        if listeners:
            for message in self._addresses.feedback(change.names, change.part, change.seed):
                for target in listeners:
                    self._send(message, target)

    def _answer_target(self, sender: Endpoint) -> Endpoint:
        """Answer where the sender listens: tablets send from one port and listen on another."""
        return next((s.target for s in self._subscribers if s.owner == sender), sender)

    # --- sending ---------------------------------------------------------------------------------

    def _send(self, message: Message, target: Endpoint) -> None:
        try:
            self._socket.sendto(build_message(message.address, message.arguments), target)
        except OSError:
            self.stats.n_unsent += 1

    def _send_error(self, sender: Endpoint, address: str, text: str) -> None:
        now = time.monotonic()
        if now - self._error_times.get(sender, -_SECONDS_BETWEEN_ERRORS) < _SECONDS_BETWEEN_ERRORS:
            return
        if len(self._error_times) >= _MAX_REMEMBERED_SENDERS:
            self._error_times.clear()
        self._error_times[sender] = now
        _log.info("OSC %s:%s %s: %s", sender[0], sender[1], address, text)
        self._send(Message("/error", (address, text)), self._answer_target(sender))


def _target(sender: Endpoint, arguments: Sequence[Argument]) -> Endpoint:
    """Return where a subscriber listens: a port of its own, or where it sends from."""
    if not arguments:
        return sender
    (port, *rest) = arguments
    if rest or not isinstance(port, int | float) or not 0 < port <= 65_535:
        raise ConfigError(f"arguments {list(arguments)}: expected nothing, or a port")
    return sender[0], int(port), *sender[2:]


def _parse_networks(
    allow: Sequence[str],
) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    try:
        return [ipaddress.ip_network(network, strict=False) for network in allow]
    except ValueError as err:
        raise ConfigError(f"OSC network {err}: expected for example 192.168.1.0/24") from err


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[
            0
        ]
        bound = socket.socket(family, kind, protocol)
    except OSError as err:
        raise DeviceError(f"OSC host {host!r}: {err.strerror or err}; try {DEFAULT_HOST}") from err
    try:
        bound.bind(address)
    except OSError as err:
        bound.close()
        raise DeviceError(
            f"cannot listen for OSC on {host}:{port}: {err.strerror or err};"
            f" choose another with --osc HOST:PORT (port 0 takes any free one)"
        ) from err
    bound.settimeout(_WAKE_S)
    return bound
