"""The mark of a function that makes notes: compiled, without the GIL, kept from start to start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

from synth.native_cache import cache_of

# What lets sums become vector code. Never `True`, `fast`, `nnan` or `ninf`: what is not finite has
# to be found at the end of a note.
_FREEDOMS = {"contract", "reassoc", "arcp", "nsz"}


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function for the worker."""
    return _compile(function, inline="never")


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function as part of its callers alone.

    For those that hold the microkernel's loops: every function that holds them compiles them anew.
    """
    return _compile(function, inline="always")


def _compile(function: Callable[..., Any], inline: str) -> Callable[..., Any]:
    with cache_of(function.__code__.co_filename):
        kernel: Callable[..., Any] = njit(
            nogil=True, cache=True, error_model="numpy", fastmath=_FREEDOMS, inline=inline
        )(function)
    return kernel
