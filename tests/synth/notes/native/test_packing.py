from dataclasses import replace

import numpy as np
import pytest

from synth.notes.native.packing import PackedGenerator, fold_taps


def convolve(image, weights):
    """Correlate [n_in, rows, columns], without borders, as plainly as can be."""
    n_out, _, height, width = weights.shape
    rows, columns = image.shape[1] - height + 1, image.shape[2] - width + 1
    out = np.zeros((n_out, rows, columns))
    for y in range(rows):
        for x in range(columns):
            patch = image[:, y : y + height, x : x + width]
            out[:, y, x] = np.einsum("oiyx,iyx->o", weights, patch)
    return out


def test_products_before_doubling_give_what_a_convolution_behind_it_does():
    rng = np.random.default_rng(0)
    image, weights = rng.standard_normal((3, 5, 6)), rng.standard_normal((2, 3, 3, 3))
    doubled = np.pad(image.repeat(2, axis=1).repeat(2, axis=2), ((0, 0), (1, 1), (1, 1)))
    expected = convolve(doubled, weights)

    folded, padded = fold_taps(weights), np.pad(image, ((0, 0), (1, 1), (1, 1)))
    windows, inner = convolve(padded, folded[:, :, :2]), convolve(padded, folded[:, :, 2:])
    # Left and right result of a window of columns; the first one lies half outside.
    given = np.zeros((2, 12, 14))
    for side, part in enumerate(np.split(np.arange(4), 2)):
        given[:, 0::2, side::2] = windows[part] + inner[part, :-1]
        given[:, 1::2, side::2] = windows[part] + inner[part, 1:]
    np.testing.assert_allclose(given[:, 1:-1, 1:-1], expected, atol=1e-12)


def test_weights_begin_on_cache_lines(native_weights, native_spec):
    packed = PackedGenerator(native_weights, native_spec)
    assert packed.content.ctypes.data % 64 == 0
    layers = (*packed.dense, *packed.convolutions)
    assert all(layer.product.weights % 64 == 0 for layer in layers)


def test_a_tensor_that_is_missing_is_named(native_weights, native_spec):
    tensors = dict(native_weights.tensors)
    del tensors["levels.1.second.film.bias"]
    with pytest.raises(ValueError, match=r"levels\.1\.second\.film\.bias is missing"):
        PackedGenerator(replace(native_weights, tensors=tensors), native_spec)


def test_a_tensor_of_another_shape_is_named(native_weights, native_spec):
    tensors = {**native_weights.tensors, "comb.bias": np.zeros(11, np.float16)}
    with pytest.raises(ValueError, match=r"comb\.bias is \[11\], wanted \[10\]"):
        PackedGenerator(replace(native_weights, tensors=tensors), native_spec)


def test_an_image_that_cannot_be_halved_so_often_is_refused(native_weights, native_spec):
    with pytest.raises(ValueError, match="30 x 128 is no multiple of 2"):
        PackedGenerator(native_weights, replace(native_spec, n_frames=30))
