"""Bad input through the real command line: one clear line, the right code, nothing overwritten."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from synth.folders import default_instrument, demo_song

GANSYNTH = Path(sys.executable).with_name("gansynth")
NOTE = ("--pitch", "60", "--velocity", "100", "--seconds", "0.2")
NEWS = "gansynth: midi: "
OLD = b"an older recording"


@pytest.fixture
def out(tmp_path) -> Path:
    """The output's path, where an older file lies that a failure must leave alone."""
    path = tmp_path / "out.wav"
    path.write_bytes(OLD)
    return path


@pytest.fixture
def instrument(tmp_path) -> Path:
    """A copy of the instrument that ships, to be damaged."""
    return Path(shutil.copytree(default_instrument(), tmp_path / "instrument"))


def refuse(*words: str | Path, exit_code: int, saying: str) -> None:
    """Run gansynth and expect it to fail with one line that says something."""
    finished = subprocess.run(
        [GANSYNTH, *words], capture_output=True, text=True, check=False, timeout=60
    )
    assert exit_code == finished.returncode, finished.stderr
    # That a machine has no MIDI is news, not an error.
    told = [line for line in finished.stderr.splitlines() if not line.startswith(NEWS)]
    assert len(told) == 1, finished.stderr
    assert told[0].startswith("gansynth")
    assert saying in told[0]


def assert_untouched(out: Path) -> None:
    assert out.read_bytes() == OLD
    assert not list(out.parent.glob(".*part*"))


def test_a_missing_instrument(out, tmp_path):
    missing = tmp_path / "nowhere"
    refuse("note", out, *NOTE, "--instrument", missing, exit_code=3, saying=str(missing))
    assert_untouched(out)


def test_an_instrument_without_one_of_its_files(out, instrument):
    graph = next(instrument.glob("*.onnx"))
    graph.unlink()
    refuse("note", out, *NOTE, "--instrument", instrument, exit_code=3, saying=graph.name)
    assert_untouched(out)


def test_an_instrument_with_one_changed_byte(out, instrument):
    weights = instrument / "generator.weights"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    refuse("note", out, *NOTE, "--instrument", instrument, exit_code=3, saying=weights.name)
    refuse("instrument", "verify", instrument, exit_code=3, saying=weights.name)
    assert_untouched(out)


def test_an_instrument_that_is_cut_off(out, instrument):
    weights = instrument / "generator.weights"
    weights.write_bytes(weights.read_bytes()[:1000])
    refuse("note", out, *NOTE, "--instrument", instrument, exit_code=3, saying="1000 bytes")
    assert_untouched(out)


def test_an_instrument_of_another_format_version(out, instrument):
    path = instrument / "instrument.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format_version": 99}))
    refuse("note", out, *NOTE, "--instrument", instrument, exit_code=3, saying="format version 99")
    refuse("render", demo_song(), out, "--instrument", instrument, exit_code=3, saying="99")
    assert_untouched(out)


def test_an_instrument_that_is_not_json(out, instrument):
    (instrument / "instrument.json").write_text("{")
    refuse("note", out, *NOTE, "--instrument", instrument, exit_code=3, saying="is not JSON")
    assert_untouched(out)


@pytest.mark.parametrize("content", [b"", b"MThd", b"RIFF....WAVE", bytes(range(256)) * 40])
def test_a_song_that_is_no_midi_file(out, tmp_path, content):
    song = tmp_path / "song.mid"
    song.write_bytes(content)
    refuse("render", song, out, exit_code=3, saying="song.mid")
    assert_untouched(out)


def test_a_song_that_is_not_there(out, tmp_path):
    refuse("render", tmp_path / "none.mid", out, exit_code=3, saying="none.mid")
    assert_untouched(out)


def test_an_output_in_a_folder_that_is_not_there(tmp_path):
    out = tmp_path / "nowhere" / "out.wav"
    refuse("note", out, *NOTE, exit_code=3, saying=str(out))
    refuse("render", demo_song(), out, exit_code=3, saying=str(out))
    assert not out.parent.exists()


def test_an_output_that_is_a_folder(tmp_path):
    refuse("note", tmp_path, *NOTE, exit_code=3, saying=str(tmp_path))
    refuse("render", demo_song(), tmp_path, exit_code=3, saying=str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_no_such_preset(out):
    refuse("note", out, *NOTE, "--preset", "no such sound", exit_code=3, saying="no such sound")
    refuse("render", demo_song(), out, "--preset", "nosuch", exit_code=3, saying="nosuch")
    refuse("play", "--preset", "nosuch", "--audio", "null", exit_code=3, saying="nosuch")
    refuse("presets", "show", "nosuch", exit_code=3, saying="nosuch")
    assert_untouched(out)


def test_no_such_timbre(out):
    refuse("note", out, *NOTE, "--timbre", "no such sound", exit_code=2, saying="no such sound")
    refuse("note", out, *NOTE, "--timbre", "seed:x", exit_code=2, saying="seed:x")
    assert_untouched(out)


@pytest.mark.parametrize(
    "words",
    [
        ("--pitch", "128", "--velocity", "100", "--seconds", "1"),
        ("--pitch", "60", "--velocity", "0", "--seconds", "1"),
        ("--pitch", "60", "--velocity", "128", "--seconds", "1"),
        ("--pitch", "60", "--velocity", "100", "--seconds", "-1"),
        ("--pitch", "60", "--velocity", "100", "--seconds", "nan"),
        ("--pitch", "c4", "--velocity", "100", "--seconds", "1"),
    ],
)
def test_a_note_that_cannot_be_played(out, words):
    refuse("note", out, *words, exit_code=2, saying="")
    assert_untouched(out)


def test_a_sample_rate_that_cannot_be(out):
    refuse("render", demo_song(), out, "--sample-rate", "12", exit_code=2, saying="12")
    assert_untouched(out)


def test_an_osc_port_that_is_taken():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        refuse("play", "--audio", "null", "--osc", address, exit_code=4, saying=address)


def test_a_keyboard_that_is_not_there():
    refuse("play", "--audio", "null", "--midi-in", "no such", exit_code=4, saying="MIDI")


def test_layouts_in_a_folder_that_cannot_be_written(out):
    refuse("presets", "layouts", "--out", out, exit_code=3, saying=f"layouts into {out}")
    assert_untouched(out)


def test_osc_hosts_and_ports_that_cannot_be():
    for address in ("nonsense", "127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:x"):
        refuse("play", "--audio", "null", "--osc", address, exit_code=2, saying="HOST:PORT")


def test_no_player_to_ask():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"  # bound: nobody else is there to answer
        refuse("status", "--osc", address, exit_code=4, saying=address)
        refuse("status", "--json", "--osc", address, exit_code=4, saying=address)


def test_a_run_log_that_is_none(out, tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("hello\n")
    refuse("replay", text, out, exit_code=3, saying="text.txt")
    refuse("replay", tmp_path / "none", out, exit_code=3, saying="none")
    assert_untouched(out)
