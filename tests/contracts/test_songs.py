"""The songs that ship beside the demo."""

import subprocess
import sys
from pathlib import Path

import mido
import pytest

from synth.control.bank import PresetBank
from synth.folders import demo_song, factory_presets

REPOSITORY = Path(__file__).resolve().parents[2]
SONGS = sorted(path for path in demo_song().parent.glob("*.mid") if path != demo_song())
RENDERED = REPOSITORY / "docs" / "songs"


def messages(kind: str) -> list[mido.Message]:
    return [message for path in SONGS for message in mido.MidiFile(path) if message.type == kind]


def test_there_are_three_and_none_is_long():
    assert len(SONGS) >= 3
    assert all(20.0 <= mido.MidiFile(path).length <= 60.0 for path in SONGS)


def test_together_they_show_pedal_velocity_bends_and_a_sweep():
    velocities = {message.velocity for message in messages("note_on")}
    assert min(velocities) <= 45
    assert max(velocities) >= 120
    assert any(message.is_cc(64) for message in messages("control_change"))
    assert any(message.pitch != 0 for message in messages("pitchwheel"))
    for control in (1, 74):
        values = {m.value for m in messages("control_change") if m.is_cc(control)}
        assert len(values) >= 20


@pytest.mark.parametrize("path", SONGS, ids=lambda p: p.stem)
def test_every_song_shows_chords_and_releases_all_its_notes(path):
    sounding: set[tuple[int, int]] = set()
    most = 0
    for message in mido.MidiFile(path):
        if message.type == "note_on":
            assert 21 <= message.note <= 108
            sounding.add((message.channel, message.note))
            most = max(most, len(sounding))
        elif message.type == "note_off":
            sounding.discard((message.channel, message.note))
    assert most >= 4
    assert not sounding


@pytest.mark.parametrize("path", [*SONGS, demo_song()], ids=lambda p: p.stem)
def test_every_programme_that_a_song_chooses_is_a_preset(path):
    bank = PresetBank([factory_presets()])
    chosen = [m.program + 1 for m in mido.MidiFile(path) if m.type == "program_change"]
    assert len(chosen) >= 2
    assert all(bank.by_program(program) is not None for program in chosen)


def test_the_committed_songs_are_what_the_script_composes(tmp_path):
    script = REPOSITORY / "scripts" / "compose_songs.py"
    subprocess.run([sys.executable, script, tmp_path], check=True)
    assert {path.name for path in SONGS} == {path.name for path in tmp_path.iterdir()}
    for path in SONGS:
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_every_song_has_an_excerpt_and_all_are_small():
    stems = {path.stem for path in [*SONGS, demo_song()]}
    assert stems == {path.stem for path in RENDERED.glob("*.ogg")}
    assert sum(path.stat().st_size for path in RENDERED.iterdir()) <= 2_000_000
