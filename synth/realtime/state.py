"""All that the audio thread knows, as flat arrays with fixed addresses.

The arrays are allocated once, by `allocate_arrays`. One record of their addresses and sizes, the
`state`, is what the callback gets as userdata and what every kernel takes; `voices_of(state)` and
its kin make the arrays of it again without touching Python. So the callback, the offline renderer
and the tests run one and the same compiled `render_block`, and nothing is a global that numba could
freeze into code. (Handing the arrays themselves around costs some 200 words at every call, and ten
times the compile time: tried.)
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numba import carray
from numpy.typing import NDArray

from synth.config import EngineConfig
from synth.events import N_PARTS
from synth.frames import PLAN_DTYPE, NoteFrames
from synth.realtime import limiter, resample
from synth.realtime.envelope import fall_factor
from synth.realtime.intrinsics import as_pointer
from synth.realtime.kernel import realtime
from synth.realtime.queue import COMMAND_DTYPE, N_END_WORDS
from synth.units import ms_to_samples

SMOOTHING_MS = 5.0  # time constant of gains, pans and bends: no zipper, no lag
N_HISTOGRAM = 40  # octaves of the callback's time in ns
QUANTUM = 64  # output samples that are mixed at a time; a longer block is several

ENGINE_DTYPE = np.dtype(
    [
        ("clock", np.int64),  # output samples rendered so far
        ("n_serial", np.int64),  # notes started so far
        ("sample_rate", np.float64),  # Hz, of the output
        ("n_polyphony", np.int64),  # voices that count; the others fade out
        ("max_hops", np.int64),  # decoded ahead in one quantum
        ("fade_step", np.float64),  # of a stolen voice, per output sample
        ("smoothing", np.float64),  # one-pole factor of gains, pans and bends, per output sample
        ("master", np.float64),  # gain now
        ("master_target", np.float64),
        # What happened, counted for stats(); int64 never wraps.
        ("n_active", np.int64),
        ("n_steals", np.int64),
        ("n_cuts", np.int64),  # voices ended without their fade: no spare was left
        ("n_held_frames", np.int64),
        ("n_hops", np.int64),
        ("n_non_finite", np.int64),
        ("n_dropped", np.int64),  # notes whose frames did not come in time
        ("n_retire_full", np.int64),
    ],
    align=True,
)

LIMITER_DTYPE = np.dtype(
    [("peak", np.float64), ("release_factor", np.float64), ("n_limited", np.int64)], align=True
)

PART_DTYPE = np.dtype(
    [
        ("is_pedal_down", np.int64),
        ("n_voices", np.int64),  # sounding in this quantum
        ("gain", np.float64),  # volume * expression now
        ("volume", np.float64),
        ("expression", np.float64),
        ("pan", np.float64),  # -1..1 now
        ("pan_target", np.float64),
        ("bend", np.float64),  # semitones now: wheel, tune and concert pitch
        ("bend_target", np.float64),
        ("attack_step", np.float64),
        ("decay_factor", np.float64),
        ("sustain", np.float64),
        ("release_factor", np.float64),
        ("morph_s", np.float64),
    ],
    align=True,
)

VOICE_DTYPE = np.dtype(
    [
        ("state", np.int64),  # FREE, WAITING, SOUNDING or FADING (synth.realtime.voices)
        ("part", np.int64),
        ("note_id", np.int64),  # -1: none
        ("slot", np.int64),
        ("key", np.float64),  # pitch as it was struck
        ("serial", np.int64),  # order of the strikes
        ("struck_at", np.int64),  # clock at note-on
        ("started_at", np.int64),  # clock at its first sample
        ("release_at", np.int64),  # clock at which it is released; NEVER while nobody asked
        ("is_held", np.int64),  # its key is down
        ("is_pedalled", np.int64),  # its key is up, the pedal holds it
        ("stage", np.int64),  # of the envelope
        ("level", np.float64),  # of the envelope
        ("fade", np.float64),  # 1 until it is stolen
        ("velocity_gain", np.float64),
        ("volume", np.float64),  # note expression, gain now
        ("volume_target", np.float64),
        ("pan", np.float64),  # note expression, -1..1 now
        ("pan_target", np.float64),
        ("bend", np.float64),  # note expression, semitones now
        ("bend_target", np.float64),
        ("step", np.float64),  # model samples per output sample, unbent
        ("last_step", np.float64),  # the same with all bends, at the end of the last quantum
        ("read", np.int64),  # index into its samples
        ("fraction", np.float64),  # place behind it, [0, 1)
        ("written", np.int64),  # end of its decoded samples
        ("n_hops", np.int64),  # hops decoded since its start
        ("peak", np.float64),  # recent output level
        ("n_quiet", np.int64),  # output samples for which it has been inaudible
    ],
    align=True,
)

CLOCK_DTYPE = np.dtype(
    [
        ("n_blocks", np.int64),  # callbacks; stands still when the device is gone
        ("n_late", np.int64),  # our own time on the processor was above the block's
        ("n_overrun", np.int64),  # time on the wall was above the block's
        ("total_ns", np.int64),
        ("max_ns", np.int64),
        ("min_block_size", np.int64),
        ("max_block_size", np.int64),
        ("load", np.float64),  # share of the block's time that we need, smoothed
        ("timespec", np.int64, (2,)),  # scratch of the clock
        ("histogram", np.int64, (N_HISTOGRAM,)),  # [i]: callbacks of 2**i to 2**(i + 1) ns
    ],
    align=True,
)


GEOMETRY_DTYPE = np.dtype(
    [("hop_length", np.int64), ("n_onset_hops", np.int64), ("model_rate", np.float64)], align=True
)


class Arrays(NamedTuple):
    """The arrays of one engine."""

    engine: NDArray[Any]  # [1] of ENGINE_DTYPE
    clock: NDArray[Any]  # [1] of CLOCK_DTYPE
    limiter: NDArray[Any]  # [1] of LIMITER_DTYPE
    geometry: NDArray[Any]  # [1] of GEOMETRY_DTYPE
    parts: NDArray[Any]  # [N_PARTS] of PART_DTYPE
    voices: NDArray[Any]  # [n_voices] of VOICE_DTYPE
    commands: NDArray[Any]  # [n_commands] of COMMAND_DTYPE
    command_ends: NDArray[np.int64]  # [N_END_WORDS]
    retired: NDArray[np.int64]  # [n_retired] slots on their way back
    retired_ends: NDArray[np.int64]  # [N_END_WORDS]
    # Working memory of the mixer.
    filters: NDArray[np.float32]  # [N_BANDS, N_PHASES + 1, N_TAPS]
    part_gains: NDArray[np.float32]  # [N_PARTS, 2, QUANTUM]
    part_ratios: NDArray[np.float64]  # [N_PARTS, QUANTUM]
    curves: NDArray[np.float64]  # [2, QUANTUM]
    steps: NDArray[np.float64]  # [QUANTUM]
    mono: NDArray[np.float32]  # [2, QUANTUM]: a voice's samples, its envelope
    mix: NDArray[np.float32]  # [2, QUANTUM]
    # What each voice has decoded and goes on from.
    samples: NDArray[np.float32]  # [n_voices, n_samples] at the model's rate
    phase: NDArray[np.int32]  # [n_voices, n_bins] turns / 2**32
    overlap: NDArray[np.float32]  # [n_voices, n_fft]
    # The pool of note frames (synth.frames), shared with the worker.
    magnitude: NDArray[np.uint16]  # [n_slots, n_frames, n_bins]
    frame_scale: NDArray[np.float32]  # [n_slots, n_frames]
    phase_advance: NDArray[np.int16]  # [n_slots, n_frames, n_bins]
    onset: NDArray[np.float32]  # [n_slots, n_onset_samples]
    onset_overlap: NDArray[np.float32]  # [n_slots, n_fft]
    onset_phase: NDArray[np.int32]  # [n_slots, n_bins]
    plan: NDArray[Any]  # [n_slots] of PLAN_DTYPE
    n_ready: NDArray[np.int64]  # [n_slots]


def allocate_arrays(
    pool: NoteFrames,
    *,
    config: EngineConfig,
    sample_rate: float,
    model_rate: float,
    hop_length: int,
) -> Arrays:
    """Allocate everything, at rest: no note sounds, all parts are set alike.

    Args:
        pool: frames, shared with the worker; kept alive by the result.
        config: sizes and limits.
        sample_rate: Hz, of the output.
        model_rate: Hz, of the instrument.
        hop_length: model samples between frames.

    Thread: control.
    """
    n_voices = config.n_slots_of_voices
    n_fft = pool.overlap.shape[1]
    # Room for one quantum at the fastest step, what the filter looks ahead, and some hops.
    n_samples = resample.N_TAPS + int(QUANTUM * resample.MAXIMUM_STEP) + 4 * hop_length
    arrays = Arrays(
        engine=np.zeros(1, ENGINE_DTYPE),
        clock=np.zeros(1, CLOCK_DTYPE),
        limiter=np.zeros(1, LIMITER_DTYPE),
        geometry=np.zeros(1, GEOMETRY_DTYPE),
        parts=np.zeros(N_PARTS, PART_DTYPE),
        voices=np.zeros(n_voices, VOICE_DTYPE),
        commands=np.zeros(config.n_commands, COMMAND_DTYPE),
        command_ends=np.zeros(N_END_WORDS, np.int64),
        # Every command can start a note, and every voice holds one already.
        retired=np.zeros(2 * _power_of_two(config.n_commands + n_voices), np.int64),
        retired_ends=np.zeros(N_END_WORDS, np.int64),
        filters=resample.design_filters(),
        part_gains=np.zeros((N_PARTS, 2, QUANTUM), np.float32),
        part_ratios=np.ones((N_PARTS, QUANTUM), np.float64),
        curves=np.zeros((2, QUANTUM), np.float64),
        steps=np.zeros(QUANTUM, np.float64),
        mono=np.zeros((2, QUANTUM), np.float32),
        mix=np.zeros((2, QUANTUM), np.float32),
        samples=np.zeros((n_voices, n_samples), np.float32),
        phase=np.zeros((n_voices, pool.n_bins), np.int32),
        overlap=np.zeros((n_voices, n_fft), np.float32),
        magnitude=pool.magnitude,
        frame_scale=pool.frame_scale,
        phase_advance=pool.phase_advance,
        onset=pool.onset,
        onset_overlap=pool.overlap,
        onset_phase=pool.phase,
        plan=pool.plan,
        n_ready=pool.n_ready,
    )
    _initialise(arrays, config, sample_rate, model_rate, hop_length)
    return arrays


def _initialise(
    arrays: Arrays, config: EngineConfig, sample_rate: float, model_rate: float, hop_length: int
) -> None:
    engine = arrays.engine
    engine["sample_rate"] = sample_rate
    engine["n_polyphony"] = config.n_voices
    engine["max_hops"] = config.max_hops_per_block
    engine["fade_step"] = 1.0 / max(1.0, ms_to_samples(config.steal_fade_ms, sample_rate))
    engine["smoothing"] = math.exp(-1.0 / ms_to_samples(SMOOTHING_MS, sample_rate))
    engine["master"] = engine["master_target"] = 1.0
    arrays.limiter["release_factor"] = limiter.release_factor(sample_rate)
    arrays.geometry["hop_length"] = hop_length
    arrays.geometry["n_onset_hops"] = arrays.onset.shape[1] // hop_length
    arrays.geometry["model_rate"] = model_rate
    arrays.voices["serial"] = -1
    parts = arrays.parts
    parts["gain"] = parts["volume"] = parts["expression"] = parts["sustain"] = 1.0
    parts["attack_step"] = 1.0
    parts["decay_factor"] = fall_factor(1.0, sample_rate)
    parts["release_factor"] = fall_factor(0.1, sample_rate)


def _power_of_two(minimum: int) -> int:
    return 1 << (minimum - 1).bit_length()


STATE_DTYPE = np.dtype(
    [
        (name, np.int64)
        for name in ("own_address", *Arrays._fields, "n_voices", "n_commands", "n_retired")
    ]
    + [
        (name, np.int64)
        for name in ("n_samples", "n_bins", "n_fft", "n_slots", "n_frames", "n_onset_samples")
    ]
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
    return state


@realtime
def state_at(address: int) -> Any:
    """Find the state record at the address that the callback was given."""
    return carray(as_pointer(address), (1,), STATE_DTYPE)[0]


# One accessor for each array; the shapes are those of `Arrays`.


@realtime
def engine_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.engine), (1,), ENGINE_DTYPE)[0]


@realtime
def clock_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.clock), (1,), CLOCK_DTYPE)[0]


@realtime
def limiter_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.limiter), (1,), LIMITER_DTYPE)[0]


@realtime
def geometry_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.geometry), (1,), GEOMETRY_DTYPE)[0]


@realtime
def parts_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.parts), (N_PARTS,), PART_DTYPE)


@realtime
def voices_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.voices), (state.n_voices,), VOICE_DTYPE)


@realtime
def commands_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.commands), (state.n_commands,), COMMAND_DTYPE)


@realtime
def command_ends_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.command_ends), (N_END_WORDS,), np.int64)


@realtime
def retired_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.retired), (state.n_retired,), np.int64)


@realtime
def retired_ends_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.retired_ends), (N_END_WORDS,), np.int64)


@realtime
def filters_of(state: Any) -> Any:  # noqa: D103
    return carray(
        as_pointer(state.filters),
        (resample.N_BANDS, resample.N_PHASES + 1, resample.N_TAPS),
        np.float32,
    )


@realtime
def part_gains_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.part_gains), (N_PARTS, 2, QUANTUM), np.float32)


@realtime
def part_ratios_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.part_ratios), (N_PARTS, QUANTUM), np.float64)


@realtime
def curves_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.curves), (2, QUANTUM), np.float64)


@realtime
def steps_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.steps), (QUANTUM,), np.float64)


@realtime
def mono_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.mono), (2, QUANTUM), np.float32)


@realtime
def mix_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.mix), (2, QUANTUM), np.float32)


@realtime
def samples_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.samples), (state.n_voices, state.n_samples), np.float32)


@realtime
def phase_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.phase), (state.n_voices, state.n_bins), np.int32)


@realtime
def overlap_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.overlap), (state.n_voices, state.n_fft), np.float32)


@realtime
def magnitude_of(state: Any) -> Any:  # noqa: D103
    return carray(
        as_pointer(state.magnitude), (state.n_slots, state.n_frames, state.n_bins), np.uint16
    )


@realtime
def frame_scale_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.frame_scale), (state.n_slots, state.n_frames), np.float32)


@realtime
def phase_advance_of(state: Any) -> Any:  # noqa: D103
    return carray(
        as_pointer(state.phase_advance), (state.n_slots, state.n_frames, state.n_bins), np.int16
    )


@realtime
def onset_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.onset), (state.n_slots, state.n_onset_samples), np.float32)


@realtime
def onset_overlap_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.onset_overlap), (state.n_slots, state.n_fft), np.float32)


@realtime
def onset_phase_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.onset_phase), (state.n_slots, state.n_bins), np.int32)


@realtime
def plan_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.plan), (state.n_slots,), PLAN_DTYPE)


@realtime
def n_ready_of(state: Any) -> Any:  # noqa: D103
    return carray(as_pointer(state.n_ready), (state.n_slots,), np.int64)
