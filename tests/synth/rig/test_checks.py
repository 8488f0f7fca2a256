import resource
import socket
import threading

import pytest

from synth import native_cache
from synth.adapters import audio_out
from synth.adapters.outputs import portaudio
from synth.errors import DeviceError
from synth.rig import checks


@pytest.fixture(autouse=True)
def settings_file(monkeypatch, tmp_path):
    """Where the user's settings would lie; there are none."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "gansynth-live").mkdir()
    return tmp_path / "gansynth-live" / "settings.toml"


def _fail(*_: object) -> None:
    raise DeviceError("not here")


def test_every_check_of_this_machine_says_what_to_do_where_it_is_not_ok():
    looked = [look() for look in checks.CHECKS]
    assert len({check.name for check in looked}) == len(looked)
    for check in looked:
        assert check.detail
        assert bool(check.fix) != check.ok, check


def test_a_machine_without_a_sound_card_is_told_why_and_what_happens_then(monkeypatch):
    monkeypatch.setattr(audio_out, "list_outputs", _fail)
    check = checks.check_audio()
    assert check.detail == "not here"
    assert "runs silently" in check.fix


def test_missing_portaudio_is_told_with_the_package_that_has_it(monkeypatch):
    monkeypatch.setattr(portaudio, "list_devices", _fail)
    check = checks.check_portaudio()
    assert not check.ok
    assert "libportaudio2" in check.fix


def test_a_missing_instrument_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(checks, "default_instrument", lambda: tmp_path / "gone")
    check = checks.check_instrument()
    assert not check.ok
    assert "gone" in check.detail


def test_the_instrument_of_the_settings_is_the_one_that_is_verified(
    settings_file, tiny_instrument_folder
):
    settings_file.write_text(f'instrument = "{tiny_instrument_folder}"')
    check = checks.check_instrument()
    assert check.ok
    assert str(tiny_instrument_folder) in check.detail


def test_settings_that_cannot_be_followed_are_told(settings_file):
    assert checks.check_settings().ok
    settings_file.write_text("audo = 'jack'")
    check = checks.check_settings()
    assert not check.ok
    assert "did you mean audio" in check.detail


@pytest.mark.parametrize(
    ("user", "limit", "is_ok"),
    [(1000, 0, False), (1000, 95, True), (0, 0, True), (1000, resource.RLIM_INFINITY, True)],
)
def test_priority_is_fine_for_root_and_for_those_who_may_ask(monkeypatch, user, limit, is_ok):
    monkeypatch.setattr(checks.os, "geteuid", lambda: user)
    monkeypatch.setattr(checks.resource, "getrlimit", lambda _what: (limit, limit))
    assert is_ok == checks.check_priority().ok


@pytest.mark.parametrize(
    ("governors", "is_ok"),
    [(["performance"] * 2, True), (["performance", "powersave"], False), ([], True)],
)
def test_a_processor_that_saves_power_is_told(tmp_path, governors, is_ok):
    for number, governor in enumerate(governors):
        (tmp_path / f"cpu{number}").write_text(f"{governor}\n")
    check = checks.check_governor(str(tmp_path / "cpu*"))
    assert check.ok == is_ok
    assert ("performance" in check.fix) != is_ok


def test_a_port_that_another_program_has_is_told(settings_file):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        settings_file.write_text(f"osc = '127.0.0.1:{taken.getsockname()[1]}'")
        check = checks.check_ports()
        assert not check.ok
        assert "--osc" in check.fix
    assert checks.check_ports().ok


@pytest.mark.parametrize(("kilobytes", "is_ok"), [(8_000_000, True), (100_000, False)])
def test_too_little_memory_is_told(tmp_path, kilobytes, is_ok):
    (tmp_path / "meminfo").write_text(f"MemFree: 1 kB\nMemAvailable: {kilobytes} kB\n")
    assert is_ok == checks.check_memory(tmp_path / "meminfo").ok
    assert checks.check_memory(tmp_path / "gone").ok


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
    assert not checks.check_kernel_cache().ok
    native_cache.native_cache.cache_clear()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kernels"))
    assert checks.check_kernel_cache().ok


@pytest.mark.usefixtures("forgetful_cache")
def test_a_full_disk_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kernels"))
    monkeypatch.setattr(checks, "CACHE_BYTES", 1 << 62)
    assert "make room" in checks.check_kernel_cache().fix


def test_this_interpreter_is_one_of_those_wanted():
    assert checks.check_python().ok


def test_what_stands_still_is_a_finding_with_its_name():
    let_go = threading.Event()

    def check_card() -> checks.Check:
        let_go.wait()
        return checks.Check(name="card", ok=True, detail="late")

    try:
        check = checks.look_within(0.05, check_card)
        assert (check.name, check.ok) == ("card", False)
        assert "does not answer" in check.detail
        assert check.fix
    finally:
        let_go.set()


def test_a_port_that_is_open_to_nobody_is_told(settings_file):
    settings_file.write_text('osc = "0.0.0.0:9000"')
    check = checks.check_ports()
    assert not check.ok
    assert "--osc-allow" in check.fix
    settings_file.write_text('osc = "0.0.0.0:0"\nosc_allow = ["10.0.0.0/8"]')
    assert checks.check_ports().ok
