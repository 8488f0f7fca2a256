import json

from synth.cli import main
from synth.rig import checks
from synth.rig.checks import Check

FINE = Check(name="one", ok=True, detail="fine")
BAD = Check(name="two", ok=False, detail="broken", fix="mend it")


def test_json_is_one_object_and_nothing_else(monkeypatch, capsys):
    monkeypatch.setattr(checks, "CHECKS", (lambda: FINE, lambda: BAD))
    assert main(["doctor", "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert {"name": "two", "ok": False, "detail": "broken", "fix": "mend it"} == told["checks"][1]


def test_the_fix_is_told_only_of_what_is_bad(monkeypatch, capsys):
    monkeypatch.setattr(checks, "CHECKS", (lambda: FINE, lambda: BAD))
    main(["doctor"])
    assert capsys.readouterr().out.count("->") == 1


def test_a_machine_in_order_gives_0(monkeypatch):
    monkeypatch.setattr(checks, "CHECKS", (lambda: FINE,))
    assert main(["doctor"]) == 0
