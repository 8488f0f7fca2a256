from itertools import pairwise

import numpy as np
import pytest

from synth.notes.native.packing import PackedGenerator
from synth.notes.native.program import plan_tile

EDGES = (0, 1, 8, 15, 18, 32)  # odd ones, too


@pytest.fixture(scope="module")
def packed(native_weights, native_spec):
    return PackedGenerator(native_weights, native_spec)


def test_tiles_side_by_side_are_the_whole_note(packed, make_note):
    whole = make_note(packed, 0, 32)
    assert np.ptp(whole) > 0.1
    tiles = [make_note(packed, *edges) for edges in pairwise(EDGES)]
    np.testing.assert_allclose(np.concatenate(tiles, axis=1), whole, atol=2e-6)


def test_a_tile_makes_only_the_rows_that_it_needs(packed):
    whole, first = (plan_tile(packed, 0, last).program for last in (32, 4))
    assert list(whole.convolutions["n_rows"][:-1]) == [4, 4, 8, 8, 16, 16]
    assert list(first.convolutions["n_rows"][:-1]) == [4, 3, 4, 3, 4, 3]


def test_memory_that_is_read_beyond_a_strip_is_there(packed):
    planned = plan_tile(packed, 0, 8)
    program = planned.program
    edges = [*program.convolutions["first_strip"], len(program.strips)]
    for layer, (begin, end) in zip(program.convolutions, pairwise(edges), strict=True):
        height = program.heights[layer["tile"]]
        for strip in program.strips[begin:end]:
            for part in program.passes[strip["first_pass"] :][: strip["n_passes"]]:
                steps = program.offsets[layer["offsets"] + part["first_step"] :][: part["n_steps"]]
                first = program.own["transformed"][0] + 3 * layer["point"] + part["source"]
                assert first + steps.max() + 8 * max(part["n_pixels"], height) <= planned.n_own
