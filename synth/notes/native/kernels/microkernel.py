"""The innermost loop of every layer: some pixels times a panel of channels, held in registers.

A layer is a product of matrices (Goto & van de Geijn, Anatomy of High-Performance Matrix
Multiplication, 2008): pixels by inputs times inputs by outputs. Activations lie in blocks of
`DEPTH` channels, `[block, row, column, DEPTH]`, so neighbours in a row are neighbours in memory and
a convolution needs no copies: its taps are the same pixels begun elsewhere. What is elsewhere is a
list of offsets; this loop adds `DEPTH` inputs a step at each.

LLVM writes the loop for the processor at hand. Registers and their width differ, so do the tiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import llvmlite.binding
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from synth.notes.native.kernels.vectors import (
    FLOAT,
    HALF,
    INT64,
    declare,
    load,
    multiply_add,
    spread,
    store,
    vector_of,
)

DEPTH = 8
"""Channels of a block, and inputs of a step."""


@dataclass(frozen=True, slots=True)
class Tile:
    """What one call computes: `n_pixels` of `width` channels each."""

    lanes: int  # float32 of a vector
    n_vectors: int  # of a panel
    n_pixels: int
    has_half_weights: bool = False  # half precision in memory; computed with in single

    @property
    def width(self) -> int:
        """Channels of a panel."""
        return self.lanes * self.n_vectors


def tiles_of(features: dict[str, bool]) -> tuple[Tile, ...]:
    """Choose tiles that fill a processor's registers and leave room for weights and an input.

    Args:
        features: as LLVM names them.

    Returns:
        Two of one pixel (single and half weights), then those of many, the widest first.
    """
    if features.get("avx512f"):  # 32 registers of 16
        return (
            Tile(16, 4, 1),
            Tile(16, 4, 1, True),
            Tile(16, 2, 12),
            Tile(8, 3, 8),
            Tile(16, 1, 16),
        )
    if features.get("neon"):  # 32 of 4
        return (Tile(4, 8, 1), Tile(4, 8, 1, True), Tile(4, 6, 4), Tile(4, 4, 6), Tile(4, 2, 8))
    # 16 registers of 8; LLVM splits what an older processor has not.
    return (Tile(8, 4, 1), Tile(8, 4, 1, True), Tile(8, 3, 4), Tile(8, 2, 6), Tile(8, 1, 12))


TILES = tiles_of(dict(llvmlite.binding.get_host_cpu_features()))
DENSE, DENSE_HALF, *MANY = range(len(TILES))


@intrinsic
def multiply(
    _typing_context: Any,
    _tile: Any,
    _activations: Any,
    _offsets: Any,
    _n_steps: Any,
    _weights: Any,
    _bias: Any,
    _out: Any,
    _out_stride: Any,
) -> Any:
    """Compute out[p, c] = bias[c] + the sum of activations[offsets[s] + DEPTH p + k] w[s, k, c].

    It goes over all steps s and their inputs k < DEPTH.

    Args:
        _typing_context: numba's.
        _tile: number in `TILES`; gives the numbers of pixels p and of channels c.
        _activations: address of the first pixel, float32.
        _offsets: address of int64 [n_steps], in float32 from there.
        _n_steps: at least 1.
        _weights: address of [n_steps, DEPTH, width], float32 or half precision.
        _bias: address of [width], float32.
        _out: address of [n_pixels, out_stride], float32; overlaps nothing that is read.
        _out_stride: float32 from a pixel to the next.
    """

    def codegen(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        number, activations, offsets, n_steps, weights, bias, out, out_stride = args
        end = builder.append_basic_block("multiplied")
        choice = builder.switch(number, end)
        for index, tile in enumerate(TILES):
            block = builder.append_basic_block(f"tile{index}")
            choice.add_case(INT64(index), block)
            with builder.goto_block(block):
                function = _function_of(builder.module, tile)
                addresses = (activations, offsets, weights, bias, out)
                pointers = [
                    builder.inttoptr(address, argument.type)
                    for address, argument in zip(addresses, function.args, strict=False)
                ]
                builder.call(function, [*pointers, n_steps, out_stride])
                builder.branch(end)
        builder.position_at_end(end)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 8), codegen


def _function_of(module: ir.Module, tile: Tile) -> ir.Function:
    """Write the loop of a tile, once a module."""
    kind = "half" if tile.has_half_weights else "single"
    name = f"gansynth.multiply.{tile.lanes}x{tile.n_vectors}x{tile.n_pixels}.{kind}"
    if name not in module.globals:
        floats = FLOAT.as_pointer()
        weights = (HALF if tile.has_half_weights else FLOAT).as_pointer()
        arguments = [floats, INT64.as_pointer(), weights, floats, floats, INT64, INT64]
        _write_loop(declare(module, name, arguments, n_pointers=5), tile)
    return module.globals[name]


def _write_loop(function: ir.Function, tile: Tile) -> None:
    """Write one function: the sums stay in registers from the first step to the last."""
    activations, offsets, weights, bias, out, n_steps, out_stride = function.args
    lanes, vectors, pixels = tile.lanes, range(tile.n_vectors), range(tile.n_pixels)
    fused = multiply_add(function.module, lanes)
    entry, step, end = (function.append_basic_block(name) for name in ("entry", "step", "end"))

    builder = ir.IRBuilder(entry)
    first = [load(builder, bias, v * lanes, lanes) for v in vectors]
    builder.branch(step)

    builder = ir.IRBuilder(step)
    number, panel = builder.phi(INT64), builder.phi(weights.type)
    begun = [[builder.phi(vector_of(lanes)) for _ in vectors] for _ in pixels]
    sums = [list(row) for row in begun]
    pixel = builder.gep(activations, [builder.load(builder.gep(offsets, [number]))])
    for k in range(DEPTH):
        columns = [load(builder, panel, k * tile.width + v * lanes, lanes) for v in vectors]
        for p in pixels:
            value = builder.load(builder.gep(pixel, [INT64(p * DEPTH + k)]))
            value = spread(builder, value, lanes)
            for v in vectors:
                sums[p][v] = builder.call(fused, [value, columns[v], sums[p][v]])
    number_after = builder.add(number, INT64(1))
    panel_after = builder.gep(panel, [INT64(DEPTH * tile.width)])
    builder.cbranch(builder.icmp_signed("<", number_after, n_steps), step, end)
    changing = [(number, INT64(0), number_after), (panel, weights, panel_after)]
    changing += [(begun[p][v], first[v], sums[p][v]) for p in pixels for v in vectors]
    for phi, before, after in changing:
        phi.add_incoming(before, entry)
        phi.add_incoming(after, step)

    builder = ir.IRBuilder(end)
    for p in pixels:
        row = builder.gep(out, [builder.mul(out_stride, INT64(p))])
        for v in vectors:
            store(builder, sums[p][v], row, v * lanes)
    builder.ret_void()
