import json
import resource

import pytest

from synth.adapters import audio_out
from synth.cli import main
from synth.commands import doctor
from synth.errors import DeviceError
from synth.realtime import native_cache

FINE = doctor.Check(name="one", ok=True, detail="fine")
BAD = doctor.Check(name="two", ok=False, detail="broken", fix="mend it")


def test_json_is_one_object_and_nothing_else(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "CHECKS", (lambda: FINE, lambda: BAD))
    assert main(["doctor", "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert {"name": "two", "ok": False, "detail": "broken", "fix": "mend it"} == told["checks"][1]


def test_the_fix_is_told_only_of_what_is_bad(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "CHECKS", (lambda: FINE, lambda: BAD))
    main(["doctor"])
    assert capsys.readouterr().out.count("->") == 1


def test_a_machine_in_order_gives_0(monkeypatch):
    monkeypatch.setattr(doctor, "CHECKS", (lambda: FINE,))
    assert main(["doctor"]) == 0


def test_a_machine_without_a_sound_card_is_told_why_and_what_happens_then(monkeypatch):
    def fail():
        raise DeviceError("no audio device")

    monkeypatch.setattr(audio_out, "list_outputs", fail)
    check = doctor.check_audio()
    assert check.detail == "no audio device"
    assert "runs silently" in check.fix


def test_a_missing_instrument_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "default_instrument", lambda: tmp_path / "gone")
    check = doctor.check_instrument()
    assert not check.ok
    assert "gone" in check.detail


@pytest.mark.parametrize(
    ("user", "limit", "is_ok"),
    [(1000, 0, False), (1000, 95, True), (0, 0, True), (1000, resource.RLIM_INFINITY, True)],
)
def test_priority_is_fine_for_root_and_for_those_who_may_ask(monkeypatch, user, limit, is_ok):
    monkeypatch.setattr(doctor.os, "geteuid", lambda: user)
    monkeypatch.setattr(doctor.resource, "getrlimit", lambda _what: (limit, limit))
    assert is_ok == doctor.check_priority().ok


@pytest.fixture
def forgetful_cache():
    """Kernels' folder is looked for anew in the test, and again after it."""
    native_cache.native_cache.cache_clear()
    yield
    native_cache.native_cache.cache_clear()


@pytest.mark.usefixtures("forgetful_cache")
def test_kernels_that_cannot_be_kept_are_told(monkeypatch, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(in_the_way / "kernels"))
    assert not doctor.check_kernel_cache().ok
    native_cache.native_cache.cache_clear()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert doctor.check_kernel_cache().ok


def test_this_interpreter_is_one_of_those_wanted():
    assert doctor.check_python().ok
