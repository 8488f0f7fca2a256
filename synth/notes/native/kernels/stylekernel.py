"""What follows a product: scale, shift, noise and rectifier, for a row of pixels of one block."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from synth.notes.native.kernels.microkernel import DEPTH
from synth.notes.native.kernels.vectors import (
    FLOAT,
    INT64,
    declare,
    load,
    multiply_add,
    spread,
    store,
    vector_of,
)

SLOPE = 0.2
"""Of the leaky rectifier."""


@intrinsic
def style(
    _typing_context: Any,
    _products: Any,
    _factors: Any,
    _noise: Any,
    _comb: Any,
    _channels: Any,
    _out: Any,
    _n_pixels: Any,
    _stride: Any,
    _step: Any,
    _has_comb: Any,
) -> Any:
    """Compute out[p] = rectify(products[p] factors[p] scale + shift + noise[p] gain), per channel.

    Where there is a comb, out[p] = rectify(out[p] + comb[p]) follows.

    Args:
        _typing_context: numba's.
        _products: address of [n_pixels, stride]; the first DEPTH channels of a pixel are taken.
        _factors: address of [n_pixels, step].
        _noise: address of [n_pixels, step].
        _comb: address of [n_pixels, step, DEPTH]; read only where there is one.
        _channels: address of [3, DEPTH]: scale, shift, gain.
        _out: address of [n_pixels, step, DEPTH]; overlaps nothing that is read.
        _n_pixels: at least 1.
        _stride: float32.
        _step: 1, or 2 where every second pixel of a row is meant.
        _has_comb: 0 or 1.
    """

    def codegen(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        *addresses, n_pixels, stride, step, has_comb = args
        pointers = [builder.inttoptr(address, FLOAT.as_pointer()) for address in addresses]
        with builder.if_else(builder.icmp_signed("!=", has_comb, INT64(0))) as (then, otherwise):
            for branch, is_combed in ((then, True), (otherwise, False)):
                with branch:
                    function = _function_of(builder.module, is_combed=is_combed)
                    builder.call(function, [*pointers, n_pixels, stride, step])
        return context.get_dummy_value()

    return types.void(*[types.int64] * 10), codegen


def _function_of(module: ir.Module, *, is_combed: bool) -> ir.Function:
    name = f"gansynth.style.{'combed' if is_combed else 'plain'}"
    if name not in module.globals:
        arguments = [*[FLOAT.as_pointer()] * 6, *[INT64] * 3]
        _write_loop(declare(module, name, arguments, n_pointers=6), is_combed=is_combed)
    return module.globals[name]


def _write_loop(function: ir.Function, *, is_combed: bool) -> None:
    products, factors, noise, comb, channels, out, n_pixels, stride, step = function.args
    fused = multiply_add(function.module, DEPTH)
    slope = ir.Constant(vector_of(DEPTH), [SLOPE] * DEPTH)
    entry, pixel, end = (function.append_basic_block(name) for name in ("entry", "pixel", "end"))

    builder = ir.IRBuilder(entry)
    scale, shift, gain = (load(builder, channels, row * DEPTH, DEPTH) for row in range(3))
    block_step = builder.mul(step, INT64(DEPTH))
    builder.branch(pixel)

    builder = ir.IRBuilder(pixel)
    number = builder.phi(INT64)
    place, block = builder.mul(number, step), builder.mul(number, block_step)
    value = load(builder, builder.gep(products, [builder.mul(number, stride)]), 0, DEPTH)
    factor = spread(builder, builder.load(builder.gep(factors, [place])), DEPTH)
    grain = spread(builder, builder.load(builder.gep(noise, [place])), DEPTH)
    value = builder.call(fused, [builder.fmul(value, factor), scale, shift])
    value = _rectify(builder, builder.call(fused, [grain, gain, value]), slope)
    if is_combed:
        value = builder.fadd(value, load(builder, builder.gep(comb, [block]), 0, DEPTH))
        value = _rectify(builder, value, slope)
    store(builder, value, builder.gep(out, [block]), 0)
    number_after = builder.add(number, INT64(1))
    builder.cbranch(builder.icmp_signed("<", number_after, n_pixels), pixel, end)
    number.add_incoming(INT64(0), entry)
    number.add_incoming(number_after, pixel)

    ir.IRBuilder(end).ret_void()


def _rectify(builder: ir.IRBuilder, value: ir.Value, slope: ir.Value) -> ir.Value:
    small = builder.fmul(value, slope)
    return builder.select(builder.fcmp_unordered(">", value, small), value, small)
