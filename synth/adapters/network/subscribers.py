"""Who is told of changes: where feedback goes, and whose moves are not echoed there.

Tablets send from one port and listen on another, so a subscriber is a pair of endpoints.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from synth.adapters.osc_packet import Argument
from synth.errors import ConfigError

MAX_SUBSCRIBERS = 64

Endpoint = tuple[Any, ...]  # (host, port), and two more numbers with IPv6


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One listener."""

    target: Endpoint  # where feedback goes
    owner: Endpoint | None  # the endpoint that subscribed; None: it was named at the start
    is_remembered: bool = False  # of an earlier run: gives way to new ones


class Subscribers:
    """The list; replaced and never changed, so that any thread may read it."""

    def __init__(self, fixed: Sequence[Endpoint] = ()) -> None:
        self._fixed = tuple(Subscriber(target, None) for target in fixed)
        self._own: tuple[Subscriber, ...] = ()

    @property
    def all(self) -> tuple[Subscriber, ...]:
        """Everybody."""
        return self._fixed + self._own

    @property
    def subscribed(self) -> tuple[Subscriber, ...]:
        """Those who asked."""
        return self._own

    def add(self, sender: Endpoint, target: Endpoint) -> None:
        """Subscribe; the same target is told once.

        Raises:
            ConfigError: there are too many.
        """
        others = [s for s in self._own if s.target != target]
        if len(others) >= MAX_SUBSCRIBERS:
            oldest = next((s for s in others if s.is_remembered), None)
            if oldest is None:
                raise ConfigError(f"{MAX_SUBSCRIBERS} subscribers are the most; unsubscribe one")
            others.remove(oldest)
        self._own = (*others, Subscriber(target, sender))

    def remove(self, sender: Endpoint, target: Endpoint, *, is_named: bool) -> None:
        """Unsubscribe a target; without a name, all that the sender subscribed."""
        self._own = tuple(
            s for s in self._own if s.target != target and not (s.owner == sender and not is_named)
        )

    def targets(self, source: object) -> list[Endpoint]:
        """Return where news goes that a source made."""
        return [s.target for s in self.all if s.owner is None or s.owner != source]

    def answer_target(self, sender: Endpoint) -> Endpoint:
        """Return where a sender listens: the port it subscribed last, else where it sends from."""
        return next((s.target for s in reversed(self._own) if s.owner == sender), sender)

    # --- keeping ---------------------------------------------------------------------------------

    def to_list(self) -> list[list[list[Any]]]:
        """Return the subscribers as plain values, for JSON."""
        return [[list(s.target), list(s.owner or s.target)] for s in self._own]

    def restore(self, rows: Iterable[Any]) -> None:
        """Tell those of an earlier run again; what is no endpoint is left out."""
        read = [pair for row in rows if (pair := _read_pair(row)) is not None]
        kept = [Subscriber(target, owner, is_remembered=True) for target, owner in read]
        self._own = (*kept[:MAX_SUBSCRIBERS], *self._own)[:MAX_SUBSCRIBERS]


def subscriber_target(sender: Endpoint, arguments: Sequence[Argument]) -> Endpoint:
    """Return where a subscriber listens: a port of its own, or where it sends from.

    Raises:
        ConfigError: the arguments are more than a port, or none.
    """
    if not arguments:
        return sender
    (port, *rest) = arguments
    try:
        number = float(port)
    except ValueError:
        number = 0.0
    if rest or number != number // 1 or not 0 < number <= 65_535:
        raise ConfigError(f"arguments {list(arguments)}: expected nothing, or a port")
    return sender[0], int(number), *sender[2:]


def _read_pair(row: Any) -> tuple[Endpoint, Endpoint] | None:
    is_pair = isinstance(row, list) and len(row) == 2 and all(isinstance(end, list) for end in row)
    if not is_pair or not all(_is_endpoint(end) for end in row):
        return None
    target, owner = (tuple(end) for end in row)
    return target, owner


def _is_endpoint(end: list[Any]) -> bool:
    if len(end) not in {2, 4} or not isinstance(end[0], str):
        return False
    return all(type(number) is int for number in end[1:]) and 0 < end[1] <= 65_535
