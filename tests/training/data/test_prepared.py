import json

import numpy as np
import pytest

from synth.errors import InputFileError
from training.data.prepared import PreparedSet, PreparedWriter

N_SAMPLES = 8
FACTS = {
    "sample_rate": 16_000,
    "n_notes": 3,
    "instruments": [
        {"name": "Grand Piano", "label": "keyboard_acoustic_000", "family": "keyboard"},
        {"name": "Violin", "label": "string_acoustic_000", "family": "string"},
    ],
}
PIANO = {"notes": [(60, 25, 0, 4, 0, 7), (60, 127, 0, 4, 0, 15)]}
VIOLIN = {"notes": [(61, 127, 1, 8, 0, 23)]}
AUDIO = np.arange(3 * N_SAMPLES, dtype=np.int16).reshape(3, N_SAMPLES)


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "set")
    return tmp_path / "set"


def write(folder):
    writer = PreparedWriter(folder, "abc", N_SAMPLES)
    if not writer.journal.finished:
        writer.append(PIANO, AUDIO[:2])
    writer.append(VIOLIN, AUDIO[2:])
    writer.finish(FACTS)
    writer.close()


def test_what_was_written_is_read(folder):
    found = PreparedSet.open(folder)

    assert 3 == len(found)
    assert isinstance(found.audio, np.memmap)
    np.testing.assert_array_equal(AUDIO, found.audio)
    assert [60, 60, 61] == found.pitch.tolist()
    assert [25, 127, 127] == found.velocity.tolist()
    assert [0, 0, 1] == found.instrument.tolist()
    assert [4, 4, 8] == found.family.tolist()
    assert [0, 0, 0] == found.source.tolist()
    assert (16_000, N_SAMPLES) == (found.sample_rate, found.n_samples)


def test_instruments_and_notes_have_names(folder):
    found = PreparedSet.open(str(folder))

    assert ("Grand Piano", "Violin") == found.instrument_names
    assert ("keyboard", "string") == found.instrument_families
    assert "string_acoustic_000-061-127" == found.note_name(2)


def test_a_set_holds_three_files(folder):
    assert ["audio.npy", "notes.npy", "set.json"] == sorted(file.name for file in folder.iterdir())


def test_audio_that_no_record_speaks_of_is_cut_off(folder, tmp_path):
    half = tmp_path / "half"
    writer = PreparedWriter(half, "abc", N_SAMPLES)
    writer.append(PIANO, AUDIO[:2])
    # A kill in the middle of the second instrument.
    writer._audio.write(b"\1\2\3")
    writer.close()

    write(half)

    for name in ("audio.npy", "notes.npy", "set.json"):
        assert (folder / name).read_bytes() == (half / name).read_bytes()


def test_half_a_set_cannot_be_opened(tmp_path):
    writer = PreparedWriter(tmp_path, "abc", N_SAMPLES)
    writer.append(PIANO, AUDIO[:2])
    writer.close()

    with pytest.raises(InputFileError, match="no finished set"):
        PreparedSet.open(tmp_path)


@pytest.mark.parametrize("change", [{"format_version": 99}, {"layout": "nsynth"}])
def test_another_version_or_layout_is_refused(folder, change):
    info = json.loads((folder / "set.json").read_text())
    (folder / "set.json").write_text(json.dumps(info | change))

    with pytest.raises(InputFileError, match="wanted 'prepared', version 1"):
        PreparedSet.open(folder)


@pytest.mark.parametrize("name", ["audio.npy", "notes.npy"])
@pytest.mark.parametrize("n_bytes", [0, 140])
def test_a_damaged_file_is_refused(folder, name, n_bytes):
    (folder / name).write_bytes((folder / name).read_bytes()[:n_bytes])

    with pytest.raises(InputFileError, match="damaged"):
        PreparedSet.open(folder)


def test_files_that_do_not_fit_each_other_are_refused(folder):
    np.save(folder / "notes.npy", np.load(folder / "notes.npy")[:2])

    with pytest.raises(InputFileError, match="2 notes"):
        PreparedSet.open(folder)
