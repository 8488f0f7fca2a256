"""Tickets cover a tile, and wait for what they read."""

import numpy as np
import pytest

from synth.notes.native.packing import PackedGenerator
from synth.notes.native.program import plan_tile
from synth.notes.native.records import DENSE, EQUALISE, STRIP


@pytest.fixture(scope="module")
def packed(native_weights, native_spec):
    return PackedGenerator(native_weights, native_spec)


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_tickets_cover_a_tile_and_wait_for_what_they_read(packed, n_threads):
    program = plan_tile(packed, 0, 8, n_threads).program
    tickets = program.tickets
    assert np.all(np.diff(tickets["n_before"]) >= 0)
    assert np.all(tickets["n_before"] <= np.arange(len(tickets)))
    strips = tickets[tickets["kind"] == STRIP]
    assert list(strips["first"]) == list(range(len(program.strips)))
    edges = [*program.convolutions["first_strip"], len(program.strips)]
    for number, n_strips in enumerate(np.diff(edges)):
        of_layer = strips[strips["layer"] == number]
        assert len(of_layer) == n_strips >= n_threads
        assert len(set(of_layer["n_before"])) == 1
    for number, layer in enumerate(program.dense):
        panels = tickets[(tickets["kind"] == DENSE) & (tickets["layer"] == number)]
        assert sum(panels["last"] - panels["first"]) == layer["n_panels"]
    frames = tickets[tickets["kind"] == EQUALISE]
    assert sum(frames["last"] - frames["first"]) == 8
