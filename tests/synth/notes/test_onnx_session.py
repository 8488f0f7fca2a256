"""Graphs are opened from verified bytes; what happens to their files afterwards is all the same."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from synth.errors import InstrumentError
from synth.notes.generators import OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.onnx_session import open_session

OPENS_ONE = """
import sys
from synth.notes.generators import OnnxGenerator
from synth.notes.instrument import Instrument
OnnxGenerator(Instrument.load(sys.argv[1]), tiles=[0], warm_batches=())
"""


@pytest.fixture
def folder(tiny_instrument_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_instrument_folder, tmp_path / "tiny"))


def test_files_that_are_cut_short_while_it_plays_harm_nothing(folder: Path) -> None:
    instrument = Instrument.load(folder)
    generator = OnnxGenerator(instrument, tiles=[0], warm_batches=())
    note = (np.ones((1, instrument.latent_size)), np.array([60]), np.array([0.5]))
    before = generator.generate(0, *note)
    # What is mapped from a file ends the process when the file is cut short.
    assert str(folder) not in Path("/proc/self/maps").read_text()
    for path in folder.iterdir():
        os.truncate(path, 10)
    for now, then in zip(generator.generate(0, *note), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("kind", ["onnx", "weights"])
def test_a_file_that_changes_after_it_was_verified_is_refused(folder: Path, kind: str) -> None:
    instrument = Instrument.load(folder)
    path = folder / ("generator.weights" if kind == "weights" else "generator_000_008.onnx")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(InstrumentError, match=f"{path.name}: has changed"):
        open_session(instrument, "generator_000_008.onnx", onnxruntime.SessionOptions())


def test_a_file_that_goes_after_it_was_verified_is_named(folder: Path) -> None:
    instrument = Instrument.load(folder)
    (folder / "generator.weights").unlink()
    with pytest.raises(InstrumentError, match="cannot be read"):
        open_session(instrument, "generator_000_008.onnx", onnxruntime.SessionOptions())


def test_the_runtime_keeps_nothing_in_the_users_home(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("ORT_", "XDG_"))}
    subprocess.run(
        [sys.executable, "-c", OPENS_ONE, folder],
        env=environment | {"HOME": str(home), "NUMBA_CACHE_DIR": str(tmp_path / "numba")},
        check=True,
        timeout=200,
    )
    assert [path for path in home.rglob("*") if "onnxruntime" in path.name] == []
