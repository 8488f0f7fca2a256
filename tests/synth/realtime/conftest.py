import numpy as np
import pytest

from synth.config import EngineConfig
from synth.frames import NoteFrames
from synth.realtime import layout, queue, state


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
