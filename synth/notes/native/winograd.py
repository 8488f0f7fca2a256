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

from synth.notes.native.kernel import compiled
from synth.notes.native.microkernel import DEPTH
from synth.notes.native.vectors import FLOAT, INT64, declare, load, store

Float32 = NDArray[np.float32]

N_POINTS = 4
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
        _n_tiles: at least 1.
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
    builder.branch(tile)

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
def transform_image(layer: Any, edge: int, work: Float32) -> None:
    """Evaluate a layer's input, [block, row, tile, DEPTH] for each point.

    Args:
        layer: a transformed convolution.
        edge: where four pixels may be put together, in the work.
        work: of the program.
    """
    n_tiles, step, columns = layer.n_tiles, layer.n_tile_results, layer.source_columns
    n_inside = min(n_tiles, (columns - N_POINTS) // step + 1)
    for block in range(layer.n_blocks):
        for row in range(layer.n_rows_read):
            pixels = layer.source + block * layer.source_block + row * columns * DEPTH
            place = layer.transformed + (block * layer.n_rows_read + row) * n_tiles * DEPTH
            transform_tiles(
                work.ctypes.data + 4 * pixels,
                work.ctypes.data + 4 * place,
                n_inside,
                step,
                layer.point,
            )
            for tile in range(n_inside, n_tiles):
                # It reads beyond the row, where nothing may be seen of what lies there.
                for i in range(N_POINTS * DEPTH):
                    is_there = tile * step + i // DEPTH < columns
                    work[edge + i] = work[pixels + tile * step * DEPTH + i] if is_there else 0.0
                transform_tiles(
                    work.ctypes.data + 4 * edge,
                    work.ctypes.data + 4 * (place + tile * DEPTH),
                    1,
                    step,
                    layer.point,
                )


@compiled
def gather_results(layer: Any, work: Float32, n_windows: int, values: int, products: int) -> None:
    """Bring the products at four points back to those of pixels.

    Args:
        layer: a transformed convolution.
        work: of the program.
        n_windows: rows of windows.
        values: [N_POINTS, window, tile, stride], in the work.
        products: [window, column, stride], in the work; overwritten.
    """
    n, point = layer.stride, n_windows * layer.n_tiles * layer.stride
    for window in range(n_windows):
        for tile in range(layer.n_tiles):
            first = values + (window * layer.n_tiles + tile) * n
            a, b = work[first : first + n], work[first + point : first + point + n]
            c = work[first + 2 * point : first + 2 * point + n]
            d = work[first + 3 * point : first + 3 * point + n]
            column = tile * layer.n_tile_results
            place = products + (window * layer.source_columns + column) * n
            results = work[place : place + n]
            for i in range(n):
                results[i] = a[i] + b[i] + c[i]
            results = work[place + n : place + 2 * n]
            if layer.n_tile_results == 2:
                for i in range(n):
                    results[i] = b[i] - c[i] - d[i]
                continue
            for i in range(n):
                results[i] = b[i] - c[i]
            if column + 2 < layer.source_columns:
                results = work[place + 2 * n : place + 3 * n]
                for i in range(n):
                    results[i] = b[i] + c[i] - d[i]
