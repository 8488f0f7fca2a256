"""JACK's callbacks, in native code: no Python, no lock, no allocation.

JACK wants each channel by itself, the engine renders them interleaved: rendered into a scratch
buffer, taken apart into the ports.
"""

from typing import Any

import numpy as np
from numba import carray, types

from synth.adapters.outputs.foreign_calls import c_callback, call_get_buffer, call_stream
from synth.realtime.intrinsics import as_pointer

SCRATCH_SAMPLES = 1024  # longer blocks are rendered in pieces

# What the process callback gets as its argument; all addresses.
LINK_DTYPE = np.dtype(
    [
        ("callback", np.int64),  # the engine's PaStreamCallback
        ("userdata", np.int64),  # and its argument
        ("get_buffer", np.int64),  # jack_port_get_buffer
        ("left_port", np.int64),
        ("right_port", np.int64),
        ("scratch", np.int64),  # [SCRATCH_SAMPLES, 2] float32
        ("is_down", np.int64),  # the server has gone
        ("n_xruns", np.int64),  # of the whole server
    ]
)


@c_callback(types.intc(types.uint32, types.voidptr))
def process(n_samples: Any, argument: Any) -> int:
    """Fill both ports (JackProcessCallback).

    Thread: audio.
    """
    link = carray(argument, (1,), LINK_DTYPE)[0]
    n: Any = np.int64(n_samples)
    left = carray(call_get_buffer(link.get_buffer, link.left_port, n), (n,), np.float32)
    right = carray(call_get_buffer(link.get_buffer, link.right_port, n), (n,), np.float32)
    scratch = carray(as_pointer(link.scratch), (SCRATCH_SAMPLES, 2), np.float32)
    start = 0
    while start < n:
        piece: Any = min(n - start, SCRATCH_SAMPLES)
        call_stream(link.callback, as_pointer(link.scratch), piece, link.userdata)
        for sample in range(piece):
            left[start + sample] = scratch[sample, 0]
            right[start + sample] = scratch[sample, 1]
        start += piece
    return 0


@c_callback(types.intc(types.voidptr))
def count_xrun(argument: Any) -> int:
    """Count a late server (JackXRunCallback)."""
    carray(argument, (1,), LINK_DTYPE)[0].n_xruns += 1
    return 0


@c_callback(types.void(types.voidptr))
def note_shutdown(argument: Any) -> None:
    """Note that the server has gone (JackShutdownCallback)."""
    carray(argument, (1,), LINK_DTYPE)[0].is_down = 1


@c_callback(types.void(types.voidptr))
def be_quiet(message: Any) -> None:
    """Take a message of libjack's, and keep it."""
