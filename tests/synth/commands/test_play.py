"""The running program: started, asked, ended."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

GANSYNTH = Path(sys.executable).with_name("gansynth")
ANSWER_S = 5.0
SOUND_S = 30.0  # for the first tile of a note, on a machine that has other things to do
WAV_HEADER_BYTES = 44


@pytest.fixture
def player(tiny_instrument_folder, tmp_path) -> Iterator[subprocess.Popen[str]]:
    """`gansynth play` into nothing, with a free OSC port, recording."""
    words = ["--audio", "null", "--osc", "127.0.0.1:0", "--record", tmp_path / "take.wav"]
    with subprocess.Popen(
        [GANSYNTH, "play", "--instrument", tiny_instrument_folder, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.mark.slow
def test_play_says_ready_answers_osc_records_and_ends_on_sigterm(player, tmp_path):
    ready = player.stdout.readline()
    assert re.match(r"ready audio=null sample_rate=48000 .* latency_ms=\d+\.\d\n", ready)
    port = int(re.search(r"osc=127\.0\.0\.1:(\d+)", ready)[1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(ANSWER_S)
        assert _ask(client, port, "/ping").address == "/pong"
        _send(client, port, "/mnote", 69.0, 100.0)
        # A voice that waits for its frames counts as well: the recording tells when it sounds.
        deadline = time.monotonic() + SOUND_S
        (growing,) = tmp_path.glob(".take.wav.*.part")
        while not any(growing.read_bytes()[WAV_HEADER_BYTES:]):
            assert time.monotonic() < deadline, "the note never sounded"
            time.sleep(0.05)
        assert json.loads(_ask(client, port, "/status").params[0])["voices"] == 1
        _send(client, port, "/mnote/rel", 69.0, 0.0)
    player.send_signal(signal.SIGTERM)
    out, err = player.communicate(timeout=10.0)
    assert player.returncode == 0, err
    assert out == ""
    assert "Traceback" not in err
    with wave.open(str(tmp_path / "take.wav")) as take:
        assert any(take.readframes(take.getnframes()))


def _send(client: socket.socket, port: int, address: str, *arguments: float) -> None:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    client.sendto(builder.build().dgram, ("127.0.0.1", port))


def _ask(client: socket.socket, port: int, address: str) -> OscMessage:
    _send(client, port, address)
    return OscMessage(client.recv(65_535))
