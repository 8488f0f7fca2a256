import time

import pytest

from synth.bench.figures import median_s, percentiles, rounded


def test_percentiles_are_named_by_their_percent():
    found = percentiles(range(1001), 50.0, 99.0, 99.9, suffix="_us")
    assert found == {"p50_us": 500.0, "p99_us": 990.0, "p999_us": 999.0}


def test_the_first_call_does_not_count():
    sleeps = iter([0.05, 0.0, 0.0, 0.0])
    assert median_s(lambda: time.sleep(next(sleeps)), n_times=3, is_wall=True) < 0.04


def test_waiting_takes_no_time_of_the_processor():
    assert median_s(lambda: time.sleep(0.02), n_times=1) < 0.015
    assert rounded(1 / 3) == pytest.approx(0.3333)
