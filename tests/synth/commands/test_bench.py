import json

import pytest

from synth import cli
from synth.bench import report


def test_json_is_one_object_on_stdout(monkeypatch, capsys, tiny_instrument_folder):
    seen = []
    monkeypatch.setattr(
        report, "run_bench", lambda instrument, config, progress: seen.append(config) or {"a": 1}
    )
    words = ["bench", "--json", "--peers", "--notes", "7", "--instrument"]
    assert cli.main([*words, str(tiny_instrument_folder)]) == 0
    assert json.loads(capsys.readouterr().out) == {"a": 1}
    assert (seen[0].n_notes, seen[0].has_peers) == (7, True)


def test_a_count_of_nothing_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as left:
        cli.main(["bench", "--notes", "0"])
    assert left.value.code == 2
    assert "expected a whole number from 1" in capsys.readouterr().err


def test_a_time_that_runs_backwards_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as left:
        cli.main(["bench", "--seconds", "-3"])
    assert left.value.code == 2
    assert "expected seconds from 0 to" in capsys.readouterr().err
