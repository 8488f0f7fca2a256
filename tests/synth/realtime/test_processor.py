import time

import numpy as np

from synth.realtime import processor
from synth.realtime.kernel import realtime


@realtime
def halve(value, n_times, is_flushing):
    word = processor.flush_denormals() if is_flushing else 0
    for _ in range(n_times):
        value *= 0.5
    if is_flushing:
        processor.restore_denormals(word)
    return value


def test_denormal_numbers_become_zero_and_only_while_asked():
    smallest_normal = np.finfo(np.float64).tiny
    assert halve(smallest_normal, 10, False) > 0.0
    assert halve(smallest_normal, 10, True) == 0.0
    assert halve(smallest_normal, 10, False) > 0.0


def test_wall_clock_runs_as_pythons():
    scratch = np.zeros(2, np.int64)
    before, python_before = processor.wall_ns(scratch), time.monotonic_ns()
    time.sleep(0.05)
    passed = processor.wall_ns(scratch) - before
    assert abs(passed - (time.monotonic_ns() - python_before)) < 20e6
    assert passed >= 50e6


def test_thread_clock_stands_still_while_the_thread_sleeps():
    scratch = np.zeros(2, np.int64)
    before = processor.thread_ns(scratch)
    time.sleep(0.05)
    assert processor.thread_ns(scratch) - before < 20e6
    while processor.thread_ns(scratch) - before < 20e6:
        pass
