"""The switch's native half: whole records only, and every block counted."""

import ctypes

import numpy as np
from numba import cfunc

from synth.adapters.outputs.switch_callback import (
    DONE,
    N_RECORD,
    N_WORDS,
    PRESENT,
    forward,
    get_word,
    set_word,
)

POINTER, ULONG = ctypes.c_void_p, ctypes.c_ulong
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, POINTER, ULONG, POINTER, ULONG, POINTER)


def test_a_block_is_rendered_by_the_record_that_is_present_and_counted():
    seen = []
    callbacks = [
        CALLBACK(lambda *words, i=i: seen.append((i, words[2], words[5])) or 0) for i in range(2)
    ]
    records = [
        np.array([ctypes.cast(callback, POINTER).value, 100 + i], np.int64)
        for i, callback in enumerate(callbacks)
    ]
    assert all(len(record) == N_RECORD for record in records)
    words = np.zeros(N_WORDS, np.int64)
    out = np.zeros((8, 2), np.float32)
    for record in (records[0], records[1], records[0]):
        set_word(words, PRESENT, record.ctypes.data)
        assert forward.ctypes(None, out.ctypes.data, 8, None, 0, words.ctypes.data) == 0
    assert seen == [(0, 8, 100), (1, 8, 101), (0, 8, 100)]
    assert get_word(words, DONE) == 3


def test_the_callback_allocates_nothing():
    # Compiled afresh: code from numba's cache cannot be looked into.
    fresh = cfunc(forward._sig, nopython=True, error_model="numpy")(forward._pyfunc)
    assert "NRT_MemInfo_alloc" not in fresh.inspect_llvm()
