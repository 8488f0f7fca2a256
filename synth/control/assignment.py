"""Values that are said in one word: `amp/release=1.5`, `part/2/key/low=60`, `voice/mode=tied`.

Command line and settings file speak them; OSC's `/learn` names parameters the same way.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from synth.errors import ConfigError
from synth.events import N_PARTS
from synth.parameters import Parameter, find_parameter

_ADDRESS = re.compile(r"(?:/?part/(\d{1,2})(?=/))?(?:/param/|/)?([a-z0-9_]+/[a-z0-9_]+?)(?:/raw)?")


class Assignable(Protocol):
    """What takes values (`synth.control.player.Player`)."""

    def set_parameter(self, name: str, value: float, part: int = 0, source: object = None) -> None:
        """Set a parameter by its place on its way, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A parameter and the value that it is to have."""

    parameter: Parameter
    part: int | None  # 0..15; None: all of them
    value: float  # 0..1


def read_address(word: str) -> tuple[Parameter, int | None]:
    """Read '/param/amp/pan', '/part/3/param/amp/pan', 'part/3/amp/pan' or 'amp/pan'.

    Returns:
        The parameter, and its part, 0..15; None where the word names none.

    Raises:
        ConfigError: it is no such word, or there is no such parameter or part.
    """
    found = _ADDRESS.fullmatch(word)
    if found is None:
        raise ConfigError(f"{word!r:.80}: expected the address of a parameter, /param/amp/pan")
    part = None if found[1] is None else int(found[1])
    if part is not None and not 1 <= part <= N_PARTS:
        raise ConfigError(f"part {part}: expected an integer from 1 to {N_PARTS}")
    return find_parameter(found[2]), None if part is None else part - 1


def read_assignment(text: str) -> Assignment:
    """Read 'ADDRESS=VALUE', the value in the parameter's unit or by its name.

    Raises:
        ConfigError: it is none, or the value is out of range.
    """
    address, equals, said = (piece.strip() for piece in text.partition("="))
    if not equals:
        raise ConfigError(f"{text!r:.80}: expected PARAMETER=VALUE, for example amp/release=1.5")
    parameter, part = read_address(address)
    real = _real(parameter, said)
    return Assignment(parameter=parameter, part=part, value=parameter.to_normalised(real))


def assign(player: Assignable, assignments: Iterable[Assignment]) -> None:
    """Give a player values; without a part, all parts get them."""
    for one in assignments:
        parts = range(N_PARTS) if one.part is None and not one.parameter.is_global else [one.part]
        for part in parts:
            player.set_parameter(one.parameter.name, one.value, part or 0)


def _real(parameter: Parameter, said: str) -> float:
    named = parameter.from_word(said)
    if named is not None:
        return named
    try:
        real = float(said)
    except ValueError:
        real = math.nan
    # Written so that NaN fails as well.
    if not parameter.minimum <= real <= parameter.maximum:
        words = f", or one of {', '.join(parameter.words)}" if parameter.words else ""
        span = f"{parameter.minimum:g} to {parameter.maximum:g} {parameter.unit}".rstrip()
        raise ConfigError(f"{parameter.name}={said}: expected {span}{words}")
    return real
