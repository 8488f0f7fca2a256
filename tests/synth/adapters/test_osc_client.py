import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from synth.adapters.osc_client import ask
from synth.adapters.osc_packet import build_message
from synth.errors import DeviceError


@contextlib.contextmanager
def answering(*answers: bytes) -> Iterator[int]:
    """A UDP port where every question is answered by these packets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10.0)

        def answer() -> None:
            _, sender = server.recvfrom(65_535)
            for packet in answers:
                server.sendto(packet, sender)

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_the_answer_is_found_among_others():
    answers = (b"no OSC", build_message("/pong", [1]), build_message("/status", ["{}"]))
    with answering(*answers) as port:
        assert ask("127.0.0.1", port, "/status", 10.0) == ("{}",)


def test_a_player_that_listens_everywhere_is_asked_here():
    with answering(build_message("/status", ["{}"])) as port:
        assert ask("0.0.0.0", port, "/status", 10.0) == ("{}",)


def test_silence_is_an_error_that_says_what_to_do():
    with answering() as port, pytest.raises(DeviceError, match="gansynth play"):
        ask("127.0.0.1", port, "/status", 0.2)


def test_a_closed_port_is_the_same_error_at_once():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DeviceError, match=str(port)):
        ask("127.0.0.1", port, "/status", 60.0)


def test_a_host_that_does_not_exist_is_named():
    with pytest.raises(DeviceError, match="no such host"):
        ask("no such host", 9000, "/status")
