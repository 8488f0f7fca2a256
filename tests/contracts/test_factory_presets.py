"""Every preset that ships can be played on the instrument that ships."""

from pathlib import Path

import pytest

from synth.folders import default_instrument
from synth.notes.instrument import Instrument
from synth.player import Player
from synth.presets import load_preset, preset_files


@pytest.fixture(scope="module")
def player() -> Player:
    return Player(lambda event, offset: None, Instrument.load(default_instrument()))


@pytest.mark.parametrize("path", preset_files().values(), ids=lambda p: p.stem)
def test_it_loads_on_the_default_instrument(player: Player, path: Path) -> None:
    player.load(load_preset(path))
    assert load_preset(path).name == player.preset(15).name


def test_there_are_some() -> None:
    assert len(preset_files()) >= 12
