"""Words that threads share: loads, stores and sums with memory order, in LLVM's own words."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def load_acquire(typing_context: Any, array: Any, index: Any) -> Any:
    """Load array[index] (int64) so that what was written before its release store is seen."""
    if not _is_int64_vector(array):
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(_item(context, builder, signature, args), "acquire", 8)

    return types.int64(array, types.intp), codegen


@intrinsic
def store_release(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
    """Store array[index] = value (int64) after everything that was written before."""
    if not _is_int64_vector(array):
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _item(context, builder, signature, args)
        builder.store_atomic(args[2], pointer, "release", 8)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.int64), codegen


@intrinsic
def add_to(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
    """Add to array[index] (int64) in one step, acquiring and releasing; return what was there."""
    if not _is_int64_vector(array):
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _item(context, builder, signature, args)
        return builder.atomic_rmw("add", pointer, args[2], "acq_rel")

    return types.int64(array, types.intp, types.int64), codegen


def _is_int64_vector(array: Any) -> bool:
    return isinstance(array, types.Array) and array.ndim == 1 and array.dtype == types.int64


def _item(context: Any, builder: Any, signature: Any, args: Any) -> ir.Instruction:
    array_type = signature.args[0]
    array = context.make_array(array_type)(context, builder, args[0])
    return cgutils.get_item_pointer(context, builder, array_type, array, [args[1]])
