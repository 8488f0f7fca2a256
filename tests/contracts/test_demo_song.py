"""The song that ships with the project."""

import subprocess
import sys
from pathlib import Path

import mido
import pytest

from synth.folders import demo_song

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def song() -> mido.MidiFile:
    return mido.MidiFile(demo_song())


def test_the_song_lasts_between_20_and_40_seconds(song):
    assert 20.0 <= song.length <= 40.0


def test_the_song_shows_parts_velocities_and_the_pedal(song):
    struck = [message for message in song if message.type == "note_on" and message.velocity > 0]
    assert len({message.channel for message in struck}) >= 3
    assert max(message.velocity for message in struck) >= 100
    assert min(message.velocity for message in struck) <= 60
    assert any(message.is_cc(64) for message in song)


def test_every_note_lies_inside_the_trained_pitches_and_is_released(song):
    sounding = set()
    for message in song:
        if message.type == "note_on":
            assert 21 <= message.note <= 108
            sounding.add((message.channel, message.note))
        elif message.type == "note_off":
            sounding.discard((message.channel, message.note))
    assert not sounding


def test_the_committed_song_is_what_the_script_composes(tmp_path):
    composed = tmp_path / "demo.mid"
    script = REPOSITORY / "scripts" / "compose_demo.py"
    subprocess.run([sys.executable, script, composed], check=True)
    assert composed.read_bytes() == demo_song().read_bytes()
