"""The end comes within a second in every state, over a JACK server that dies or stands still."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

GANSYNTH = Path(sys.executable).with_name("gansynth")
LATEST_S = 1.0  # that a player takes
SLOW_MACHINE = 2.0  # times as much on one that does other things, or permits no real time
PATIENCE_S = 120.0
PRESET = "Organ Loft"


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder where a player of this test keeps its last state."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "gansynth-live"


@pytest.fixture
def player(jack_server, state: Path) -> Iterator[subprocess.Popen[str]]:
    """`gansynth play` on JACK with JACK MIDI, whose library waits with the interpreter's lock."""
    words = ["--midi-api", "jack", "--osc", "127.0.0.1:0", "--http", "none", "--preset", PRESET]
    with subprocess.Popen(
        [GANSYNTH, "play", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def end(player: subprocess.Popen[str]) -> str:
    """End it as a service manager would, in time; return what it wrote to stderr."""
    started_s = time.monotonic()
    player.send_signal(signal.SIGTERM)
    _, err = player.communicate(timeout=PATIENCE_S)
    took_s = time.monotonic() - started_s
    print(f"from SIGTERM to the end: {took_s:.2f} s")
    assert player.returncode == 0, err
    assert took_s < SLOW_MACHINE * LATEST_S
    assert "Traceback" not in err
    return err


def presets(state: Path) -> list[bool]:
    parts = json.loads((state / "last-state.json").read_text())["parts"]
    return [PRESET in part for part in parts]


@pytest.mark.parametrize("pause_s", [0.0, 3.0])
def test_it_ends_in_time_when_the_server_was_killed(player, jack_server, state, pause_s) -> None:
    assert player.stdout.readline().startswith("ready audio=jack")
    jack_server.stop()
    time.sleep(pause_s)  # before and after the loss is noticed
    end(player)
    assert all(presets(state))
    jack_server.start()  # and ends in peace: JACK remembers eight killed ones


def test_it_ends_in_time_when_the_server_stands_still(player, jack_server) -> None:
    assert player.stdout.readline().startswith("ready audio=jack")
    jack_server.freeze()
    time.sleep(3.0)  # until rtmidi, asked for its ports, keeps the interpreter's lock for good
    end(player)


def test_it_ends_in_time_while_it_starts_and_leaves_nothing_behind(state: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTING],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "starting\n"
        end(process)
    assert not list(state.rglob("*.json"))
    assert not list(state.rglob("*.restoring"))


# As `gansynth play`, but its start does not come to an end by itself.
STARTING = """
import sys, time
from pathlib import Path
from synth import cli
from synth.rig import crash_marker, session

def start(*_args, **_words):
    with crash_marker.loading(Path("somebodys-instrument")):
        print("starting", flush=True)
        time.sleep(600)

session.Session = start
sys.argv = ["gansynth", "play", "--audio", "null", "--osc", "127.0.0.1:0"]
cli.entry()
"""
