import json
import tarfile

import numpy as np
import pytest
from tfrecord.writer import TFRecordWriter

from synth.errors import InputFileError
from training.data.collect import Unreadable
from training.data.nsynth import NSynthWriter
from training.data.readers import nsynth

# pitch, velocity, instrument, family, source, peak
RECORDS = [
    {"label": "bass_synthetic_098", "notes": [(40, 100, 0, 0, 2, 9), (41, 25, 0, 0, 2, 9)]},
    {"label": "reed_acoustic_000", "notes": [(60, 127, 1, 7, 0, 9)]},
]
EXPECTED = [
    ("bass_synthetic_098", 40, 100, "bass", "synthetic"),
    ("bass_synthetic_098", 41, 25, "bass", "synthetic"),
    ("reed_acoustic_000", 60, 127, "reed", "acoustic"),
]
AUDIO = np.arange(3 * 50, dtype=np.int16).reshape(3, 50) + 1


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "nsynth-valid"
    writer = NSynthWriter(path, "abc", 16_000)
    writer.append(RECORDS[0], AUDIO[:2])
    writer.append(RECORDS[1], AUDIO[2:])
    writer.finish({"n_notes": 3})
    writer.close()
    return path


@pytest.fixture
def tfrecord(tmp_path):
    path = tmp_path / "nsynth-test.tfrecord"
    writer = TFRecordWriter(str(path))
    for (instrument, pitch, velocity, *_), family, source, audio in zip(
        EXPECTED, (0, 0, 7), (2, 2, 0), AUDIO, strict=True
    ):
        name = f"{instrument}-{pitch:03d}-{velocity:03d}".encode()
        writer.write(
            {
                "note_str": (name, "byte"),
                "pitch": (pitch, "int"),
                "velocity": (velocity, "int"),
                "instrument_family": (family, "int"),
                "instrument_source": (source, "int"),
                "audio": ((audio / 32_768).tolist(), "float"),
                "qualities": ([0] * 10, "int"),
            }
        )
    writer.close()
    return path


def labels(notes):
    return sorted((n.instrument, n.pitch, n.velocity, n.family, n.source) for n in notes)


def samples(notes):
    ordered = sorted(notes, key=lambda note: (note.instrument, note.pitch))
    return np.stack([note.read()[0] for note in ordered]) * 32_768


def test_a_folder_of_json_and_wav_is_read(folder):
    notes = list(nsynth.find_notes([folder]))

    assert EXPECTED == labels(notes)
    np.testing.assert_array_equal(AUDIO, samples(notes))
    assert {"valid"} == {note.part for note in notes}


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tar_is_read_while_it_streams(folder, tmp_path, mode):
    path = tmp_path / "nsynth-train.jsonwav.tar.gz"
    with tarfile.open(path, mode) as tar:
        tar.add(folder, "nsynth-train")

    notes = list(nsynth.find_notes([path]))

    assert EXPECTED == labels(notes)
    np.testing.assert_array_equal(AUDIO, samples(notes))
    assert {"train"} == {note.part for note in notes}


def test_tfrecords_are_read_without_tensorflow(tfrecord):
    notes = list(nsynth.find_notes([tfrecord]))

    assert EXPECTED == labels(notes)
    np.testing.assert_allclose(AUDIO, samples(notes), atol=0.01)
    assert ["bass_synthetic_098-040-100"] == [nsynth.name_of(note) for note in notes[:1]]


def test_tfrecords_in_a_tar_and_in_a_folder_are_found(tfrecord, tmp_path):
    with tarfile.open(tmp_path / "nsynth.tar", "w") as tar:
        tar.add(tfrecord, "test.tfrecord-00000-of-00001")
    (tmp_path / "shards").mkdir()
    tfrecord.rename(tmp_path / "shards/nsynth.tfrecord-00000-of-00001")

    for path in (tmp_path / "nsynth.tar", tmp_path / "shards"):
        assert EXPECTED == labels(nsynth.find_notes([path]))


# The package leaves a damaged file open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_cut_tfrecord_gives_what_it_has(tfrecord):
    tfrecord.write_bytes(tfrecord.read_bytes()[:-100])

    *notes, damage = nsynth.find_notes([tfrecord])

    assert EXPECTED[:2] == labels(notes)
    assert isinstance(damage, Unreadable)
    assert "behind record 2" in damage.reason


def test_what_does_not_belong_is_listed(folder):
    examples = json.loads((folder / "examples.json").read_text())
    examples["organ_electronic_000-060-100"] = {}
    examples["reed_acoustic_000-060-127"]["pitch"] = 128
    (folder / "examples.json").write_text(json.dumps(examples))
    (folder / "audio/stray.wav").write_bytes(b"")

    found = list(nsynth.find_notes([folder]))

    bad = {entry.name: entry.reason for entry in found if isinstance(entry, Unreadable)}
    assert 2 == len(found) - len(bad)
    assert "no .wav" in bad["organ_electronic_000-060-100"]
    assert "labelled wrongly" in bad["audio/reed_acoustic_000-060-127.wav"]
    assert "not in examples.json" in bad["audio/stray.wav"]


def test_without_a_table_the_names_speak(folder):
    (folder / "examples.json").unlink()
    (folder / "audio/stray.wav").write_bytes(b"")

    *notes, stray = nsynth.find_notes([folder])

    assert EXPECTED == labels(notes)
    assert "is not named like" in stray.reason


@pytest.mark.parametrize("name", ["none", "text.tar", "empty"])
def test_what_is_not_nsynth_is_refused(tmp_path, name):
    (tmp_path / "text.tar").write_text("no tar")
    (tmp_path / "empty").mkdir()

    with pytest.raises(InputFileError, match="give NSynth's"):
        list(nsynth.find_notes([tmp_path / name]))


def test_gansynths_table_of_splits_is_read(tmp_path):
    path = tmp_path / "gansynth_splits.csv"
    path.write_text("id,split\na-040-100,train\nb-041-025,test\n")

    assert {"a-040-100": "train", "b-041-025": "test"} == nsynth.read_split_file(path)


@pytest.mark.parametrize("text", ["id,part\na,train\n", "id,split\na,tune\n", "id,split\n"])
def test_a_table_of_something_else_is_refused(tmp_path, text):
    (tmp_path / "splits.csv").write_text(text)

    with pytest.raises(InputFileError, match=r"is no table of splits|for a part"):
        nsynth.read_split_file(tmp_path / "splits.csv")
