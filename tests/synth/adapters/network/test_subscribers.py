import pytest

from synth.adapters.network.subscribers import (
    MAX_SUBSCRIBERS,
    Subscribers,
    subscriber_target,
)
from synth.errors import ConfigError

TABLET, LISTENS, DESK = ("10.0.0.2", 5000), ("10.0.0.2", 9001), ("10.0.0.3", 6000)


def test_news_goes_to_all_but_the_one_who_made_it() -> None:
    subscribers = Subscribers(fixed=[("10.0.0.9", 1)])
    subscribers.add(TABLET, LISTENS)
    subscribers.add(DESK, DESK)
    assert [("10.0.0.9", 1), DESK] == subscribers.targets(TABLET)
    assert [("10.0.0.9", 1), LISTENS, DESK] == subscribers.targets("midi")
    assert LISTENS == subscribers.answer_target(TABLET)
    assert ("10.0.0.4", 7) == subscribers.answer_target(("10.0.0.4", 7))


def test_unsubscribing_without_a_port_ends_all_of_ones_own() -> None:
    subscribers = Subscribers()
    subscribers.add(TABLET, LISTENS)
    subscribers.add(TABLET, ("10.0.0.2", 9002))
    subscribers.remove(TABLET, LISTENS, is_named=True)
    assert 1 == len(subscribers.subscribed)
    subscribers.remove(TABLET, TABLET, is_named=False)
    assert () == subscribers.subscribed


def test_those_of_an_earlier_run_are_told_again_and_give_way() -> None:
    first = Subscribers()
    first.add(TABLET, LISTENS)
    rows = first.to_list()
    later = Subscribers()
    later.restore([*rows, "nonsense", [["h", 0], ["h", 1]], [[1, 2], [3, 4]]])
    assert [LISTENS] == later.targets(None)
    assert [] == later.targets(TABLET)
    for port in range(1, MAX_SUBSCRIBERS + 1):
        later.add(DESK, ("10.0.0.3", port))
    assert LISTENS not in later.targets(None)
    with pytest.raises(ConfigError, match="64 subscribers"):
        later.add(DESK, ("10.0.0.3", 100))


@pytest.mark.parametrize("arguments", [("x",), (0,), (70_000,), (9000.5,), (1, 2), (float("inf"),)])
def test_a_target_is_a_port(arguments: tuple[object, ...]) -> None:
    with pytest.raises(ConfigError, match="expected nothing, or a port"):
        subscriber_target(TABLET, arguments)
    assert LISTENS == subscriber_target(TABLET, (9001.0,))
