"""Machine instructions that numba has no words for, written in LLVM's.

Loads and stores with memory order, pointers made of addresses, and the control register of the
floating-point unit.
"""

import platform
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_MACHINE = platform.machine().lower()
IS_X86 = _MACHINE in {"x86_64", "amd64", "i686"}
IS_ARM64 = _MACHINE in {"aarch64", "arm64"}


@intrinsic  # type: ignore[untyped-decorator]
def load_acquire(typing_context: Any, array: Any, index: Any) -> Any:
    """Load array[index] (int64) so that what was written before its release store is seen."""
    if not _is_int64_vector(array):
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(_item(context, builder, signature, args), "acquire", 8)

    return types.int64(array, types.intp), codegen


@intrinsic  # type: ignore[untyped-decorator]
def store_release(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
    """Store array[index] = value (int64) after everything that was written before."""
    if not _is_int64_vector(array):
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _item(context, builder, signature, args)
        builder.store_atomic(args[2], pointer, "release", 8)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.int64), codegen


def _is_int64_vector(array: Any) -> bool:
    return isinstance(array, types.Array) and array.ndim == 1 and array.dtype == types.int64


def _item(context: Any, builder: Any, signature: Any, args: Any) -> ir.Instruction:
    array_type = signature.args[0]
    array = context.make_array(array_type)(context, builder, args[0])
    return cgutils.get_item_pointer(context, builder, array_type, array, [args[1]])


@intrinsic  # type: ignore[untyped-decorator]
def as_pointer(typing_context: Any, address: Any) -> Any:
    """Make a pointer of an address."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.int64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def read_float_control(typing_context: Any) -> Any:
    """Read the register that says how floating point behaves."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        i32, i64 = ir.IntType(32), ir.IntType(64)
        if IS_X86:
            word = cgutils.alloca_once(builder, i32)
            pointer = builder.bitcast(word, ir.IntType(8).as_pointer())
            builder.call(_x86_intrinsic(builder, "stmxcsr"), [pointer])
            return builder.zext(builder.load(word), i64)
        if IS_ARM64:
            read = ir.InlineAsm(ir.FunctionType(i64, []), "mrs $0, fpcr", "=r", side_effect=True)
            return builder.call(read, [])
        return i64(0)

    return types.int64(), codegen


@intrinsic  # type: ignore[untyped-decorator]
def write_float_control(typing_context: Any, word: Any) -> Any:
    """Write the register that says how floating point behaves."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        i32, i64 = ir.IntType(32), ir.IntType(64)
        if IS_X86:
            word = cgutils.alloca_once(builder, i32)
            builder.store(builder.trunc(args[0], i32), word)
            pointer = builder.bitcast(word, ir.IntType(8).as_pointer())
            builder.call(_x86_intrinsic(builder, "ldmxcsr"), [pointer])
        elif IS_ARM64:
            kind = ir.FunctionType(ir.VoidType(), [i64])
            write = ir.InlineAsm(kind, "msr fpcr, $0", "r", side_effect=True)
            builder.call(write, [args[0]])
        return context.get_dummy_value()

    return types.void(types.int64), codegen


def _x86_intrinsic(builder: Any, name: str) -> Any:
    kind = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer()])
    return cgutils.get_or_insert_function(builder.module, kind, f"llvm.x86.sse.{name}")
