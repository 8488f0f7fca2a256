import json
import wave

import numpy as np
import pytest

from training.data.nsynth import NSynthWriter

# What NSynth's own examples.json says of a note.
NSYNTH_FIELDS = {
    *("note", "note_str", "instrument", "instrument_str", "pitch", "velocity", "sample_rate"),
    *("qualities", "qualities_str", "instrument_family", "instrument_family_str"),
    *("instrument_source", "instrument_source_str"),
}
BASS = {"label": "bass_synthetic_098", "notes": [(40, 100, 17, 0, 2, 9), (41, 25, 17, 0, 2, 9)]}
AUDIO = np.array([[0, 1, -1, 32_767, -32_767], [5, -17, 12_345, -9_999, 0]], np.int16)


@pytest.fixture
def folder(tmp_path):
    writer = NSynthWriter(tmp_path, "abc", 16_000)
    writer.append(BASS, AUDIO)
    writer.finish({"n_notes": 2})
    writer.close()
    return tmp_path


def test_notes_are_named_by_instrument_pitch_and_velocity(folder):
    expected = ["bass_synthetic_098-040-100.wav", "bass_synthetic_098-041-025.wav"]

    assert expected == sorted(file.name for file in (folder / "audio").iterdir())


def test_the_samples_are_written_bit_for_bit(folder):
    with wave.open(str(folder / "audio/bass_synthetic_098-040-100.wav")) as file:
        assert (1, 2, 16_000) == file.getparams()[:3]
        samples = np.frombuffer(file.readframes(5), "<i2")

    np.testing.assert_array_equal(AUDIO[0], samples)


def test_every_16_bit_sample_survives(tmp_path):
    everything = np.arange(-32_767, 32_768).astype(np.int16)[np.newaxis]
    writer = NSynthWriter(tmp_path, "abc", 16_000)
    writer.append({"label": "x", "notes": BASS["notes"][:1]}, everything)
    writer.close()

    with wave.open(str(tmp_path / "audio/x-040-100.wav")) as file:
        found = np.frombuffer(file.readframes(everything.size), "<i2")
    np.testing.assert_array_equal(everything[0], found)


def test_examples_have_nsynths_fields(folder):
    examples = json.loads((folder / "examples.json").read_text())

    note = examples["bass_synthetic_098-041-025"]
    assert NSYNTH_FIELDS == note.keys()
    numbers = [note[key] for key in ("note", "pitch", "velocity", "instrument")]
    assert [1, 41, 25, 17] == numbers
    assert "bass_synthetic_098" == note["instrument_str"]
    assert ("bass", 0) == (note["instrument_family_str"], note["instrument_family"])
    assert ("synthetic", 2) == (note["instrument_source_str"], note["instrument_source"])
    assert [0] * 10 == note["qualities"]


def test_a_stopped_set_goes_on(tmp_path):
    writer = NSynthWriter(tmp_path, "abc", 16_000)
    writer.append(BASS, AUDIO)
    writer.close()
    assert not (tmp_path / "examples.json").exists()

    writer = NSynthWriter(tmp_path, "abc", 16_000)
    writer.append({"label": "flute_acoustic_000", "notes": [(60, 127, 18, 2, 0, 9)]}, AUDIO[:1])
    writer.finish({})
    writer.close()

    assert 3 == len(json.loads((tmp_path / "examples.json").read_text()))
    assert 3 == len(list((tmp_path / "audio").iterdir()))
