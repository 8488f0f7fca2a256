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

from synth.commands import play

GANSYNTH = Path(sys.executable).with_name("gansynth")
ANSWER_S = 30.0
READY_S = 240.0  # the audio thread may have to be compiled first
SOUND_S = 30.0  # for the first tile of a note, on a machine that has other things to do
WAV_HEADER_BYTES = 44
SLOW_MACHINE = 3.0  # what one that does other things may take in place of a second


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


@pytest.fixture
def folders(monkeypatch, tmp_path) -> Path:
    """Folders of a user who has never played; returns the settings file, not yet written."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    settings = tmp_path / "XDG_CONFIG_HOME" / "gansynth-live" / "settings.toml"
    settings.parent.mkdir(parents=True)
    return settings


@pytest.fixture
def manager(monkeypatch, tmp_path) -> Iterator[socket.socket]:
    """A service manager that listens, and watches."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(READY_S)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "600000")
        yield listening


@pytest.mark.slow
def test_a_service_tells_its_manager_follows_its_settings_and_ends_within_a_second(
    folders, manager, tiny_instrument_folder
):
    folders.write_text(
        f'instrument = "{tiny_instrument_folder}"\naudio = "null"\nosc = "127.0.0.1:0"\n'
    )
    # Without any stdin at all: a daemon never reads it.
    with subprocess.Popen(
        ["/bin/sh", "-c", 'exec "$0" play <&-', GANSYNTH],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert manager.recv(9999).startswith(b"READY=1\nSTATUS=ready audio=null")
            assert manager.recv(9999) == b"WATCHDOG=1"
            assert manager.recv(9999) == b"WATCHDOG=1"
            folders.write_text(folders.read_text().replace("null", "no such card"))
            process.send_signal(signal.SIGHUP)
            told = [_next_but_alive(manager) for _ in range(2)]
            assert told[0].startswith(b"RELOADING=1")
            assert told[1].startswith(b"READY=1")
            folders.write_text("audo = 1")
            process.send_signal(signal.SIGHUP)
            assert _next_but_alive(manager).startswith(b"RELOADING=1")
            assert _next_but_alive(manager).startswith(b"READY=1")
            started_s = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert _next_but_alive(manager) == b"STOPPING=1"
            _, err = process.communicate(timeout=READY_S)
            took_s = time.monotonic() - started_s
        finally:
            process.kill()
    assert process.returncode == 0, err
    assert "audio: no such card" in err
    assert "settings are not taken" in err, err
    assert "did you mean audio" in err
    assert "Traceback" not in err
    print(f"from SIGTERM to the end: {took_s:.2f} s")
    assert took_s < SLOW_MACHINE * 1.0


def _next_but_alive(manager: socket.socket) -> bytes:
    """Return what the manager is told next that is not the dog's food."""
    while (told := manager.recv(9999)) == b"WATCHDOG=1":
        pass
    return told


@pytest.mark.slow
def test_an_instrument_that_crashed_is_not_loaded_again_by_itself(folders, tmp_path):
    bad = tmp_path / "bad"
    folders.write_text(f'instrument = "{bad}"\naudio = "null"\nosc = "127.0.0.1:0"\n')
    marker = tmp_path / "XDG_STATE_HOME" / "gansynth-live" / "loading.json"
    marker.parent.mkdir(parents=True)
    marker.write_text(json.dumps({"pid": 2**30, "instrument": str(bad)}))
    words = [GANSYNTH, "play", "--midi-in", "none"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as process:
        ready = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=READY_S)
    assert ready.startswith("ready "), err
    assert f"instrument {bad} crashed the player" in err
    # Who asks for it gets it: here, the reason why it cannot be had.
    asked = subprocess.run(
        [*words, "--instrument", bad], capture_output=True, text=True, check=False, timeout=READY_S
    )
    assert asked.returncode == 3
    assert str(bad) in asked.stderr


class Watched:
    """A session, its signals and its manager in one: the callback stands still after 3 looks."""

    watchdog_s = 0.03
    n_fed = 0
    n_looks = 0

    @property
    def n_blocks(self) -> int:
        return min(self.n_looks, 3)

    def wait(self, timeout: float) -> bool:
        assert timeout <= self.watchdog_s / 2.0  # twice as often as the dog must be fed
        self.n_looks += 1
        return self.n_looks > 10

    def take_reload(self) -> bool:
        return False

    def alive(self) -> None:
        self.n_fed += 1


def test_the_watchdog_is_not_fed_by_a_callback_that_stands_still():
    watched = Watched()
    play._stay(watched, watched, watched, None)
    assert watched.n_fed == 3
