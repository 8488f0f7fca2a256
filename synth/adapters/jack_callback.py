"""JACK's callbacks, in native code: no Python, no lock, no allocation.

JACK wants each channel by itself, the engine renders them interleaved: rendered into a scratch
buffer, taken apart into the ports.
"""

import ctypes
from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, cfunc, types
from numba.extending import intrinsic

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


@intrinsic
def _at(typing_context: Any, address: Any) -> Any:
    """Make a pointer of an address."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.int64), codegen


@intrinsic
def _call_engine(
    typing_context: Any, function: Any, out: Any, n_samples: Any, userdata: Any
) -> Any:
    """Call a PaStreamCallback at an address, without input, time and flags."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address, out, n_samples, userdata = args
        word, pointer = ir.IntType(64), ir.IntType(8).as_pointer()
        ulong = ir.IntType(8 * ctypes.sizeof(ctypes.c_ulong))
        kind = ir.FunctionType(ir.IntType(32), [pointer, pointer, ulong, pointer, ulong, pointer])
        nothing = builder.inttoptr(word(0), pointer)
        n_samples = n_samples if ulong.width == 64 else builder.trunc(n_samples, ulong)
        builder.call(
            builder.inttoptr(address, kind.as_pointer()),
            [
                nothing,
                builder.inttoptr(out, pointer),
                n_samples,
                nothing,
                ulong(0),
                builder.inttoptr(userdata, pointer),
            ],
        )
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.int64), codegen


@intrinsic
def _call_get_buffer(typing_context: Any, function: Any, port: Any, n_samples: Any) -> Any:
    """Call jack_port_get_buffer at an address."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address, port, n_samples = args
        pointer, uint = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(pointer, [pointer, uint])
        return builder.call(
            builder.inttoptr(address, kind.as_pointer()),
            [builder.inttoptr(port, pointer), builder.trunc(n_samples, uint)],
        )

    return types.voidptr(types.int64, types.int64, types.int64), codegen


@cfunc(types.intc(types.uint32, types.voidptr), nopython=True, cache=True, error_model="numpy")
def process(n_samples: Any, argument: Any) -> int:
    """Fill both ports (JackProcessCallback).

    Thread: audio.
    """
    link = carray(argument, (1,), LINK_DTYPE)[0]
    n: Any = np.int64(n_samples)
    left = carray(_call_get_buffer(link.get_buffer, link.left_port, n), (n,), np.float32)
    right = carray(_call_get_buffer(link.get_buffer, link.right_port, n), (n,), np.float32)
    scratch = carray(_at(link.scratch), (SCRATCH_SAMPLES, 2), np.float32)
    start = 0
    while start < n:
        piece: Any = min(n - start, SCRATCH_SAMPLES)
        _call_engine(link.callback, link.scratch, piece, link.userdata)
        for sample in range(piece):
            left[start + sample] = scratch[sample, 0]
            right[start + sample] = scratch[sample, 1]
        start += piece
    return 0


@cfunc(types.intc(types.voidptr), nopython=True, cache=True)
def count_xrun(argument: Any) -> int:
    """Count a late server (JackXRunCallback)."""
    carray(argument, (1,), LINK_DTYPE)[0].n_xruns += 1
    return 0


@cfunc(types.void(types.voidptr), nopython=True, cache=True)
def note_shutdown(argument: Any) -> None:
    """Note that the server has gone (JackShutdownCallback)."""
    carray(argument, (1,), LINK_DTYPE)[0].is_down = 1


@cfunc(types.void(types.voidptr), nopython=True, cache=True)
def be_quiet(message: Any) -> None:
    """Take a message of libjack's, and keep it."""
