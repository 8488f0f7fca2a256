"""Packets are done whole, in time, and answered with at most one error a second."""

import contextlib
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth.adapters.network.rate import RateLimit
from synth.adapters.network.receiver import MAX_AHEAD_S, MAX_WAITING, OscReceiver
from synth.adapters.osc_packet import Message, build_bundle, build_message
from synth.errors import ConfigError


class Stage:
    """A receiver whose messages do nothing but say so, at a time that stands still."""

    def __init__(self) -> None:
        self.now_s = 1_000_000_000.0
        self.set_forward_s = 0.0  # by how much somebody has set the system's clock
        self.done: list[str] = []
        self.answers: list[Message] = []
        self.n_edits = 0
        self.receiver = OscReceiver(
            self.plan, self, lambda: self.now_s + self.set_forward_s, lambda: self.now_s
        )

    @contextlib.contextmanager
    def edit(self) -> Iterator[None]:
        self.n_edits += 1
        yield

    def plan(self, message: Message, source: object) -> object:
        if message.address == "/wrong":
            raise ConfigError("no such address")

        def do() -> list[Message]:
            if message.address == "/fails":
                raise ConfigError("it is gone")
            self.done.append(message.address)
            return [Message("/done", ())]

        return do

    def take(self, data: bytes, source: str = "me") -> None:
        self.receiver.take(data, source, self.answers.append)


def test_a_message_is_done_and_answered() -> None:
    stage = Stage()
    stage.take(build_message("/a", []))
    assert (["/a"], [Message("/done", ())], 0) == (stage.done, stage.answers, stage.n_edits)


def test_a_bundle_is_one_edit_and_all_of_it_or_nothing() -> None:
    stage = Stage()
    stage.take(build_bundle([Message("/a", ()), Message("/b", ())]))
    assert (["/a", "/b"], 1) == (stage.done, stage.n_edits)
    stage.take(build_bundle([Message("/c", ()), Message("/wrong", ()), Message("/d", ())]))
    assert ["/a", "/b"] == stage.done
    assert Message("/error", ("/wrong", "no such address")) == stage.answers[-1]


def test_a_bundle_of_the_future_waits_for_its_time() -> None:
    stage = Stage()
    stage.take(build_bundle([Message("/late", ())], stage.now_s + 0.5))
    stage.take(build_bundle([Message("/early", ())], stage.now_s + 0.25))
    assert 0.25 == stage.receiver.do_due()
    stage.now_s += 0.25
    assert 0.25 == stage.receiver.do_due()
    assert ["/early"] == stage.done
    stage.now_s += 0.3
    assert stage.receiver.do_due() is None
    assert ["/early", "/late"] == stage.done
    assert 2 == stage.receiver.stats.n_scheduled


@pytest.mark.parametrize("jump_s", [-86_400.0, 3600.0])
def test_what_waits_comes_in_its_time_when_the_clock_is_set(jump_s: float) -> None:
    stage = Stage()
    stage.take(build_bundle([Message("/before", ())], stage.now_s + 0.5))
    stage.set_forward_s = jump_s
    stage.take(build_bundle([Message("/after", ())], stage.now_s + jump_s + 0.25))
    assert 0.25 == pytest.approx(stage.receiver.do_due(), abs=1e-3)
    stage.now_s += 0.3
    stage.receiver.do_due()
    assert ["/after"] == stage.done
    stage.now_s += 0.3
    assert stage.receiver.do_due() is None
    assert ["/after", "/before"] == stage.done


def test_bundles_of_one_time_are_done_as_they_came() -> None:
    stage = Stage()
    due_s = stage.now_s + 0.5
    for number in range(3):
        stage.take(build_bundle([Message(f"/{number}", ())], due_s))
        stage.set_forward_s += 0.001  # as the time between two readings would
    stage.now_s += 1.0
    stage.receiver.do_due()
    assert ["/0", "/1", "/2"] == stage.done


def test_the_past_and_the_far_future_are_now() -> None:
    stage = Stage()
    stage.take(build_bundle([Message("/past", ())], stage.now_s - 100.0))
    stage.take(build_bundle([Message("/far", ())], stage.now_s + MAX_AHEAD_S + 0.1))
    assert ["/past", "/far"] == stage.done
    assert 1 == stage.receiver.stats.n_too_far


def test_a_full_queue_does_what_comes_at_once() -> None:
    stage = Stage()
    data = build_bundle([Message("/a", ())], stage.now_s + 1.0)
    for _ in range(MAX_WAITING + 3):
        stage.take(data)
    assert 3 == len(stage.done)


def test_what_fails_while_it_is_done_is_told_and_the_rest_is_done() -> None:
    stage = Stage()
    stage.take(build_bundle([Message("/fails", ()), Message("/a", ())]))
    assert ["/a"] == stage.done
    assert "/error" == stage.answers[0].address


def test_each_sender_hears_one_error_a_second() -> None:
    stage = Stage()
    for source in ("me", "you", "me", "you"):
        stage.take(b"nonsense", source)
    assert 2 == len(stage.answers)
    assert 4 == stage.receiver.stats.n_malformed


def test_a_flood_is_counted_and_the_rest_not_read() -> None:
    stage = Stage()
    stage.receiver._rates = RateLimit(burst=20.0, clock=lambda: 0.0)
    for _ in range(50):
        stage.take(build_message("/a", []))
    assert (20, 30) == (len(stage.done), stage.receiver.stats.n_flooded)
    stage.take(build_message("/b", []), "another")
    assert stage.done[-1] == "/b"


addresses = st.sampled_from(
    [
        *("/mnote", "/fnote", "/ne/pitch", "/ne/timbre", "/param/amp/pan", "/timbre/xy"),
        *("/param/key/low", "/part/{2,3}/param/key/channel", "/param/main/omni"),
        *("/timbre/mutate", "/timbre/z", "/undo", "/ab", "/part/3/mnote", "/param/*/volume"),
    ]
)
arguments = st.lists(
    st.one_of(
        st.integers(-(2**31), 2**31 - 1),
        st.floats(width=32, allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.text(max_size=5),
    ),
    max_size=4,
)
packets = st.one_of(
    st.binary(max_size=80),
    st.tuples(addresses, arguments).map(lambda pair: build_message(*pair)),
    st.binary(max_size=40).map(lambda data: b"#bundle\0" + struct.pack(">q", 1) + data),
)


@given(data=st.lists(packets, max_size=15))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_datagram_leaves_the_engine_alive_and_nothing_stuck(
    live: Any, data: list[bytes]
) -> None:
    for packet in data:
        live.server.receiver.take(packet, "somebody", lambda answer: None)
    live.render(3)
    live.silence()
