"""The bank: numbers, neighbours, searching, and what changes where on disk."""

from pathlib import Path

import pytest

from synth.control.bank import PresetBank
from synth.control.presets import Preset, fill_corners, save_preset
from synth.errors import PresetError


def put(folder: Path, name: str, **changes: object) -> None:
    preset = Preset(name=name, corners=fill_corners(["bell"]), **changes)  # type: ignore[arg-type]
    save_preset(preset, folder / f"{name.lower()}.toml")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    own, factory = tmp_path / "own", tmp_path / "factory"
    put(factory, "Alpha", tags=("one",))
    put(factory, "Beta", program=1)
    put(factory, "Gamma", program=1)
    put(own, "Mine", program=7, description="for the night")
    return own, factory


def test_numbers_are_kept_where_they_are_asked_for_and_filled_elsewhere(
    folders: tuple[Path, Path],
) -> None:
    bank = PresetBank(folders)
    assert [(1, "Beta"), (2, "Alpha"), (3, "Gamma"), (7, "Mine")] == [
        (entry.program, entry.preset.name) for entry in bank.entries()
    ]
    assert "Mine" == getattr(bank.by_program(7), "name", None)
    assert bank.by_program(4) is None


def test_a_bad_file_is_named_and_skipped(folders: tuple[Path, Path]) -> None:
    (folders[0] / "broken.toml").write_text("nonsense")
    bank = PresetBank(folders)
    assert 4 == len(bank.entries())
    (bad,) = bank.bad_files()
    assert "broken.toml is no preset" in bad.reason
    with pytest.raises(PresetError, match="is no preset"):
        bank.find("broken")


def test_neighbours_go_round(folders: tuple[Path, Path]) -> None:
    bank = PresetBank(folders)
    assert "Beta" == bank.neighbour("Mine", 1).name
    assert "Mine" == bank.neighbour("Beta", -1).name
    assert ("Beta", "Mine") == (bank.neighbour("?", 1).name, bank.neighbour("?", -1).name)
    with pytest.raises(PresetError, match="there are no presets"):
        PresetBank([folders[0] / "nowhere"]).neighbour("x", 1)


def test_searching_and_drawing(folders: tuple[Path, Path]) -> None:
    bank = PresetBank(folders)
    assert ["Mine"] == [e.preset.name for e in bank.search("NIGHT bell")]
    assert ["Alpha"] == [e.preset.name for e in bank.search("one")]
    assert bank.draw(3) == bank.draw(3)
    with pytest.raises(PresetError, match="no preset with 'zzz'"):
        bank.draw(words="zzz")


def test_saving_writes_into_the_users_folder_only(folders: tuple[Path, Path]) -> None:
    bank = PresetBank(folders)
    path = bank.save(Preset(name="../../Etc/Passwd", corners=fill_corners(["bell"])))
    assert folders[0] / "etc-passwd.toml" == path
    assert "../../Etc/Passwd" == bank.find("etc passwd").name


def test_a_renamed_factory_preset_is_a_copy(folders: tuple[Path, Path]) -> None:
    bank = PresetBank(folders)
    bank.rename("Alpha", "Omega")
    assert {"Alpha", "Omega"} < set(bank.names())
    bank.rename("Mine", "Yours")
    assert "Mine" not in bank.names()
    with pytest.raises(PresetError, match="there is a preset 'Beta' already"):
        bank.rename("Yours", "beta")
    assert "Yours" in bank.names()


def test_tags_of_a_factory_preset_are_the_users(folders: tuple[Path, Path]) -> None:
    bank = PresetBank(folders)
    assert ("two",) == bank.tag("Alpha", ["two", "two"], ["ONE"]).tags
    assert ("two",) == bank.find("alpha").tags
    assert (folders[0] / "alpha.toml").is_file()


def test_a_changed_file_is_read_again(folders: tuple[Path, Path]) -> None:
    bank = PresetBank(folders)
    assert "" == bank.find("beta").description
    put(folders[1], "Beta", description="longer than before")
    assert "longer than before" == bank.find("beta").description
    (folders[1] / "beta.toml").unlink()
    assert "Beta" not in bank.names()
