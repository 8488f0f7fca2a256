"""The end comes in time, whatever hangs, and without the interpreter.

A JACK server that stands still keeps its clients inside its library; rtmidi waits there with the
interpreter's lock held, and then no Python runs any more: no handler, no thread. So the numbers of
signals, which CPython's C handler writes to a socket (`signal.set_wakeup_fd`), pass through native
code on a thread of its own, and from the end on its time runs.

On a busy machine each of our threads would wait for its turn, even to die: so for the last moment
those that close run before other programs, where that is permitted.
"""

import contextlib
import ctypes
import os
import re
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numba import carray, types

from synth.adapters.outputs.foreign_calls import c_callback

LEAVE_S = 0.7  # from the signal to the end of the process, where something hangs
WRITE_S = 4.0  # where a recording has to be finished; a service manager waits for 5 (see unit_file)

_LINK_DTYPE = np.dtype(
    [
        ("source", np.int32),  # file descriptor that the numbers come from
        ("target", np.int32),  # and where they go
        ("patience_us", np.uint32),
        ("number", np.uint8),  # the last one
    ]
)
_CLOSING = 1  # the least priority that is real time: below what sounds
_STATE = re.compile(r"\) [SD] ")  # behind a thread's name: it waits for something
_INTERRUPT, _TERMINATE = int(signal.SIGINT), int(signal.SIGTERM)
_PAUSE_US = 1000  # after a read that a signal cut short

_size = types.intp
_read = types.ExternalFunction("read", _size(types.intc, types.voidptr, _size))
_write = types.ExternalFunction("write", _size(types.intc, types.voidptr, _size))
_usleep = types.ExternalFunction("usleep", types.intc(types.uint32))
_exit = types.ExternalFunction("_exit", types.void(types.intc))


@c_callback(types.intc(types.voidptr, types.voidptr))
def _pass_on(argument: Any, number: Any) -> int:
    """Pass numbers on until the source ends, or the process.

    Thread: its own, without the interpreter.
    """
    link = carray(argument, (1,), _LINK_DTYPE)[0]
    while True:
        n_read = _read(link.source, number, 1)
        if n_read == 0:
            return 0
        if n_read < 0:
            _usleep(_PAUSE_US)
            continue
        _write(link.target, number, 1)
        if link.number == _INTERRUPT or link.number == _TERMINATE:  # noqa: PLR1714 - compiled
            _usleep(link.patience_us)
            _exit(0)


def hurry() -> None:
    """Let our threads run before other programs, but for those that compute: the end has come.

    Thread: control.
    """
    if sys.platform != "linux":
        return
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # not permitted, or it has ended by itself
            thread = int(task.name)
            is_waiting = _STATE.search((task / "stat").read_text()) is not None
            if thread == threading.get_native_id() or thread == os.getpid() or is_waiting:
                _run_in_real_time(thread)


def _run_in_real_time(thread: int) -> None:
    if os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK == os.SCHED_OTHER:
        os.sched_setscheduler(thread, os.SCHED_RR, os.sched_param(_CLOSING))


def pass_on(source: socket.socket, patience_s: float) -> socket.socket:
    """Pass the numbers of signals on, and end the process some time after one that ends it.

    Args:
        source: that `signal.set_wakeup_fd` writes to the other end of; its end ends us.
        patience_s: from the signal to the end of the process, unless that ended before.

    Returns:
        Where the numbers can be read.
    """
    source.setblocking(True)
    read_end, write_end = socket.socketpair()
    link = np.zeros(1, _LINK_DTYPE)
    link["source"], link["target"] = source.fileno(), write_end.fileno()
    link["patience_us"] = round(patience_s * 1e6)
    # ctypes lets go of the interpreter's lock for as long as the call lasts.
    run = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(_pass_on.address)
    number = link.ctypes.data + int(_LINK_DTYPE.fields["number"][1])  # type: ignore[index]

    def watch() -> None:
        with write_end:
            run(link.ctypes.data, number)

    threading.Thread(target=watch, name="last-exit", daemon=True).start()
    return read_end
