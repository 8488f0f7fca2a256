"""An instrument is tried as a whole: files, graphs, machine code, notes."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from synth.errors import InstrumentError
from synth.folders import default_instrument
from synth.notes.instrument import DESCRIPTION, file_entry
from synth.notes.verification import verify_instrument


@pytest.fixture
def folder(tiny_instrument_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_instrument_folder, tmp_path / "instrument"))


def replace_file(folder: Path, file: str, content: bytes) -> None:
    """Write another file into an instrument, with the right sha256."""
    (folder / file).write_bytes(content)
    description = json.loads((folder / DESCRIPTION).read_text())
    description["files"][file] = file_entry(folder / file)
    (folder / DESCRIPTION).write_text(json.dumps(description))


def test_verify_says_what_is_right(tiny_instrument_folder: Path) -> None:
    lines = verify_instrument(tiny_instrument_folder)
    assert lines[0] == "6 files are whole (sha256)"
    assert "test notes of pitch 57, 63, 69 are finite and not silent" in lines


def set_loudness(folder: Path, file: str, loudness: float) -> None:
    model = onnx.load(folder / file, load_external_data=False)
    for tensor in model.graph.initializer:
        if tensor.name == "loudness":
            tensor.raw_data = np.array([loudness, 0.0, 0.0], np.float32).tobytes()
    replace_file(folder, file, model.SerializeToString())


def test_verify_finds_tiles_that_belong_to_another_generator(folder: Path) -> None:
    set_loudness(folder, "generator_008_024.onnx", 0.3)
    with pytest.raises(InstrumentError, match="tiles differ from its whole notes by"):
        verify_instrument(folder)


def test_verify_finds_notes_that_are_silent(folder: Path) -> None:
    for path in sorted(folder.glob("*.onnx")):
        set_loudness(folder, path.name, 20.0)  # the softer the note, the further below silence
    with pytest.raises(InstrumentError, match="test note of pitch 57 is silent"):
        verify_instrument(folder)


def test_verify_finds_machine_code_for_another_generator(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(default_instrument(), tmp_path / "instrument"))
    assert any("native generator equals the graphs" in line for line in verify_instrument(folder))
    native = json.loads((folder / "native.json").read_text())
    # Two tensors of one shape change places, and so that it is not found at once, no probe looks.
    tensors = native["tensors"]
    first, second = "levels.0.first.film.weight", "levels.0.second.film.weight"
    tensors[first], tensors[second] = tensors[second], tensors[first]
    replace_file(folder, "native.json", json.dumps(native).encode())
    with pytest.raises(InstrumentError, match="computes a note that is"):
        verify_instrument(folder)
