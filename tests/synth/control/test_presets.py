"""Presets: what is written is read back, what is wrong is named, nothing is half-written."""

import resource
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.control.presets import (
    Preset,
    fill_corners,
    find_preset,
    format_preset,
    load_preset,
    parse_preset,
    preset_files,
    save_preset,
)
from synth.errors import ConfigError, PresetError
from synth.parameters import PARAMETERS

HEAD = 'format_version = 1\nname = "Test"\n'
PAD = '[timbre]\ncorners = ["piano", "organ", "seed:3", "flute"]\n'
BELLS = Preset(
    name="Bell choir",
    corners=("celesta", "vibraphone", "seed:12", "organ"),
    description='A "soft" choir of bells',
    tags=("bells", "soft"),
    values={"timbre/x": 0.25, "amp/release": 1.5, "pitch/transpose": -12.0},
)

one_line = st.text(
    alphabet=st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=30
)


def test_what_is_written_is_read_back() -> None:
    assert BELLS == parse_preset(format_preset(BELLS))


@given(
    name=one_line.filter(str.strip),
    tags=st.lists(one_line, max_size=3),
    ways=st.lists(st.floats(0.0, 1.0), min_size=len(PARAMETERS), max_size=len(PARAMETERS)),
)
def test_every_preset_survives_its_file(name: str, tags: list[str], ways: list[float]) -> None:
    values = {
        p.name: p.to_real(way) for p, way in zip(PARAMETERS, ways, strict=True) if not p.is_global
    }
    preset = Preset(name=name, corners=fill_corners(["a"]), tags=tuple(tags), values=values)
    assert preset == parse_preset(format_preset(preset))


@given(text=st.text(max_size=200))
def test_any_text_is_a_preset_or_one_clear_error(text: str) -> None:
    error = ""
    try:
        parse_preset(HEAD + PAD + text)
    except PresetError as err:
        error = str(err)
    assert "\n" not in error


def test_one_corner_fills_the_pad_and_two_lie_left_and_right() -> None:
    assert ("a", "a", "a", "a") == fill_corners(["a"])
    assert ("a", "a", "b", "b") == fill_corners(["a", "b"])
    with pytest.raises(ConfigError, match="3 corners"):
        fill_corners(["a", "b", "c"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = 'x'", "format_version None: expected 1"),
        ("format_version = 2\nname = 'x'", "format_version 2: expected 1"),
        (HEAD, "0 corners"),
        ("format_version = 1\n" + PAD, "name = None"),
        (HEAD + "tag = []\n" + PAD, "unknown key 'tag'; did you mean tags"),
        (HEAD + PAD + "[amp]\nrelase = 1", "unknown key 'relase' in .amp.; did you mean release"),
        (HEAD + PAD + "[main]\nvolume = 0", "unknown key 'main'"),
        (
            HEAD + PAD + "[amp]\nrelease = -1",
            "amp/release = -1: expected a number from 0.005 to 10 s",
        ),
        (HEAD + PAD + "[amp]\nrelease = nan", "amp/release = nan"),
        (HEAD + PAD + "[amp]\nrelease = true", "amp/release = True"),
        (HEAD + PAD + "[amp]\nrelease = '1'", "amp/release = '1'"),
        (HEAD + "amp = 3\n" + PAD, "expected a table"),
        (HEAD + "tags = 'a'\n" + PAD, "expected a list"),
        ("not toml at all", "is no preset"),
    ],
)
def test_a_wrong_preset_is_told_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(PresetError, match=message) as caught:
        parse_preset(text)
    assert "\n" not in str(caught.value)


def test_a_preset_is_found_by_name_whatever_its_case(tmp_path: Path) -> None:
    save_preset(BELLS, tmp_path / "bell-choir.toml")
    assert BELLS == find_preset("Bell Choir", [tmp_path])
    assert BELLS == find_preset("bell-choir", [tmp_path])


def test_a_missing_preset_is_answered_with_the_nearest(tmp_path: Path) -> None:
    save_preset(BELLS, tmp_path / "bell-choir.toml")
    with pytest.raises(PresetError, match="did you mean bell-choir"):
        find_preset("bell choire", [tmp_path])
    with pytest.raises(PresetError, match="there are: bell-choir"):
        find_preset("zzz", [tmp_path])


def test_names_never_leave_the_folder(tmp_path: Path) -> None:
    (tmp_path / "bank").mkdir()
    save_preset(BELLS, tmp_path / "secret.toml")
    with pytest.raises(PresetError, match="no preset"):
        find_preset("../secret", [tmp_path / "bank"])


def test_the_users_own_preset_hides_the_factorys(tmp_path: Path) -> None:
    mine, factory = tmp_path / "mine", tmp_path / "factory"
    save_preset(BELLS, mine / "bells.toml")
    save_preset(BELLS, factory / "bells.toml")
    assert {"bells": mine / "bells.toml"} == preset_files([mine, factory])


def test_a_preset_that_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "bells.toml"
    save_preset(BELLS, path)
    before = path.read_bytes()
    wrong = Preset(name="x", corners=BELLS.corners, values={"amp/release": 99.0})
    with pytest.raises(PresetError, match="amp/release"):
        save_preset(wrong, path)
    assert before == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PresetError, match="cannot write preset"):
        save_preset(BELLS, tmp_path / "file" / "bells.toml")


def test_files_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PresetError, match="not UTF-8"):
        load_preset(path)
    path.write_bytes(b"#" * 200_000)
    with pytest.raises(PresetError, match="larger"):
        load_preset(path)
    with pytest.raises(PresetError, match="cannot read"):
        load_preset(tmp_path / "none.toml")


@pytest.mark.parametrize("path", preset_files().values(), ids=lambda p: p.stem)
def test_every_factory_preset_loads_under_its_own_name(path: Path) -> None:
    assert load_preset(path) == find_preset(load_preset(path).name)


def test_the_one_before_is_kept_beside_and_never_listed(tmp_path: Path) -> None:
    path = tmp_path / "bells.toml"
    save_preset(BELLS, path)
    before = path.read_text()
    save_preset(replace(BELLS, description="second"), path)
    save_preset(replace(BELLS, description="third"), path)
    assert load_preset(path).description == "third"
    assert "second" in (tmp_path / "bells.toml~").read_text()
    assert before != (tmp_path / "bells.toml~").read_text()
    assert list(preset_files([tmp_path])) == ["bells"]


def test_a_full_disk_leaves_the_old_preset_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "bells.toml"
    save_preset(BELLS, path)
    before = path.read_text()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # As a full disk would: a write beyond a few bytes fails.
    resource.setrlimit(resource.RLIMIT_FSIZE, (30, limits[1]))
    try:
        with pytest.raises(PresetError, match="cannot write preset"):
            save_preset(replace(BELLS, description="too much"), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_text() == before
    assert [file.name for file in tmp_path.iterdir()] == ["bells.toml"]
