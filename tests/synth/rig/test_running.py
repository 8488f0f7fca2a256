import json
import os
import subprocess
import sys

import pytest

from synth.rig.running import announced, find_players, is_alive, running_folder


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_a_player_is_found_as_long_as_it_runs():
    assert find_players() == []
    with announced("127.0.0.1:4711"):
        assert find_players() == ["127.0.0.1:4711"]
    assert find_players() == []


def test_what_a_killed_player_left_is_not_believed():
    finished = subprocess.Popen([sys.executable, "-c", ""])
    finished.wait()
    running_folder().mkdir(parents=True)
    left = {"pid": finished.pid, "osc": "127.0.0.1:1"}
    (running_folder() / "left.json").write_text(json.dumps(left))
    (running_folder() / "torn.json").write_text('{"pid": ')
    (running_folder() / "list.json").write_text("[]")
    assert find_players() == []


def test_the_folder_is_the_users_own():
    with announced("127.0.0.1:1"):
        assert running_folder().stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_keeps_nobody_from_playing(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with announced("127.0.0.1:1"):
        assert find_players() == []


@pytest.mark.parametrize(
    ("pid", "expected"), [(os.getpid(), True), (0, False), (-1, False), ("1", False), (True, False)]
)
def test_only_numbers_of_processes_that_run_are_alive(pid, expected):
    assert expected == is_alive(pid)
