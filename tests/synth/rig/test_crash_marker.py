import json
import subprocess
import sys

import pytest

from synth.errors import InstrumentError
from synth.rig.crash_marker import forget, has_crashed, loading, marker_path

DIE_LOADING = """
import os, sys
from pathlib import Path
from synth.rig.crash_marker import loading
with loading(Path(sys.argv[1])):
    os.kill(os.getpid(), 9)
"""


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_an_instrument_that_killed_the_player_is_remembered(tmp_path):
    bad, good = tmp_path / "bad", tmp_path / "good"
    died = subprocess.run([sys.executable, "-c", DIE_LOADING, bad], check=False)
    assert died.returncode == -9
    assert has_crashed(bad)
    assert not has_crashed(good)
    with loading(good):
        pass
    assert not has_crashed(bad)


def test_a_refused_instrument_has_not_crashed(tmp_path):
    def refuse() -> None:
        with loading(tmp_path):
            raise InstrumentError("damaged")

    with pytest.raises(InstrumentError):
        refuse()
    assert not has_crashed(tmp_path)


def test_while_another_player_loads_nothing_has_crashed(tmp_path):
    marker_path().parent.mkdir(parents=True)
    marker = {"pid": 1, "instrument": str(tmp_path.resolve())}
    marker_path().write_text(json.dumps(marker))
    assert not has_crashed(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "null", '{"pid": "x"}'])
def test_a_torn_marker_accuses_nobody(text, tmp_path):
    marker_path().parent.mkdir(parents=True)
    marker_path().write_text(text)
    assert not has_crashed(tmp_path)


def test_whoever_is_told_to_end_while_it_loads_has_not_crashed(tmp_path):
    with loading(tmp_path):
        forget()
        assert not marker_path().exists()


def test_the_marker_of_another_one_is_not_forgotten(tmp_path):
    subprocess.run([sys.executable, "-c", DIE_LOADING, tmp_path], check=False)
    forget()
    assert has_crashed(tmp_path)
