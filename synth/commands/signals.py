"""Signals, taken in order by whoever waits: the end, and a reload.

A handler runs between any two lines of the main thread, also inside of an Event's lock; a
SimpleQueue's `put` may be called there (its documentation says so).
"""

import queue
import signal
import time
from types import FrameType

_END = {signal.SIGINT, signal.SIGTERM}


class Signals:
    """Takes SIGINT, SIGTERM and SIGHUP from the moment it is made; main thread only."""

    def __init__(self) -> None:
        self._arrived: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._has_ended = False
        self._is_reload_wanted = False
        for number in (*_END, signal.SIGHUP):
            signal.signal(number, self._take)

    def wait(self, timeout: float) -> bool:
        """Wait until the end is asked for; True if it is.

        Args:
            timeout: seconds, at most.
        """
        deadline = time.monotonic() + timeout
        while not self._has_ended:
            try:
                number = self._arrived.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return False
            self._has_ended = number in _END
            self._is_reload_wanted |= number == signal.SIGHUP
        return True

    def take_reload(self) -> bool:
        """Tell whether a reload was asked for since the last call."""
        wanted, self._is_reload_wanted = self._is_reload_wanted, False
        return wanted

    def _take(self, number: int, _frame: FrameType | None) -> None:
        self._arrived.put(number)
