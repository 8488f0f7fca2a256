import numpy as np
import pytest
from numba import njit

from synth.notes.native.kernels.microkernel import DEPTH
from synth.notes.native.kernels.stylekernel import SLOPE, style

N, STRIDE = 5, 19


@njit
def call(arrays, out, sizes):
    products, factors, noise, comb, channels = arrays
    n_pixels, stride, step, has_comb = sizes
    style(
        products.ctypes.data,
        factors.ctypes.data,
        noise.ctypes.data,
        comb.ctypes.data,
        channels.ctypes.data,
        out.ctypes.data,
        n_pixels,
        stride,
        step,
        has_comb,
    )


def rectify(values):
    return np.where(values > 0, values, SLOPE * values)


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("has_comb", [0, 1])
def test_pixels_are_scaled_shifted_roughened_and_rectified(step, has_comb):
    rng = np.random.default_rng(step)
    draw = lambda *shape: rng.standard_normal(shape).astype(np.float32)  # noqa: E731
    products, channels = draw(N, STRIDE), draw(3, DEPTH)
    factors, noise = draw(N * step), draw(N * step)
    comb = draw(N * step, DEPTH)
    out = np.full((N * step, DEPTH), 7.0, np.float32)
    arrays = (products, factors, noise, comb, channels)
    call(arrays, out, (N, STRIDE, step, has_comb))

    scale, shift, gain = channels
    values = products[:, :DEPTH] * factors[::step, None] * scale + shift
    expected = rectify(values + noise[::step, None] * gain)
    if has_comb:
        expected = rectify(expected + comb[::step])
    np.testing.assert_allclose(out[::step], expected, rtol=1e-5, atol=1e-5)
    if step == 2:
        assert np.all(out[1::2] == 7.0)


def test_what_is_not_a_number_stays_none():
    # A damaged weight has to be found, so it must not be rectified away.
    products = np.full((1, DEPTH), np.nan, np.float32)
    one = np.ones(1, np.float32)
    out = np.zeros((1, DEPTH), np.float32)
    channels = np.ones((3, DEPTH), np.float32)
    call((products, one, one, one, channels), out, (1, DEPTH, 1, 0))
    assert np.all(np.isnan(out))
