"""A sound card made of a clock: a native thread that asks the engine for blocks in time.

It does what a driver's callback thread does, without Python and its lock, and writes down what it
saw: when each block was there, how loud its right channel was, how long it took. Without a pace it
asks for one block after the other, as fast as they come.
"""

import threading
import time
from typing import Self

import numpy as np
from numba import types
from numpy.typing import NDArray

from synth.engine import Engine
from synth.notes.priority import run_in_real_time
from synth.realtime.callback import timed_block
from synth.realtime.kernel import realtime
from synth.realtime.processor import wall_ns
from synth.realtime.state import clock_of, state_at

REAL_TIME_PRIORITY = 60  # what JACK gives its clients
N_KEPT = 1 << 17  # blocks that are remembered: three minutes of 64 samples
_WARM_BLOCKS = 4
_SEES_SHORTLY_S = 0.002

_sleep_us = types.ExternalFunction("usleep", types.int32(types.uint32))


@realtime
def drive(
    userdata: int,
    out: NDArray[np.float32],
    period_ns: int,
    orders: NDArray[np.int64],
    times_ns: NDArray[np.int64],
    peaks: NDArray[np.float32],
) -> None:
    """Ask for blocks until told to stop, or until as many as ordered are there.

    Args:
        userdata: address of the engine's state.
        out: [block_size, 2]; the block.
        period_ns: between two blocks; 0: none waits.
        orders: [5]; 0: stop where it is not 0, 1: blocks so far, 2: blocks wanted, 3 and 4: scratch
            of the clock.
        times_ns: [2, N_KEPT]; when a block was there, on the monotonic clock, and for how long the
            callback had had the processor.
        peaks: [N_KEPT]; loudest sample of its right channel.

    Thread: audio.
    """
    state = state_at(userdata)
    clock = clock_of(state)
    timespec = orders[3:5]
    due = wall_ns(timespec)
    while orders[0] == 0 and orders[1] < orders[2]:
        left = due - wall_ns(timespec)
        if left > 0:
            _sleep_us(np.uint32(left // 1000 + 1))
        before = clock.total_ns
        timed_block(state, out.ctypes.data, out.shape[0])
        place = orders[1] % peaks.shape[0]
        peak = np.float32(0.0)
        for i in range(out.shape[0]):
            peak = max(peak, abs(out[i, 1]))
        times_ns[0, place] = wall_ns(timespec)
        peaks[place] = peak
        times_ns[1, place] = clock.total_ns - before
        orders[1] += 1
        due += period_ns


class Pacer:
    """Plays an engine to nobody for as long as it lives. A context manager.

    Args:
        engine: prepared; no other output may call it meanwhile.
        block_size: samples.
        n_blocks: to stop after; None: at the end of the context.
        is_paced: in the time that a sound card would take, else as fast as it goes.
    """

    def __init__(
        self,
        engine: Engine,
        block_size: int,
        *,
        n_blocks: int | None = None,
        is_paced: bool = True,
    ) -> None:
        self.block_size = block_size
        self.is_real_time = False
        self._engine = engine
        self._period_ns = round(1e9 * block_size / engine.sample_rate) if is_paced else 0
        self._out = np.zeros((block_size, 2), np.float32)
        self._orders = np.array([0, 0, n_blocks or 2**62, 0, 0], np.int64)
        self._times_ns = np.zeros((2, N_KEPT), np.int64)
        self._peaks = np.zeros(N_KEPT, np.float32)
        self._thread = threading.Thread(target=self._run, name="pacer", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        while self.n_blocks < min(_WARM_BLOCKS, int(self._orders[2])):
            time.sleep(_SEES_SHORTLY_S)
        return self

    def __exit__(self, *exception: object) -> None:
        self._orders[0] = 1
        self._thread.join()

    @property
    def n_blocks(self) -> int:
        """Blocks asked for so far."""
        return int(self._orders[1])

    @property
    def durations_us(self) -> NDArray[np.float64]:
        """[n_blocks]; time of the callback on the processor, the latest `N_KEPT` blocks."""
        return np.asarray(self._times_ns[1, : min(self.n_blocks, N_KEPT)] / 1e3)

    def wait(self) -> None:
        """Wait until all blocks that were wanted are there."""
        self._thread.join()

    def heard_block(self, first_block: int, timeout_s: float = 2.0) -> int | None:
        """Return the number of the first block whose right channel is not silent; None: too late.

        Args:
            first_block: where to begin to look.
            timeout_s: seconds to wait for it.
        """
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            places = np.arange(first_block, self.n_blocks) % N_KEPT
            heard = np.flatnonzero(self._peaks[places] > 0.0)
            if len(heard):
                return first_block + int(heard[0])
            time.sleep(_SEES_SHORTLY_S)
        return None

    def end_ns(self, block: int) -> int:
        """Return when a block was there, on the monotonic clock."""
        return int(self._times_ns[0, block % N_KEPT])

    def _run(self) -> None:
        self.is_real_time = run_in_real_time(REAL_TIME_PRIORITY)
        drive(
            self._engine.userdata,
            self._out,
            self._period_ns,
            self._orders,
            self._times_ns,
            self._peaks,
        )
