import numpy as np
import pytest
from numba import types

from synth import native_cache
from synth.realtime import kernel


@kernel.realtime
def clean(value):
    return 0.0 if np.isnan(value) or np.isinf(value) else value


@kernel.realtime(fastmath=kernel.REORDERED)
def clean_reordered(value):
    return 0.0 if np.isnan(value) or np.isinf(value) else value


@kernel.realtime
def divide(a, b):
    return a / b


@pytest.mark.parametrize("guard", [clean, clean_reordered])
def test_guards_against_what_is_no_number_survive_compilation(guard):
    assert [guard(v) for v in (np.nan, np.inf, -np.inf, 2.0)] == [0.0, 0.0, 0.0, 2.0]


def test_a_division_by_zero_raises_nothing():
    assert divide(1.0, 0.0) == np.inf
    assert divide(1, 0) == np.inf


def test_freedoms_that_would_delete_the_guards_are_refused():
    for freedom in ("fast", "nnan", "ninf"):
        with pytest.raises(AssertionError):
            kernel.realtime(fastmath={freedom})


def test_kernels_are_kept_where_their_sources_decide():
    folder = clean._cache._cache_path
    assert folder.startswith(str(native_cache.native_cache()))
    assert native_cache.source_digest(native_cache.Path(__file__)) in folder


def test_the_plain_function_stays_within_reach():
    assert clean.py_func(np.nan) == 0.0


def test_native_code_has_an_address():
    def add(a, b):
        return a + b

    code = kernel.native(add, types.int64(types.int64, types.int64))
    assert code.address != 0
    assert code.ctypes(40, 2) == 42
