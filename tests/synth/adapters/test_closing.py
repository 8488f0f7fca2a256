"""What hangs while it is closed is not waited for."""

import threading
import time

from synth.adapters.closing import close_within

PATIENCE_S = 60.0


def test_what_closes_in_time_is_closed_when_the_call_returns(caplog):
    closed = threading.Event()
    assert close_within(PATIENCE_S, closed.set, "the door")
    assert closed.is_set()
    assert caplog.messages == []


def test_what_hangs_is_left_with_one_line(caplog):
    let_go = threading.Event()
    started_s = time.monotonic()
    try:
        assert not close_within(0.05, let_go.wait, "the door")
        assert time.monotonic() - started_s < PATIENCE_S
        assert caplog.messages == ["the door does not close in 0.05 s and is left as it is"]
    finally:
        let_go.set()
