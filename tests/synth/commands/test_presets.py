import pytest

from synth import presets
from synth.cli import main


@pytest.fixture
def bank(tmp_path, monkeypatch):
    """A folder of presets that stands for the user's and the factory's."""
    monkeypatch.setattr(presets, "preset_folders", lambda: (tmp_path,))
    preset = presets.Preset(
        name="Bell Choir",
        corners=presets.fill_corners(["celesta"]),
        tags=("bells", "soft"),
        values={"amp/release": 1.5},
    )
    presets.save_preset(preset, tmp_path / "bell-choir.toml")
    return tmp_path


def test_list_prints_name_and_tags(bank, capsys):
    assert main(["presets", "list"]) == 0
    assert ["Bell Choir", "bells, soft"] == [
        part.strip() for part in capsys.readouterr().out.split("  ") if part.strip()
    ]


def test_list_marks_a_bad_file_and_goes_on(bank, capsys):
    (bank / "aaa.toml").write_text("format_version = 99\n")
    assert main(["presets", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "unreadable" in lines[0]
    assert "Bell Choir" in lines[1]


def test_show_prints_toml_that_loads_again(bank, capsys):
    assert main(["presets", "show", "bell choir"]) == 0
    shown = presets.parse_preset(capsys.readouterr().out)
    assert {"amp/release": 1.5} == shown.values


def test_show_of_no_such_preset_names_the_nearest(bank, capsys):
    assert main(["presets", "show", "bell-choirs"]) == 3
    assert "bell-choir" in capsys.readouterr().err
