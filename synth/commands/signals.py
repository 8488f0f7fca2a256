"""Signals, for whoever waits for them in the main thread: the end, and a reload.

The kernel may hand a signal to any thread, and Python runs its handler in the main thread only, as
soon as that runs at all: not while it is inside a library that hangs. So a thread of its own waits
for a socket that the C handler itself writes to (`signal.set_wakeup_fd`): no lock that a handler
could find taken. Between them native code sees to it that the end comes (`synth.rig.leaving`).
"""

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from synth.rig.leaving import pass_on

_END = {signal.SIGINT, signal.SIGTERM}
_WAKE_BYTES = 4096


class Signals:
    """Takes SIGINT, SIGTERM and SIGHUP from the moment it is made; main thread only.

    Args:
        leave_s: from the end's signal to the end of the process, at most; None: as it comes.
        on_end: called when the end is asked for, whatever the main thread does; short.
    """

    def __init__(
        self, leave_s: float | None = None, on_end: Callable[[], object] = lambda: None
    ) -> None:
        self._on_end = on_end
        self._has_ended = threading.Event()
        self._is_reload_wanted = threading.Event()
        self._is_interruptible = False
        woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._ends = [woken] if leave_s is None else [pass_on(woken, leave_s), woken]
        self._listener = threading.Thread(target=self._listen, name="signals", daemon=True)
        self._listener.start()
        # A full socket wakes as well as one with room.
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for number in (*_END, signal.SIGHUP):
            signal.signal(number, self._take)

    def wait(self, timeout: float) -> bool:
        """Wait until the end is asked for; True if it is.

        Args:
            timeout: seconds, at most.
        """
        return self._has_ended.wait(timeout)

    def take_reload(self) -> bool:
        """Tell whether a reload was asked for since the last call."""
        is_wanted = self._is_reload_wanted.is_set()
        self._is_reload_wanted.clear()
        return is_wanted

    @contextlib.contextmanager
    def interrupting(self) -> Iterator[None]:
        """Let the end cut short what takes long and can be left at any point, such as a start.

        Raises:
            KeyboardInterrupt: the end was asked for, by whichever signal.
        """
        self._is_interruptible = True
        try:
            yield
        finally:
            self._is_interruptible = False

    def close(self) -> None:
        """Take no more of them; the handlers stay."""
        signal.set_wakeup_fd(-1)
        self._waker.close()
        self._listener.join()
        for end in self._ends:
            end.close()

    def _listen(self) -> None:
        while numbers := self._ends[0].recv(_WAKE_BYTES):
            if signal.SIGHUP in numbers:
                self._is_reload_wanted.set()
            if _END.intersection(numbers) and not self._has_ended.is_set():
                self._has_ended.set()
                self._on_end()

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if number in _END and self._is_interruptible:
            self._is_interruptible = False  # once: a second one would cut the tidying short
            raise KeyboardInterrupt
