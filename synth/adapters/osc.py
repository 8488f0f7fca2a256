"""OSC over UDP: a socket, its thread, and the subscribers to feedback.

Listens on loopback unless told otherwise; opened to the network it takes packets only from the
networks it is allowed. A packet is done whole or not at all, errors go back to the sender at most
once a second, and nothing that arrives can end the thread.
"""

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, Self

from synth.adapters.addresses.meters import METER_PERIOD_S, Meters
from synth.adapters.addresses.table import Controls
from synth.adapters.network.receiver import Answers, Editable, OscReceiver
from synth.adapters.network.subscribers import (
    Endpoint,
    Subscriber,
    Subscribers,
    subscriber_target,
)
from synth.adapters.osc_addresses import NETWORK_ADDRESSES, Change, OscAddresses
from synth.adapters.osc_packet import Message, build_message
from synth.errors import ConfigError, DeviceError
from synth.notes.priority import PromptThread

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 9000
LOOPBACK = ("127.0.0.0/8", "::1/128")

_MAX_PACKET_BYTES = 65_535
_WAKE_S = 0.2  # how soon the thread sees that it should end

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Listenable(Controls, Editable, Protocol):
    """A player that tells what moves."""

    def listen(self, listener: Callable[[Any], None]) -> None: ...  # noqa: D102 - see Player
    def unlisten(self, listener: Callable[[Any], None]) -> None: ...  # noqa: D102


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
        feedback: endpoints that are told of every change without asking.
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
        feedback: Sequence[tuple[str, int]] = (),
        status: Callable[[], Mapping[str, Any]] | None = None,
    ) -> None:
        self._player = player
        self.addresses = OscAddresses(player, status)
        self.receiver = OscReceiver(self._plan, player)
        self.stats = self.receiver.stats
        self._networks = parse_networks(allow)
        self._is_open = True
        self._socket = _bind(host, port)
        try:
            fixed = [_resolve(self._socket.family, *endpoint) for endpoint in feedback]
        except ConfigError:
            self._socket.close()
            raise
        self.listeners = Subscribers(fixed)
        self.meter_listeners = Subscribers()
        self._meters = Meters(status)
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
        """Who has asked to be told of changes."""
        return self.listeners.subscribed

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

    def __exit__(self, *exception: object) -> None:
        self.close()

    # --- receiving -------------------------------------------------------------------------------

    def _run(self) -> None:
        prompt = PromptThread()
        while self._is_open:
            prompt.keep()
            due_s = self.receiver.do_due()
            self._tell_meters()
            self._socket.settimeout(self._patience_s(due_s))
            try:
                data, sender = self._socket.recvfrom(_MAX_PACKET_BYTES)
            except (TimeoutError, BlockingIOError):
                continue
            except OSError:
                # An answer that was sent to a closed port can come back as an error here.
                self.stats.n_unsent += 1
                continue
            self._receive(data, sender)

    def _patience_s(self, due_s: float | None) -> float:
        """Return how long to wait for a packet: until something is due, or there is news."""
        longest_s = METER_PERIOD_S if self.meter_listeners.all else _WAKE_S
        return longest_s if due_s is None else min(longest_s, max(due_s, 1e-4))

    def _receive(self, data: bytes, sender: Endpoint) -> None:
        if is_allowed(str(sender[0]), self._networks):
            self.receiver.take(data, sender, lambda answer: self._answer(answer, sender))
        else:
            self.stats.n_packets += 1
            self.stats.n_denied += 1

    def _plan(self, message: Message, source: Any) -> Answers:
        if message.address not in NETWORK_ADDRESSES:
            return self.addresses.plan(message, source)
        if not isinstance(source, tuple):
            raise ConfigError("here LISTEN subscribes to an address")
        target = subscriber_target(source, message.arguments)
        of_meters = message.address.endswith("/meters")
        listeners = self.meter_listeners if of_meters else self.listeners
        if message.address.startswith("/subscribe"):
            return lambda: self._subscribe(listeners, source, target)
        is_named = bool(message.arguments)
        return lambda: _unsubscribe(listeners, source, target, is_named)

    def _subscribe(
        self, listeners: Subscribers, sender: Endpoint, target: Endpoint
    ) -> list[Message]:
        listeners.add(sender, target)
        if listeners is self.meter_listeners:
            self._meters.forget()
        return []

    # --- sending ---------------------------------------------------------------------------------

    def _feed_back(self, change: Change) -> None:
        """Tell subscribers what moved; runs on the thread that moved it."""
        targets = self.listeners.targets(change.source)
        if targets:
            self._send(self.addresses.feedback(change), targets)

    def _tell_meters(self) -> None:
        targets = self.meter_listeners.targets(None)
        if targets:
            self._send(self._meters.news(), targets)

    def _answer(self, message: Message, sender: Endpoint) -> None:
        self._send([message], [self.listeners.answer_target(sender)])

    def _send(self, messages: Iterable[Message], targets: Sequence[Endpoint]) -> None:
        for message in messages:
            data = build_message(message.address, message.arguments)
            for target in targets:
                try:
                    self._socket.sendto(data, target)
                except OSError:
                    self.stats.n_unsent += 1


def _unsubscribe(
    listeners: Subscribers, sender: Endpoint, target: Endpoint, is_named: bool
) -> list[Message]:
    listeners.remove(sender, target, is_named=is_named)
    return []


def parse_networks(allow: Sequence[str]) -> list[Network]:
    """Read networks and single addresses.

    Raises:
        ConfigError: one of them is neither.
    """
    try:
        return [ipaddress.ip_network(network, strict=False) for network in allow]
    except ValueError as err:
        raise ConfigError(f"OSC network {err}: expected for example 192.168.1.0/24") from err


def is_allowed(host: str, networks: Sequence[Network]) -> bool:
    """True for an address of one of the networks; IPv4 inside IPv6 is IPv4."""
    address = ipaddress.ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in networks)


def _resolve(family: int, host: str, port: int) -> Endpoint:
    """Look up where feedback goes.

    Raises:
        ConfigError: there is no such host, or the port is 0.
    """
    if port == 0:
        raise ConfigError(f"OSC feedback to {host}:0: expected a port from 1 to 65535")
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_DGRAM)
    except OSError as err:
        raise ConfigError(f"OSC feedback to {host!r}: {err.strerror or err}") from err
    return found[0][4]


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
    return bound
