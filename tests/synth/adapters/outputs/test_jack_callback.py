"""The process callback takes interleaved samples apart, whatever the size of the block."""

import ctypes

import numpy as np
import pytest
from numba import cfunc

from synth.adapters.outputs.jack_callback import LINK_DTYPE, SCRATCH_SAMPLES, note_shutdown, process

POINTER, ULONG = ctypes.c_void_p, ctypes.c_ulong


class Counting:
    """An engine whose sample n is n left and -n right, and JACK's two buffers."""

    def __init__(self, n_samples: int) -> None:
        self.n_done = 0
        self.buffers = np.full((2, n_samples), np.nan, np.float32)
        self._callback = ctypes.CFUNCTYPE(
            ctypes.c_int, POINTER, POINTER, ULONG, POINTER, ULONG, POINTER
        )(self._call)
        self._get_buffer = ctypes.CFUNCTYPE(POINTER, POINTER, ctypes.c_uint32)(
            lambda port, n: self.buffers[port - 1].ctypes.data
        )
        self.scratch = np.zeros((SCRATCH_SAMPLES, 2), np.float32)
        self.link = np.zeros(1, LINK_DTYPE)
        self.link["callback"] = ctypes.cast(self._callback, POINTER).value
        self.link["get_buffer"] = ctypes.cast(self._get_buffer, POINTER).value
        self.link["left_port"], self.link["right_port"] = 1, 2
        self.link["scratch"] = self.scratch.ctypes.data

    def _call(self, _in: int, out: int, n: int, _time: int, _flags: int, _data: int) -> int:
        block = np.ctypeslib.as_array(ctypes.cast(out, ctypes.POINTER(ctypes.c_float)), (n, 2))
        block[:, 0] = np.arange(self.n_done, self.n_done + n)
        block[:, 1] = -block[:, 0]
        self.n_done += n
        return 0


@pytest.mark.parametrize("n_samples", [1, 64, SCRATCH_SAMPLES, SCRATCH_SAMPLES + 1, 8192])
def test_channels_are_taken_apart_in_order(n_samples: int) -> None:
    engine = Counting(n_samples)
    assert 0 == process.ctypes(n_samples, engine.link.ctypes.data)
    np.testing.assert_array_equal(np.arange(n_samples), engine.buffers[0])
    np.testing.assert_array_equal(-np.arange(n_samples), engine.buffers[1])


def test_the_callback_allocates_nothing() -> None:
    # Compiled afresh: code from numba's cache cannot be looked into.
    fresh = cfunc(process._sig, nopython=True, error_model="numpy")(process._pyfunc)
    assert "NRT_MemInfo_alloc" not in fresh.inspect_llvm()


def test_the_end_of_the_server_is_noted() -> None:
    link = np.zeros(1, LINK_DTYPE)
    note_shutdown.ctypes(link.ctypes.data)
    assert 1 == link["is_down"][0]
