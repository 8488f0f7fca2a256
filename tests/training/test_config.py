"""Configs: frozen, overridden by name, and the same after a trip through JSON."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from synth.errors import ConfigError
from training.config import (
    CONFIGS,
    config_from_dict,
    config_to_dict,
    named_config,
    override,
    read_config,
)
from training.paper_config import PAPER


def test_settings_are_overridden_in_depth_and_typed() -> None:
    config = override(CONFIGS["smoke"], "optimiser.rate=1e-4")
    config = override(config, "generator.channels=8,8,8")
    config = override(config, "bf16=false")
    config = override(config, "instruments=Violin,Tuba")
    assert config.optimiser.rate == 1e-4
    assert config.generator.channels == (8, 8, 8)
    assert config.bf16 is False
    assert config.instruments == ("Violin", "Tuba")
    assert CONFIGS["smoke"].optimiser.rate != 1e-4


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("optimiser.rat=1", "did you mean 'rate'"),
        ("optimiser=1", "group"),
        ("seed.x=1", "not a group"),
        ("seed=one", "does not read as int"),
        ("seed", "key=value"),
        ("generator.channels=8", "two levels"),
    ],
)
def test_a_wrong_setting_is_named(setting: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        override(CONFIGS["smoke"], setting)


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_survives_json(name: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config_to_dict(CONFIGS[name])))
    assert read_config(str(path)) == CONFIGS[name]


def test_a_config_of_before_a_setting_was_added_has_its_default(tmp_path: Path) -> None:
    values = config_to_dict(CONFIGS["live"])
    del values["loss"]["velocity"]
    path = tmp_path / "config.json"
    path.write_text(json.dumps(values))
    assert read_config(str(path)) == CONFIGS["live"]


def test_unknown_names_and_keys_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="live"):
        named_config("paperr")
    with pytest.raises(ConfigError, match="extra"):
        config_from_dict(config_to_dict(CONFIGS["live"]) | {"extra": 1})
    with pytest.raises(ConfigError, match="cannot read"):
        read_config(str(tmp_path / "none.json"))


def test_the_paper_s_config_has_a_name_and_comes_back_from_its_file() -> None:
    config = named_config("paper")
    assert config == PAPER
    slower = override(PAPER, "rate=4e-4")
    assert config_from_dict(json.loads(json.dumps(config_to_dict(slower)))) == slower


def test_own_sounds_are_trained_on_as_the_shipped_ones() -> None:
    own = replace(CONFIGS["own"], name="live", instruments=CONFIGS["live"].instruments)
    assert own == CONFIGS["live"]
    assert CONFIGS["own"].instruments == ()
