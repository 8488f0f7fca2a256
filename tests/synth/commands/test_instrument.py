import json
import shutil
from pathlib import Path

import pytest

from synth.cli import main


@pytest.fixture
def folder(tiny_instrument_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(tiny_instrument_folder, tmp_path / "instrument"))


def test_info_tells_tiles_pitches_and_timbres(folder, capsys):
    assert main(["instrument", "info", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "0-8, 8-24, 24-64" in told
    assert "57-69" in told
    description = json.loads((folder / "instrument.json").read_text())
    assert all(name in told for name in description["timbres"])


def test_info_json_is_the_description_with_timbres_by_name(folder, capsys):
    assert main(["instrument", "info", "--json", str(folder)]) == 0
    told = json.loads(capsys.readouterr().out)
    description = json.loads((folder / "instrument.json").read_text())
    assert sorted(description["timbres"]) == sorted(told["timbres"])
    assert description["files"] == told["files"]


def test_verify_tries_the_graphs_and_says_what_is_right(folder, capsys):
    assert main(["instrument", "verify", str(folder)]) == 0
    assert "tiles equal whole notes" in capsys.readouterr().out


def test_verify_of_a_damaged_instrument_names_the_file(folder, capsys):
    weights = folder / "generator.weights"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert main(["instrument", "verify", str(folder)]) == 3
    printed = capsys.readouterr()
    assert "generator.weights" in printed.err
    assert not printed.out


def test_info_of_no_instrument_is_refused(tmp_path, capsys):
    assert main(["instrument", "info", str(tmp_path / "none")]) == 3
    assert "no such folder" in capsys.readouterr().err
