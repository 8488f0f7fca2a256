"""OSC over real sockets: answers, feedback, errors, and packets that should not have come."""

import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from synth.adapters.osc import OscServer, parse_endpoint
from synth.adapters.osc_packet import Argument, Message, build_bundle, build_message, parse_packet
from synth.control.player import Player
from synth.errors import ConfigError, DeviceError
from synth.events import Event, NoteOn, SetParameter
from synth.notes.priority import run_in_real_time

PATIENCE_S = 5.0  # a busy machine may be slow to schedule the server's thread
SILENCE_S = 0.3  # how long is waited for what should not come


class OneTimbre:
    timbre_names = ("bell",)
    macros = ()

    def find_timbre(self, words: str) -> np.ndarray:
        return np.ones(2, np.float32)

    def pad_mix(self, corners: object, x: float, y: float) -> np.ndarray:
        return np.array([x, y], np.float32)


class Rig:
    """A server over a player whose events are collected."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.player = Player(lambda event, offset: self.events.append(event), OneTimbre())
        self.events.clear()
        self.server = OscServer(self.player, port=0)


class Tablet:
    """An OSC client with a socket of its own."""

    def __init__(self, rig: Rig) -> None:
        self._server = rig.server.address
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def send(self, address: str, *arguments: Argument) -> None:
        self.send_bytes(build_message(address, arguments))

    def send_bytes(self, data: bytes) -> None:
        self._socket.sendto(data, self._server)

    def hear(self) -> Message:
        self._socket.settimeout(PATIENCE_S)
        (message,) = parse_packet(self._socket.recv(65_535))
        return message

    def hear_all(self) -> list[Message]:
        """Take what comes until nothing does."""
        heard = []
        self._socket.settimeout(SILENCE_S)
        try:
            while True:
                heard += parse_packet(self._socket.recv(65_535))
        except TimeoutError:
            return heard

    def sync(self) -> None:
        """Wait until the server has done all that was sent before."""
        self.send("/ping")
        assert self.hear().address == "/pong"

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.server.close()


@pytest.fixture
def tablet(rig: Rig) -> Iterator[Tablet]:
    made = Tablet(rig)
    yield made
    made.close()


@pytest.fixture
def other(rig: Rig) -> Iterator[Tablet]:
    made = Tablet(rig)
    yield made
    made.close()


def test_ping_is_answered_where_it_came_from(tablet: Tablet) -> None:
    tablet.send("/ping")
    assert "/pong" == tablet.hear().address


def test_notes_are_played_before_first_notes_are_made_where_that_is_permitted(
    tablet: Tablet,
) -> None:
    tablet.sync()
    (thread,) = (thread for thread in threading.enumerate() if "osc" == thread.name)
    assert thread.native_id is not None
    ours = os.sched_getscheduler(thread.native_id) & ~os.SCHED_RESET_ON_FORK
    assert is_real_time_permitted() == (os.SCHED_FIFO == ours)


def is_real_time_permitted() -> bool:
    found: list[bool] = []
    asking = threading.Thread(target=lambda: found.append(run_in_real_time()))
    asking.start()
    asking.join()
    return found[0]


def test_a_note_reaches_the_engine(rig: Rig, tablet: Tablet) -> None:
    tablet.send("/mnote", 60, 127)
    tablet.sync()
    assert [NoteOn(pitch=60.0, velocity=1.0)] == rig.events


def test_feedback_reaches_every_subscriber_but_the_one_who_moved(
    tablet: Tablet, other: Tablet
) -> None:
    for client in (tablet, other):
        client.send("/subscribe")
        client.sync()
    tablet.send("/param/amp/pan", 1)
    assert Message("/param/amp/pan", (1.0, "+1.00")) == other.hear()
    assert [] == tablet.hear_all()


def test_feedback_goes_to_the_port_that_the_subscriber_names(rig: Rig, tablet: Tablet) -> None:
    listening = Tablet(rig)
    tablet.send("/subscribe", listening.port)
    tablet.send("/ping")
    # Answers go there too: this client does not listen where it sends from.
    assert "/pong" == listening.hear().address
    tablet.send("/param/amp/pan", 0.0)
    rig.player.set_parameter("amp/sustain", 0.5, source="midi")
    assert Message("/param/amp/sustain", (0.5, "0.50")) == listening.hear()
    listening.close()


def test_moves_from_elsewhere_and_random_timbres_are_told(rig: Rig, tablet: Tablet) -> None:
    tablet.send("/subscribe")
    tablet.sync()
    rig.player.handle(SetParameter(name="timbre/x", value=0.5, part=2), source="midi")
    assert Message("/part/3/param/timbre/x", (0.5, "0.50")) == tablet.hear()
    assert Message("/part/3/timbre/xy", (0.5, 0.0)) == tablet.hear()
    # Its seed is news to the sender as well.
    tablet.send("/timbre/random", 5)
    assert Message("/timbre/random", (5,)) == tablet.hear()


def test_who_unsubscribes_hears_no_more(rig: Rig, tablet: Tablet) -> None:
    tablet.send("/subscribe")
    tablet.send("/unsubscribe")
    tablet.sync()
    rig.player.set_parameter("amp/pan", 0.0)
    assert [] == tablet.hear_all()
    assert () == rig.server.subscribers


def test_subscribing_again_does_not_double_the_news(rig: Rig, tablet: Tablet) -> None:
    for _ in range(3):
        tablet.send("/subscribe")
    tablet.sync()
    assert 1 == len(rig.server.subscribers)


def test_subscribers_are_limited(rig: Rig, tablet: Tablet) -> None:
    for port in range(20_000, 20_100):
        tablet.send("/subscribe", port)
    tablet.send("/unsubscribe")
    tablet.send("/subscribe", 0)
    deadline = time.monotonic() + PATIENCE_S
    while rig.server.stats.n_packets < 102 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(rig.server.subscribers) == 0  # all were this sender's own
    assert rig.server.stats.n_errors == 100 - 64 + 1


def test_errors_come_back_at_most_once_a_second(rig: Rig, tablet: Tablet) -> None:
    for _ in range(20):
        tablet.send("/param/amp/relase", 0.5)
    error = tablet.hear()
    assert "/error" == error.address
    assert "/param/amp/relase" == error.arguments[0]
    assert "did you mean /param/amp/release" in str(error.arguments[1])
    assert [] == tablet.hear_all()
    assert 20 == rig.server.stats.n_errors


def test_a_damaged_bundle_is_counted_and_does_nothing(rig: Rig, tablet: Tablet) -> None:
    note = build_message("/mnote", [60, 100])
    bundle = b"#bundle\0" + struct.pack(">qi", 1, len(note)) + note
    tablet.send_bytes(bundle + struct.pack(">i", -8))
    assert "/error" == tablet.hear().address
    assert 1 == rig.server.stats.n_malformed
    assert [] == rig.events
    tablet.send_bytes(bundle)
    tablet.sync()
    assert 1 == len(rig.events)


def test_noise_does_not_end_the_server(rig: Rig, tablet: Tablet) -> None:
    noise = np.random.default_rng(0)
    for _ in range(500):
        tablet.send_bytes(noise.bytes(int(noise.integers(0, 200))))
    tablet.hear_all()
    tablet.sync()
    assert [] == rig.events


def test_a_bundle_is_done_in_its_time_and_as_one_edit(rig: Rig, tablet: Tablet) -> None:
    pan = Message("/param/amp/pan", (0.0,))
    due_s = time.time() + 0.5
    tablet.send_bytes(build_bundle([pan, Message("/param/amp/sustain", (0.25,))], due_s))
    tablet.sync()
    assert 0.5 == rig.player.value("amp/pan")
    deadline = time.monotonic() + PATIENCE_S
    while rig.player.value("amp/sustain") == 1.0 and time.monotonic() < deadline:
        time.sleep(0.005)
    assert time.time() >= due_s
    assert (0.0, 0.25) == (rig.player.value("amp/pan"), rig.player.value("amp/sustain"))
    rig.player.undo()
    assert (0.5, 1.0) == (rig.player.value("amp/pan"), rig.player.value("amp/sustain"))


def test_a_fixed_listener_is_told_everything_even_its_own(rig: Rig, tablet: Tablet) -> None:
    rig.server.close()
    rig.server = OscServer(rig.player, port=0, feedback=[("127.0.0.1", tablet.port)])
    rig.player.set_parameter("amp/pan", 1.0)
    assert Message("/param/amp/pan", (1.0, "+1.00")) == tablet.hear()
    with pytest.raises(ConfigError, match="expected a port from 1"):
        OscServer(rig.player, port=0, feedback=[("127.0.0.1", 0)])


def test_meters_go_to_those_who_want_them(rig: Rig, tablet: Tablet) -> None:
    rig.server.close()
    voices = [3]
    rig.server = OscServer(rig.player, port=0, status=lambda: {"voices": voices[0]})
    listening = Tablet(rig)
    listening.send("/subscribe/meters")
    heard = [listening.hear() for _ in range(3)]
    assert Message("/meter/voices", (3,)) in heard
    voices[0] = 4
    assert Message("/meter/voices", (4,)) == listening.hear()
    listening.send("/unsubscribe/meters")
    listening.sync()
    listening.close()


def test_an_unknown_type_tag_is_refused_whole(rig: Rig, tablet: Tablet) -> None:
    tablet.send_bytes(b"/mnote\0\0,cf\0\0\0\0A\x3e\x80\0\0")  # an unknown type tag
    assert "unknown type tag" in str(tablet.hear().arguments[1])
    assert [] == rig.events


def test_strangers_are_denied_and_not_answered() -> None:
    events: list[Event] = []
    player = Player(lambda event, offset: events.append(event), OneTimbre())
    rig = Rig()
    rig.server.close()
    rig.server = OscServer(player, port=0, allow=["192.0.2.0/24"])
    tablet = Tablet(rig)
    events.clear()
    tablet.send("/mnote", 60, 100)
    assert [] == tablet.hear_all()
    assert (1, []) == (rig.server.stats.n_denied, events)
    rig.server.close()
    tablet.close()


def test_a_port_that_is_taken_is_one_line(rig: Rig) -> None:
    with pytest.raises(DeviceError, match=r"cannot listen for OSC on .*--osc HOST:PORT"):
        OscServer(rig.player, port=rig.server.address[1])


def test_a_host_that_is_not_here_is_one_line(rig: Rig) -> None:
    with pytest.raises(DeviceError, match=r"198\.51\.100\.7"):
        OscServer(rig.player, host="198.51.100.7", port=0)


def test_a_wrong_network_is_one_line(rig: Rig) -> None:
    with pytest.raises(ConfigError, match=r"for example 192\.168\.1\.0/24"):
        OscServer(rig.player, port=0, allow=["everyone"])


def test_a_closed_server_is_silent_and_leaves_the_player(rig: Rig) -> None:
    rig.server.close()
    rig.server.close()
    rig.player.set_parameter("amp/pan", 0.0)


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("127.0.0.1:9000", ("127.0.0.1", 9000)),
        ("0.0.0.0:0", ("0.0.0.0", 0)),
        (":9001", ("127.0.0.1", 9001)),
        ("9002", ("127.0.0.1", 9002)),
        ("[::1]:9000", ("::1", 9000)),
    ],
)
def test_endpoints_are_read(text: str, endpoint: tuple[str, int]) -> None:
    assert endpoint == parse_endpoint(text)


@pytest.mark.parametrize("text", ["", "host", "host:", "host:port", "host:70000", "h:-1"])
def test_what_is_no_endpoint_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="expected HOST:PORT"):
        parse_endpoint(text)


def test_a_thousand_messages_a_second_are_all_taken_while_notes_sound(live: Any) -> None:
    for pitch in range(57, 65):
        live.player.handle(NoteOn(pitch=float(pitch), velocity=0.8))
    before = live.server.stats.n_packets
    deadline = time.monotonic() + 60.0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        started_s = time.monotonic()
        for number in range(1000):
            # On a busy machine the socket's buffer would run over: never far ahead of the reader.
            while before + number - live.server.stats.n_packets > 100:
                assert time.monotonic() < deadline
                time.sleep(0.005)
            value = number / 1000.0
            data = build_message("/param/amp/pan", (value,))
            if number % 4 == 0:
                data = build_message("/timbre/xy", (value, 1.0 - value))
            client.sendto(data, live.server.address)
            if number % 20 == 0:
                live.render(1)
            time.sleep(max(0.0, started_s + value - time.monotonic()))
    while live.server.stats.n_packets < before + 1000 and time.monotonic() < deadline:
        live.render(1)
    assert (before + 1000, 0) == (live.server.stats.n_packets, live.server.stats.n_errors)
    assert 0.999 == pytest.approx(live.player.value("amp/pan"))
    live.render(5)
    live.silence()
