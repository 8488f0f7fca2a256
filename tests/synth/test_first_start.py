import subprocess
import sys
import textwrap

import pytest

from synth import first_start, native_cache
from synth.first_start import compile_apart, version_digest


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """Return what was started, in place of starting it; kernels are kept in a folder of ours."""
    found = []
    monkeypatch.delenv("GANSYNTH_COMPILES_HERE", raising=False)
    monkeypatch.setattr(first_start, "native_cache", lambda: tmp_path)
    monkeypatch.setattr(first_start, "is_kept", lambda: True)
    monkeypatch.setattr(first_start.subprocess, "run", lambda *a, **k: found.append((a[0], k)))
    return found


def test_the_first_start_has_another_process_compile_and_the_next_ones_do_not(calls, tmp_path):
    for _ in range(3):
        compile_apart(tmp_path / "instrument")
    ((words, options),) = calls
    assert words[1:] == ["-m", "synth.compiling", str(tmp_path / "instrument")]
    assert options["env"]["GANSYNTH_COMPILES_HERE"] == "1"


def test_the_other_process_compiles_by_itself(calls, tmp_path, monkeypatch):
    monkeypatch.setenv("GANSYNTH_COMPILES_HERE", "1")
    compile_apart(tmp_path)
    assert calls == []


def test_where_nothing_is_kept_nothing_is_compiled_in_advance(calls, tmp_path, monkeypatch):
    monkeypatch.setattr(first_start, "is_kept", lambda: False)
    compile_apart(tmp_path)
    assert calls == []


def test_what_did_not_succeed_is_tried_again_at_the_next_start(calls, tmp_path, monkeypatch):
    def fail(*words, **_):
        calls.append(words)
        raise subprocess.CalledProcessError(1, "python")

    monkeypatch.setattr(first_start.subprocess, "run", fail)
    for _ in range(2):
        compile_apart(tmp_path)
    assert len(calls) == 2
    assert not (tmp_path / version_digest()).exists()


def test_another_processor_place_or_line_compiles_anew(monkeypatch, tmp_path):
    before = version_digest()
    assert version_digest() == before
    monkeypatch.setattr(first_start.binding, "get_host_cpu_name", lambda: "another")
    other = version_digest()
    monkeypatch.setattr(first_start, "source_digest", lambda _: "another")
    line = version_digest()
    monkeypatch.setattr(first_start, "_ENGINE", tmp_path / "engine.py")
    assert len({before, other, line, version_digest()}) == 4
    assert native_cache._DIGEST.fullmatch(before)  # or it would never be removed


# In a process of its own, where nothing was compiled or loaded before.
START = """
import sys
from pathlib import Path
import numba.core.event as event
from synth.config import EngineConfig
from synth.engine import Engine
from synth.events import NoteOn
from synth.realtime.callback import compile_callback
from synth.realtime.mixer import compile_render
from synth.realtime.streams import compile_decode_hop
import numpy as np

out = np.zeros((1024, 2), np.float32)
with event.install_recorder("numba:compile") as compiled:
    with Engine(Path(sys.argv[1]), EngineConfig(is_offline=True)) as engine:
        engine.prepare(48_000, 1024)
        engine.post(NoteOn(pitch=60, velocity=0.8))
        for _ in range(30):
            engine.process(out)
assert np.abs(out).max() > 0.0
names = [str(found.data["dispatcher"]) for _, found in compiled.buffer if found.is_start]
for entry in (compile_render(), compile_decode_hop(), compile_callback()):
    if entry.cache_hits != 1:
        names.append(entry.native_name)
print(names)
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_start_loads_all_that_the_audio_thread_runs(tiny_instrument_folder):
    finished = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(START), str(tiny_instrument_folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.splitlines()[-1] == "[]"
