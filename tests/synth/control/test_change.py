"""News of what moved, as values."""

from synth.control.change import Change


def test_news_without_names_is_news_of_nothing_in_particular() -> None:
    assert Change(part=3) == Change(part=3, names=(), addresses=(), source=None, seed=None)
    assert Change(part=3) != Change(part=4)
