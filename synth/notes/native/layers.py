"""The layers of a generator, compiled: one call makes one tile of one note.

What is computed is `training.model.generator.Generator`, which tells why. Two things are other than
in the textbook. A convolution of a doubled image is done before the doubling (`packing.fold_taps`).
And a layer is done in strips (`strips`), so that what the product leaves is normalised, styled and
written into the next layer's image while it is near.

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
from synth.notes.native.winograd import BIASED_POINT, N_POINTS, gather_tiles, transform_rows

Float32 = NDArray[np.float32]

_EPSILON = np.float32(1e-8)  # of the pixel norm
_ONE = np.float32(1.0)

_PRODUCT = ("tile", "n_steps", "weights", "bias", "n_panels")  # weights, bias: addresses in bytes
DENSE_DTYPE = np.dtype(
    [(name, np.int64) for name in (*_PRODUCT, "source", "target", "is_rectified")]
)
"""A dense layer. Source and target are places in the work, in float32."""

COMB_DTYPE = np.dtype([(name, np.int64) for name in (*_PRODUCT, "offsets")])
"""The product with the pitch's maps. Offsets: where its steps begin in the table."""

CONVOLUTION_DTYPE = np.dtype(
    [
        (name, np.int64)
        for name in (
            *_PRODUCT,
            "offsets",  # where its steps begin in the table of offsets
            "stride",  # float32 from a product's pixel to the next
            "corner",  # where an image is doubled: from the left results to the right ones
            "first_strip",
            "n_strips",
            "source_columns",  # of a row, zeros included
            "source_block",  # float32 from a block to the next
            "n_blocks",  # of the source
            "n_tiles",  # of a strip's row
            "n_tile_results",
            "transformed_block",  # float32 from a block to the next
            "point",  # likewise from a point to the next
            "is_doubling",
            "first_row",  # of the result, counted from the note's first one
            "n_rows",
            "n_columns",
            "target",  # of the result's first pixel
            "target_block",  # float32 from a block to the next
            "target_columns",
            "image",  # that the result is a part of
            "n_image_rows",
            "n_rows_above",  # of the image, where the note has none
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

STRIP_DTYPE = np.dtype(
    [
        (name, np.int64)
        for name in (
            "first_row",  # of the result, counted from the note's first one
            "n_rows",
            "first_window",  # likewise
            "n_windows",
            "first_tile",  # of the row
            "source",  # of its first row
            "n_source_rows",
            "n_lines",  # of products
            "first_pass",
            "n_passes",
        )
    ]
)
"""Some columns of some rows of a convolution, which are finished together."""

PASS_DTYPE = np.dtype(
    [
        (name, np.int64)
        for name in ("source", "line", "n_pixels", "first_step", "n_steps", "is_biased")
    ]
)
"""A product of some of a strip's lines; see `strips.Pass`."""

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
            "start_image",
            "n_start_image_rows",
            "n_start_rows_above",
            "comb",  # [block, column, DEPTH]
            "comb_film",
            "n_comb_channels",
            "styles",  # a layer's: [block, (scale, shift, gain of noise), DEPTH]
            "still_shift",  # what of a shift is the same in all rows: [channel]
            "ones",  # float32 from the weights' beginning
            "zeros",  # likewise
            "factors",  # of the pixel norm: [pixel of a strip's row]
            "transformed",  # what a strip reads, at the points
            "products",  # of a strip
            "values",  # of a strip and a panel, at the points
            "edge",  # four pixels
            "first_frame",
            "points",  # the equaliser's, where it has any
            "n_knots",
            "over_time",  # float32 from the weights' beginning: [frame, knot]
            "over_bins",  # [band, bin]
        )
    ]
)
"""Where the rest is: in the work unless it says otherwise."""


class Program(NamedTuple):
    """One tile, planned; the arrays may be shared."""

    dense: Any  # records of DENSE_DTYPE, in order
    comb: Any  # one record of COMB_DTYPE
    convolutions: Any  # records of CONVOLUTION_DTYPE, in order; the last is the head
    strips: Any  # records of STRIP_DTYPE
    passes: Any  # records of PASS_DTYPE
    places: Any  # one record of PLACES_DTYPE
    offsets: NDArray[np.int64]
    widths: NDArray[np.int64]  # [tile]: channels of a panel
    heights: NDArray[np.int64]  # [tile]: pixels
    band_bins: NDArray[np.int64]  # [band, 2]: the equaliser's; first bin and the one behind the last
    weights: Float32


@compiled
def generate(program: Any, inputs: Float32, maps: Float32, work: Float32, out: Float32) -> None:
    """Generate one tile of one note.

    Args:
        program: of the tile.
        inputs: of the first dense layers, [n].
        maps: the pitch's, [block, n_bins / 2, DEPTH].
        work: at least as long as the program wants, and nobody else's meanwhile.
        out: [n_channels, n_frames, n_bins]; overwritten.

    Thread: worker.
    """
    places = program.places[0]
    work[places.inputs : places.inputs + len(inputs)] = inputs
    for layer in program.dense:
        connect(program, layer, work)
    place_start(places, work)
    draw_comb(program, maps, work)
    last = len(program.convolutions) - 1
    for number in range(last + 1):
        layer = program.convolutions[number]
        if number < last:
            prepare_style(layer, places, work)
            clear_borders(layer, work)
        for index in range(layer.first_strip, layer.first_strip + layer.n_strips):
            strip = program.strips[index]
            transform_rows(layer, strip, places, work)
            convolve(program, layer, strip, work)
            if number < last:
                finish_strip(program.weights, layer, strip, places, work)
            else:
                unfold_strip(layer, strip, places, work, out)
    if places.n_knots > 0:
        equalise(program.weights, places, program.band_bins, work, out[0])


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
    clear_image(
        work,
        places.start_image,
        places.n_start_blocks,
        places.start_target_block,
        places.n_start_image_rows,
        columns + 2,
        places.n_start_rows_above,
        places.n_start_rows,
    )
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
def clear_borders(layer: Any, work: Float32) -> None:
    """Lay zeros around what a layer is about to make."""
    clear_image(
        work,
        layer.image,
        (layer.n_channels + DEPTH - 1) // DEPTH,
        layer.target_block,
        layer.n_image_rows,
        layer.target_columns,
        layer.n_rows_above,
        layer.n_rows,
    )


@compiled
def clear_image(  # noqa: PLR0913 (of an image, which has them)
    work: Float32,
    image: int,
    n_blocks: int,
    block_floats: int,
    n_image_rows: int,
    n_columns: int,
    n_above: int,
    n_rows: int,
) -> None:
    """Lay zeros into an image's first and last column, and into its rows beyond the note's."""
    for block in range(n_blocks):
        for row in range(n_image_rows):
            first = image + block * block_floats + row * n_columns * DEPTH
            end = first + n_columns * DEPTH
            if n_above <= row < n_above + n_rows:
                work[first : first + DEPTH] = 0.0
                work[end - DEPTH : end] = 0.0
            else:
                work[first:end] = 0.0


@inlined
def draw_comb(program: Any, maps: Float32, work: Float32) -> None:
    """Mix the pitch's maps in the colours of the style."""
    places, comb = program.places[0], program.comb[0]
    width, height = program.widths[comb.tile], program.heights[comb.tile]
    n_columns, stride = maps.shape[1], comb.n_panels * width
    for panel in range(comb.n_panels):
        column = 0
        while column < n_columns:
            place = max(0, min(column, n_columns - height))
            multiply(
                comb.tile,
                maps.ctypes.data + 4 * place * DEPTH,
                program.offsets.ctypes.data + 8 * comb.offsets,
                comb.n_steps,
                program.weights.ctypes.data + comb.weights + 4 * panel * comb.n_steps * DEPTH * width,
                program.weights.ctypes.data + comb.bias + 4 * panel * width,
                work.ctypes.data + 4 * (places.products + place * stride + panel * width),
                stride,
            )
            column += height
    colour_comb(places, n_columns, stride, work)


@compiled
def colour_comb(places: Any, n_columns: int, stride: int, work: Float32) -> None:
    """Scale and shift what was mixed, [column, stride], and lay it out by block."""
    n = places.n_comb_channels
    film = work[places.gains + places.comb_film :]
    for block in range((n + DEPTH - 1) // DEPTH):
        for x in range(n_columns):
            source = places.products + x * stride + block * DEPTH
            mixed = work[source : source + DEPTH]
            target = places.comb + (block * n_columns + x) * DEPTH
            out = work[target : target + DEPTH]
            for c in range(min(DEPTH, n - block * DEPTH)):
                channel = block * DEPTH + c
                out[c] = mixed[c] * (_ONE + film[channel]) + film[n + channel]


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
def convolve(program: Any, layer: Any, strip: Any, work: Float32) -> None:
    """Multiply a strip's pixels with the weights, [row, column, stride]."""
    places = program.places[0]
    width = program.widths[layer.tile]
    line_floats = layer.n_tiles * width
    for panel in range(layer.n_panels):
        for point in range(N_POINTS):
            values = places.values + point * strip.n_lines * line_floats
            for index in range(strip.first_pass, strip.first_pass + strip.n_passes):
                pass_ = program.passes[index]
                bias = 4 * places.zeros
                if pass_.is_biased and point == BIASED_POINT:
                    bias = layer.bias + 4 * panel * width
                target = values + pass_.line * line_floats
                multiply_pixels(program, layer, pass_, work, panel, point, bias, target)
        gather_points(layer, strip, places, work, panel * width, width)


@inlined
def multiply_pixels(  # noqa: PLR0913 (of a product, which has them)
    program: Any,
    layer: Any,
    pass_: Any,
    work: Float32,
    panel: int,
    point: int,
    bias: int,
    target: int,
) -> None:
    """Multiply pixels that follow one another with a panel's weights at a point."""
    width, height = program.widths[layer.tile], program.heights[layer.tile]
    step_bytes = 4 * DEPTH * width
    step = (panel * N_POINTS + point) * layer.n_steps + pass_.first_step
    source = program.places[0].transformed + pass_.source + point * layer.point
    pixel = 0
    while pixel < pass_.n_pixels:
        # The last tile is moved back rather than cut off; in a small image it goes beyond.
        place = max(0, min(pixel, pass_.n_pixels - height))
        multiply(
            layer.tile,
            work.ctypes.data + 4 * (source + place * DEPTH),
            program.offsets.ctypes.data + 8 * (layer.offsets + pass_.first_step),
            pass_.n_steps,
            program.weights.ctypes.data + layer.weights + step * step_bytes,
            program.weights.ctypes.data + bias,
            work.ctypes.data + 4 * (target + place * width),
            width,
        )
        pixel += height


@compiled
def gather_points(
    layer: Any, strip: Any, places: Any, work: Float32, channel: int, width: int
) -> None:
    """Bring a panel's products at the points, [point, line, tile, width], to those of pixels."""
    line_floats = layer.n_tiles * width
    for number in range(strip.n_rows):
        line, inner = lines_of(layer, strip, strip.first_row + number)
        pixel = places.products + number * layer.n_tiles * layer.n_tile_results * layer.stride
        gather_tiles(
            work.ctypes.data + 4 * (places.values + line * line_floats),
            work.ctypes.data + 4 * (places.values + inner * line_floats),
            work.ctypes.data + 4 * (pixel + channel),
            layer.n_tiles,
            strip.n_lines * line_floats,
            width,
            layer.stride,
            layer.is_doubling,
        )


@compiled
def lines_of(layer: Any, strip: Any, row: int) -> tuple[int, int]:
    """Return which lines a result is made of; the second one is of doubled images; see `strips`."""
    window = (row + layer.is_doubling) // (1 + layer.is_doubling)
    return window - strip.first_window, strip.n_windows + row // 2 + 1 - strip.first_window


@compiled
def finish_strip(weights: Float32, layer: Any, strip: Any, places: Any, work: Float32) -> None:
    """Normalise, style and rectify a strip's products, and write them into the next image."""
    first = strip.first_tile * layer.n_tile_results
    row_pixels = layer.n_tiles * layer.n_tile_results
    last = min(first + row_pixels, layer.n_columns)
    for number in range(strip.n_rows):
        row = strip.first_row + number
        products = places.products + number * row_pixels * layer.stride
        move_shift(weights, layer, places, work, row)
        if not layer.is_doubling:
            finish_row(weights, layer, places, work, row, products, first, last - first, 1)
            continue
        # The window of column i gives the columns 2 i - 1 and 2 i.
        n_windows = layer.n_columns // 2
        right, left = products + layer.corner, products
        n = min(first + row_pixels, n_windows) - first
        finish_row(weights, layer, places, work, row, right, 2 * first, n, 2)
        begin = max(first, 1)
        n = min(first + row_pixels, n_windows + 1) - begin
        left += (begin - first) * layer.stride
        finish_row(weights, layer, places, work, row, left, 2 * begin - 1, n, 2)


@compiled
def finish_row(  # noqa: PLR0913 (of a row, or of every second pixel of it)
    weights: Float32,
    layer: Any,
    places: Any,
    work: Float32,
    row: int,
    products: int,
    first_column: int,
    n_pixels: int,
    step: int,
) -> None:
    """Finish the pixels first_column, first_column + step, ... of a row."""
    n_blocks = (layer.n_channels + DEPTH - 1) // DEPTH
    factors = weights.ctypes.data + 4 * places.ones
    if layer.is_normalised:
        measure_pixels(layer, work, products, n_pixels, step, places.factors)
        factors = work.ctypes.data + 4 * places.factors
    noise = weights.ctypes.data + 4 * places.zeros
    if layer.motion >= 0:
        noise = weights.ctypes.data + 4 * (layer.noise + row * layer.n_columns + first_column)
    number = row - layer.first_row
    target = layer.target + (number * layer.target_columns + first_column) * DEPTH
    for block in range(n_blocks):
        style(
            work.ctypes.data + 4 * (products + block * DEPTH),
            factors,
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
def unfold_strip(layer: Any, strip: Any, places: Any, work: Float32, out: Float32) -> None:
    """Shuffle what the head gave for some rows, four channels a pixel of four, into the frames."""
    stride, row_pixels = layer.stride, layer.n_tiles * layer.n_tile_results
    first = strip.first_tile * layer.n_tile_results
    n_columns = min(first + row_pixels, layer.n_columns) - first
    for number in range(strip.n_rows):
        for channel in range(out.shape[0]):
            for inner in range(2):
                frame = 2 * (strip.first_row + number) + inner - places.first_frame
                if 0 <= frame < out.shape[1]:
                    place = places.products + number * row_pixels * stride
                    place += 4 * channel + 2 * inner
                    for x in range(2 * first, 2 * (first + n_columns), 2):
                        out[channel, frame, x] = work[place]
                        out[channel, frame, x + 1] = work[place + 1]
                        place += stride


@compiled
def equalise(
    weights: Float32, places: Any, band_bins: NDArray[np.int64], work: Float32, out: Float32
) -> None:
    """Add the equaliser's gains to the log-magnitudes, [n_frames, n_bins]."""
    n_frames, n_bins = out.shape
    n_bands, n_knots = len(band_bins), places.n_knots
    for frame in range(n_frames):
        shares = places.over_time + frame * n_knots
        for band in range(n_bands):
            gain = np.float32(0.0)
            for knot in range(n_knots):
                gain += weights[shares + knot] * work[places.points + knot * n_bands + band]
            over_bins = places.over_bins + band * n_bins
            for bin_ in range(band_bins[band, 0], band_bins[band, 1]):
                out[frame, bin_] += gain * weights[over_bins + bin_]
