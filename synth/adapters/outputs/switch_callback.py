"""The native half of the switch: pass the callback on to whatever source is the present one.

The present source is one word, the address of its record, so that no block ever sees the callback
of one source with the argument of another.
"""

from typing import Any

import numpy as np
from numba import carray, types

from synth.adapters.outputs.foreign_calls import c_callback, call_stream
from synth.atomics import load_acquire, store_release
from synth.realtime.intrinsics import as_pointer
from synth.realtime.kernel import realtime

# Places in the switch's words, a cache line apart: the record's address, blocks finished.
PRESENT, DONE, N_WORDS = 0, 8, 16
# Places in a source's record.
CALLBACK, USERDATA, N_RECORD = 0, 1, 2


@realtime
def set_word(words: Any, place: int, value: int) -> None:
    """Publish a word to the other side, after everything that was written before.

    Thread: any.
    """
    store_release(words, place, value)


@realtime
def get_word(words: Any, place: int) -> int:
    """Read a word of the other side's, before everything that is read after.

    Thread: any.
    """
    return load_acquire(words, place)


@c_callback(
    types.intc(types.voidptr, types.voidptr, types.ulong, types.voidptr, types.ulong, types.voidptr)
)
def forward(
    _input: Any, output: Any, n_samples: Any, _time_info: Any, _flags: Any, userdata: Any
) -> int:
    """Render by the present source's callback (PaStreamCallback).

    Thread: audio.
    """
    words = carray(userdata, (N_WORDS,), np.int64)
    record = carray(as_pointer(load_acquire(words, PRESENT)), (N_RECORD,), np.int64)
    call_stream(record[CALLBACK], output, np.int64(n_samples), record[USERDATA])
    store_release(words, DONE, words[DONE] + 1)
    return 0
