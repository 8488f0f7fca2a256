from contextlib import contextmanager

import pytest

from synth.commands.progress import opened, progress_bar


@contextmanager
def _door(events: list[str]):
    events.append("open")
    try:
        yield
    finally:
        events.append("closed")


def test_what_is_opened_is_closed_also_by_an_error():
    events: list[str] = []
    with pytest.raises(KeyError), opened(lambda: _door(events)):
        raise KeyError
    assert events == ["open", "closed"]


def test_nothing_is_printed_where_nobody_looks(capfd):
    with opened(lambda: _door([])), progress_bar("song") as progress:
        progress(0.5)
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")
