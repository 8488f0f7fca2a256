import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synth import native_cache
from synth.realtime import fft, kernel, mixer

KERNEL = """
from synth.realtime.kernel import realtime
from synth.{module} import gain
@realtime
def scale(value):
    return value * gain()
"""
GAIN = """
from synth.realtime.kernel import realtime
@realtime
def gain():
    return {gain}
"""


def test_a_digest_covers_what_a_file_imports_however_far():
    files = native_cache._closure(Path(mixer.__file__))
    names = {path.name for path in files}
    assert {"mixer.py", "streams.py", "kernel.py", "state.py", "frames.py", "events.py"} <= names
    assert mixer.__file__ not in map(str, native_cache._closure(Path(fft.__file__)))


def test_files_have_digests_of_their_own():
    digests = {native_cache.source_digest(Path(m.__file__)) for m in (fft, kernel, mixer)}
    assert len(digests) == 3


def test_numba_gets_its_setting_back():
    from numba.core import config

    before = config.CACHE_DIR
    with native_cache.cache_of(mixer.__file__):
        assert config.CACHE_DIR.startswith(str(native_cache.native_cache()))
    assert before == config.CACHE_DIR


def test_a_change_in_an_imported_file_is_never_missed(tmp_path):
    # Numba alone returns the first result twice: it looks at kernel files one by one.
    package = tmp_path / "synth"
    package.mkdir()
    source = Path(kernel.__file__).parents[1]
    (package / "__init__.py").write_text("")
    (package / "realtime").mkdir()
    for name in ("native_cache.py", "realtime/__init__.py", "realtime/kernel.py"):
        (package / name).write_text((source / name).read_text())
    (package / "scale.py").write_text(KERNEL.format(module="gain"))
    results = []
    for gain in (2.0, 3.0):
        (package / "gain.py").write_text(GAIN.format(gain=gain))
        done = subprocess.run(
            [sys.executable, "-c", "from synth.scale import scale; print(scale(1.0))"],
            cwd=tmp_path,
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=True,
        )
        results.append(float(done.stdout))
    assert results == [2.0, 3.0]


def test_where_nothing_can_be_written_it_is_temporary(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(blocked / "cache"))
    native_cache.native_cache.cache_clear()
    try:
        assert not native_cache.is_kept()
        assert native_cache.native_cache().is_dir()
    finally:
        monkeypatch.undo()
        native_cache.native_cache.cache_clear()


@pytest.fixture
def forgetful_cache(monkeypatch, tmp_path):
    """Kernels' folder is looked for anew in the test, and after it; returns the wanted one."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kernels"))
    native_cache.native_cache.cache_clear()
    yield tmp_path / "kernels"
    native_cache.native_cache.cache_clear()


def test_a_new_folder_is_the_users_own(forgetful_cache):
    assert native_cache.native_cache() == forgetful_cache
    assert forgetful_cache.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("mode", [0o777, 0o722, 0o720])
def test_a_folder_that_others_can_write_is_not_used(forgetful_cache, mode):
    forgetful_cache.mkdir()
    forgetful_cache.chmod(mode)
    assert native_cache.native_cache() != forgetful_cache
    assert not native_cache.is_kept()


def test_a_folder_of_somebody_else_is_not_used(forgetful_cache, monkeypatch):
    forgetful_cache.mkdir(mode=0o700)
    monkeypatch.setattr(native_cache.os, "geteuid", lambda: forgetful_cache.stat().st_uid + 1)
    assert native_cache.native_cache() != forgetful_cache


def test_kernels_that_no_start_asked_for_in_a_month_are_removed(forgetful_cache):
    old = time.time() - native_cache.KEPT_S - 1.0
    forgetful_cache.mkdir(mode=0o700)
    for name in ("0" * 24, "1" * 24, "not-ours"):
        (forgetful_cache / name).mkdir()
        os.utime(forgetful_cache / name, (old, old))
    os.utime(forgetful_cache / ("1" * 24))
    native_cache.native_cache()
    kept = {path.name for path in forgetful_cache.iterdir()}
    assert kept == {"1" * 24, "not-ours"}


def test_what_is_asked_for_is_kept(forgetful_cache):
    old = time.time() - native_cache.KEPT_S + 3600.0  # nearly a month
    in_use = forgetful_cache / native_cache.source_digest(Path(mixer.__file__))
    in_use.mkdir(mode=0o700, parents=True)
    os.utime(in_use, (old, old))
    with native_cache.cache_of(mixer.__file__):
        pass
    assert in_use.stat().st_mtime > old + 3600.0
