"""Who gets a core first: what sounds, then who plays, then who makes first sounds, then the rest.

Linux knows a priority for each thread. Elsewhere, and where real time is not permitted, threads
stay as they are, and one line of the log says so. A JACK server has 10 and gives its clients 5:
what we compute comes after the audio threads of all of them.
"""

import contextlib
import gc
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Self

AUDIO_PRIORITY = (
    60  # of a callback whose host gives it none; JACK gives its clients as much or more
)
# Of those who strike notes: a chord's last one must not wait until its first ones are made.
CONTROL_PRIORITY = 3
ONSET_PRIORITY = 2  # of first notes
SWITCH_INTERVAL_S = 0.0005  # that a thread waits for the interpreter at most; Python's own is 5 ms
_MOST_CONTROL = 0.5  # of a core, for a thread that is in real time for being struck
_LOOK_S = 0.1
_BACKGROUND_NICENESS = 5  # a third of the turns of a thread that is not nice
_log = logging.getLogger(__name__)
_told: set[str] = set()


def run_in_real_time(priority: int = ONSET_PRIORITY, thread: int | None = None) -> bool:
    """Let a thread, and threads that it makes, run before those of other programs.

    Args:
        priority: 1..99 among real-time threads.
        thread: the system's number of it; None: the calling one.

    Returns:
        False where the system does not permit it; the log says so once.

    Thread: worker, control.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            number = threading.get_native_id() if thread is None else thread
            os.sched_setscheduler(number, os.SCHED_FIFO, os.sched_param(priority))
            return True
    if "real time" not in _told:
        _told.add("real time")
        _log.warning(
            "first notes are made without real-time priority, which this system does not permit;"
            " run `gansynth doctor`"
        )
    return False


class PromptThread:
    """Keeps the thread that plays notes before those that make them, while it has little to do.

    One that is flooded with packets or messages goes back among the ordinary ones: what is in real
    time for good would be taken off its core by the system, and the audio thread there with it.
    A thread that somebody else put in real time, as JACK does, stays as it is. As a context manager
    it leaves the thread as it was.

    Thread: the one that plays, from first to last.
    """

    def __init__(self) -> None:
        self._is_raised = False
        self._looked_s = self._used_s = 0.0

    def __enter__(self) -> Self:
        self.keep()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._is_raised:
            self._move(is_raised=False)

    def keep(self) -> None:
        """Look, ten times a second at most, where the thread belongs; call it for every message."""
        now_s = time.monotonic()
        passed_s = now_s - self._looked_s
        if passed_s < _LOOK_S:
            return
        used_s = time.thread_time()
        is_flooded = used_s - self._used_s > _MOST_CONTROL * passed_s
        self._looked_s, self._used_s = now_s, used_s
        if sys.platform == "linux" and is_flooded == self._is_raised:
            self._move(is_raised=not is_flooded)

    def _move(self, *, is_raised: bool) -> None:
        before = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK if self._is_raised else os.SCHED_OTHER
        if os.sched_getscheduler(0) != before:
            return
        # What such a thread starts, a player's reloading for one, is not in real time with it.
        policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK if is_raised else os.SCHED_OTHER
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, policy, os.sched_param(CONTROL_PRIORITY * is_raised))
            self._is_raised = is_raised


def run_in_background() -> None:
    """Let our other threads have the cores first, but not every program there is.

    Where first notes are made in real time the background is in nobody's way, and needs its share
    of a busy machine: frames that are late are held. Elsewhere it gives way a little.

    Thread: worker.
    """
    if sys.platform == "linux" and not _may_be_real_time():
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _BACKGROUND_NICENESS)


def _may_be_real_time() -> bool:
    """Try it with the calling thread, and put it back."""
    thread = threading.get_native_id()
    try:
        os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(1))
        os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))
    except OSError:
        return False
    return True


@contextlib.contextmanager
def quick_interpreter() -> Iterator[None]:
    """Have threads share the interpreter in short turns, and its collector leave alone what lives.

    A thread that comes back from native code waits for its turn: ten times shorter turns make a
    first note up to 5 ms earlier. A full collection looks at every object there is, most of which
    the compiler has left: 0.1 s in which no note is made.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, SWITCH_INTERVAL_S))
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        sys.setswitchinterval(before)
