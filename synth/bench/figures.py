"""Small sums: percentiles, and the processor time that something takes."""

import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

N_DECIMALS = 4


def rounded(value: float) -> float:
    """Round to what a table can show."""
    return round(float(value), N_DECIMALS)


def percentiles(
    values: Sequence[float] | NDArray[np.float64], *wanted: float, suffix: str = ""
) -> dict[str, float]:
    """Return percentiles by name: `p50`, `p99`, `p999` and so on.

    Args:
        values: measured.
        wanted: percents.
        suffix: of the names, for example `_us`.
    """
    names = [f"p{percent:g}".replace(".", "") + suffix for percent in wanted]
    found = (
        np.percentile(np.asarray(values), wanted) if len(values) else [float("nan")] * len(names)
    )
    return {name: rounded(value) for name, value in zip(names, found, strict=True)}


def median_s(work: Callable[[], object], *, n_times: int, is_wall: bool = False) -> float:
    """Measure how long something takes; its first call, which may allocate, does not count.

    Args:
        work: what to do; on this thread alone, unless `is_wall`.
        n_times: of which the median is taken.
        is_wall: time on the wall instead of this thread's on the processor.
    """
    clock = time.perf_counter if is_wall else time.thread_time
    work()
    times = []
    for _ in range(n_times):
        started = clock()
        work()
        times.append(clock() - started)
    return statistics.median(times)
