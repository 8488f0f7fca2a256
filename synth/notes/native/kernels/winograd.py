"""Convolve in two thirds of the multiplications (Lavin & Gray 2016, arXiv:1509.09308, §4).

Along a row, four neighbouring inputs hold everything that two results of a kernel of three taps
need, or three results of two. As polynomials at the points 0, 1, -1 and infinity they take four
products instead of six. Both cases read their inputs in the same way, and no factor is larger than
one, so that single precision loses nothing that is heard.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from synth.notes.native.kernels.kernel import compiled
from synth.notes.native.kernels.microkernel import DEPTH
from synth.notes.native.kernels.vectors import FLOAT, INT64, declare, load, store

Float32 = NDArray[np.float32]

N_POINTS = 4
BIASED_POINT = 1
"""Every result takes what is at this point once: a bias belongs there."""

_KERNELS = {
    3: np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], np.float32),
    2: np.array([[1, 0], [0.5, 0.5], [0.5, -0.5], [0, 1]], np.float32),
}


def results_of_tile(n_taps: int) -> int:
    """Return how many results of a row the four inputs of a tile give."""
    return N_POINTS + 1 - n_taps


def transform_kernel(weights: Float32) -> Float32:
    """Evaluate a kernel's rows at the four points.

    Args:
        weights: [n_out, n_in, rows, 2 or 3].

    Returns:
        [N_POINTS, n_out, n_in, rows, 1].
    """
    points = np.einsum("pk,oirk->poir", _KERNELS[weights.shape[3]], weights)
    return np.ascontiguousarray(points[..., None], dtype=np.float32)


@intrinsic
def transform_tiles(
    _typing_context: Any, _source: Any, _target: Any, _n_tiles: Any, _step: Any, _point: Any
) -> Any:
    """Evaluate tiles of four pixels of one block at the four points.

    Args:
        _typing_context: numba's.
        _source: address of [n_tiles, step, DEPTH]; a tile's last pixels are the next one's first.
        _target: address of [n_tiles, DEPTH], for the first point.
        _n_tiles: how many; there may be none.
        _step: results of a tile.
        _point: float32 from a point to the next.
    """

    def codegen(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        source, target, *sizes = args
        name = "gansynth.winograd"
        if name not in builder.module.globals:
            arguments = [*[FLOAT.as_pointer()] * 2, *[INT64] * 3]
            _write_loop(declare(builder.module, name, arguments, n_pointers=2))
        pointers = [builder.inttoptr(address, FLOAT.as_pointer()) for address in (source, target)]
        builder.call(builder.module.globals[name], [*pointers, *sizes])
        return context.get_dummy_value()

    return types.void(*[types.int64] * 5), codegen


def _write_loop(function: ir.Function) -> None:
    source, target, n_tiles, step, point = function.args
    entry, tile, end = (function.append_basic_block(name) for name in ("entry", "tile", "end"))
    builder = ir.IRBuilder(entry)
    step_floats = builder.mul(step, INT64(DEPTH))
    builder.cbranch(builder.icmp_signed(">", n_tiles, INT64(0)), tile, end)

    builder = ir.IRBuilder(tile)
    number = builder.phi(INT64)
    pixels = builder.gep(source, [builder.mul(number, step_floats)])
    d = [load(builder, pixels, k * DEPTH, DEPTH) for k in range(N_POINTS)]
    values = (
        builder.fsub(d[0], d[2]),
        builder.fadd(d[1], d[2]),
        builder.fsub(d[2], d[1]),
        builder.fsub(d[1], d[3]),
    )
    place = builder.gep(target, [builder.mul(number, INT64(DEPTH))])
    for k, value in enumerate(values):
        store(builder, value, builder.gep(place, [builder.mul(point, INT64(k))]), 0)
    number_after = builder.add(number, INT64(1))
    builder.cbranch(builder.icmp_signed("<", number_after, n_tiles), tile, end)
    number.add_incoming(INT64(0), entry)
    number.add_incoming(number_after, tile)
    ir.IRBuilder(end).ret_void()


@compiled
def transform_rows(layer: Any, strip: Any, mine: Any, work: Float32, own: Float32) -> None:
    """Evaluate the rows that a strip reads, [point, block, row, tile, DEPTH].

    Args:
        layer: a convolution.
        strip: of it.
        mine: places in the thread's own memory; four pixels may be put together at `edge`.
        work: with the layer's image.
        own: the thread's own memory.
    """
    step, columns = layer.n_tile_results, layer.source_columns
    first, n_tiles = strip.first_tile, layer.n_tiles
    n_inside = max(0, min(n_tiles, (columns - N_POINTS) // step + 1 - first))
    edge = mine.edge
    for block in range(layer.n_blocks):
        for row in range(strip.n_source_rows):
            pixels = strip.source + block * layer.source_block + row * columns * DEPTH
            place = mine.transformed + block * layer.transformed_block + row * n_tiles * DEPTH
            transform_tiles(
                work.ctypes.data + 4 * (pixels + first * step * DEPTH),
                own.ctypes.data + 4 * place,
                n_inside,
                step,
                layer.point,
            )
            for tile in range(n_inside, n_tiles):
                # It reads beyond the row, where nothing may be seen of what lies there.
                column = (first + tile) * step
                for i in range(N_POINTS * DEPTH):
                    is_there = column + i // DEPTH < columns
                    own[edge + i] = work[pixels + column * DEPTH + i] if is_there else 0.0
                transform_tiles(
                    own.ctypes.data + 4 * edge,
                    own.ctypes.data + 4 * (place + tile * DEPTH),
                    1,
                    step,
                    layer.point,
                )


@intrinsic
def gather_tiles(
    _typing_context: Any,
    _values: Any,
    _inner: Any,
    _target: Any,
    _n_tiles: Any,
    _point: Any,
    _width: Any,
    _stride: Any,
    _is_doubling: Any,
) -> Any:
    """Bring the products of a row's tiles at four points back to those of pixels.

    Args:
        _typing_context: numba's.
        _values: address of [n_tiles, width], for the first point.
        _inner: address of others, which are added where an image is doubled; else not read.
        _target: address of [pixel, stride].
        _n_tiles: at least 1.
        _point: float32 from a point to the next.
        _width: channels, a multiple of DEPTH.
        _stride: float32 from a pixel to the next.
        _is_doubling: 0: two results of a tile; 1: three.
    """

    def codegen(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        *addresses, n_tiles, point, width, stride, is_doubling = args
        pointers = [builder.inttoptr(address, FLOAT.as_pointer()) for address in addresses]
        with builder.if_else(builder.icmp_signed("!=", is_doubling, INT64(0))) as branches:
            for branch, doubles in zip(branches, (True, False), strict=True):
                with branch:
                    name = f"gansynth.gather.{'windows' if doubles else 'rows'}"
                    if name not in builder.module.globals:
                        arguments = [*[FLOAT.as_pointer()] * 3, *[INT64] * 4]
                        function = declare(builder.module, name, arguments, n_pointers=3)
                        _write_gathering(function, is_doubling=doubles)
                    sizes = (n_tiles, point, width, stride)
                    builder.call(builder.module.globals[name], [*pointers, *sizes])
        return context.get_dummy_value()

    return types.void(*[types.int64] * 8), codegen


def _write_gathering(function: ir.Function, *, is_doubling: bool) -> None:
    values, inner, target, n_tiles, point, width, stride = function.args
    names = ("entry", "tile", "group", "next", "end")
    entry, tile, group, following, end = (function.append_basic_block(name) for name in names)
    builder = ir.IRBuilder(entry)
    pixels = builder.mul(stride, INT64(3 if is_doubling else 2))
    builder.branch(tile)

    builder = ir.IRBuilder(tile)
    number = builder.phi(INT64)
    first = builder.mul(number, width)
    sources = [builder.gep(p, [first]) for p in ((values, inner) if is_doubling else (values,))]
    results = builder.gep(target, [builder.mul(number, pixels)])
    builder.branch(group)

    builder = ir.IRBuilder(group)
    channel = builder.phi(INT64)
    a, b, c, d = (
        _sum_at(builder, sources, builder.mul(point, INT64(k)), channel) for k in range(4)
    )
    sums = [builder.fadd(a, builder.fadd(b, c))]
    if is_doubling:
        sums += [builder.fsub(b, c), builder.fsub(builder.fadd(b, c), d)]
    else:
        sums += [builder.fsub(builder.fsub(b, c), d)]
    for k, value in enumerate(sums):
        pixel = builder.gep(results, [builder.mul(stride, INT64(k))])
        store(builder, value, builder.gep(pixel, [channel]), 0)
    channel_after = builder.add(channel, INT64(DEPTH))
    builder.cbranch(builder.icmp_signed("<", channel_after, width), group, following)
    channel.add_incoming(INT64(0), tile)
    channel.add_incoming(channel_after, group)

    builder = ir.IRBuilder(following)
    number_after = builder.add(number, INT64(1))
    builder.cbranch(builder.icmp_signed("<", number_after, n_tiles), tile, end)
    number.add_incoming(INT64(0), entry)
    number.add_incoming(number_after, following)
    ir.IRBuilder(end).ret_void()


def _sum_at(
    builder: ir.IRBuilder, sources: list[ir.Value], place: ir.Value, channel: ir.Value
) -> ir.Value:
    parts = [
        load(builder, builder.gep(builder.gep(source, [place]), [channel]), 0, DEPTH)
        for source in sources
    ]
    return builder.fadd(*parts) if len(parts) == 2 else parts[0]
