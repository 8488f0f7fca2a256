"""Machine instructions that numba has no words for, written in LLVM's.

Records, arrays and code that lie at an address, and the control
register of the floating-point unit.
"""

import platform
from typing import Any

import numpy as np
from llvmlite import ir
from numba import from_dtype, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

_MACHINE = platform.machine().lower()
IS_X86 = _MACHINE in {"x86_64", "amd64", "i686"}
IS_ARM64 = _MACHINE in {"aarch64", "arm64"}


@intrinsic
def as_pointer(typing_context: Any, address: Any) -> Any:
    """Make a pointer of an address."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.int64), codegen


@intrinsic
def address_of(typing_context: Any, pointer: Any) -> Any:
    """Make an address of a pointer."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.ptrtoint(args[0], ir.IntType(64))

    return types.int64(types.voidptr), codegen


@intrinsic
def call_at(typing_context: Any, address: Any, first: Any, second: Any, third: Any) -> Any:
    """Call the code at an address: `void code(int64, int64, int64)`.

    Kernels that call each other are compiled into each other, and once more into every caller's
    caller. A call through an address ends that: the first start takes a third of the time.
    """
    word = ir.IntType(64)
    kind = ir.FunctionType(ir.VoidType(), [word, word, word]).as_pointer()

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.call(builder.inttoptr(args[0], kind), args[1:])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.int64), codegen


def record_at(dtype: np.dtype[Any]) -> Any:
    """Make an instruction that finds a record at an address."""
    record = from_dtype(dtype)

    @intrinsic
    def find(typing_context: Any, address: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(record))

        return record(types.int64), codegen

    return find


def record_in(field: str, dtype: np.dtype[Any]) -> Any:
    """Make an instruction that finds the record whose address a field of a state holds."""
    record = from_dtype(dtype)

    @intrinsic
    def find(typing_context: Any, state: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            address = _load_field(builder, state, args[0], field)
            return builder.inttoptr(address, context.get_value_type(record))

        return record(state), codegen

    return find


def array_in(field: str, dtype: Any, *shape: int | str) -> Any:
    """Make an instruction that finds the array whose address a field of a state holds.

    Args:
        field: of the state.
        dtype: of the array's items.
        shape: numbers, or names of the state's fields that hold them.
    """
    array = types.Array(from_dtype(np.dtype(dtype)), len(shape), "C")
    itemsize = np.dtype(dtype).itemsize

    @intrinsic
    def find(typing_context: Any, state: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            word = ir.IntType(64)
            sizes = [
                _load_field(builder, state, args[0], size) if isinstance(size, str) else word(size)
                for size in shape
            ]
            strides = [word(itemsize)]
            for size in reversed(sizes[1:]):
                strides.insert(0, builder.mul(strides[0], size))
            found = context.make_array(array)(context, builder)
            address = _load_field(builder, state, args[0], field)
            populate_array(
                found,
                data=builder.inttoptr(address, found.data.type),
                shape=sizes,
                strides=strides,
                itemsize=word(itemsize),
                meminfo=None,
            )
            return found._getvalue()  # noqa: SLF001 - numba's own name for it

        return array(state), codegen

    return find


def _load_field(builder: Any, state: types.Record, pointer: Any, field: str) -> Any:
    start = builder.bitcast(pointer, ir.IntType(8).as_pointer())
    place = builder.gep(start, [ir.IntType(64)(state.offset(field))])
    return builder.load(builder.bitcast(place, ir.IntType(64).as_pointer()))


@intrinsic
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


@intrinsic
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
