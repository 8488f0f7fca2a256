import json

import pytest

from synth.cli import main
from synth.commands.status import describe
from synth.rig.running import announced
from synth.rig.session import Session, SessionConfig

KEYS = {
    *("voices", "late_blocks", "xruns", "held_frames", "callback_load", "cache", "audio", "midi"),
    *("osc", "preset", "uptime_s"),
}


@pytest.fixture(autouse=True)
def _own_folders(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.fixture
def session(tiny_instrument_folder):
    config = SessionConfig(instrument=tiny_instrument_folder, audio="null", osc="127.0.0.1:0")
    with Session(config, tell=lambda line: None) as session, announced(session.osc_address):
        yield session


@pytest.mark.slow
def test_a_running_player_tells_all_that_was_promised(session, capsys):
    assert main(["status", "--json", "--osc", session.osc_address]) == 0
    status = json.loads(capsys.readouterr().out)
    assert set(status) >= KEYS
    assert (status["audio"], status["preset"]) == ("null", "Init")
    assert main(["status"]) == 0  # found without its port
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} >= KEYS


def test_nobody_there_is_exit_code_4_and_one_line(capsys):
    assert main(["status", "--json", "--osc", "127.0.0.1:9"]) == 4
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert "no player answers on 127.0.0.1:9" in captured.err


def test_a_wrong_address_is_wrong_usage(capsys):
    assert main(["status", "--osc", "somewhere"]) == 2
    assert "expected HOST:PORT" in capsys.readouterr().err


def test_lists_and_tables_are_told_in_words():
    lines = describe({"midi": [], "cache": {"n_used": 3, "n_slots": 9}, "voices": 2}).splitlines()
    told = dict(line.split(maxsplit=1) for line in lines)
    assert told == {"midi": "none", "cache": "n_used 3, n_slots 9", "voices": "2"}
