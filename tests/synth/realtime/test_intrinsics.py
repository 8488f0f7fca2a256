import numpy as np

from synth.realtime import intrinsics
from synth.realtime.kernel import realtime

# Compiled anew in the tests: what comes from numba's cache has no text.


def text_of(kernel):
    return kernel.inspect_llvm(kernel.signatures[0])


def test_memory_order_is_in_the_machine_code():
    @realtime
    def copy(words):
        intrinsics.store_release(words, 1, intrinsics.load_acquire(words, 0))

    words = np.array([5, 0])
    copy(words)
    assert words.tolist() == [5, 5]
    assert "load atomic i64" in text_of(copy)
    assert " acquire" in text_of(copy)
    assert "store atomic i64" in text_of(copy)
    assert " release" in text_of(copy)


def test_an_address_becomes_the_array_that_lies_there():
    from numba import carray

    @realtime
    def count_up(address):
        carray(intrinsics.as_pointer(address), (3,), np.int64)[1] += 1

    words = np.zeros(3, np.int64)
    count_up(words.ctypes.data)
    assert words.tolist() == [0, 1, 0]


def test_float_control_is_read_back_as_written():
    @realtime
    def toggle(bit):
        before = intrinsics.read_float_control()
        intrinsics.write_float_control(before ^ bit)
        during = intrinsics.read_float_control()
        intrinsics.write_float_control(before)
        return before, during, intrinsics.read_float_control()

    bit = 0x8000 if intrinsics.IS_X86 else 1 << 24
    before, during, after = toggle(bit)
    if intrinsics.IS_X86 or intrinsics.IS_ARM64:
        assert during == before ^ bit
    assert after == before
