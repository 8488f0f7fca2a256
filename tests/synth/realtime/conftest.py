import numpy as np
import pytest
from numba import njit

from synth.config import EngineConfig
from synth.frames import PLAN_DTYPE, NoteFrames
from synth.realtime import ceiling, decode, fft, heads, layout, lobes, onset, queue, state


@pytest.fixture
def arrays():
    """A small engine: 4 voices and 2 spare ones, 8 slots, 1000 samples per second."""
    pool = NoteFrames.allocate(
        n_slots=8, n_frames=16, n_bins=32, n_fft=64, hop_length=16, n_onset_frames=4
    )
    config = EngineConfig(n_voices=4, n_spare_voices=2, steal_fade_ms=10.0, n_commands=64)
    return layout.allocate_arrays(
        pool, config=config, sample_rate=1000.0, model_rate=500.0, hop_length=16
    )


@pytest.fixture
def address(arrays):
    record = state.address_state(arrays)
    yield record[0]
    assert record.shape == (1,)  # alive until here


@pytest.fixture
def make_command():
    def make(**values):
        command = np.zeros(1, queue.COMMAND_DTYPE)
        command["note_id"] = -1
        command["ratio"] = 0.5
        for name, value in values.items():
            command[name] = value
        return command

    return make


@pytest.fixture(params=["compiled", "python"])
def both_ways(request, monkeypatch):
    """Run the decoder's kernels compiled, and as the plain Python that coverage sees."""
    if request.param == "python":
        for module in (fft, lobes, ceiling, heads, decode, onset):
            for name, kernel in vars(module).items():
                if hasattr(kernel, "py_func"):
                    monkeypatch.setattr(module, name, kernel.py_func)
        monkeypatch.setattr(decode, "load_acquire", lambda array, index: array[index])
    with np.errstate(over="ignore"):  # phases wrap: that is what they are for
        yield request.param


@pytest.fixture
def make_heads():
    """Two heads at rest, and a plan that walks through the frames 3 to 6."""

    def make(**values):
        pair = np.zeros(2, heads.HEAD_DTYPE).view(np.recarray)
        heads.start_voice(pair, 0, 4)
        for name, value in values.items():
            pair[0][name] = value
        return pair

    return make


@pytest.fixture
def plan():
    note = np.zeros(1, PLAN_DTYPE).view(np.recarray)
    note["loop_first"], note["loop_last"] = 3, 6
    return note[0]


@pytest.fixture
def compiled_text():
    """Return the machine-independent code of a kernel for the types it was called with.

    It is compiled afresh: code from numba's cache cannot be looked into.
    """

    def compile_afresh(kernel):
        fresh = njit(kernel.signatures, error_model="numpy")(kernel.py_func)
        return "".join(fresh.inspect_llvm().values())

    return compile_afresh
