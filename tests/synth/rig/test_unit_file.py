import shutil
import subprocess
from pathlib import Path

import pytest

from synth.rig.unit_file import UNIT_NAME, unit_path, unit_text

SETTINGS = Path("/home/me/.config/gansynth-live/settings.toml")


def _value(text: str, key: str) -> str:
    (line,) = [line for line in text.splitlines() if line.startswith(f"{key}=")]
    return line.partition("=")[2]


def test_the_unit_is_notified_watched_restarted_and_read_again():
    text = unit_text(["/opt/gansynth", "play"], SETTINGS)
    assert _value(text, "Type") == "notify"
    assert _value(text, "ExecStart") == "/opt/gansynth play"
    assert int(_value(text, "WatchdogSec")) > 0
    assert _value(text, "Restart") == "on-failure"
    assert "HUP" in _value(text, "ExecReload")
    assert _value(text, "LimitRTPRIO") == "95"
    assert "MemoryDenyWriteExecute" not in text  # the audio thread is compiled when it starts
    assert str(SETTINGS) in text


def test_a_path_with_odd_characters_stays_one_word():
    text = unit_text(["/home/me/my synth/100%/$x/gansynth", "play"], SETTINGS)
    assert _value(text, "ExecStart") == '"/home/me/my synth/100%%/$$x/gansynth" play'


def test_it_lies_where_systemd_looks(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert unit_path() == tmp_path / "systemd" / "user" / UNIT_NAME


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd on this machine")
def test_systemd_itself_finds_nothing_wrong(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    path = tmp_path / UNIT_NAME
    path.write_text(unit_text([shutil.which("true") or "/bin/true", "play"], SETTINGS))
    verified = subprocess.run(
        ["systemd-analyze", "--user", "verify", path], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
