from pathlib import Path

import pytest

from synth.errors import InputFileError
from synth.folders import factory_presets
from synth.layouts.files import layouts, write_layouts


def test_what_is_committed_is_what_would_be_written() -> None:
    folder = factory_presets() / "layouts"
    written = {name: (folder / name).read_bytes() for name in layouts()}
    assert layouts() == written, "run `gansynth presets layouts`"


def test_writing_twice_makes_no_difference(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in write_layouts(tmp_path / "new")}
    assert first == {path.name: path.read_bytes() for path in write_layouts(tmp_path / "new")}


def test_a_folder_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(InputFileError, match=r"layouts into .*file: .*; give a folder"):
        write_layouts(tmp_path / "file")
    assert b"mine" == (tmp_path / "file").read_bytes()
