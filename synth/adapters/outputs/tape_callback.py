"""The native half of the tape: pass the callback on, and copy what it renders into a ring.

One writer (whoever drives the engine), one reader (the tape's thread). A full ring loses the block
for the tape and counts it; the sound goes on.
"""

from typing import Any

import numpy as np
from numba import carray, types
from numpy.typing import NDArray

from synth.adapters.outputs.foreign_calls import c_callback, call_stream
from synth.atomics import load_acquire, store_release
from synth.realtime.intrinsics import as_pointer
from synth.realtime.kernel import realtime

N_CHANNELS = 2
# Places in `counts`, a cache line apart: samples written, read, and lost to a full ring.
WRITTEN, READ, LOST, N_COUNTS = 0, 8, 16, 24

LINK_DTYPE = np.dtype(
    [
        ("callback", np.int64),  # address of the engine's PaStreamCallback
        ("userdata", np.int64),  # and of its argument
        ("ring", np.int64),  # address of [n_ring, 2] float32
        ("counts", np.int64),  # address of [N_COUNTS] int64
        ("n_ring", np.int64),  # samples that the ring holds
    ]
)


@realtime
def push_block(
    block: NDArray[np.float32], ring: NDArray[np.float32], counts: NDArray[np.int64]
) -> None:
    """Append a block to the ring, all of it or nothing.

    Args:
        block: [n_samples, 2].
        ring: [n_ring, 2].
        counts: [N_COUNTS].

    Thread: audio.
    """
    written = counts[WRITTEN]
    if block.shape[0] > ring.shape[0] - (written - load_acquire(counts, READ)):
        counts[LOST] += block.shape[0]
        return
    place = written % ring.shape[0]
    for sample in range(block.shape[0]):
        ring[place, 0] = block[sample, 0]
        ring[place, 1] = block[sample, 1]
        place = place + 1 if place + 1 < ring.shape[0] else 0
    store_release(counts, WRITTEN, written + block.shape[0])


@realtime
def pull_block(
    block: NDArray[np.float32], ring: NDArray[np.float32], counts: NDArray[np.int64]
) -> int:
    """Take what is there from the ring.

    Args:
        block: [n_samples, 2]; its beginning is written.
        ring: [n_ring, 2].
        counts: [N_COUNTS].

    Returns:
        How many samples of the block are new.

    Thread: any, one at a time.
    """
    read = counts[READ]
    n_samples = min(load_acquire(counts, WRITTEN) - read, block.shape[0])
    for sample in range(n_samples):
        place = (read + sample) % ring.shape[0]
        block[sample, 0] = ring[place, 0]
        block[sample, 1] = ring[place, 1]
    store_release(counts, READ, read + n_samples)
    return n_samples


@c_callback(
    types.intc(types.voidptr, types.voidptr, types.ulong, types.voidptr, types.ulong, types.voidptr)
)
def record(
    _input: Any, output: Any, n_samples: Any, _time_info: Any, _flags: Any, userdata: Any
) -> int:
    """Render by the engine's callback and keep a copy (PaStreamCallback).

    Thread: audio.
    """
    link = carray(userdata, (1,), LINK_DTYPE)[0]
    n = np.int64(n_samples)
    call_stream(link.callback, output, n, link.userdata)
    block = carray(output, (n, N_CHANNELS), np.float32)
    ring = carray(as_pointer(link.ring), (link.n_ring, N_CHANNELS), np.float32)
    push_block(block, ring, carray(as_pointer(link.counts), (N_COUNTS,), np.int64))
    return 0
