import wave

import mido
import pytest

from synth.cli import main


@pytest.fixture
def song(tmp_path):
    """Two notes on two channels, one second."""
    file = mido.MidiFile(ticks_per_beat=480)
    for channel, pitch in ((0, 60), (15, 67)):
        track = mido.MidiTrack()
        track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=90))
        track.append(mido.Message("note_off", channel=channel, note=pitch, time=960))
        file.tracks.append(track)
    path = tmp_path / "song.mid"
    file.save(path)
    return path


def test_a_song_is_rendered_and_its_speed_told(song, tmp_path, tiny_instrument_folder, capsys):
    out = tmp_path / "out.wav"
    words = ["render", song, out, "--instrument", tiny_instrument_folder]
    assert main([str(word) for word in words]) == 0
    with wave.open(str(out)) as file:
        assert file.getnframes() >= 48_000
    assert "times as fast as it sounds" in capsys.readouterr().out


def test_a_song_that_is_none_leaves_no_file(tmp_path, tiny_instrument_folder, capsys):
    song, out = tmp_path / "song.mid", tmp_path / "out.wav"
    song.write_bytes(b"not a song")
    words = ["render", song, out, "--instrument", tiny_instrument_folder]
    assert main([str(word) for word in words]) == 3
    assert "song.mid" in capsys.readouterr().err
    assert not out.exists()
