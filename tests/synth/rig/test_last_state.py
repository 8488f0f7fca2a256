"""The last state comes back; one that does harm is set aside."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synth.control.bank import PresetBank
from synth.control.midi_map import Binding
from synth.control.player import Player
from synth.control.tuning import load_tuning
from synth.errors import ConfigError
from synth.events import SetTuning
from synth.rig import last_state
from synth.rig.last_state import LastState, apply_state, collect_state

PATIENCE_S = 10.0


class Names:
    macros = ()

    def __init__(self, names: Sequence[str]) -> None:
        self.timbre_names = tuple(names)

    def find_timbre(self, words: str) -> np.ndarray:
        if words not in self.timbre_names and not words.startswith("seed:"):
            raise ConfigError(f"no timbre {words!r}")
        return np.ones(2, np.float32)

    def pad_mix(self, corners: Any, x: float, y: float) -> np.ndarray:
        return np.array([x, y], np.float32)


def make_player(
    tmp_path: Path, names: Sequence[str] = ("bell", "harp")
) -> tuple[Player, list[Any]]:
    posted: list[Any] = []
    bank = PresetBank([tmp_path / "bank"])
    return Player(lambda event, offset: posted.append(event), Names(names), bank), posted


def edited(tmp_path: Path) -> Player:
    player, _ = make_player(tmp_path)
    player.set_parameter("amp/pan", 0.25, part=3)
    player.set_parameter("main/a4_hz", 0.75)
    player.set_parameter("main/omni", 3 / 16)
    player.set_parameter("key/low", 0.5, part=3)
    player.set_parameter("key/channel", 2 / 16, part=3)
    player.set_corner(1, "seed:9", part=3)
    player.set_tuning(load_tuning("pythagorean"))
    player.midi_map.bind(Binding(controller=20, channel=0, name="amp/pan", part=3))
    return player


def test_everything_comes_back(tmp_path: Path) -> None:
    path, told = tmp_path / "state.json", list[str]()
    LastState(path, told.append).save(edited(tmp_path), {"subscribers": [[1]]})
    player, posted = make_player(tmp_path)
    state = LastState(path, told.append).restore(player)
    assert [[1]] == state["subscribers"]
    values = (player.value("amp/pan", 3), player.value("main/a4_hz"))
    assert (0.25, 0.75) == pytest.approx(values)
    heard = [player.real(name, 3) for name in ("main/omni", "key/low", "key/channel")]
    assert [3.0, 64.0, 2.0] == heard
    assert "seed:9" == player.corners(3)[1]
    assert 1 == len(player.midi_map.bindings)
    assert "pythagorean" == player.tuning.name
    assert SetTuning in map(type, posted)
    assert [] == told


def test_presets_that_were_asked_for_stay(tmp_path: Path) -> None:
    state = collect_state(edited(tmp_path))
    player, _ = make_player(tmp_path)
    apply_state(state, player, with_presets=False)
    assert 0.5 == player.value("amp/pan", 3)
    assert 0.75 == pytest.approx(player.value("main/a4_hz"))


def test_a_state_that_failed_last_time_is_set_aside(tmp_path: Path) -> None:
    path, told = tmp_path / "state.json", list[str]()
    LastState(path, told.append).save(edited(tmp_path))
    LastState(path, told.append).restore(make_player(tmp_path)[0])  # and the process dies
    player, _ = make_player(tmp_path)
    assert {} == LastState(path, told.append).restore(player)
    assert 0.5 == player.value("amp/pan", 3)
    assert not path.exists()
    assert (tmp_path / "state.bad.json").exists()
    assert "did not end well" in told[0]


def test_a_start_that_ended_well_takes_the_marker_away(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    LastState(path, print).save(edited(tmp_path))
    for _ in range(2):
        last = LastState(path, print)
        assert last.restore(make_player(tmp_path)[0])
        last.settle()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"version": 1}', '{"version": 1, "parts": [1], "main": {}}', "[" * 5000],
)
def test_a_damaged_state_is_set_aside_with_one_line(tmp_path: Path, text: str) -> None:
    path, told = tmp_path / "state.json", list[str]()
    path.write_text(text)
    assert {} == LastState(path, told.append).restore(make_player(tmp_path)[0])
    assert 1 == len(told)
    assert "\n" not in told[0]


def test_a_state_of_another_instrument_is_set_aside(tmp_path: Path) -> None:
    path, told = tmp_path / "state.json", list[str]()
    LastState(path, told.append).save(edited(tmp_path))
    assert {} == LastState(path, told.append).restore(make_player(tmp_path, ["theremin"])[0])
    assert "no timbre" in told[0]


def test_the_parts_of_another_instrument_stay_with_it(tmp_path: Path) -> None:
    path, told = tmp_path / "state.json", list[str]()
    LastState(path, told.append).save(edited(tmp_path), {"instrument": "one"})
    player, _ = make_player(tmp_path, ["theremin"])
    state = LastState(path, told.append).restore(player, instrument="another")
    assert "one" == state["instrument"]
    assert 0.75 == pytest.approx(player.value("main/a4_hz"))
    assert 0.5 == player.value("amp/pan", 3)
    assert path.exists()
    assert [] == told


def test_no_path_keeps_nothing_and_a_bad_one_is_one_line(tmp_path: Path) -> None:
    told: list[str] = []
    player = edited(tmp_path)
    nowhere = LastState(None, told.append)
    nowhere.save(player)
    nowhere.settle()
    with nowhere.kept(player, dict):
        assert {} == nowhere.restore(player)
    (tmp_path / "file").write_text("in the way")
    LastState(tmp_path / "file" / "state.json", told.append).save(player)
    assert 1 == len(told)
    assert "cannot write" in told[0]


@pytest.mark.parametrize("n_bytes", [0, 100])
def test_a_full_disk_is_one_line_and_leaves_the_old_state_whole(
    tmp_path: Path, full_disk: Any, n_bytes: int
) -> None:
    player = edited(tmp_path)
    path, told = tmp_path / "state" / "state.json", list[str]()
    LastState(path, told.append).save(player)
    before = path.read_text()
    player.set_parameter("amp/pan", 1.0, part=3)
    with full_disk(n_bytes):
        LastState(path, told.append).save(player)
    (line,) = told
    assert "cannot write" in line
    assert "\n" not in line
    assert before == path.read_text()
    assert ["state.json"] == [file.name for file in path.parent.iterdir()]


def test_it_is_written_now_and_then_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_state, "SAVE_PERIOD_S", 0.05)
    path, player = tmp_path / "state.json", edited(tmp_path)
    with LastState(path, print).kept(player, lambda: {"n": 1}):
        player.set_parameter("amp/pan", 0.0, part=5)
        deadline = time.monotonic() + PATIENCE_S
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert 1 == json.loads(path.read_text())["n"]
        path.unlink()
    assert path.exists()


def test_the_end_does_not_wait_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_number: int) -> None:
        raise AssertionError("the end waits for the disk")

    monkeypatch.setattr(last_state.os, "fsync", fail)
    path, player = tmp_path / "state.json", edited(tmp_path)
    with LastState(path, print).kept(player, lambda: {"n": 1}):
        pass
    assert 1 == json.loads(path.read_text())["n"]


def test_what_was_written_last_is_not_written_again(tmp_path: Path) -> None:
    path, player = tmp_path / "state.json", edited(tmp_path)
    state = LastState(path, print)
    state.save(player)
    before = path.stat()
    state.save(player)
    assert before.st_ino == path.stat().st_ino
    player.set_parameter("amp/pan", 0.75, part=4)
    state.save(player)
    assert before.st_ino != path.stat().st_ino
    path.unlink()  # by somebody else
    state.save(player)
    assert path.exists()
