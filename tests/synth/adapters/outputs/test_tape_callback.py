"""The tape's ring: everything in order, or counted as lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import cfunc

from synth.adapters.outputs.tape_callback import (
    LOST,
    N_COUNTS,
    pull_block,
    push_block,
    record,
)

N_RING = 37


def count_up(start: int, n_samples: int) -> np.ndarray:
    ramp = np.arange(start, start + n_samples, dtype=np.float32)
    return np.stack([ramp, -ramp], axis=1)


@given(steps=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=40))
def test_samples_come_out_in_order_and_only_whole_blocks_are_lost(
    steps: list[tuple[int, int]],
) -> None:
    ring, counts = np.zeros((N_RING, 2), np.float32), np.zeros(N_COUNTS, np.int64)
    pushed, pulled, n_lost, n_held = 0, [], 0, 0
    kept: list[float] = []
    for n_in, n_out in steps:
        push_block(count_up(pushed, n_in), ring, counts)
        if n_in <= N_RING - n_held:
            kept += range(pushed, pushed + n_in)
            n_held += n_in
        else:
            n_lost += n_in
        pushed += n_in
        block = np.zeros((n_out, 2), np.float32)
        n_new = pull_block(block, ring, counts)
        assert min(n_out, n_held) == n_new
        np.testing.assert_array_equal(block[:n_new, 0], -block[:n_new, 1])
        pulled += block[:n_new, 0].tolist()
        n_held -= n_new
    assert kept[: len(pulled)] == pulled
    assert n_lost == counts[LOST]


@pytest.mark.parametrize("n_samples", [N_RING, N_RING + 1])
def test_a_block_of_the_rings_own_size_still_fits(n_samples: int) -> None:
    ring, counts = np.zeros((N_RING, 2), np.float32), np.zeros(N_COUNTS, np.int64)
    push_block(count_up(0, n_samples), ring, counts)
    assert (n_samples > N_RING) == bool(counts[LOST])


def test_the_callback_allocates_nothing() -> None:
    # Compiled afresh: code from numba's cache cannot be looked into.
    fresh = cfunc(record._sig, nopython=True, error_model="numpy")(record._pyfunc)
    assert "NRT_MemInfo_alloc" not in fresh.inspect_llvm()
