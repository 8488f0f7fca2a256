"""The audio callback: native code from end to end, without Python and its lock.

PortAudio calls it with the address of the state as userdata. It renders the block and keeps
a clock of its own, because the flags that PortAudio hands over are never set on some systems. What
is *late by us* is a block for which this thread had the processor longer than the block lasts;
`overrun` counts the time on the wall as well, where the system may have given the processor to
others.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numba import carray, cfunc, types
from numpy.typing import NDArray

from synth.realtime.kernel import realtime
from synth.realtime.layout import N_HISTOGRAM
from synth.realtime.mixer import render_block
from synth.realtime.native_cache import cache_of
from synth.realtime.processor import flush_denormals, restore_denormals, thread_ns, wall_ns
from synth.realtime.state import (
    STATE_DTYPE,
    clock_of,
    engine_of,
    state_at,
)

CONTINUE = 0  # paContinue
LOAD_SMOOTHING = 0.01  # a hundred blocks

_CALLBACK = types.intc(
    types.voidptr,  # input
    types.voidptr,  # output
    types.ulong,  # samples of the block
    types.voidptr,  # time info
    types.ulong,  # flags
    types.voidptr,  # userdata
)


@realtime
def process_block(address: int, out: NDArray[np.float32]) -> None:
    """Render one block with the processor set for it.

    Args:
        address: of the state record.
        out: [n_samples, 2]; overwritten.

    Thread: audio.
    """
    word = flush_denormals()
    render_block(out, state_at(address))
    restore_denormals(word)


@realtime
def timed_block(address: int, out: NDArray[np.float32]) -> None:
    """Render one block and note how long it took.

    Args:
        address: of the state record.
        out: [n_samples, 2]; overwritten.

    Thread: audio.
    """
    state = state_at(address)
    clock = clock_of(state)
    on_wall, on_thread = wall_ns(clock.timespec), thread_ns(clock.timespec)
    process_block(address, out)
    on_thread = thread_ns(clock.timespec) - on_thread
    on_wall = wall_ns(clock.timespec) - on_wall
    note_time(clock, on_wall, on_thread, out.shape[0], engine_of(state).sample_rate)


@realtime
def note_time(clock: Any, on_wall: int, on_thread: int, n_samples: int, sample_rate: float) -> None:
    """Enter the time of one block.

    Args:
        clock: record of CLOCK_DTYPE.
        on_wall: ns that the block took.
        on_thread: ns of them on the processor.
        n_samples: of the block.
        sample_rate: Hz.

    Thread: audio.
    """
    budget_ns = 1e9 * n_samples / sample_rate
    clock.n_blocks += 1
    clock.n_late += 1 if on_thread > budget_ns else 0
    clock.n_overrun += 1 if on_wall > budget_ns else 0
    clock.total_ns += on_thread
    clock.max_ns = max(clock.max_ns, on_thread)
    if clock.min_block_size == 0 or n_samples < clock.min_block_size:
        clock.min_block_size = n_samples
    clock.max_block_size = max(clock.max_block_size, n_samples)
    clock.load += LOAD_SMOOTHING * (on_thread / budget_ns - clock.load)
    octave = 0
    while on_thread > 1 and octave < N_HISTOGRAM - 1:
        on_thread >>= 1
        octave += 1
    clock.histogram[octave] += 1


@lru_cache(maxsize=1)
def compile_callback() -> Any:
    """Compile the callback, or load it from numba's cache; its `address` is a PaStreamCallback.

    Thread: control.
    """
    compile_native = cfunc(_CALLBACK, nopython=True, cache=True, error_model="numpy")
    with cache_of(__file__):
        return compile_native(_callback)


def _callback(
    _input: Any, output: Any, n_samples: Any, _time_info: Any, _flags: Any, userdata: Any
) -> int:
    # Two channels, interleaved, float32. Thread: audio.
    state = carray(userdata, (1,), STATE_DTYPE)[0]
    out = carray(output, (np.int64(n_samples), 2), np.float32)
    timed_block(state.own_address, out)
    return CONTINUE
