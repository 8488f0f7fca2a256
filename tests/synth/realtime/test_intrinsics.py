import numpy as np
from numba import njit

from synth.realtime import intrinsics, kernel

# Not kept in numba's cache: what comes from there has no text.
uncached = njit(error_model="numpy")


def text_of(kernel):
    return kernel.inspect_llvm(kernel.signatures[0])


def test_an_address_becomes_the_record_that_lies_there():
    dtype = np.dtype([("first", np.int64), ("second", np.float64)])
    find = intrinsics.record_at(dtype)

    @uncached
    def count_up(address):
        find(address).second += 0.5

    record = np.zeros(1, dtype)
    count_up(record.ctypes.data)
    assert record[0].item() == (0, 0.5)


def test_a_field_leads_to_an_array_of_the_shape_in_other_fields():
    dtype = np.dtype([("n_rows", np.int64), ("numbers", np.int64)])
    numbers_of = intrinsics.array_in("numbers", np.int16, "n_rows", 3)

    @uncached
    def sum_row(record, row):
        found = numbers_of(record)
        return found.shape, found[row, 0] + found[row, 1] + found[row, 2]

    numbers = np.array([[1, 2, 3], [10, 20, 30]], np.int16)
    record = np.array([(2, numbers.ctypes.data)], dtype)
    assert sum_row(record[0], 0) == ((2, 3), 6)
    assert sum_row(record[0], 1) == ((2, 3), 60)
    assert "call void @NRT_incref" not in text_of(sum_row)


def test_code_is_called_at_its_address():
    from numba import carray, types

    def store_sum(address, first, second):
        carray(intrinsics.as_pointer(address), (1,), np.int64)[0] = first + second

    code = kernel.native(store_sum, types.void(types.int64, types.int64, types.int64))

    @uncached
    def call(address, out):
        intrinsics.call_at(address, out, 40, 2)

    result = np.zeros(1, np.int64)
    call(code.address, result.ctypes.data)
    assert result[0] == 42


def test_float_control_is_read_back_as_written():
    @uncached
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
