import argparse
from dataclasses import fields
from pathlib import Path

import pytest

from synth.cli import build_parser
from synth.errors import ConfigError, InputFileError
from synth.rig.session_config import SessionConfig, load_settings, settings_path


@pytest.fixture
def settings(tmp_path):
    """Write a settings file and return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "settings.toml"
        path.write_text(text)
        return path

    return write


def _flags_of_play() -> set[str]:
    (subparsers,) = build_parser()._subparsers._group_actions
    actions = subparsers.choices["play"]._actions
    return {action.dest for action in actions if not isinstance(action, argparse._HelpAction)}


def test_every_key_is_a_flag_and_every_flag_a_key():
    assert {field.name for field in fields(SessionConfig)} == _flags_of_play() - {
        *("demo", "settings"),
    }


def test_no_flag_has_a_default_that_would_hide_the_file():
    args = build_parser().parse_args(["play"])
    given = [f.name for f in fields(SessionConfig) if getattr(args, f.name) is not None]
    assert given == []


def test_a_file_says_what_flags_say(settings, tmp_path):
    path = settings(
        'preset = "Organ Loft"\ninstrument = "mine"\nosc_allow = ["10.0.0.0/8"]\nblock_size = 128'
        '\nset = ["part/2/key/low=60"]'
    )
    assert load_settings(path) == {
        "preset": "Organ Loft",
        "instrument": tmp_path / "mine",  # beside the file, wherever the player is started
        "osc_allow": ("10.0.0.0/8",),
        "block_size": 128,
        "set": ("part/2/key/low=60",),
    }


def test_without_a_file_nothing_is_said_unless_the_file_was_named(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings_path().is_relative_to(tmp_path)
    assert load_settings() == {}
    with pytest.raises(InputFileError, match=r"gone\.toml"):
        load_settings(tmp_path / "gone.toml")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("presett = 'x'", "did you mean preset"),
        ("block_size = '64'", "expected a whole number"),
        ("block_size = true", "expected a whole number"),
        ("block_size = -1", "expected 1 to 8192"),
        ("preset = 7", "expected a text"),
        ("osc_allow = '10.0.0.0/8'", "expected a list of texts"),
        ("osc_allow = ['300.1.1.1/24']", "192.168.1.0/24"),
        ("midi_api = 'usb'", "expected one of alsa, jack, auto"),
        ("osc = 'somewhere'", "expected HOST:PORT"),
        ("audio = ''", "name is empty"),
        ("preset = ", "are no TOML"),
        ("# " + "x" * 200_000, "larger than"),
    ],
)
def test_a_file_that_cannot_be_followed_is_named_with_its_reason(settings, text, reason):
    path = settings(text)
    with pytest.raises(InputFileError, match=reason) as caught:
        load_settings(path)
    assert str(path) in str(caught.value)


def test_a_flag_that_cannot_be_is_wrong_usage():
    with pytest.raises(ConfigError, match="block size 9000"):
        SessionConfig(block_size=9000)
