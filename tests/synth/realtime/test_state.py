from numba import njit

from synth.realtime import layout, state
from synth.realtime.kernel import realtime

RECORDS = {"engine", "clock", "limiter", "geometry", "reverb"}
NAMES = [name for name in layout.Arrays._fields if name not in RECORDS]


def find_all():
    # One kernel for all of them; a kernel each would compile for half a minute.
    calls = ", ".join(f"state.{name}_of(record)" for name in NAMES)
    scope = {"state": state}
    exec(f"def find(record):\n    return {calls}", scope)
    return njit(scope["find"])


def test_every_array_is_found_again_by_its_address(arrays, address):
    for name, found in zip(NAMES, find_all()(address), strict=True):
        array = getattr(arrays, name)
        assert (found.dtype, found.shape) == (array.dtype, array.shape), name
        assert found.ctypes.data == array.ctypes.data, name
        if array.size:  # numpy gives empty arrays strides of nothing
            assert found.strides == array.strides, name


@realtime
def count_up(record):
    state.engine_of(record).clock += 1
    state.clock_of(record).n_blocks += 2
    state.limiter_of(record).peak += 3.0
    state.geometry_of(record).hop_length += 4
    state.reverb_of(record).place += 5


def test_records_are_found_again_by_their_address(arrays, address):
    count_up(address)
    assert arrays.engine["clock"] == 1
    assert arrays.clock["n_blocks"] == 2
    assert arrays.limiter["peak"] == 3.0
    assert arrays.geometry["hop_length"] == 20
    assert arrays.reverb["place"] == 5


def test_state_knows_its_own_address(arrays):
    record = state.address_state(arrays)
    assert record["own_address"][0] == record.ctypes.data
