import ctypes
import json
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from numba.core.runtime import _nrt_python, rtsys

from synth.config import EngineConfig
from synth.frames import NoteFrames
from synth.realtime import callback, layout, queue
from synth.realtime.intrinsics import call_at
from synth.realtime.kernel import realtime
from synth.realtime.renderer import Renderer
from synth.realtime.state import state_at

SAMPLE_RATE = 48_000
COLD_START = """
import json, re, sys, time
from synth.realtime import callback, mixer, streams
began = time.process_time()
codes = [streams.compile_decode_hop(), mixer.compile_render(), callback.compile_callback()]
seconds = time.process_time() - began
texts = [] if sys.argv[1] == "warm" else [code.inspect_llvm() for code in codes]
print(json.dumps({
    "seconds": seconds,
    "n_allocations": sum(text.count("NRT_MemInfo_alloc") for text in texts),
    "n_raises": sum(text.count("NRT_Allocate") for text in texts),
    "has_fft": any("inverse_complex_fft" in text for text in texts),
    "has_flush": any("ldmxcsr" in text or "fpcr" in text for text in texts),
    "has_acquire": any(re.search(r"load atomic .* acquire", text) for text in texts),
    "has_release": any(re.search(r"store atomic .* release", text) for text in texts),
    "n_arithmetic": sum(len(re.findall(r" = f(?:add|mul) ", text)) for text in texts),
    "n_reordered": sum(len(re.findall(r" = fadd [a-z ]*reassoc", text)) for text in texts),
    "n_blind_to_nan": sum(
        len(re.findall(r" = (?:f[a-z]+|call|select) (?:[a-z]+ )*(?:fast|nnan|ninf) ", text))
        for text in texts
    ),
    "n_frozen_arrays": sum(text.count(".const.array.data") for text in texts),
}))
"""


@pytest.fixture
def renderer():
    pool = NoteFrames.allocate(
        n_slots=4, n_frames=40, n_bins=1024, n_fft=2048, hop_length=512, n_onset_frames=20
    )
    times = np.arange(pool.onset.shape[1]) / 16_000
    pool.onset[:] = 0.2 * np.sin(2 * np.pi * 440 * times)
    pool.magnitude[:] = 1000
    pool.frame_scale[:] = 1e-6
    pool.n_ready[:] = 40
    pool.plan["loop_first"], pool.plan["loop_last"] = 5, 30
    return Renderer(
        pool,
        EngineConfig(n_voices=4),
        sample_rate=SAMPLE_RATE,
        model_rate=16_000,
        hop_length=512,
    )


def start(renderer, **values):
    values = {"part": 0, "slot": 1, "key": 60.0, "ratio": 1 / 3, "value": 1.0} | values
    assert renderer.send(queue.START, **values)


def test_the_address_is_a_portaudio_callback(renderer):
    start(renderer)
    kind = ctypes.CFUNCTYPE(
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_ulong,
        ctypes.c_void_p,
        ctypes.c_ulong,
        ctypes.c_void_p,
    )
    out = np.full((256, 2), np.nan, np.float32)
    call = kind(renderer.callback_address)
    assert call(None, out.ctypes.data, 256, None, 0, renderer.userdata_address) == 0
    assert np.isfinite(out).all()
    assert np.abs(out).max() > 0.1
    assert renderer.clock == 256


@realtime
def render_many(address, out, n_blocks):
    state = state_at(address)
    for _ in range(n_blocks):
        call_at(state.render, address, out, 64)


def test_it_runs_while_python_is_busy(renderer):
    start(renderer)
    out = np.zeros((64, 2), np.float32)
    arguments = (renderer.userdata_address, out.ctypes.data)
    render_many(*arguments, 1)
    thread = threading.Thread(target=render_many, args=(*arguments, 20_000))
    thread.start()
    keeps_the_lock = ctypes.PyDLL(None)
    before = renderer.clock
    keeps_the_lock.usleep(50_000)
    after = renderer.clock
    thread.join()
    assert after - before > 640


def test_blocks_allocate_nothing(renderer):
    for slot in range(4):
        start(renderer, slot=slot, key=60.0 + slot)
    out = np.zeros((64, 2), np.float32)
    for n in range(10):  # sending has arguments to unpack: done before
        renderer.send(queue.RELEASE, time=6400 * n, part=0, key=60.0 + n)
        start(renderer, time=6400 * n, slot=n % 4, key=80.0 + n)
    renderer.render(out)
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats()
    for _ in range(1000):
        renderer.render(out)
    assert rtsys.get_allocation_stats() == before
    assert renderer.counters().n_hops > 0


def make_clock():
    return np.zeros(1, layout.CLOCK_DTYPE)


def test_times_are_counted_by_octave():
    clock = make_clock()
    for microseconds in (100, 120, 1000, 1400):
        callback.note_time(clock[0], microseconds * 1000, microseconds * 1000, 64, 48_000.0)
    assert clock["n_blocks"] == 4
    assert clock["n_late"] == 1  # the block lasts 1333 us
    assert clock["max_ns"] == 1_400_000
    histogram = clock["histogram"][0]
    assert histogram[16] == 2  # 65.5 to 131 us
    assert histogram[19] == 1  # 524 to 1049 us
    assert histogram[20] == 1
    assert histogram.sum() == 4


def test_a_block_that_waited_for_the_processor_is_overrun_and_not_late():
    clock = make_clock()
    callback.note_time(clock[0], 5_000_000, 100_000, 64, 48_000.0)
    assert (clock["n_overrun"][0], clock["n_late"][0]) == (1, 0)


def test_load_settles_at_the_share_of_the_blocks_time():
    clock = make_clock()
    for _ in range(1000):
        callback.note_time(clock[0], 400_000, 400_000, 64, 48_000.0)
    assert clock["load"][0] == pytest.approx(0.3, rel=0.01)


def test_blocks_of_any_size_are_counted(renderer):
    for n_samples in (0, 64, 100, 1, 512):
        renderer.render(np.zeros((n_samples, 2), np.float32))
    counters = renderer.counters()
    assert counters.n_blocks == 4
    assert (counters.min_block_size, counters.max_block_size) == (1, 512)
    assert counters.n_samples == 677
    assert sum(counters.histogram) == 4


@pytest.fixture(scope="module")
def starts(tmp_path_factory):
    """What a first start and a second one report."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path_factory.mktemp("cache"))}
    reports = []
    for kind in ("cold", "warm"):
        done = subprocess.run(
            [sys.executable, "-c", COLD_START, kind],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        reports.append(json.loads(done.stdout))
    return reports


@pytest.mark.slow
def test_machine_code_has_no_allocation_and_has_what_it_needs(starts):
    cold, _ = starts
    assert cold["has_fft"]  # the text is that of the whole code
    assert cold["n_allocations"] == 0
    assert cold["n_raises"] == 0
    assert cold["has_flush"]
    assert cold["has_acquire"]
    assert cold["has_release"]


@pytest.mark.slow
def test_machine_code_keeps_its_guards_against_nan_and_takes_no_global_array(starts):
    cold, _ = starts
    assert cold["n_arithmetic"] > 100
    assert cold["n_reordered"] > 0  # such freedoms would be seen in the text
    assert cold["n_blind_to_nan"] == 0
    assert cold["n_frozen_arrays"] == 0


@pytest.mark.slow
def test_only_the_first_start_compiles(starts):
    cold, warm = starts
    assert warm["seconds"] < 2.0
    assert warm["seconds"] < cold["seconds"] / 5
