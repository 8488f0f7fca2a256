"""A sender's packets are read up to a rate, others' are not touched by it."""

import pytest

from synth.adapters.network.rate import RateLimit


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def n_allowed(limit: RateLimit, source: object, n_packets: int, n_bytes: int = 0) -> int:
    return sum(limit.allows(source, n_bytes) for _ in range(n_packets))


def test_a_burst_passes_and_then_the_rate(clock: Clock) -> None:
    limit = RateLimit(per_s=10.0, burst=20.0, clock=clock)
    assert n_allowed(limit, "one", 100) == 20
    clock.now_s += 1.0
    assert n_allowed(limit, "one", 100) == 10
    clock.now_s += 1000.0
    assert n_allowed(limit, "one", 100) == 20


def test_one_who_floods_takes_nothing_from_others_and_other_ports_do_not_help(
    clock: Clock,
) -> None:
    limit = RateLimit(per_s=10.0, burst=20.0, clock=clock)
    assert n_allowed(limit, ("10.0.0.1", 1), 100) == 20
    assert n_allowed(limit, ("10.0.0.1", 2), 100) == 0
    assert n_allowed(limit, ("10.0.0.2", 1), 100) == 20


def test_a_long_packet_counts_as_several(clock: Clock) -> None:
    limit = RateLimit(per_s=10.0, burst=20.0, clock=clock)
    assert n_allowed(limit, "one", 100, n_bytes=512) == 10


def test_what_is_remembered_of_senders_is_bounded(clock: Clock) -> None:
    limit = RateLimit(clock=clock)
    for number in range(5000):
        limit.allows(number)
    assert len(limit._buckets) <= 1024
