import struct

import numpy as np
import pytest
import soundfile

from synth.errors import ConfigError, InputFileError
from training.data.collect import SourceNote, Unreadable
from training.data.readers.folder import FolderConfig, find_notes

RATE = 16_000
RECORDED = FolderConfig(keys=None)


def tone(f0_hz, seconds=0.5):
    return 0.5 * np.sin(2 * np.pi * f0_hz * np.arange(round(seconds * RATE)) / RATE)


def f0_hz(note):
    """Frequency of a note's tone, by its crossings of zero."""
    audio, rate = note.read()
    crossings = np.flatnonzero((audio[:-1] < 0) & (audio[1:] >= 0))
    return (crossings.size - 1) * rate / (crossings[-1] - crossings[0])


@pytest.fixture
def write(tmp_path):
    def write(name, audio, **options):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, audio, RATE, **options)
        return path

    return write


def found(folder, config=RECORDED):
    entries, _ = find_notes(folder, config)
    notes = [entry for entry in entries if isinstance(entry, SourceNote)]
    return notes, [entry for entry in entries if isinstance(entry, Unreadable)]


def test_names_and_folders_make_notes_of_instruments(write, tmp_path):
    for name in ("piano_A4_v100.wav", "piano_A3_v30.wav", "strings/cello/057.wav", "C4.wav"):
        write(name, tone(440))

    notes, skipped = found(tmp_path)

    assert [] == skipped
    expected = {
        (tmp_path.name, 60, 100, "keyboard"),
        ("piano", 57, 30, "keyboard"),
        ("piano", 69, 100, "keyboard"),
        ("strings/cello", 57, 100, "string"),
    }
    assert 4 == len(notes)
    assert expected == {(note.instrument, note.pitch, note.velocity, note.family) for note in notes}


def test_a_note_begins_with_its_onset(write, tmp_path):
    write("late_A4.wav", np.concatenate([np.zeros(4_000), tone(440)]))

    audio, rate = found(tmp_path)[0][0].read()

    assert RATE == rate
    assert 8_000 + 32 >= audio.size >= 8_000
    assert not audio[:30].any()


def test_what_cannot_be_used_is_listed(write, tmp_path):
    write("good_A4.wav", tone(440))
    write("silent_A4.wav", np.zeros(100))
    write("nameless.wav", tone(440))
    write("numberless_A4.wav", np.full(100, np.nan), subtype="FLOAT")
    (tmp_path / "broken_A4.wav").write_bytes(b"RIFF")
    (tmp_path / "readme.txt").write_text("not a sound")
    (tmp_path / "bad.sfz").write_text("<region> sample=x.wav key=h4")

    notes, skipped = found(tmp_path)

    assert ["good_A4.wav"] == [note.name for note in notes]
    wanted = ["bad.sfz", "broken_A4.wav", "nameless.wav", "numberless_A4.wav", "silent_A4.wav"]
    assert wanted == sorted(entry.name for entry in skipped)
    assert all(entry.reason for entry in skipped)


def test_a_sampler_s_chunk_tells_the_pitch_where_the_name_does_not(write, tmp_path):
    path = write("tone.wav", tone(440 * 2 ** (0.25 / 12)))
    body = path.read_bytes()[8:] + b"smpl" + struct.pack("<10I", 36, 0, 0, 0, 69, 1 << 30, *[0] * 4)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)

    note = found(tmp_path)[0][0]

    assert 69 == note.pitch
    assert f0_hz(note) == pytest.approx(440, rel=1e-4)


def test_an_sfz_file_speaks_for_its_samples(write, tmp_path):
    write("samples/x1.wav", tone(220))
    write("samples/x2.wav", tone(440))
    (tmp_path / "Viola.sfz").write_text(
        "<group> hivel=63 <region> sample=samples/x1.wav key=57\n"
        "<group> lovel=64 <region> sample=samples/x2.wav key=69 <region> sample=gone.wav key=70"
    )

    notes, skipped = found(tmp_path)

    expected = [("Viola", 57, 31), ("Viola", 69, 95)]
    assert expected == [(note.instrument, note.pitch, note.velocity) for note in notes]
    assert ["gone.wav"] == [entry.name for entry in skipped]


def test_keys_between_recordings_are_made_from_the_nearest_in_tune(write, tmp_path):
    write("a_A3_v90.wav", tone(220))
    write("a_A4_v90.wav", tone(440))

    notes, _ = found(tmp_path, FolderConfig(keys=(56, 70)))

    assert list(range(56, 71)) == sorted(note.pitch for note in notes)
    assert {90} == {note.velocity for note in notes}
    for note in notes:
        expected = 440 * 2 ** ((note.pitch - 69) / 12)
        assert f0_hz(note) == pytest.approx(expected, rel=2e-3)
        nearest = "a_A3_v90.wav" if note.pitch <= 63 else "a_A4_v90.wav"
        assert nearest == note.name


def test_a_folder_without_sounds_is_refused(tmp_path):
    with pytest.raises(InputFileError, match="holds no sound file"):
        find_notes(tmp_path, RECORDED)
    with pytest.raises(InputFileError, match="is no folder"):
        find_notes(tmp_path / "none", RECORDED)


@pytest.mark.parametrize("wrong", [{"velocity": 0}, {"keys": (60, 50)}, {"keys": (0, 128)}])
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ConfigError):
        FolderConfig(**wrong)
