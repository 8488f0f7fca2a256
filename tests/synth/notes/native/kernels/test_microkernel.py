import llvmlite.binding
import numpy as np
import pytest
from numba import njit

from synth.notes.native.kernels import microkernel
from synth.notes.native.kernels.microkernel import DEPTH, TILES, multiply, tiles_of


@njit
def call(tile, activations, offsets, weights, bias, out):
    multiply(
        tile,
        activations.ctypes.data,
        offsets.ctypes.data,
        len(offsets),
        weights.ctypes.data,
        bias.ctypes.data,
        out.ctypes.data,
        out.shape[1],
    )


@pytest.mark.parametrize("number", range(len(TILES)))
def test_a_tile_is_a_product_of_matrices(number):
    tile, rng = TILES[number], np.random.default_rng(number)
    offsets = np.array([0, 40, 16])
    activations = rng.standard_normal(40 + DEPTH * (tile.n_pixels + 1)).astype(np.float32)
    weights = rng.standard_normal((3, DEPTH, tile.width)).astype(np.float16)
    bias = rng.standard_normal(tile.width).astype(np.float32)
    out = np.full((tile.n_pixels + 1, tile.width + 3), 7.0, np.float32)
    stored = weights.view(np.uint16) if tile.has_half_weights else weights.astype(np.float32)
    call(number, activations, offsets, stored, bias, out)
    for pixel in range(tile.n_pixels):
        inputs = np.stack([activations[o + DEPTH * pixel :][:DEPTH] for o in offsets])
        expected = bias + np.einsum("sk,skc->c", inputs.astype(float), weights.astype(float))
        np.testing.assert_allclose(out[pixel, : tile.width], expected, rtol=1e-5, atol=1e-5)
    # Nothing beyond the tile is touched.
    assert np.all(out[-1] == 7.0)
    assert np.all(out[:, tile.width :] == 7.0)


@pytest.mark.parametrize("features", [{"avx512f": True}, {"avx2": True}, {"neon": True}, {}])
def test_every_processor_has_dense_tiles_and_three_of_many_pixels(features):
    dense, half, *many = tiles_of(features)
    assert (dense.n_pixels, half.n_pixels) == (1, 1)
    assert (dense.has_half_weights, half.has_half_weights) == (False, True)
    assert all(tile.n_pixels > 1 and not tile.has_half_weights for tile in many)
    n_registers = 32 if features.keys() & {"avx512f", "neon"} else 16
    assert all(tile.n_vectors * (tile.n_pixels + 1) < n_registers for tile in many)


def test_the_tiles_are_those_of_this_processor():
    features = dict(llvmlite.binding.get_host_cpu_features())
    assert tiles_of(features) == microkernel.TILES
