"""Functions that are known by their address are called with what they were given."""

import ctypes

import numpy as np
from numba import carray, njit

from synth.adapters.outputs.foreign_calls import call_get_buffer, call_stream
from synth.realtime.intrinsics import as_pointer

POINTER, ULONG = ctypes.c_void_p, ctypes.c_ulong


@njit
def stream(function: int, out: int, n_samples: int, userdata: int) -> None:
    call_stream(function, as_pointer(out), n_samples, userdata)


@njit
def first_sample(function: int, port: int, n_samples: int) -> float:
    return carray(call_get_buffer(function, port, n_samples), (n_samples,), np.float32)[0]


def test_a_stream_callback_gets_its_arguments() -> None:
    calls = []
    kind = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, POINTER, ULONG, POINTER, ULONG, POINTER)
    callback = kind(lambda *arguments: calls.append(arguments) or 0)
    address = ctypes.cast(callback, POINTER).value
    stream(address, 0x1000, 64, 0x7FFF_0000_1234)
    assert [(None, 0x1000, 64, None, 0, 0x7FFF_0000_1234)] == calls


def test_a_port_gives_its_buffer() -> None:
    calls = []
    buffer = np.full(256, 0.25, np.float32)

    def give(port: int, n_samples: int) -> int:
        calls.append((port, n_samples))
        return buffer.ctypes.data

    callback = ctypes.CFUNCTYPE(POINTER, POINTER, ctypes.c_uint32)(give)
    assert 0.25 == first_sample(ctypes.cast(callback, POINTER).value, 0x77, 256)
    assert [(0x77, 256)] == calls
