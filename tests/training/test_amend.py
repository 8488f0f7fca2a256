"""What is added to an instrument is listed and verified; what is damaged stays as it is."""

import json
import shutil

import pytest

from synth.errors import InputFileError, InstrumentError
from synth.notes.instrument import DESCRIPTION
from training.amend import amend_instrument


@pytest.fixture
def folder(tone_instrument, tmp_path):
    return shutil.copytree(tone_instrument, tmp_path / "instrument")


def test_a_file_and_its_key_are_added_and_all_else_stays(folder):
    before = json.loads((folder / DESCRIPTION).read_text())
    instrument = amend_instrument(folder, "encoder", {"file": "a.onnx"}, {"a.onnx": b"abc"})
    assert "a.onnx" == instrument.encoder
    assert b"abc" == (folder / "a.onnx").read_bytes()
    after = json.loads((folder / DESCRIPTION).read_text())
    assert {"file": "a.onnx"} == after.pop("encoder")
    assert 3 == after["files"].pop("a.onnx")["bytes"]
    assert before == after
    assert [] == list(folder.glob(".*"))


def test_what_makes_it_no_instrument_is_told(folder):
    with pytest.raises(InstrumentError, match="macro 1"):
        amend_instrument(folder, "macros", [{"name": ""}], {})


def test_a_damaged_instrument_is_left_alone(folder):
    (folder / "generator.weights").write_bytes(b"short")
    before = (folder / DESCRIPTION).read_bytes()
    with pytest.raises(InstrumentError, match=r"generator\.weights"):
        amend_instrument(folder, "macros", [], {})
    assert before == (folder / DESCRIPTION).read_bytes()


def test_a_folder_that_cannot_be_written_is_told(folder):
    (folder / "a.onnx").mkdir()
    with pytest.raises(InputFileError, match="cannot write"):
        amend_instrument(folder, "encoder", {"file": "a.onnx"}, {"a.onnx": b"abc"})
