"""When a run stops: its own clock, and signals that ask for it."""

import signal
import time
from types import FrameType
from typing import Any, Self


class Clock:
    """The run's own time, earlier calls included."""

    def __init__(self, n_seconds_before: float) -> None:
        self._started = time.monotonic() - n_seconds_before

    @property
    def seconds(self) -> float:
        """Seconds of the run so far."""
        return time.monotonic() - self._started


class StopSignal:
    """Turns SIGINT and SIGTERM into a flag, so that a stopped run saves first."""

    def __init__(self) -> None:
        self.is_set = False
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous[number] = signal.signal(number, self._set)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _set(self, _number: int, _frame: FrameType | None) -> None:
        self.is_set = True
