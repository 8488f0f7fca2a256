"""Every preset that ships can be played on the instrument that ships."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from synth.control.player import Player
from synth.control.presets import file_stem, load_preset, preset_files
from synth.folders import default_instrument, factory_presets
from synth.notes.instrument import Instrument
from synth.offline import open_offline

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
FACTORY = [load_preset(path) for path in sorted(factory_presets().glob("*.toml"))]


@pytest.fixture(scope="module")
def player() -> Player:
    return Player(lambda event, offset: None, Instrument.load(default_instrument()))


@pytest.mark.parametrize("path", preset_files().values(), ids=lambda p: p.stem)
def test_it_loads_on_the_default_instrument(player: Player, path: Path) -> None:
    player.load(load_preset(path))
    assert load_preset(path).name == player.preset(15).name


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up; compose_bank imports its table
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def table() -> ModuleType:
    return script("bank_table")


def test_there_are_enough_of_every_family() -> None:
    assert len(FACTORY) >= 48
    tags = [tag for preset in FACTORY for tag in preset.tags]
    assert all(preset.tags and preset.description for preset in FACTORY)
    for family in ("keys", "organ", "guitar", "bass", "strings", "vocal", "brass", "wind", "synth"):
        assert tags.count(family) >= 2, family


def test_every_preset_has_a_number_of_its_own() -> None:
    programs = [preset.program for preset in FACTORY]
    assert None not in programs
    assert len(programs) == len(set(programs))


def test_the_files_say_what_the_table_says(table: ModuleType) -> None:
    found = {preset.name: preset for preset in FACTORY}
    assert {row.name for row in table.TABLE} == set(found)
    for row in table.TABLE:
        preset = found[row.name]
        assert row.corners == preset.corners
        assert row.program == preset.program
        assert row.values.items() <= preset.values.items()


def test_some_presets_far_apart_are_equally_loud(table: ModuleType) -> None:
    bank = script("compose_bank")
    names = {"Grand Piano", "Two Fingers", "Double Reeds", "Warm Blanket"}
    rows = [row for row in table.TABLE if row.name in names]
    with open_offline(sample_rate=bank.SAMPLE_RATE) as (engine, player):
        presets = [load_preset(factory_presets() / f"{file_stem(row.name)}.toml") for row in rows]
        heard = [
            bank.loudness(engine, player, preset, row.home)
            for preset, row in zip(presets, rows, strict=True)
        ]
    print("LUFS", [f"{lufs:.1f}" for lufs in heard])
    assert max(heard) - min(heard) <= bank.LARGEST_DIFFERENCE_LU
