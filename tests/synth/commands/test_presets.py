import json

import pytest

from synth.cli import main
from synth.control import presets


@pytest.fixture
def bank(tmp_path, monkeypatch):
    """A folder of presets that stands for the user's and the factory's."""
    monkeypatch.setattr(presets, "preset_folders", lambda: (tmp_path,))
    preset = presets.Preset(
        name="Bell Choir",
        corners=presets.fill_corners(["celesta"]),
        tags=("bells", "soft"),
        values={"amp/release": 1.5},
        program=9,
    )
    presets.save_preset(preset, tmp_path / "bell-choir.toml")
    return tmp_path


def test_list_prints_number_name_and_tags(bank, capsys):
    assert main(["presets", "list"]) == 0
    assert ["9", "Bell Choir", "bells, soft"] == [
        part.strip() for part in capsys.readouterr().out.split("  ") if part.strip()
    ]


def test_a_bad_file_is_named_and_skipped(bank, capsys):
    (bank / "aaa.toml").write_text("format_version = 99\n")
    assert main(["presets", "list"]) == 0
    out, err = capsys.readouterr()
    assert "Bell Choir" in out
    assert "aaa.toml: format_version 99" in err


def test_the_list_can_be_json(bank, capsys):
    (bank / "aaa.toml").write_text("format_version = 99\n")
    assert main(["presets", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    (preset,) = listed["presets"]
    assert (9, "Bell Choir", ["bells", "soft"]) == (
        preset["program"],
        preset["name"],
        preset["tags"],
    )
    assert "aaa.toml" in listed["bad_files"][0]["file"]


def test_show_prints_toml_that_loads_again(bank, capsys):
    assert main(["presets", "show", "bell choir"]) == 0
    shown = presets.parse_preset(capsys.readouterr().out)
    assert {"amp/release": 1.5} == shown.values


def test_show_of_no_such_preset_names_the_nearest(bank, capsys):
    assert main(["presets", "show", "bell-choirs"]) == 3
    assert "bell-choir" in capsys.readouterr().err


def test_rename_keeps_the_rest(bank, capsys):
    assert main(["presets", "rename", "Bell Choir", "../Night Bells"]) == 0
    assert ["night-bells.toml"] == [path.name for path in bank.iterdir()]
    assert main(["presets", "rename", "Bell Choir", "x"]) == 3


def test_tags_come_and_go(bank, capsys):
    assert main(["presets", "tag", "Bell Choir", "night", "--remove", "SOFT"]) == 0
    assert "Bell Choir: bells, night" == capsys.readouterr().out.strip()


def test_search_finds_by_every_word(bank, capsys):
    assert main(["presets", "search", "BELLS", "celesta"]) == 0
    assert "Bell Choir" in capsys.readouterr().out
    assert main(["presets", "search", "bells", "trumpet"]) == 0
    assert "" == capsys.readouterr().out


def test_random_names_one_or_makes_one(bank, capsys):
    assert main(["presets", "random", "bells", "--seed", "1"]) == 0
    assert "Bell Choir" == capsys.readouterr().out.strip()
    assert main(["presets", "random", "--new", "Dice", "--seed", "1"]) == 0
    first = presets.load_preset(bank / "dice.toml")
    assert main(["presets", "random", "--new", "Dice", "--seed", "1"]) == 0
    assert first == presets.load_preset(bank / "dice.toml")
    assert main(["presets", "random", "no such word"]) == 3
    assert main(["presets", "random", "--new", "///"]) == 3


def test_a_seed_is_a_whole_number(bank):
    with pytest.raises(SystemExit) as left:
        main(["presets", "random", "--seed", "x"])
    assert 2 == left.value.code
