"""What the audio thread knows, as arrays: records of voices and parts, rings, working memory.

All of it is allocated once, by `allocate_arrays`, and never again while the engine plays.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth.config import EngineConfig
from synth.events import N_PARTS
from synth.frames import NoteFrames
from synth.realtime import limiter, resample, reverb
from synth.realtime.decode import make_decoder
from synth.realtime.envelope import fall_factor
from synth.realtime.heads import HEAD_DTYPE, NO_SLOT
from synth.realtime.queue import COMMAND_DTYPE, N_END_WORDS, SIGHTING_DTYPE
from synth.units import ms_to_samples

SMOOTHING_MS = 5.0  # time constant of gains, pans and bends: no zipper, no lag
N_HISTOGRAM = 40  # octaves of the callback's time in ns
NOBODY = -1  # serial number of a voice that has never played
NO_PITCH = -1000.0  # of a part that has not played
QUANTUM = 64  # output samples that are mixed at a time; a longer block is several
N_CHOIRS = 12  # of voices that are resampled together; what does not fit is resampled alone
N_CHOIR_SAMPLES = resample.N_TAPS + 1 + int(QUANTUM * resample.MAXIMUM_STEP)

ENGINE_DTYPE = np.dtype(
    [
        ("clock", np.int64),  # output samples rendered so far
        ("sample_rate", np.float64),  # Hz, of the output
        ("n_polyphony", np.int64),  # voices that count; the others fade out
        ("max_hops", np.int64),  # decoded ahead in one quantum
        ("fade_step", np.float64),  # of a stolen voice, per output sample
        ("smoothing", np.float64),  # one-pole factor of gains, pans and bends, per output sample
        ("master", np.float64),  # gain now
        ("master_target", np.float64),
        # What the block that is being rendered has seen of other threads (synth.realtime.intake).
        ("n_commands_seen", np.int64),  # pushed up to here
        ("n_block_samples", np.int64),  # of it
        ("digest", np.int64),  # of all samples so far, where sightings are noted
        ("n_unseen", np.int64),  # sightings for which the ring had no room
        ("n_choirs", np.int64),  # in this quantum
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
        ("glide_s", np.float64),
        ("last_pitch", np.float64),  # struck last; NO_PITCH
        ("pressure", np.float64),  # 0..1, of all keys
        ("pressure_depth", np.float64),  # 0..1
        ("send", np.float64),  # to the room, gain
        ("vibrato", np.float64),  # semitones to either side now
        ("vibrato_depth", np.float64),
        ("vibrato_hz", np.float64),
        ("vibrato_delay_s", np.float64),
        ("vibrato_age_s", np.float64),  # since a key was struck while no other was down
        ("vibrato_phase", np.float64),  # turns
        ("attack_step", np.float64),
        ("decay_factor", np.float64),
        ("sustain", np.float64),
        ("release_factor", np.float64),
    ],
    align=True,
)

VOICE_DTYPE = np.dtype(
    [
        ("state", np.int64),  # FREE, WAITING, SOUNDING or FADING (synth.realtime.voices)
        ("part", np.int64),
        ("note_id", np.int64),  # -1: none
        ("slot", np.int64),
        ("next_slot", np.int64),  # to cross to once it is complete; NO_SLOT
        ("morph_s", np.float64),  # time of that crossing
        ("key", np.float64),  # pitch as it was struck
        ("serial", np.int64),  # number of the note, rising with the strikes
        ("struck_at", np.int64),  # clock at note-on
        ("started_at", np.int64),  # clock at its first sample
        ("release_at", np.int64),  # clock at which it is released; NEVER while nobody asked
        ("is_held", np.int64),  # its key is down
        ("is_pedalled", np.int64),  # its key is up, the pedal holds it
        ("is_sostenuto", np.int64),  # its key was down when the sostenuto pedal was pressed
        ("way", np.int64),  # POLY, MONO or TIED
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
        ("pitch", np.float64),  # MIDI number without any bend
        ("glide", np.float64),  # semitones away from it now
        ("glide_step", np.float64),  # its change per output sample
        ("entry", np.float64),  # gain of a tied note that fades in, now
        ("timbre", np.float64),  # note expression, 0..1
        ("pressure", np.float64),  # of its key, 0..1
        ("corner", np.float64),  # of its shelf (synth.realtime.tone)
        ("low", np.float64),
        ("shelf_db", np.float64),  # now
        ("swell_db", np.float64),  # now
        ("first_hop", np.int64),  # with which it began
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

CHOIR_DTYPE = np.dtype(
    [
        ("part", np.int64),
        ("step", np.float64),  # of all its voices, unbent
        ("last_step", np.float64),  # the largest at the end of the last quantum, bent
        ("fraction", np.float64),  # where they stand behind their samples, [0, 1)
        ("end_fraction", np.float64),  # where they will
        ("n_read", np.int64),  # samples that they move on by
        ("n_needed", np.int64),  # samples ahead that each must have
        ("n_samples", np.int64),  # that the filters take
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
    [
        ("hop_length", np.int64),
        ("n_onset_hops", np.int64),  # finished audio of a note
        ("n_onset_frames", np.int64),  # frames that it has used
        ("n_fft", np.int64),
        ("model_rate", np.float64),
    ],
    align=True,
)


class Arrays(NamedTuple):
    """The arrays of one engine."""

    engine: NDArray[Any]  # [1] of ENGINE_DTYPE
    clock: NDArray[Any]  # [1] of CLOCK_DTYPE
    limiter: NDArray[Any]  # [1] of LIMITER_DTYPE
    geometry: NDArray[Any]  # [1] of GEOMETRY_DTYPE
    reverb: NDArray[Any]  # [1] of REVERB_DTYPE
    parts: NDArray[Any]  # [N_PARTS] of PART_DTYPE
    voices: NDArray[Any]  # [n_voices] of VOICE_DTYPE
    commands: NDArray[Any]  # [n_commands] of COMMAND_DTYPE
    command_ends: NDArray[np.int64]  # [N_END_WORDS]
    retired: NDArray[np.int64]  # [n_retired, 2] notes and their slots on their way back
    retired_ends: NDArray[np.int64]  # [N_END_WORDS]
    # Working memory of the mixer.
    filters: NDArray[np.float32]  # [N_BANDS, N_PHASES + 1, N_TAPS]
    part_gains: NDArray[np.float32]  # [N_PARTS, 2, QUANTUM]
    part_ratios: NDArray[np.float64]  # [N_PARTS, QUANTUM]
    curves: NDArray[np.float64]  # [2, QUANTUM]
    steps: NDArray[np.float64]  # [QUANTUM]
    mono: NDArray[np.float32]  # [2, QUANTUM]: a voice's samples, its envelope
    choirs: NDArray[Any]  # [N_CHOIRS] of CHOIR_DTYPE
    choir_samples: NDArray[np.float32]  # [N_CHOIRS, N_CHOIR_SAMPLES]
    choir_steps: NDArray[np.float64]  # [N_CHOIRS, QUANTUM]
    mix: NDArray[np.float32]  # [2, QUANTUM]
    sends: NDArray[np.float32]  # [2, QUANTUM]: what the room hears
    room: NDArray[np.float32]  # [N_LINES, a power of two]: its delay lines
    diffusers: NDArray[np.float32]  # [N_DIFFUSERS, a power of two]
    # What each voice has decoded and goes on from.
    samples: NDArray[np.float32]  # [n_voices, n_samples] at the model's rate
    phase: NDArray[np.int32]  # [n_voices, n_bins] turns / 2**32
    overlap: NDArray[np.float32]  # [n_voices, n_fft]
    heads: NDArray[Any]  # [n_voices, 2] of HEAD_DTYPE
    # Constants and working memory of the decoder (synth.realtime.decode), shared by all voices.
    twiddles: NDArray[np.float32]  # [2, n_twiddles]
    split: NDArray[np.float32]  # [2, n_fft / 2]
    window: NDArray[np.float32]  # [n_fft]
    completion: NDArray[np.float32]  # [n_fft]
    fft_work: NDArray[np.float32]  # [4, n_fft / 2]
    rows: NDArray[np.float32]  # [N_ROWS, n_fft / 2 + 1]
    bin_steps: NDArray[np.int32]  # [2, n_fft / 2]
    # The pool of note frames (synth.frames), shared with the worker.
    magnitude: NDArray[np.uint16]  # [n_slots, n_frames, n_bins]
    frame_scale: NDArray[np.float32]  # [n_slots, n_frames]
    phase_advance: NDArray[np.int16]  # [n_slots, n_frames, n_bins]
    onset: NDArray[np.float32]  # [n_slots, n_onset_samples]
    onset_overlap: NDArray[np.float32]  # [n_slots, n_fft]
    onset_phase: NDArray[np.int32]  # [n_slots, n_bins]
    plan: NDArray[Any]  # [n_slots] of PLAN_DTYPE
    n_ready: NDArray[np.int64]  # [n_slots]
    # What of it the audio thread has seen, and its notes for a replay.
    seen: NDArray[np.int64]  # [n_slots]
    sightings: NDArray[Any]  # [n_sightings, a power of two or none] of SIGHTING_DTYPE
    seen_ends: NDArray[np.int64]  # [N_END_WORDS]


def allocate_arrays(
    pool: NoteFrames,
    *,
    config: EngineConfig,
    sample_rate: float,
    model_rate: float,
    hop_length: int,
    n_sightings: int = 0,
) -> Arrays:
    """Allocate everything, at rest: no note sounds, all parts are set alike.

    Args:
        pool: frames, shared with the worker; kept alive by the result.
        config: sizes and limits.
        sample_rate: Hz, of the output.
        model_rate: Hz, of the instrument.
        hop_length: model samples between frames.
        n_sightings: that are kept until they are taken, a power of two; 0: none is noted.

    Thread: control.
    """
    n_voices = config.n_slots_of_voices
    n_fft = pool.overlap.shape[1]
    decoder = make_decoder(n_fft, hop_length)
    # Room for one quantum at the fastest step, what the filter looks ahead, and some hops.
    n_samples = resample.N_TAPS + int(QUANTUM * resample.MAXIMUM_STEP) + 4 * hop_length
    arrays = Arrays(
        engine=np.zeros(1, ENGINE_DTYPE),
        clock=np.zeros(1, CLOCK_DTYPE),
        limiter=np.zeros(1, LIMITER_DTYPE),
        geometry=np.zeros(1, GEOMETRY_DTYPE),
        reverb=np.zeros(1, reverb.REVERB_DTYPE),
        parts=np.zeros(N_PARTS, PART_DTYPE),
        voices=np.zeros(n_voices, VOICE_DTYPE),
        commands=np.zeros(config.n_commands, COMMAND_DTYPE),
        command_ends=np.zeros(N_END_WORDS, np.int64),
        # Every command can bring a slot, and every voice holds up to three already.
        retired=np.zeros((2 * _power_of_two(config.n_commands + 3 * n_voices), 2), np.int64),
        retired_ends=np.zeros(N_END_WORDS, np.int64),
        filters=resample.design_filters(),
        part_gains=np.zeros((N_PARTS, 2, QUANTUM), np.float32),
        part_ratios=np.ones((N_PARTS, QUANTUM), np.float64),
        curves=np.zeros((2, QUANTUM), np.float64),
        steps=np.zeros(QUANTUM, np.float64),
        mono=np.zeros((2, QUANTUM), np.float32),
        choirs=np.zeros(N_CHOIRS, CHOIR_DTYPE),
        choir_samples=np.zeros((N_CHOIRS, N_CHOIR_SAMPLES), np.float32),
        choir_steps=np.zeros((N_CHOIRS, QUANTUM), np.float64),
        mix=np.zeros((2, QUANTUM), np.float32),
        sends=np.zeros((2, QUANTUM), np.float32),
        room=np.zeros((reverb.N_LINES, reverb.line_size(sample_rate)), np.float32),
        diffusers=np.zeros((reverb.N_DIFFUSERS, reverb.line_size(sample_rate)), np.float32),
        samples=np.zeros((n_voices, n_samples), np.float32),
        phase=np.zeros((n_voices, pool.n_bins), np.int32),
        overlap=np.zeros((n_voices, n_fft), np.float32),
        heads=np.zeros((n_voices, 2), HEAD_DTYPE),
        twiddles=decoder.twiddles,
        split=decoder.split,
        window=decoder.window,
        completion=decoder.completion,
        fft_work=decoder.fft_work,
        rows=decoder.rows,
        bin_steps=decoder.steps,
        magnitude=pool.magnitude,
        frame_scale=pool.frame_scale,
        phase_advance=pool.phase_advance,
        onset=pool.onset,
        onset_overlap=pool.overlap,
        onset_phase=pool.phase,
        plan=pool.plan,
        n_ready=pool.n_ready,
        seen=np.zeros(pool.n_slots, np.int64),
        sightings=np.zeros(n_sightings, SIGHTING_DTYPE),
        seen_ends=np.zeros(N_END_WORDS, np.int64),
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
    n_fft = arrays.overlap.shape[1]
    arrays.geometry["n_onset_frames"] = arrays.geometry["n_onset_hops"] + n_fft // (2 * hop_length)
    arrays.geometry["n_fft"] = n_fft
    arrays.geometry["model_rate"] = model_rate
    arrays.voices["serial"] = NOBODY
    arrays.voices["next_slot"] = NO_SLOT
    arrays.heads["slot"] = NO_SLOT
    parts = arrays.parts
    parts["gain"] = parts["volume"] = parts["expression"] = parts["sustain"] = 1.0
    parts["attack_step"] = 1.0
    parts["last_pitch"] = NO_PITCH
    arrays.voices["timbre"] = 0.5
    reverb.initialise_reverb(arrays.reverb, sample_rate)
    parts["decay_factor"] = fall_factor(1.0, sample_rate)
    parts["release_factor"] = fall_factor(0.1, sample_rate)


def _power_of_two(minimum: int) -> int:
    return 1 << (minimum - 1).bit_length()
