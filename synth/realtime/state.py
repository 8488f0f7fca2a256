"""The audio thread's arrays behind one record of addresses.

The record, the `state`, is what the callback gets as userdata and what every kernel takes;
`voices_of(state)` and its kin make the arrays of it again without touching Python. So the callback,
the offline renderer and the tests run one and the same code, and nothing is a global that numba
could freeze into it. (Handing the arrays themselves around costs some 200 words at every call, and
three times the compile time: tried. So do accessors that are kernels of their own: these are
instructions, which cost nothing.)
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.events import N_PARTS
from synth.frames import PLAN_DTYPE
from synth.realtime import resample
from synth.realtime.decode import N_ROWS, N_STEPS
from synth.realtime.heads import HEAD_DTYPE
from synth.realtime.intrinsics import array_in, record_at, record_in
from synth.realtime.layout import (
    CHOIR_DTYPE,
    CLOCK_DTYPE,
    ENGINE_DTYPE,
    GEOMETRY_DTYPE,
    LIMITER_DTYPE,
    N_CHOIR_SAMPLES,
    N_CHOIRS,
    PART_DTYPE,
    QUANTUM,
    VOICE_DTYPE,
    Arrays,
)
from synth.realtime.queue import COMMAND_DTYPE, N_END_WORDS, SIGHTING_DTYPE
from synth.realtime.reverb import N_DIFFUSERS, N_LINES, REVERB_DTYPE

ROUTINES = ("decode_hop", "render")  # addresses of compiled code, entered by its callers
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
    "n_half",
    "n_spectrum",
    "n_room",
    "n_sightings",
)
STATE_DTYPE = np.dtype(
    [(name, np.int64) for name in ("own_address", *ROUTINES, *Arrays._fields, *_SIZES)],
)


def address_state(arrays: Arrays) -> NDArray[Any]:
    """Note where every array lies and how large it is: the callback's userdata.

    Returns:
        [1] of STATE_DTYPE. It and the arrays must outlive the callback.

    Thread: control.
    """
    state = np.zeros(1, STATE_DTYPE)
    state["own_address"] = state.ctypes.data
    for name in Arrays._fields:
        array: NDArray[Any] = getattr(arrays, name)
        assert array.flags.c_contiguous
        state[name] = array.ctypes.data
    state["n_voices"], state["n_samples"] = arrays.samples.shape
    state["n_commands"] = len(arrays.commands)
    state["n_retired"] = len(arrays.retired)
    state["n_slots"], state["n_frames"], state["n_bins"] = arrays.magnitude.shape
    state["n_fft"] = arrays.overlap.shape[1]
    state["n_onset_samples"] = arrays.onset.shape[1]
    state["n_twiddles"] = arrays.twiddles.shape[1]
    state["n_half"] = arrays.bin_steps.shape[1]
    state["n_spectrum"] = arrays.rows.shape[1]
    state["n_room"] = arrays.room.shape[1]
    state["n_sightings"] = len(arrays.sightings)
    return state


state_at = record_at(STATE_DTYPE)

# Records: the only one of their array.
engine_of = record_in("engine", ENGINE_DTYPE)
clock_of = record_in("clock", CLOCK_DTYPE)
limiter_of = record_in("limiter", LIMITER_DTYPE)
geometry_of = record_in("geometry", GEOMETRY_DTYPE)
reverb_of = record_in("reverb", REVERB_DTYPE)

parts_of = array_in("parts", PART_DTYPE, N_PARTS)
voices_of = array_in("voices", VOICE_DTYPE, "n_voices")
heads_of = array_in("heads", HEAD_DTYPE, "n_voices", 2)
commands_of = array_in("commands", COMMAND_DTYPE, "n_commands")
command_ends_of = array_in("command_ends", np.int64, N_END_WORDS)
retired_of = array_in("retired", np.int64, "n_retired", 2)
retired_ends_of = array_in("retired_ends", np.int64, N_END_WORDS)

filters_of = array_in(
    "filters", np.float32, resample.N_BANDS, resample.N_PHASES + 1, resample.N_TAPS
)
part_gains_of = array_in("part_gains", np.float32, N_PARTS, 2, QUANTUM)
part_ratios_of = array_in("part_ratios", np.float64, N_PARTS, QUANTUM)
curves_of = array_in("curves", np.float64, 2, QUANTUM)
steps_of = array_in("steps", np.float64, QUANTUM)
mono_of = array_in("mono", np.float32, 2, QUANTUM)
choirs_of = array_in("choirs", CHOIR_DTYPE, N_CHOIRS)
choir_samples_of = array_in("choir_samples", np.float32, N_CHOIRS, N_CHOIR_SAMPLES)
choir_steps_of = array_in("choir_steps", np.float64, N_CHOIRS, QUANTUM)
mix_of = array_in("mix", np.float32, 2, QUANTUM)
sends_of = array_in("sends", np.float32, 2, QUANTUM)
room_of = array_in("room", np.float32, N_LINES, "n_room")
diffusers_of = array_in("diffusers", np.float32, N_DIFFUSERS, "n_room")

samples_of = array_in("samples", np.float32, "n_voices", "n_samples")
phase_of = array_in("phase", np.int32, "n_voices", "n_bins")
overlap_of = array_in("overlap", np.float32, "n_voices", "n_fft")
twiddles_of = array_in("twiddles", np.float32, 2, "n_twiddles")
split_of = array_in("split", np.float32, 2, "n_half")
window_of = array_in("window", np.float32, "n_fft")
completion_of = array_in("completion", np.float32, "n_fft")
fft_work_of = array_in("fft_work", np.float32, 4, "n_half")
rows_of = array_in("rows", np.float32, N_ROWS, "n_spectrum")
bin_steps_of = array_in("bin_steps", np.int32, N_STEPS, "n_half")

magnitude_of = array_in("magnitude", np.uint16, "n_slots", "n_frames", "n_bins")
frame_scale_of = array_in("frame_scale", np.float32, "n_slots", "n_frames")
phase_advance_of = array_in("phase_advance", np.int16, "n_slots", "n_frames", "n_bins")
onset_of = array_in("onset", np.float32, "n_slots", "n_onset_samples")
onset_overlap_of = array_in("onset_overlap", np.float32, "n_slots", "n_fft")
onset_phase_of = array_in("onset_phase", np.int32, "n_slots", "n_bins")
plan_of = array_in("plan", PLAN_DTYPE, "n_slots")
n_ready_of = array_in("n_ready", np.int64, "n_slots")
seen_of = array_in("seen", np.int64, "n_slots")
sightings_of = array_in("sightings", SIGHTING_DTYPE, "n_sightings")
seen_ends_of = array_in("seen_ends", np.int64, N_END_WORDS)
