"""Memory order is in the machine code, and sums of threads lose nothing."""

import threading

import numpy as np
from numba import njit

from synth import atomics

# Not kept in numba's cache: what comes from there has no text.
uncached = njit(error_model="numpy", nogil=True)


def text_of(kernel):
    return kernel.inspect_llvm(kernel.signatures[0])


def test_memory_order_is_in_the_machine_code():
    @uncached
    def copy(words):
        atomics.store_release(words, 1, atomics.load_acquire(words, 0))

    words = np.array([5, 0])
    copy(words)
    assert words.tolist() == [5, 5]
    assert "load atomic i64" in text_of(copy)
    assert " acquire" in text_of(copy)
    assert "store atomic i64" in text_of(copy)
    assert " release" in text_of(copy)


def test_threads_that_count_together_never_see_the_same_number():
    @uncached
    def count(words, seen):
        for i in range(len(seen)):
            seen[i] = atomics.add_to(words, 1, 1)

    words = np.zeros(2, np.int64)
    seen = np.zeros((3, 100_000), np.int64)
    count(words, seen[0, :0])
    threads = [threading.Thread(target=count, args=(words, row)) for row in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert words.tolist() == [0, seen.size]
    assert len(np.unique(seen)) == seen.size
