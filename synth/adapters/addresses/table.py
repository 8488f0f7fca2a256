"""What an OSC address is, and how its arguments are read.

A message is planned before it is done: a plan reads every argument and raises what is wrong; only
then is anything moved. So a bundle is done whole or not at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from synth.adapters.osc_packet import Argument
from synth.control.channels import Ear
from synth.control.presets import Preset
from synth.errors import ConfigError
from synth.events import PlayerEvent

Rows = Sequence[Sequence[Argument]]  # arguments of answers
Action = Callable[[], Rows | None]


class Controls(Protocol):
    """What OSC needs of `synth.control.player.Player`, where each method is described."""

    bank: Any
    midi_map: Any
    tuning: Any

    def value(self, name: str, part: int = 0) -> float: ...
    def real(self, name: str, part: int = 0) -> float: ...
    def display(self, name: str, part: int = 0) -> str: ...
    def corners(self, part: int = 0) -> tuple[str, ...]: ...
    def latent(self, part: int = 0) -> tuple[float, ...]: ...
    def is_b(self, part: int = 0) -> bool: ...
    def preset(self, part: int = 0) -> Preset: ...
    def ears(self, channel: int) -> tuple[Ear, ...]: ...
    @property
    def timbre_names(self) -> tuple[str, ...]: ...

    def handle(self, event: PlayerEvent, sample_offset: int = 0, source: object = None) -> None: ...
    def set_parameter(
        self, name: str, value: float, part: int = 0, source: object = None
    ) -> None: ...
    def set_pad(self, x: float, y: float, part: int = 0, source: object = None) -> None: ...
    def set_corner(self, corner: int, word: str, part: int = 0) -> str: ...
    def mutate(self, amount: float, part: int = 0, seed: int | None = None) -> int: ...
    def set_latent(self, first: int, values: Sequence[float], part: int = 0) -> None: ...
    def randomise(self, seed: int | None = None, part: int = 0) -> int: ...
    def load(self, preset: Preset, parts: Sequence[int]) -> None: ...
    def save(self, name: str, part: int = 0) -> Any: ...
    def step_preset(self, step: int, part: int = 0) -> str: ...
    def undo(self, part: int = 0) -> bool: ...
    def redo(self, part: int = 0) -> bool: ...
    def swap_ab(self, part: int = 0) -> bool: ...
    def set_tuning(self, tuning: Any, source: object = None) -> None: ...
    def tell(self, part: int, addresses: tuple[str, ...]) -> None: ...


@dataclass(frozen=True, slots=True)
class Request:
    """One message to one address."""

    part: int | None  # 0..15; None where the address named none
    arguments: tuple[Argument, ...]
    source: object  # who sent it

    @property
    def part_or_first(self) -> int:
        """The part meant: without a name, part 1."""
        return self.part or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address: what it does, what it tells, and how it is described."""

    path: str  # without /part/<n>
    arguments: str  # for people: "pitch velocity [id]"
    description: str
    types: str = ""  # OSC type tags of a full set of arguments, as OSCQuery names them
    limits: tuple[tuple[float, float] | None, ...] = ()  # for each argument
    unit: str = ""
    plan: Callable[[Request], Action] | None = None  # raises ConfigError for wrong arguments
    ask: Callable[[int], Rows] | None = None  # takes a part
    is_button: bool = False  # no argument does it, and does not ask
    is_shared: bool = False  # the same for all parts
    answer: str = ""  # address of answers, if it is another


def counted(
    arguments: Sequence[Argument], wanted: str, least: int, most: int
) -> Sequence[Argument]:
    """Return arguments as they are, if there are as many as there should be.

    Raises:
        ConfigError: there are more or fewer.
    """
    if not least <= len(arguments) <= most:
        raise ConfigError(f"{len(arguments)} arguments: expected {wanted}")
    return arguments


def numbers(arguments: Sequence[Argument], wanted: str, least: int, most: int) -> tuple[float, ...]:
    """Take arguments of any numeric type, or text that says a number.

    Args:
        arguments: of a message.
        wanted: what they mean, for the error.
        least: how few there may be.
        most: how many.

    Raises:
        ConfigError: there are more or fewer, or they are no finite numbers.
    """
    return tuple(_number(argument, wanted) for argument in counted(arguments, wanted, least, most))


def texts(arguments: Sequence[Argument], wanted: str, least: int, most: int) -> tuple[str, ...]:
    """Take arguments as text.

    Args:
        arguments: of a message.
        wanted: what they mean, for the error.
        least: how few there may be.
        most: how many.

    Raises:
        ConfigError: there are more or fewer, or one is no line of text.
    """
    return tuple(text(argument, wanted) for argument in counted(arguments, wanted, least, most))


def text(argument: Argument, wanted: str) -> str:
    """Take an argument as text: a number means itself as it is written.

    Raises:
        ConfigError: it is empty or no line of text.
    """
    word = f"{argument:g}" if isinstance(argument, float) else str(argument)
    if not word.strip() or not word.isprintable():
        raise ConfigError(f"argument {argument!r}: expected {wanted}")
    return word.strip()


def whole(number: float, wanted: str, least: int, most: int) -> int:
    """Take a number as an integer.

    Raises:
        ConfigError: it is none, or out of range.
    """
    if number != int(number) or not least <= number <= most:
        raise ConfigError(f"{wanted} {number:g}: expected an integer from {least} to {most}")
    return int(number)


def is_pressed(arguments: Sequence[Argument]) -> bool:
    """True for no argument and for a button that goes down; false when it comes up again."""
    return not arguments or numbers(arguments[:1], "nothing, or a button", 1, 1)[0] != 0.0


def nothing() -> None:
    """Do nothing: a button came up."""


def _number(argument: Argument, wanted: str) -> float:
    try:
        number = float(argument)
    except ValueError as err:
        raise ConfigError(f"argument {argument!r:.60}: expected a number ({wanted})") from err
    if not abs(number) < 2**63:  # so that NaN fails as well
        raise ConfigError(f"argument {argument!r:.60}: expected a finite number ({wanted})")
    return number
