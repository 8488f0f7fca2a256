"""Signals, for whoever waits for them in the main thread: the end, and a reload.

The kernel may hand a signal to any thread, and Python runs its handler in the main thread only, as
soon as that runs at all. So the wait is for a socket that the C handler itself writes to
(`signal.set_wakeup_fd`): no lock that a handler could find taken, no thread that sleeps on.
"""

import contextlib
import select
import signal
import socket
import time
from types import FrameType

_END = {signal.SIGINT, signal.SIGTERM}
_WAKE_BYTES = 4096


class Signals:
    """Takes SIGINT, SIGTERM and SIGHUP from the moment it is made; main thread only."""

    def __init__(self) -> None:
        self._has_ended = False
        self._is_reload_wanted = False
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)
        # A full socket wakes as well as one with room.
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for number in (*_END, signal.SIGHUP):
            signal.signal(number, self._take)

    def wait(self, timeout: float) -> bool:
        """Wait until the end is asked for; True if it is.

        Args:
            timeout: seconds, at most.
        """
        deadline = time.monotonic() + timeout
        while not self._has_ended:
            left_s = deadline - time.monotonic()
            if left_s <= 0.0:
                return False
            if select.select([self._woken], [], [], left_s)[0]:
                with contextlib.suppress(BlockingIOError):
                    self._woken.recv(_WAKE_BYTES)
        return True

    def take_reload(self) -> bool:
        """Tell whether a reload was asked for since the last call."""
        wanted, self._is_reload_wanted = self._is_reload_wanted, False
        return wanted

    def _take(self, number: int, _frame: FrameType | None) -> None:
        self._has_ended |= number in _END
        self._is_reload_wanted |= number == signal.SIGHUP
