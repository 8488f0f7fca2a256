"""Native code and C: callbacks that C calls, and C that callbacks call by its address.

The addresses come in with the callback's userdata and not as globals: those, numba would freeze
into the code that it caches.
"""

import ctypes
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import cfunc, types
from numba.extending import intrinsic

from synth.native_cache import cache_of


def c_callback(signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function that C calls, or load it from where compiled kernels are kept.

    Args:
        signature: numba's, of C's types. The callback's `address` is what C wants.
    """
    compile_native = cfunc(signature, nopython=True, cache=True, error_model="numpy")

    def compile_cached(function: Callable[..., Any]) -> Any:
        with cache_of(function.__code__.co_filename):
            return compile_native(function)

    return compile_cached


@intrinsic
def call_stream(typing_context: Any, function: Any, out: Any, n_samples: Any, userdata: Any) -> Any:
    """Call a PaStreamCallback at an address, without input, time and flags."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address, out, n_samples, userdata = args
        word, pointer = ir.IntType(64), ir.IntType(8).as_pointer()
        ulong = ir.IntType(8 * ctypes.sizeof(ctypes.c_ulong))
        kind = ir.FunctionType(ir.IntType(32), [pointer, pointer, ulong, pointer, ulong, pointer])
        nothing = builder.inttoptr(word(0), pointer)
        n_samples = n_samples if ulong.width == 64 else builder.trunc(n_samples, ulong)
        builder.call(
            builder.inttoptr(address, kind.as_pointer()),
            [
                nothing,
                out,
                n_samples,
                nothing,
                ulong(0),
                builder.inttoptr(userdata, pointer),
            ],
        )
        return context.get_dummy_value()

    return types.void(types.int64, types.voidptr, types.int64, types.int64), codegen


@intrinsic
def call_get_buffer(typing_context: Any, function: Any, port: Any, n_samples: Any) -> Any:
    """Call jack_port_get_buffer at an address."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address, port, n_samples = args
        pointer, uint = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(pointer, [pointer, uint])
        return builder.call(
            builder.inttoptr(address, kind.as_pointer()),
            [builder.inttoptr(port, pointer), builder.trunc(n_samples, uint)],
        )

    return types.voidptr(types.int64, types.int64, types.int64), codegen
