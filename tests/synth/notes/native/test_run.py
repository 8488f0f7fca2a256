"""A tile is made once, by whoever comes, and whoever is early waits."""

import threading

import numpy as np
import pytest

from synth.notes.native.packing import PackedGenerator
from synth.notes.native.program import plan_tile
from synth.notes.native.run import DONE, N_BOARD_WORDS, TAKEN, await_done, generate, take_part


@pytest.fixture(scope="module")
def packed(native_weights, native_spec):
    return PackedGenerator(native_weights, native_spec)


@pytest.mark.parametrize("n_threads", [2, 3])
def test_a_tile_that_is_cut_for_more_threads_has_the_same_bits(packed, make_note, n_threads):
    whole = make_note(packed, 0, 16)
    assert np.array_equal(make_note(packed, 0, 16, n_threads), whole)


def test_who_comes_too_late_touches_nothing(packed, native_spec):
    planned = plan_tile(packed, 0, 8, 2)
    board = np.zeros(N_BOARD_WORDS, np.int64)
    board[TAKEN] = board[DONE] = len(planned.program.tickets)
    maps = np.zeros((1, native_spec.n_bins // 2, 8), np.float32)
    out = np.full((native_spec.n_channels, 8, native_spec.n_bins), 7.0, np.float32)
    nothing = np.zeros(0, np.float32)
    take_part(planned.program, maps, nothing, nothing, out, board)
    assert np.all(out == 7.0)
    assert board[DONE] == len(planned.program.tickets)


def test_the_first_thread_waits_for_what_others_have_taken(packed, native_spec):
    planned = plan_tile(packed, 0, 8, 2)
    n = len(planned.program.tickets)
    board = np.zeros(N_BOARD_WORDS, np.int64)
    board[TAKEN], board[DONE] = n, n - 1  # somebody is at the last one
    out = np.zeros((native_spec.n_channels, 8, native_spec.n_bins), np.float32)
    maps = np.zeros((1, native_spec.n_bins // 2, 8), np.float32)
    nothing = np.zeros(0, np.float32)
    first = threading.Thread(
        target=generate, args=(planned.program, maps, nothing, nothing, out, board)
    )
    first.start()
    first.join(0.1)
    assert first.is_alive()
    board[DONE] = n
    first.join(10.0)
    assert not first.is_alive()


def test_waiting_ends_when_enough_is_done():
    board = np.zeros(N_BOARD_WORDS, np.int64)
    await_done(board, 0)
    board[DONE] = 5
    await_done(board, 5)
