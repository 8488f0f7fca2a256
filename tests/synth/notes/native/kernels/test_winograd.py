import numpy as np
import pytest
from numba import njit

from synth.notes.native.kernels.microkernel import DEPTH
from synth.notes.native.kernels.winograd import (
    N_POINTS,
    gather_tiles,
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


@njit
def gathered(values, inner, is_doubling, stride):
    _, n_tiles, width = values.shape
    out = np.full(((3 if is_doubling else 2) * n_tiles, stride), 7.0, np.float32)
    gather_tiles(
        values.ctypes.data,
        inner.ctypes.data,
        out.ctypes.data,
        n_tiles,
        n_tiles * width,
        width,
        stride,
        is_doubling,
    )
    return out


@pytest.mark.parametrize("is_doubling", [0, 1])
def test_gathering_is_the_other_way_and_adds_what_inner_rows_give(is_doubling):
    rng, width, n_tiles = np.random.default_rng(5), 3 * DEPTH, 4
    values, inner = rng.standard_normal((2, N_POINTS, n_tiles, width)).astype(np.float32)
    total = values + inner if is_doubling else values
    expected = np.stack(results(total, 2 if is_doubling else 3), axis=1).reshape(-1, width)
    out = gathered(values, inner, is_doubling, width + 5)
    np.testing.assert_allclose(out[:, :width], expected, atol=1e-6)
    assert np.all(out[:, width:] == 7.0)
