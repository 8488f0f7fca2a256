"""What listeners of the player are told."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What moved: the listener asks the player for the values."""

    part: int  # 0..15
    names: tuple[str, ...] = ()  # of parameters
    source: object = None  # who moved it; None for nobody who should be spared the news
    seed: int | None = None  # of a random timbre
    addresses: tuple[str, ...] = ()  # OSC addresses of what else is new: "/timbre/corner"


Listener = Callable[[Change], None]
