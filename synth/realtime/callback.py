"""The audio callback: native code from end to end, without Python and its lock.

PortAudio calls it with the address of the state as userdata; `Renderer.render` calls the same code.
It sets the processor for the block, renders it and keeps a clock of its own, because the flags that
PortAudio hands over are never set on some systems. What is *late by us* is a block for which this
thread had the processor longer than the block lasts; `overrun` counts the time on the wall as well,
where the system may have given the processor to others.
"""

from functools import lru_cache
from typing import Any

from numba import types

from synth.realtime.intrinsics import address_of, call_at
from synth.realtime.kernel import native, realtime
from synth.realtime.layout import N_HISTOGRAM
from synth.realtime.processor import flush_denormals, restore_denormals, thread_ns, wall_ns
from synth.realtime.state import clock_of, engine_of, state_at

CONTINUE = 0  # paContinue
LOAD_SMOOTHING = 0.01  # a hundred blocks

_CALLBACK = types.intc(
    types.voidptr,  # input
    types.voidptr,  # output: [n_samples, 2] float32
    types.ulong,  # samples of the block
    types.voidptr,  # time info
    types.ulong,  # flags
    types.voidptr,  # userdata: the state
)


@lru_cache(maxsize=1)
def compile_callback() -> Any:
    """Compile the callback, or load it from the cache; its `address` is a PaStreamCallback.

    Thread: control.
    """
    return native(_callback, _CALLBACK)


def _callback(
    _input: Any, output: Any, n_samples: Any, _time_info: Any, _flags: Any, userdata: Any
) -> int:
    timed_block(state_at(address_of(userdata)), address_of(output), types.int64(n_samples))
    return CONTINUE


@realtime
def timed_block(state: Any, out: int, n_samples: int) -> None:
    """Render one block and note how long it took.

    Args:
        state: of the engine.
        out: address of [n_samples, 2] float32; overwritten.
        n_samples: any number; 0 does nothing.

    Thread: audio.
    """
    if n_samples <= 0:
        return
    clock = clock_of(state)
    on_wall, on_thread = wall_ns(clock.timespec), thread_ns(clock.timespec)
    word = flush_denormals()
    call_at(state.render, state.own_address, out, n_samples)
    restore_denormals(word)
    on_thread = thread_ns(clock.timespec) - on_thread
    on_wall = wall_ns(clock.timespec) - on_wall
    note_time(clock, on_wall, on_thread, n_samples, engine_of(state).sample_rate)


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
