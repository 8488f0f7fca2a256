import numpy as np
import pytest
from numba import njit

from synth.notes.native.microkernel import DEPTH
from synth.notes.native.packing import PackedGenerator
from synth.notes.native.winograd import (
    N_POINTS,
    results_of_tile,
    transform_kernel,
    transform_tiles,
)


@njit
def transformed(pixels, n_tiles, step):
    out = np.zeros((N_POINTS, n_tiles, DEPTH), np.float32)
    transform_tiles(pixels.ctypes.data, out.ctypes.data, n_tiles, step, n_tiles * DEPTH)
    return out


def results(products, n_taps):
    """The other way, from the paper: results of a tile from its products at the points."""
    a, b, c, d = products
    return (a + b + c, b - c - d) if n_taps == 3 else (a + b + c, b - c, b + c - d)


@pytest.mark.parametrize("n_taps", [2, 3])
def test_products_at_points_are_a_convolution(n_taps):
    rng, step, n_tiles = np.random.default_rng(n_taps), results_of_tile(n_taps), 3
    pixels = rng.standard_normal((step * n_tiles + n_taps - 1, DEPTH)).astype(np.float32)
    kernel = rng.standard_normal((1, DEPTH, 1, n_taps)).astype(np.float32)
    at_points = transform_kernel(kernel)[:, 0, :, 0, 0]
    products = np.einsum("ptk,pk->pt", transformed(pixels, n_tiles, step), at_points)
    expected = [
        float(np.sum(pixels[x : x + n_taps].T * kernel[0, :, 0])) for x in range(step * n_tiles)
    ]
    np.testing.assert_allclose(
        np.stack(results(products, n_taps), axis=1).ravel(), expected, atol=1e-5
    )


def test_a_tile_of_four_inputs_gives_more_of_smaller_kernels():
    assert (results_of_tile(3), results_of_tile(2)) == (2, 3)


def test_wide_layers_are_transformed_and_make_the_same_notes(
    native_weights, native_spec, make_note, monkeypatch
):
    from synth.notes.native import packing

    plain = PackedGenerator(native_weights, native_spec)
    assert not any(layer.product.point_bytes for layer in plain.convolutions)
    monkeypatch.setattr(packing, "_FEWEST_TRANSFORMED", 1)
    at_points = PackedGenerator(native_weights, native_spec)
    assert all(layer.product.point_bytes for layer in at_points.convolutions)
    for first, last in ((0, 8), (9, 18), (0, 32)):
        expected = make_note(plain, first, last)
        np.testing.assert_allclose(make_note(at_points, first, last), expected, atol=2e-5)
