"""Meters: what moves by itself; told when it has changed, at most 20 times a second."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from synth.adapters.addresses.table import Address
from synth.adapters.osc_packet import Argument, Message

METER_PERIOD_S = 0.05
_METERS = {
    "/meter/voices": ("voices", "i", "Notes that sound now"),
    "/meter/load": ("callback_load", "f", "Share of the audio thread's time that is used, 0..1"),
    "/meter/late": ("late_blocks", "i", "Blocks that came too late so far"),
}

Status = Callable[[], Mapping[str, Any]]


def meter_addresses(status: Status | None) -> list[Address]:
    """Return the addresses of the meters; without a status they stand at 0."""
    return [
        Address(
            path=path,
            arguments="",
            description=words,
            types=types,
            is_shared=True,
            ask=_reader(status, key, types),
        )
        for path, (key, types, words) in _METERS.items()
    ]


def _reader(status: Status | None, key: str, types: str) -> Callable[[int], list[list[Argument]]]:
    def read(_part: int) -> list[list[Argument]]:
        value = float(status().get(key, 0)) if status else 0.0
        return [[int(value) if types == "i" else round(value, 2)]]

    return read


class Meters:
    """Remembers what was told, so that only news is.

    Args:
        status: what the meters show.
        clock: seconds, rising.
    """

    def __init__(self, status: Status | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._status = status
        self._clock = clock
        self._told: dict[str, Argument] = {}
        self._told_s = -METER_PERIOD_S

    def forget(self) -> None:
        """Tell everything again: somebody new listens."""
        self._told = {}

    def news(self) -> list[Message]:
        """Return the meters that have moved, if the last look was long enough ago."""
        now_s = self._clock()
        if self._status is None or now_s - self._told_s < METER_PERIOD_S:
            return []
        self._told_s = now_s
        seen = dict(self._status())
        messages = []
        for path, (key, types, _) in _METERS.items():
            number = float(seen.get(key, 0))
            value: Argument = int(number) if types == "i" else round(number, 2)
            if self._told.get(path) != value:
                self._told[path] = value
                messages.append(Message(path, (value,)))
        return messages
