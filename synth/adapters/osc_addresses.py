"""The OSC address space: what each address does to the player, and what it answers.

Surge XT's words, because people's layouts know them. The addresses themselves are described in
`synth.adapters.addresses`; the network is in `synth.adapters.osc`.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.metadata import version
from typing import Any, Protocol

from synth.adapters.addresses.meters import meter_addresses
from synth.adapters.addresses.notes import note_addresses
from synth.adapters.addresses.parameters import parameter_addresses
from synth.adapters.addresses.pattern import compile_pattern, is_pattern
from synth.adapters.addresses.presets import preset_addresses
from synth.adapters.addresses.table import Action, Address, Controls, Request
from synth.adapters.addresses.timbre import PAD_AXES, timbre_addresses
from synth.adapters.osc_packet import Message
from synth.errors import ConfigError
from synth.events import N_PARTS
from synth.parameters import PARAMETERS, PARAMETERS_BY_NAME, nearest

_PART = re.compile(r"/part/(\d{1,3})(/.*)")
_QUERY = "/q"
_MAX_HINTS, _MAX_HINTED = 256, 80
_ALL_PARAMETERS = "/all_params"
# The server's own: feedback of what others move, and of what moves by itself.
NETWORK_ADDRESSES = ("/subscribe", "/unsubscribe", "/subscribe/meters", "/unsubscribe/meters")

Answers = Callable[[], list[Message]]


class Change(Protocol):
    """What moved (`synth.control.player.Change`)."""

    @property
    def part(self) -> int: ...  # noqa: D102
    @property
    def names(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def source(self) -> object: ...  # noqa: D102
    @property
    def seed(self) -> int | None: ...  # noqa: D102
    @property
    def addresses(self) -> tuple[str, ...]: ...  # noqa: D102


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
        self._hints: dict[str, str] = {}  # wrong addresses, and what was meant
        made = [
            *note_addresses(controls),
            *parameter_addresses(controls),
            *timbre_addresses(controls),
            *preset_addresses(controls),
            *meter_addresses(status),
            Address(
                path="/ping",
                arguments="",
                description="Answered by /pong with name and version",
                is_shared=True,
                ask=lambda _: [["gansynth-live", version("gansynth-live")]],
                answer="/pong",
            ),
            Address(
                path="/status",
                arguments="",
                description="Answered by one JSON object",
                is_shared=True,
                ask=lambda _: [[json.dumps(dict(status()) if status else {})]],
            ),
        ]
        self.table: dict[str, Address] = {address.path: address for address in made}

    @property
    def addresses(self) -> list[str]:
        """Every address, without the prefixes /part/<1-16> and /q."""
        return [*self.table, _QUERY + _ALL_PARAMETERS]

    def dispatch(self, message: Message, source: object) -> list[Message]:
        """Do what a message asks, and return the answers; raises as `plan`."""
        return self.plan(message, source)()

    def plan(self, message: Message, source: object) -> Answers:
        """Read a message, and return what does it.

        Args:
            message: from anybody.
            source: who sent it; not told of the changes it makes.

        Returns:
            A function that does it, and returns the answers for the sender.

        Raises:
            ConfigError: no such address, or arguments that don't fit it; nothing was done.
        """
        address, is_query = message.address, message.address.startswith(_QUERY + "/")
        if is_query:
            address = address[len(_QUERY) :]
            if message.arguments:
                raise ConfigError(f"a question takes no arguments, got {len(message.arguments)}")
        if not is_pattern(address):
            return self._plan_one(Message(address, message.arguments), source, is_query=is_query)
        plans = [
            self._plan_one(Message(match, message.arguments), source, is_query=is_query)
            for match in self._matches(address)
        ]
        if not plans:
            raise ConfigError("no address fits this pattern")
        return lambda: [answer for plan in plans for answer in plan()]

    def feedback(self, change: Change) -> list[Message]:
        """Say what has moved, for subscribers; part 1 is spoken of without a prefix."""
        part = change.part
        messages = []
        if change.seed is not None:
            messages.append(Message(_spoken("/timbre/random", part), (change.seed,)))
        for name in change.names:
            spoken_part = 0 if PARAMETERS_BY_NAME[name].is_global else part
            value = (self._controls.value(name, part), self._controls.display(name, part))
            messages.append(Message(_spoken(f"/param/{name}", spoken_part), value))
        addresses = [*change.addresses]
        if not set(change.names).isdisjoint(PAD_AXES):
            addresses.insert(0, "/timbre/xy")
        if "timbre/morph_ms" in change.names:
            addresses.insert(0, "/timbre/morph_ms")
        if "/timbre/corner" in addresses:
            addresses += [f"/timbre/corner/{number}" for number in range(1, 5)]
        for address in addresses:
            messages += self._answers(self.table[address], part)
        return messages

    def value(self, path: str, part: int = 0) -> list[Any] | None:
        """Return what an address has to tell now; None where it tells nothing."""
        ask = self.table[path].ask
        return None if ask is None else list(next(iter(ask(part)), []))

    # --- below -----------------------------------------------------------------------------------

    def _plan_one(self, message: Message, source: object, *, is_query: bool) -> Answers:
        part, plain = _split_part(message.address)
        if is_query and plain == _ALL_PARAMETERS:
            return partial(self._all_parameters, part or 0)
        address = self.table.get(plain)
        if address is None:
            raise ConfigError(f"no such address{self._hint(plain)}")
        is_empty = not message.arguments and not address.is_button
        if address.ask is not None and (is_query or is_empty or address.plan is None):
            return partial(self._answers, address, part or 0, message.address)
        if is_query or address.plan is None:
            raise ConfigError("nothing to ask there; /q/all_params tells all parameters")
        action = address.plan(Request(part, message.arguments, source))
        return partial(_run, action, message.address)

    def _hint(self, plain: str) -> str:
        # A search among all addresses takes a millisecond; wrong ones come again and again.
        if plain not in self._hints:
            if len(self._hints) >= _MAX_HINTS:
                self._hints.clear()
            self._hints[plain] = nearest(plain[:_MAX_HINTED], self.addresses)
        return self._hints[plain]

    def _answers(self, address: Address, part: int, spoken: str = "") -> list[Message]:
        assert address.ask is not None
        spoken = spoken or _spoken(address.path, 0 if address.is_shared else part)
        return [Message(address.answer or spoken, tuple(row)) for row in address.ask(part)]

    def _all_parameters(self, part: int) -> list[Message]:
        return [
            message
            for parameter in PARAMETERS
            for message in self._answers(self.table[f"/param/{parameter.name}"], part)
        ]

    def _matches(self, pattern: str) -> Iterator[str]:
        expression = compile_pattern(pattern)
        for path, address in self.table.items():
            if expression.fullmatch(path):
                yield path
            if not address.is_shared and pattern.startswith("/part"):
                spoken = (f"/part/{part + 1}{path}" for part in range(N_PARTS))
                yield from filter(expression.fullmatch, spoken)


def _run(action: Action, address: str) -> list[Message]:
    return [Message(address, tuple(row)) for row in action() or ()]


def _split_part(address: str) -> tuple[int | None, str]:
    """Take /part/<1-16> off an address; None where it has none."""
    found = _PART.fullmatch(address)
    if found is None:
        return None, address
    part = int(found[1]) - 1
    if not 0 <= part < N_PARTS:
        raise ConfigError(f"part {part + 1}: expected 1 to {N_PARTS}")
    return part, found[2]


def _spoken(plain: str, part: int) -> str:
    return plain if part == 0 else f"/part/{part + 1}{plain}"
