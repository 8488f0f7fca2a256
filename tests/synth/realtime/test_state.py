import numpy as np

from synth.realtime import layout, state
from synth.realtime.kernel import realtime

ACCESSORS = {name: getattr(state, f"{name}_of") for name in layout.Arrays._fields}


def test_every_array_is_found_again_by_its_address(arrays, address):
    for name, array in zip(layout.Arrays._fields, arrays, strict=True):
        found = ACCESSORS[name](address)
        if found.shape == ():  # a record: the only one of its array
            continue
        assert (found.dtype, found.shape) == (array.dtype, array.shape), name
        assert found.ctypes.data == array.ctypes.data, name


@realtime
def count_up(record):
    state.engine_of(record).clock += 1
    state.clock_of(record).n_blocks += 2
    state.limiter_of(record).peak += 3.0
    state.geometry_of(record).hop_length += 4


def test_records_are_found_again_by_their_address(arrays, address):
    count_up(address)
    assert arrays.engine["clock"] == 1
    assert arrays.clock["n_blocks"] == 2
    assert arrays.limiter["peak"] == 3.0
    assert arrays.geometry["hop_length"] == 20


def test_state_knows_its_own_address(arrays):
    record = state.address_state(arrays)
    assert record["own_address"][0] == record.ctypes.data


def test_at_rest_nothing_sounds_and_gains_are_one(arrays):
    assert not arrays.voices["state"].any()
    assert (arrays.parts["volume"] == 1.0).all()
    assert arrays.engine["master"] == 1.0
    assert np.isfinite(arrays.filters).all()


def test_every_slot_fits_into_the_way_back(arrays):
    n_most = len(arrays.commands) + len(arrays.voices)
    assert len(arrays.retired) >= n_most
    assert len(arrays.retired) & (len(arrays.retired) - 1) == 0
