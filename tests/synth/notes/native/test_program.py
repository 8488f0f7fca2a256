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
    whole, _ = plan_tile(packed, 0, 32)
    first, _ = plan_tile(packed, 0, 4)
    assert list(whole.convolutions["n_rows"][:-1]) == [4, 4, 8, 8, 16, 16]
    assert list(first.convolutions["n_rows"][:-1]) == [4, 3, 4, 3, 4, 3]


def test_work_that_is_read_beyond_an_image_is_there(packed):
    program, n_work = plan_tile(packed, 0, 8)
    for layer in program.convolutions:
        height = program.heights[layer["tile"]]
        for strip in program.strips[layer["first_strip"] :][: layer["n_strips"]]:
            for part in program.passes[strip["first_pass"] :][: strip["n_passes"]]:
                steps = program.offsets[layer["offsets"] + part["first_step"] :][: part["n_steps"]]
                beyond = part["source"] + steps.max() + 8 * max(part["n_pixels"], height)
                assert beyond <= n_work
