import numpy as np

from synth.notes.native.kernels.kernel import compiled


@compiled
def total(values):
    sum_ = np.float32(0.0)
    for value in values:
        sum_ += value
    return sum_


@compiled
def divide(a, b):
    return a / b


def test_what_is_not_finite_survives_the_compiler():
    assert np.isnan(total(np.array([1.0, np.nan], np.float32)))
    assert np.isinf(total(np.array([1.0, np.inf], np.float32)))


def test_nothing_is_raised_inside():
    assert np.isinf(divide(1.0, 0.0))
