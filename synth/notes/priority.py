"""Who gets a core first: threads that make first sounds before all others, the background last.

Linux knows a priority for each thread. Elsewhere, and where real time is not permitted, threads
stay as they are, and one line of the log says so.
"""

import contextlib
import gc
import logging
import os
import sys
import threading
from collections.abc import Iterator

AUDIO_PRIORITY = (
    60  # of a callback whose host gives it none; JACK gives its clients as much or more
)
ONSET_PRIORITY = 40  # of first notes: below the audio thread's
SWITCH_INTERVAL_S = 0.0005  # that a thread waits for the interpreter at most; Python's own is 5 ms
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
