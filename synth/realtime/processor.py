"""What the audio thread asks of the processor: no denormals, and the time.

Numba has neither. Denormal numbers (a note's last milliseconds) can cost a hundred times a normal
one; the control register is each thread's own, so it is set for every block and put back after
it (sfizz's ScopedFTZ does the same). The time comes from the C library: PortAudio's flags for late
blocks are not the same on any two systems.
"""

import sys

import numpy as np
from numba import types
from numpy.typing import NDArray

from synth.realtime.intrinsics import (
    IS_ARM64,
    IS_X86,
    read_float_control,
    write_float_control,
)
from synth.realtime.kernel import realtime

_X86_FLUSH = 0x8040  # flush to zero, denormals are zero
_ARM64_FLUSH = 1 << 24  # FZ of FPCR

# Numbers of the clocks of POSIX; macOS counts otherwise than Linux.
_MONOTONIC = 6 if sys.platform == "darwin" else 1
_THREAD_CPU = 16 if sys.platform == "darwin" else 3

if sys.platform == "win32":
    _query_counter = types.ExternalFunction(
        "QueryPerformanceCounter", types.int32(types.CPointer(types.int64))
    )
else:
    _clock_gettime = types.ExternalFunction(
        "clock_gettime", types.int32(types.int32, types.CPointer(types.int64))
    )


@realtime
def flush_denormals() -> int:
    """Let denormal numbers be zero from now on in this thread; return what to restore.

    Thread: audio.
    """
    word = read_float_control()
    if IS_X86:
        write_float_control(word | _X86_FLUSH)
    elif IS_ARM64:
        write_float_control(word | _ARM64_FLUSH)
    return word


@realtime
def restore_denormals(word: int) -> None:
    """Put back what `flush_denormals` returned.

    Thread: audio.
    """
    write_float_control(word)


if sys.platform == "win32":

    @realtime
    def wall_ns(timespec: NDArray[np.int64]) -> int:
        """Read a clock that never goes back; Windows counts in steps of 100 ns.

        Thread: audio.
        """
        _query_counter(timespec.ctypes)
        return timespec[0] * 100

    @realtime
    def thread_ns(timespec: NDArray[np.int64]) -> int:
        """Read the same clock: Windows knows a thread's own time by ticks of 15 ms only.

        Thread: audio.
        """
        return wall_ns(timespec)

else:

    @realtime
    def wall_ns(timespec: NDArray[np.int64]) -> int:
        """Read a clock that never goes back, in ns.

        Args:
            timespec: [2]; scratch.

        Thread: audio.
        """
        _clock_gettime(_MONOTONIC, timespec.ctypes)
        return timespec[0] * 1_000_000_000 + timespec[1]

    @realtime
    def thread_ns(timespec: NDArray[np.int64]) -> int:
        """Read the time that this thread has had on the processor, in ns.

        Args:
            timespec: [2]; scratch.

        Thread: audio.
        """
        _clock_gettime(_THREAD_CPU, timespec.ctypes)
        return timespec[0] * 1_000_000_000 + timespec[1]
