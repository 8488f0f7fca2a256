"""The mark of a function that may run in the audio callback.

Such a function is compiled (numba, without the GIL), allocates nothing, waits for nothing, logs
nothing and raises nothing: it takes flat arrays and records and writes into an `out` array. Tables
are handed in: numba would freeze a global array into the code as a constant.
"""

from collections.abc import Callable
from typing import Any

from numba import cfunc, njit

from synth.native_cache import cache_of

FUSED = frozenset({"contract"})  # a * b + c in one rounding
# What lets loops become vector code. Never `True`, `fast`, `nnan` or `ninf`: with those LLVM
# deletes the guards against NaN and infinity (tried).
REORDERED = frozenset({"contract", "reassoc", "arcp", "afn", "nsz"})
_UNSAFE = frozenset({"fast", "nnan", "ninf"})


def realtime(
    function: Callable[..., Any] | None = None, *, fastmath: set[str] | frozenset[str] = FUSED
) -> Callable[..., Any]:
    """Compile a function for the audio thread.

    Args:
        function: the kernel.
        fastmath: freedoms of rounding, `FUSED` or, for long loops over samples, `REORDERED`.

    Returns:
        The compiled kernel; its `.py_func` is the plain function.
    """
    assert not _UNSAFE & fastmath
    compile_kernel = njit(nogil=True, cache=True, error_model="numpy", fastmath=set(fastmath))

    def compile_cached(kernel: Callable[..., Any]) -> Callable[..., Any]:
        with cache_of(kernel.__code__.co_filename):
            compiled: Callable[..., Any] = compile_kernel(kernel)
        return compiled

    return compile_cached if function is None else compile_cached(function)


def native(function: Callable[..., Any], signature: Any) -> Any:
    """Compile a function for callers that are not numba's; its `address` is native code.

    Args:
        function: calls kernels.
        signature: its types, of numba.
    """
    with cache_of(function.__code__.co_filename):
        return cfunc(signature, nopython=True, cache=True, error_model="numpy")(function)
