"""The audio thread's arrays behind one record of addresses.

The record, the `state`, is what the callback gets as userdata and what every kernel takes;
`voices_of(state)` and its kin make the arrays of it again without touching Python. So the callback,
the offline renderer and the tests run one and the same compiled `render_block`, and nothing is a
global that numba could freeze into code. (Handing the arrays themselves around costs some 200 words
at every call, and three times the compile time: tried.)
"""

from typing import Any

import numpy as np
from numba import carray
from numpy.typing import NDArray

from synth.events import N_PARTS
from synth.frames import PLAN_DTYPE
from synth.realtime import resample
from synth.realtime.decode import N_ROWS, N_STEPS
from synth.realtime.heads import HEAD_DTYPE
from synth.realtime.intrinsics import as_pointer
from synth.realtime.kernel import realtime
from synth.realtime.layout import (
    CLOCK_DTYPE,
    ENGINE_DTYPE,
    GEOMETRY_DTYPE,
    LIMITER_DTYPE,
    PART_DTYPE,
    QUANTUM,
    VOICE_DTYPE,
    Arrays,
)
from synth.realtime.queue import COMMAND_DTYPE, N_END_WORDS

_SIZES = (
    "n_voices",
    "n_commands",
    "n_retired",
    "n_samples",
    "n_bins",
    "n_fft",
    "n_slots",
    "n_frames",
    "n_onset_samples",
    "n_twiddles",
)
STATE_DTYPE = np.dtype(
    [(name, np.int64) for name in ("own_address", *Arrays._fields, *_SIZES)],
)


def address_state(arrays: Arrays) -> NDArray[Any]:
    """Note where every array lies and how large it is: the callback's userdata.

    Returns:
        [1] of STATE_DTYPE. It and the arrays must outlive the callback.

    Thread: control.
    """
    state = np.zeros(1, STATE_DTYPE)
    state["own_address"] = state.ctypes.data
    for name, array in zip(Arrays._fields, arrays, strict=True):
        assert array.flags.c_contiguous
        state[name] = array.ctypes.data
    state["n_voices"], state["n_samples"] = arrays.samples.shape
    state["n_commands"] = len(arrays.commands)
    state["n_retired"] = len(arrays.retired)
    state["n_slots"], state["n_frames"], state["n_bins"] = arrays.magnitude.shape
    state["n_fft"] = arrays.overlap.shape[1]
    state["n_onset_samples"] = arrays.onset.shape[1]
    state["n_twiddles"] = arrays.twiddles.shape[1]
    return state


@realtime
def state_at(address: int) -> Any:
    """Find the state record at the address that the callback was given."""
    return carray(as_pointer(address), (1,), STATE_DTYPE)[0]


# One accessor for each array; the shapes are those of `Arrays`.


@realtime
def engine_of(state: Any) -> Any:
    return carray(as_pointer(state.engine), (1,), ENGINE_DTYPE)[0]


@realtime
def clock_of(state: Any) -> Any:
    return carray(as_pointer(state.clock), (1,), CLOCK_DTYPE)[0]


@realtime
def limiter_of(state: Any) -> Any:
    return carray(as_pointer(state.limiter), (1,), LIMITER_DTYPE)[0]


@realtime
def geometry_of(state: Any) -> Any:
    return carray(as_pointer(state.geometry), (1,), GEOMETRY_DTYPE)[0]


@realtime
def parts_of(state: Any) -> Any:
    return carray(as_pointer(state.parts), (N_PARTS,), PART_DTYPE)


@realtime
def voices_of(state: Any) -> Any:
    return carray(as_pointer(state.voices), (state.n_voices,), VOICE_DTYPE)


@realtime
def commands_of(state: Any) -> Any:
    return carray(as_pointer(state.commands), (state.n_commands,), COMMAND_DTYPE)


@realtime
def command_ends_of(state: Any) -> Any:
    return carray(as_pointer(state.command_ends), (N_END_WORDS,), np.int64)


@realtime
def retired_of(state: Any) -> Any:
    return carray(as_pointer(state.retired), (state.n_retired, 2), np.int64)


@realtime
def retired_ends_of(state: Any) -> Any:
    return carray(as_pointer(state.retired_ends), (N_END_WORDS,), np.int64)


@realtime
def filters_of(state: Any) -> Any:
    return carray(
        as_pointer(state.filters),
        (resample.N_BANDS, resample.N_PHASES + 1, resample.N_TAPS),
        np.float32,
    )


@realtime
def part_gains_of(state: Any) -> Any:
    return carray(as_pointer(state.part_gains), (N_PARTS, 2, QUANTUM), np.float32)


@realtime
def part_ratios_of(state: Any) -> Any:
    return carray(as_pointer(state.part_ratios), (N_PARTS, QUANTUM), np.float64)


@realtime
def curves_of(state: Any) -> Any:
    return carray(as_pointer(state.curves), (2, QUANTUM), np.float64)


@realtime
def steps_of(state: Any) -> Any:
    return carray(as_pointer(state.steps), (QUANTUM,), np.float64)


@realtime
def mono_of(state: Any) -> Any:
    return carray(as_pointer(state.mono), (2, QUANTUM), np.float32)


@realtime
def mix_of(state: Any) -> Any:
    return carray(as_pointer(state.mix), (2, QUANTUM), np.float32)


@realtime
def samples_of(state: Any) -> Any:
    return carray(as_pointer(state.samples), (state.n_voices, state.n_samples), np.float32)


@realtime
def phase_of(state: Any) -> Any:
    return carray(as_pointer(state.phase), (state.n_voices, state.n_bins), np.int32)


@realtime
def overlap_of(state: Any) -> Any:
    return carray(as_pointer(state.overlap), (state.n_voices, state.n_fft), np.float32)


@realtime
def heads_of(state: Any) -> Any:
    return carray(as_pointer(state.heads), (state.n_voices, 2), HEAD_DTYPE)


@realtime
def twiddles_of(state: Any) -> Any:
    return carray(as_pointer(state.twiddles), (2, state.n_twiddles), np.float32)


@realtime
def split_of(state: Any) -> Any:
    return carray(as_pointer(state.split), (2, state.n_fft // 2), np.float32)


@realtime
def window_of(state: Any) -> Any:
    return carray(as_pointer(state.window), (state.n_fft,), np.float32)


@realtime
def fft_work_of(state: Any) -> Any:
    return carray(as_pointer(state.fft_work), (4, state.n_fft // 2), np.float32)


@realtime
def rows_of(state: Any) -> Any:
    return carray(as_pointer(state.rows), (N_ROWS, state.n_fft // 2 + 1), np.float32)


@realtime
def bin_steps_of(state: Any) -> Any:
    return carray(as_pointer(state.bin_steps), (N_STEPS, state.n_fft // 2), np.int32)


@realtime
def magnitude_of(state: Any) -> Any:
    return carray(
        as_pointer(state.magnitude), (state.n_slots, state.n_frames, state.n_bins), np.uint16
    )


@realtime
def frame_scale_of(state: Any) -> Any:
    return carray(as_pointer(state.frame_scale), (state.n_slots, state.n_frames), np.float32)


@realtime
def phase_advance_of(state: Any) -> Any:
    return carray(
        as_pointer(state.phase_advance), (state.n_slots, state.n_frames, state.n_bins), np.int16
    )


@realtime
def onset_of(state: Any) -> Any:
    return carray(as_pointer(state.onset), (state.n_slots, state.n_onset_samples), np.float32)


@realtime
def onset_overlap_of(state: Any) -> Any:
    return carray(as_pointer(state.onset_overlap), (state.n_slots, state.n_fft), np.float32)


@realtime
def onset_phase_of(state: Any) -> Any:
    return carray(as_pointer(state.onset_phase), (state.n_slots, state.n_bins), np.int32)


@realtime
def plan_of(state: Any) -> Any:
    return carray(as_pointer(state.plan), (state.n_slots,), PLAN_DTYPE)


@realtime
def n_ready_of(state: Any) -> Any:
    return carray(as_pointer(state.n_ready), (state.n_slots,), np.int64)
