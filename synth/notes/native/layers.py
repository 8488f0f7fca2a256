"""The layers of a generator, compiled.

What is computed is `training.model.generator.Generator`, which tells why. Two things are other than
in the textbook. A convolution of a doubled image is done before the doubling (`packing.fold_taps`).
And a layer is done in strips (`strips`), so that what the product leaves is normalised, styled and
written into the next layer's image while it is near.

Images lie in one array of work, and a `Program` tells where: [block, row, column, DEPTH] with
columns of zeros on both sides, and rows of zeros where a tile is at the note's beginning or end.
What a strip needs meanwhile lies in memory of each thread's own, so that threads may share a tile.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.notes.native.kernels.kernel import compiled, inlined
from synth.notes.native.kernels.microkernel import DENSE_HALF, DEPTH, multiply
from synth.notes.native.kernels.stylekernel import SLOPE, style
from synth.notes.native.kernels.winograd import BIASED_POINT, N_POINTS, gather_tiles

Float32 = NDArray[np.float32]

_EPSILON = np.float32(1e-8)  # of the pixel norm
_ONE = np.float32(1.0)


@inlined
def connect(program: Any, layer: Any, first: int, last: int, work: Float32) -> None:
    """Compute the panels [first, last) of a dense layer."""
    width = program.widths[layer.tile]
    for panel in range(first, last):
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
        for i in range(layer.target + first * width, layer.target + last * width):
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
def draw_comb(
    program: Any, maps: Float32, first: int, last: int, work: Float32, own: Float32
) -> None:
    """Mix the pitch's maps in the colours of the style, in the columns [first, last)."""
    comb, products = program.comb[0], program.own[0].products
    width, height = program.widths[comb.tile], program.heights[comb.tile]
    stride, panel_bytes = comb.n_panels * width, 4 * comb.n_steps * DEPTH * width
    for panel in range(comb.n_panels):
        column = first
        while column < last:
            place = max(first, min(column, last - height))
            multiply(
                comb.tile,
                maps.ctypes.data + 4 * place * DEPTH,
                program.offsets.ctypes.data + 8 * comb.offsets,
                comb.n_steps,
                program.weights.ctypes.data + comb.weights + panel * panel_bytes,
                program.weights.ctypes.data + comb.bias + 4 * panel * width,
                own.ctypes.data + 4 * (products + (place - first) * stride + panel * width),
                stride,
            )
            column += height
    colour_comb(program, first, last, stride, work, own)


@compiled
def colour_comb(
    program: Any, first: int, last: int, stride: int, work: Float32, own: Float32
) -> None:
    """Scale and shift what was mixed, [column, stride], and lay it out by block."""
    places, products = program.places[0], program.own[0].products
    n_columns = program.convolutions[len(program.convolutions) - 1].n_columns
    n = places.n_comb_channels
    film = work[places.gains + places.comb_film :]
    for block in range((n + DEPTH - 1) // DEPTH):
        for x in range(first, last):
            source = products + (x - first) * stride + block * DEPTH
            mixed = own[source : source + DEPTH]
            target = places.comb + (block * n_columns + x) * DEPTH
            out = work[target : target + DEPTH]
            n_inside = min(DEPTH, n - block * DEPTH)
            for c in range(n_inside):
                channel = block * DEPTH + c
                out[c] = mixed[c] * (_ONE + film[channel]) + film[n + channel]
            out[n_inside:] = np.float32(0.0)


@compiled
def prepare_style(program: Any, layer: Any, work: Float32, own: Float32) -> None:
    """Lay out a layer's scales, shifts and gains of noise by block, zeros behind the last."""
    places, mine = program.places[0], program.own[0]
    n = layer.n_channels
    film = places.gains + layer.film
    for c in range((n + DEPTH - 1) // DEPTH * DEPTH):
        scale = shift = noise_gain = np.float32(0.0)
        if c < n:
            scale, shift = _ONE + work[film + c], work[film + n + c]
            if layer.motion >= 0:
                noise_gain = work[places.gains + layer.motion + (c + 1) * (layer.n_codes + 1) - 1]
        style_ = mine.styles + (c // DEPTH) * 3 * DEPTH + c % DEPTH
        own[style_] = scale
        own[style_ + DEPTH] = shift
        own[style_ + 2 * DEPTH] = noise_gain
        own[mine.still_shift + c] = shift


@inlined
def convolve(program: Any, layer: Any, strip: Any, own: Float32) -> None:
    """Multiply a strip's pixels with the weights, [row, column, stride]."""
    zeros, mine = 4 * program.places[0].zeros, program.own[0]
    width = program.widths[layer.tile]
    line_floats = layer.n_tiles * width
    for panel in range(layer.n_panels):
        for point in range(N_POINTS):
            values = mine.values + point * strip.n_lines * line_floats
            for index in range(strip.first_pass, strip.first_pass + strip.n_passes):
                pass_ = program.passes[index]
                bias = zeros
                if pass_.is_biased and point == BIASED_POINT:
                    bias = layer.bias + 4 * panel * width
                target = values + pass_.line * line_floats
                multiply_pixels(program, layer, pass_, own, panel, point, bias, target)
        gather_points(layer, strip, mine, own, panel * width, width)


@inlined
def multiply_pixels(  # noqa: PLR0913 (of a product, which has them)
    program: Any,
    layer: Any,
    pass_: Any,
    own: Float32,
    panel: int,
    point: int,
    bias: int,
    target: int,
) -> None:
    """Multiply pixels that follow one another with a panel's weights at a point."""
    width, height = program.widths[layer.tile], program.heights[layer.tile]
    step_bytes = 4 * DEPTH * width
    step = (panel * N_POINTS + point) * layer.n_steps + pass_.first_step
    source = program.own[0].transformed + pass_.source + point * layer.point
    pixel = 0
    while pixel < pass_.n_pixels:
        # The last tile is moved back rather than cut off; in a small image it goes beyond.
        place = max(0, min(pixel, pass_.n_pixels - height))
        multiply(
            layer.tile,
            own.ctypes.data + 4 * (source + place * DEPTH),
            program.offsets.ctypes.data + 8 * (layer.offsets + pass_.first_step),
            pass_.n_steps,
            program.weights.ctypes.data + layer.weights + step * step_bytes,
            program.weights.ctypes.data + bias,
            own.ctypes.data + 4 * (target + place * width),
            width,
        )
        pixel += height


@compiled
def gather_points(
    layer: Any, strip: Any, mine: Any, own: Float32, channel: int, width: int
) -> None:
    """Bring a panel's products at the points, [point, line, tile, width], to those of pixels."""
    line_floats = layer.n_tiles * width
    for number in range(strip.n_rows):
        line, inner = lines_of(layer, strip, strip.first_row + number)
        pixel = mine.products + number * layer.n_tiles * layer.n_tile_results * layer.stride
        gather_tiles(
            own.ctypes.data + 4 * (mine.values + line * line_floats),
            own.ctypes.data + 4 * (mine.values + inner * line_floats),
            own.ctypes.data + 4 * (pixel + channel),
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
def finish_strip(program: Any, layer: Any, strip: Any, work: Float32, own: Float32) -> None:
    """Normalise, style and rectify a strip's products, and write them into the next image."""
    mine = program.own[0]
    first = strip.first_tile * layer.n_tile_results
    row_pixels = layer.n_tiles * layer.n_tile_results
    last = min(first + row_pixels, layer.n_columns)
    for number in range(strip.n_rows):
        row = strip.first_row + number
        products = mine.products + number * row_pixels * layer.stride
        move_shift(program, layer, work, own, row)
        if not layer.is_doubling:
            finish_row(program, layer, work, own, row, products, first, last - first, 1)
            continue
        # The window of column i gives the columns 2 i - 1 and 2 i.
        n_windows = layer.n_columns // 2
        right, left = products + layer.corner, products
        n = min(first + row_pixels, n_windows) - first
        finish_row(program, layer, work, own, row, right, 2 * first, n, 2)
        begin = max(first, 1)
        n = min(first + row_pixels, n_windows + 1) - begin
        left += (begin - first) * layer.stride
        finish_row(program, layer, work, own, row, left, 2 * begin - 1, n, 2)


@compiled
def finish_row(  # noqa: PLR0913, PLR0917 (of a row, or of every second pixel of it)
    program: Any,
    layer: Any,
    work: Float32,
    own: Float32,
    row: int,
    products: int,
    first_column: int,
    n_pixels: int,
    step: int,
) -> None:
    """Finish the pixels first_column, first_column + step, ... of a row, where there are any."""
    if n_pixels < 1:
        return
    places, mine, weights = program.places[0], program.own[0], program.weights
    n_blocks = (layer.n_channels + DEPTH - 1) // DEPTH
    factors = weights.ctypes.data + 4 * places.ones
    if layer.is_normalised:
        measure_pixels(layer, own, products, n_pixels, step, mine.factors)
        factors = own.ctypes.data + 4 * mine.factors
    noise = weights.ctypes.data + 4 * places.zeros
    if layer.motion >= 0:
        noise = weights.ctypes.data + 4 * (layer.noise + row * layer.n_columns + first_column)
    number = row - layer.first_row
    target = layer.target + (number * layer.target_columns + first_column) * DEPTH
    for block in range(n_blocks):
        style(
            own.ctypes.data + 4 * (products + block * DEPTH),
            factors,
            noise,
            work.ctypes.data + 4 * (places.comb + (block * layer.n_columns + first_column) * DEPTH),
            own.ctypes.data + 4 * (mine.styles + block * 3 * DEPTH),
            work.ctypes.data + 4 * (target + block * layer.target_block),
            n_pixels,
            layer.stride,
            step,
            layer.has_comb,
        )


@compiled
def measure_pixels(
    layer: Any, own: Float32, products: int, n_pixels: int, step: int, factors: int
) -> None:
    """Find what brings each pixel's channels to unit mean square."""
    n = layer.n_channels
    for pixel in range(n_pixels):
        values = own[products + pixel * layer.stride : products + pixel * layer.stride + n]
        power = np.float32(0.0)
        for c in range(n):
            power += values[c] * values[c]
        own[factors + pixel * step] = _ONE / np.sqrt(power / np.float32(n) + _EPSILON)


@compiled
def move_shift(program: Any, layer: Any, work: Float32, own: Float32, row: int) -> None:
    """Add the codes of the time to the shifts of a row."""
    if layer.motion < 0:
        return
    places, mine, weights = program.places[0], program.own[0], program.weights
    for c in range(layer.n_channels):
        shift = own[mine.still_shift + c]
        gains = places.gains + layer.motion + c * (layer.n_codes + 1)
        for code in range(layer.n_codes):
            shift += work[gains + code] * weights[layer.codes + code * layer.n_code_rows + row]
        own[mine.styles + ((c // DEPTH) * 3 + 1) * DEPTH + c % DEPTH] = shift


@compiled
def unfold_strip(program: Any, layer: Any, strip: Any, own: Float32, out: Float32) -> None:
    """Shuffle what the head gave for some rows, four channels a pixel of four, into the frames."""
    first_frame, products = program.places[0].first_frame, program.own[0].products
    stride, row_pixels = layer.stride, layer.n_tiles * layer.n_tile_results
    first = strip.first_tile * layer.n_tile_results
    n_columns = min(first + row_pixels, layer.n_columns) - first
    for number in range(strip.n_rows):
        for channel in range(out.shape[0]):
            for inner in range(2):
                frame = 2 * (strip.first_row + number) + inner - first_frame
                if 0 <= frame < out.shape[1]:
                    place = products + number * row_pixels * stride
                    place += 4 * channel + 2 * inner
                    for x in range(2 * first, 2 * (first + n_columns), 2):
                        out[channel, frame, x] = own[place]
                        out[channel, frame, x + 1] = own[place + 1]
                        place += stride


@compiled
def equalise(program: Any, first: int, last: int, work: Float32, out: Float32) -> None:
    """Add the equaliser's gains to the log-magnitudes, [n_frames, n_bins], of some frames."""
    places, weights, band_bins = program.places[0], program.weights, program.band_bins
    n_bins, n_bands, n_knots = out.shape[1], len(band_bins), places.n_knots
    for frame in range(first, last):
        shares = places.over_time + frame * n_knots
        for band in range(n_bands):
            gain = np.float32(0.0)
            for knot in range(n_knots):
                gain += weights[shares + knot] * work[places.points + knot * n_bands + band]
            over_bins = places.over_bins + band * n_bins
            for bin_ in range(band_bins[band, 0], band_bins[band, 1]):
                out[frame, bin_] += gain * weights[over_bins + bin_]
