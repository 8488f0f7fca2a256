"""The layers of a generator, compiled: one call makes one tile of one note.

What is computed is `training.model.generator.Generator`, which tells why. Two things are other than
in the textbook. A convolution of a doubled image is done before the doubling, by windows of 2x2, of
which each gives a block of 2x2 results. And a layer is done in strips of rows, so that what the
product leaves is normalised, styled and written into the next layer's image while it is near.

Everything lies in one array of work and one of weights, and a `Program` tells where. Images are
[block, row, column, DEPTH] with columns of zeros on both sides, and rows of zeros where a tile is
at the note's beginning or end.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth.notes.native.kernel import compiled, inlined
from synth.notes.native.microkernel import DENSE_HALF, DEPTH, multiply
from synth.notes.native.stylekernel import SLOPE, style
from synth.notes.native.winograd import N_POINTS, gather_results, transform_image

Float32 = NDArray[np.float32]

_EPSILON = np.float32(1e-8)  # of the pixel norm
_ONE = np.float32(1.0)

_PRODUCT = ("tile", "n_steps", "weights", "bias", "n_panels")  # weights, bias: addresses in bytes
DENSE_DTYPE = np.dtype(
    [(name, np.int64) for name in (*_PRODUCT, "source", "target", "is_rectified")]
)
"""A dense layer. Source and target are places in the work, in float32."""

CONVOLUTION_DTYPE = np.dtype(
    [
        (name, np.int64)
        for name in (
            *_PRODUCT,
            "offsets",  # where its steps begin in the table of offsets
            "stride",  # float32 from a product's pixel to the next
            "source",  # of the first window's first pixel
            "source_columns",  # of a row, zeros included
            "n_windows",  # rows of windows
            "windows_of_strip",
            "window_columns",
            "point_bytes",  # from a point's weights to the next one's; 0: it is not transformed
            "n_tiles",  # of a row
            "n_tile_results",
            "n_blocks",  # of the source
            "source_block",  # float32 from a block to the next
            "n_rows_read",
            "transformed",  # its image
            "point",  # float32 from a point to the next
            "is_doubling",
            "first_window",  # counted from the note's first row
            "first_row",  # of the result, likewise
            "n_rows",
            "n_columns",
            "target",  # of the result's first pixel
            "target_block",  # float32 from a block to the next
            "target_columns",
            "n_channels",  # of the result
            "is_normalised",
            "film",  # where its scales, then shifts begin in the gains
            "motion",  # where its gains begin; -1: it has none
            "n_codes",
            "codes",  # float32 from the weights' beginning: [n_codes, n_code_rows]
            "n_code_rows",  # of the whole note
            "noise",  # likewise: [n_code_rows, n_columns]
            "has_comb",
        )
    ]
)
"""A convolution with all that follows it."""

PLACES_DTYPE = np.dtype(
    [
        (name, np.int64)
        for name in (
            "inputs",
            "gains",
            "start",  # what the dense layer in front gives: [block, row, column, DEPTH]
            "n_start_blocks",
            "start_block",  # float32 from a block to the next
            "n_start_rows",
            "n_start_columns",
            "start_target",
            "start_target_block",
            "comb",  # [block, column, DEPTH]
            "comb_film",
            "n_comb_channels",
            "n_maps",
            "comb_weights",  # float32 from the weights' beginning: [channel, map]
            "comb_bias",
            "styles",  # a layer's: [block, (scale, shift, gain of noise), DEPTH]
            "still_shift",  # what of a shift is the same in all rows: [channel]
            "ones",
            "zeros",
            "factors",  # of the pixel norm: [pixel of a strip's row]
            "products",  # of a strip
            "values",  # of a strip, at the points
            "edge",  # four pixels
            "first_frame",  # in the head's rows
            "points",  # the equaliser's, where it has any
            "n_knots",
            "n_bands",
            "over_time",  # float32 from the weights' beginning: [frame, knot]
            "over_bins",  # [band, bin]
            "curves",  # [knot, bin]
        )
    ]
)
"""Where the rest is: in the work unless it says otherwise."""


class Program(NamedTuple):
    """One tile, planned; the arrays may be shared."""

    dense: Any  # records of DENSE_DTYPE, in order
    convolutions: Any  # records of CONVOLUTION_DTYPE, in order; the last is the head
    places: Any  # one record of PLACES_DTYPE
    offsets: NDArray[np.int64]
    widths: NDArray[np.int64]  # [tile]: channels of a panel
    heights: NDArray[np.int64]  # [tile]: pixels
    weights: Float32


@compiled
def generate(program: Any, inputs: Float32, maps: Float32, work: Float32, out: Float32) -> None:
    """Generate one tile of one note.

    Args:
        program: of the tile.
        inputs: of the first dense layers, [n].
        maps: the pitch's, [n_maps, n_bins / 2].
        work: as long as the program wants; zeros at first, and nobody else's meanwhile.
        out: [n_channels, n_frames, n_bins]; overwritten.

    Thread: worker.
    """
    places = program.places[0]
    work[places.inputs : places.inputs + len(inputs)] = inputs
    work[places.ones : places.ones + maps.shape[1]] = _ONE
    for layer in program.dense:
        connect(program, layer, work)
    place_start(places, work)
    draw_comb(program.weights, places, maps, work)
    last = len(program.convolutions) - 1
    for number in range(last + 1):
        layer = program.convolutions[number]
        if number < last:
            prepare_style(layer, places, work)
        if layer.point_bytes:
            transform_image(layer, places.edge, work)
        window = 0
        while window < layer.n_windows:
            n_windows = min(layer.windows_of_strip, layer.n_windows - window)
            if layer.point_bytes:
                convolve_transformed(program, layer, work, window, n_windows)
            else:
                convolve(program, layer, work, window, n_windows)
            if number < last:
                finish_strip(program.weights, layer, places, work, window, n_windows)
            else:
                unfold_strip(layer, places, work, window, n_windows, out)
            window += n_windows
    if places.n_knots > 0:
        equalise(program.weights, places, work, out[0])


@inlined
def connect(program: Any, layer: Any, work: Float32) -> None:
    """Compute a dense layer."""
    width = program.widths[layer.tile]
    for panel in range(layer.n_panels):
        step_bytes = DEPTH * width * (2 if layer.tile == DENSE_HALF else 4)
        multiply(
            layer.tile,
            work.ctypes.data + 4 * layer.source,
            program.offsets.ctypes.data,
            layer.n_steps,
            program.weights.ctypes.data + layer.weights + panel * layer.n_steps * step_bytes,
            program.weights.ctypes.data + layer.bias + 4 * panel * width,
            work.ctypes.data + 4 * (layer.target + panel * width),
            width,
        )
    if layer.is_rectified:
        for i in range(layer.target, layer.target + layer.n_panels * width):
            work[i] = max(work[i], np.float32(SLOPE) * work[i])


@compiled
def place_start(places: Any, work: Float32) -> None:
    """Bring what the dense layer in front gave into the first convolution's image."""
    columns = places.n_start_columns
    for block in range(places.n_start_blocks):
        for row in range(places.n_start_rows):
            source = places.start + block * places.start_block + row * columns * DEPTH
            target = (
                places.start_target
                + block * places.start_target_block
                + row * (columns + 2) * DEPTH
            )
            for i in range(columns * DEPTH):
                work[target + i] = work[source + i]


@compiled
def draw_comb(weights: Float32, places: Any, maps: Float32, work: Float32) -> None:
    """Mix the pitch's maps in the colours of the style."""
    n_columns = maps.shape[1]
    film, bias = places.gains + places.comb_film, places.comb_bias
    n_channels = places.n_comb_channels
    row = work[places.products : places.products + n_columns]
    for c in range(n_channels):
        row[:] = weights[bias + c]
        for m in range(places.n_maps):
            factor = weights[places.comb_weights + c * places.n_maps + m]
            for x in range(n_columns):
                row[x] += factor * maps[m, x]
        scale, shift = _ONE + work[film + c], work[film + n_channels + c]
        first = places.comb + (c // DEPTH) * n_columns * DEPTH + c % DEPTH
        for x in range(n_columns):
            work[first + x * DEPTH] = row[x] * scale + shift


@compiled
def prepare_style(layer: Any, places: Any, work: Float32) -> None:
    """Lay out a layer's scales, shifts and gains of noise by block, zeros behind the last."""
    n = layer.n_channels
    film = places.gains + layer.film
    for c in range((n + DEPTH - 1) // DEPTH * DEPTH):
        scale = shift = noise_gain = np.float32(0.0)
        if c < n:
            scale, shift = _ONE + work[film + c], work[film + n + c]
            if layer.motion >= 0:
                noise_gain = work[places.gains + layer.motion + (c + 1) * (layer.n_codes + 1) - 1]
        style_ = places.styles + (c // DEPTH) * 3 * DEPTH + c % DEPTH
        work[style_] = scale
        work[style_ + DEPTH] = shift
        work[style_ + 2 * DEPTH] = noise_gain
        work[places.still_shift + c] = shift


@inlined
def convolve(program: Any, layer: Any, work: Float32, window: int, n_windows: int) -> None:
    """Multiply some rows of windows with the weights, [window, column, stride]."""
    multiply_pixels(
        program,
        layer,
        work,
        layer.source + window * layer.source_columns * DEPTH,
        (n_windows - 1) * layer.source_columns + layer.window_columns,
        0,
        program.places[0].products,
    )


@inlined
def convolve_transformed(
    program: Any, layer: Any, work: Float32, window: int, n_windows: int
) -> None:
    """Do the same at the points, and bring it back."""
    places = program.places[0]
    n_pixels = n_windows * layer.n_tiles
    first = layer.transformed + window * layer.n_tiles * DEPTH
    for point in range(N_POINTS):
        values = places.values + point * n_pixels * layer.stride
        multiply_pixels(program, layer, work, first + point * layer.point, n_pixels, point, values)
    gather_results(layer, work, n_windows, places.values, places.products)


@inlined
def multiply_pixels(  # noqa: PLR0913 (of a product, which has them)
    program: Any,
    layer: Any,
    work: Float32,
    source: int,
    n_pixels: int,
    point: int,
    target: int,
) -> None:
    """Multiply pixels that follow one another, [n_pixels, stride]."""
    width, height = program.widths[layer.tile], program.heights[layer.tile]
    beginning = program.weights.ctypes.data + point * layer.point_bytes
    weights, bias = beginning + layer.weights, beginning + layer.bias
    panel_bytes = 4 * layer.n_steps * DEPTH * width
    for panel in range(layer.n_panels):
        pixel = 0
        while pixel < n_pixels:
            # The last tile is moved back rather than cut off; in a small image it goes beyond.
            place = max(0, min(pixel, n_pixels - height))
            multiply(
                layer.tile,
                work.ctypes.data + 4 * (source + place * DEPTH),
                program.offsets.ctypes.data + 8 * layer.offsets,
                layer.n_steps,
                weights + panel * panel_bytes,
                bias + 4 * panel * width,
                work.ctypes.data + 4 * (target + place * layer.stride + panel * width),
                layer.stride,
            )
            pixel += height


@compiled
def finish_strip(
    weights: Float32, layer: Any, places: Any, work: Float32, window: int, n_windows: int
) -> None:
    """Normalise, style and rectify what windows gave, and write it into the next image."""
    first_window = layer.first_window + window
    if not layer.is_doubling:
        for row in range(first_window, first_window + n_windows):
            products = places.products + (row - first_window) * layer.source_columns * layer.stride
            finish_row(weights, layer, places, work, row, products, 0, 1)
        return
    # The windows of row i give the rows 2 i - 1 and 2 i, and likewise the columns.
    first_row = max(2 * first_window - 1, layer.first_row)
    last_row = min(2 * (first_window + n_windows) - 1, layer.first_row + layer.n_rows)
    corner = (layer.n_channels + DEPTH - 1) // DEPTH * DEPTH
    for row in range(first_row, last_row):
        pixels = ((row + 1) // 2 - first_window) * layer.source_columns * layer.stride
        products = places.products + pixels + 2 * ((row + 1) % 2) * corner
        finish_row(weights, layer, places, work, row, products + corner, 0, 2)
        finish_row(weights, layer, places, work, row, products + layer.stride, 1, 2)


@compiled
def finish_row(  # noqa: PLR0913 (of a row, or of every second pixel of it)
    weights: Float32,
    layer: Any,
    places: Any,
    work: Float32,
    row: int,
    products: int,
    first_column: int,
    step: int,
) -> None:
    """Finish the pixels first_column, first_column + step, ... of a row."""
    number = row - layer.first_row
    if not 0 <= number < layer.n_rows:
        return
    n_blocks = (layer.n_channels + DEPTH - 1) // DEPTH
    n_pixels = layer.n_columns // step
    move_shift(weights, layer, places, work, row)
    factors = places.ones
    if layer.is_normalised:
        factors = places.factors
        measure_pixels(layer, work, products, n_pixels, step, factors)
    noise = work.ctypes.data + 4 * places.zeros
    if layer.motion >= 0:
        noise = weights.ctypes.data + 4 * (layer.noise + row * layer.n_columns + first_column)
    target = layer.target + (number * layer.target_columns + first_column) * DEPTH
    for block in range(n_blocks):
        style(
            work.ctypes.data + 4 * (products + block * DEPTH),
            work.ctypes.data + 4 * factors,
            noise,
            work.ctypes.data + 4 * (places.comb + (block * layer.n_columns + first_column) * DEPTH),
            work.ctypes.data + 4 * (places.styles + block * 3 * DEPTH),
            work.ctypes.data + 4 * (target + block * layer.target_block),
            n_pixels,
            layer.stride,
            step,
            layer.has_comb,
        )


@compiled
def measure_pixels(
    layer: Any, work: Float32, products: int, n_pixels: int, step: int, factors: int
) -> None:
    """Find what brings each pixel's channels to unit mean square."""
    n = layer.n_channels
    for pixel in range(n_pixels):
        values = work[products + pixel * layer.stride : products + pixel * layer.stride + n]
        power = np.float32(0.0)
        for c in range(n):
            power += values[c] * values[c]
        work[factors + pixel * step] = _ONE / np.sqrt(power / np.float32(n) + _EPSILON)


@compiled
def move_shift(weights: Float32, layer: Any, places: Any, work: Float32, row: int) -> None:
    """Add the codes of the time to the shifts of a row."""
    if layer.motion < 0:
        return
    for c in range(layer.n_channels):
        shift = work[places.still_shift + c]
        gains = places.gains + layer.motion + c * (layer.n_codes + 1)
        for code in range(layer.n_codes):
            shift += work[gains + code] * weights[layer.codes + code * layer.n_code_rows + row]
        work[places.styles + ((c // DEPTH) * 3 + 1) * DEPTH + c % DEPTH] = shift


@compiled
def unfold_strip(
    layer: Any, places: Any, work: Float32, window: int, n_windows: int, out: Float32
) -> None:
    """Shuffle what the head gave for some rows, four channels a pixel of four, into the frames."""
    stride = layer.stride
    n_frames = out.shape[1]
    for row in range(n_windows):
        for channel in range(out.shape[0]):
            for inner in range(2):
                frame = 2 * (window + row) + inner - places.first_frame
                if 0 <= frame < n_frames:
                    first = places.products + row * layer.source_columns * stride
                    first += 4 * channel + 2 * inner
                    for column in range(layer.n_columns):
                        out[channel, frame, 2 * column] = work[first + column * stride]
                        out[channel, frame, 2 * column + 1] = work[first + column * stride + 1]


@compiled
def equalise(weights: Float32, places: Any, work: Float32, out: Float32) -> None:
    """Add the equaliser's gains to the log-magnitudes, [n_frames, n_bins]."""
    n_frames, n_bins = out.shape
    curves = work[places.curves : places.curves + places.n_knots * n_bins]
    curves[:] = 0.0
    for knot in range(places.n_knots):
        is_used = False
        for frame in range(n_frames):
            is_used |= weights[places.over_time + frame * places.n_knots + knot] != 0.0
        if not is_used:
            continue
        curve = curves[knot * n_bins : (knot + 1) * n_bins]
        for band in range(places.n_bands):
            gain = work[places.points + knot * places.n_bands + band]
            first = places.over_bins + band * n_bins
            for bin_ in range(n_bins):
                curve[bin_] += gain * weights[first + bin_]
    for frame in range(n_frames):
        for knot in range(places.n_knots):
            share = weights[places.over_time + frame * places.n_knots + knot]
            if share != 0.0:
                for bin_ in range(n_bins):
                    out[frame, bin_] += share * curves[knot * n_bins + bin_]
