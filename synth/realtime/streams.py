"""Each voice's stream of model samples: finished onset first, then decoded hop by hop.

A voice keeps a short run of samples: some before its read index, which the resampling filter still
needs, and those that were decoded ahead. Before a hop is added what was read moves to the front, so
the filter always sees one contiguous piece.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from synth.realtime.ceiling import hear_hop
from synth.realtime.decode import (
    Decoder,
    Frames,
    decode_voice_hop,
    fade_voice_hop,
    release_voice,
)
from synth.realtime.envelope import RELEASE
from synth.realtime.heads import NO_SLOT, begin_morph, start_voice
from synth.realtime.intrinsics import call_at
from synth.realtime.kernel import native, realtime
from synth.realtime.resample import N_BEFORE
from synth.realtime.state import (
    bin_steps_of,
    completion_of,
    engine_of,
    fft_work_of,
    frame_scale_of,
    geometry_of,
    heads_of,
    magnitude_of,
    onset_of,
    onset_overlap_of,
    onset_phase_of,
    overlap_of,
    phase_advance_of,
    phase_of,
    plan_of,
    rows_of,
    samples_of,
    seen_of,
    split_of,
    state_at,
    twiddles_of,
    voices_of,
    window_of,
)
from synth.realtime.voices import return_slot


@lru_cache(maxsize=1)
def compile_decode_hop() -> Any:
    """Compile what `state.decode_hop` is the address of.

    Thread: control.
    """
    return native(_decode_hop, types.void(types.int64, types.int64, types.int64))


def _decode_hop(address: int, i: int, _unused: int) -> None:
    decode_next_hop(state_at(address), i)


@realtime
def append_hop(state: Any, i: int) -> None:
    """Append the next hop to a voice's samples.

    Thread: audio.
    """
    call_at(state.decode_hop, state.own_address, i, 0)


@realtime
def decode_next_hop(state: Any, i: int) -> None:
    """Do what `append_hop` asks for.

    Thread: audio.
    """
    voice = voices_of(state)[i]
    geometry = geometry_of(state)
    samples = samples_of(state)[i]
    heads = heads_of(state)[i]
    hop_length = geometry.hop_length
    if voice.n_hops == voice.first_hop:
        start_voice(heads, voice.slot, geometry.n_onset_frames)
        if voice.stage >= RELEASE:
            release_voice(heads, _frames(state))
    if voice.written + hop_length > samples.shape[0]:
        _move_to_front(voice, samples)
    out = samples[voice.written : voice.written + hop_length]
    if voice.n_hops < geometry.n_onset_hops:
        first = voice.n_hops * hop_length
        _copy(onset_of(state)[voice.slot, first : first + hop_length], out)
        hear_hop(heads[0], out)
        fade_voice_hop(heads, out)
    else:
        if voice.n_hops == geometry.n_onset_hops:
            _copy(onset_phase_of(state)[voice.slot], phase_of(state)[i])
            _copy(onset_overlap_of(state)[voice.slot], overlap_of(state)[i])
        _begin_waiting_morph(state, i)
        _decode(state, i, out)
    voice.written += hop_length
    voice.n_hops += 1


@realtime
def release_stream(state: Any, i: int) -> None:
    """Let the learned release begin with the next hop that is decoded.

    Thread: audio.
    """
    if voices_of(state)[i].n_hops > voices_of(state)[i].first_hop:
        release_voice(heads_of(state)[i], _frames(state))


@realtime
def _begin_waiting_morph(state: Any, i: int) -> None:
    """Set out for the timbre that the voice was given, once all its frames are there."""
    voice = voices_of(state)[i]
    if voice.next_slot == NO_SLOT:
        return
    n_frames = magnitude_of(state).shape[1]
    if seen_of(state)[voice.next_slot] < n_frames:
        return
    geometry = geometry_of(state)
    n_hops = int(voice.morph_s * geometry.model_rate / geometry.hop_length)
    if begin_morph(heads_of(state)[i], voice.next_slot, n_hops):
        voice.next_slot = NO_SLOT


@realtime
def _decode(state: Any, i: int, out: NDArray[np.float32]) -> None:
    voice = voices_of(state)[i]
    engine = engine_of(state)
    heads = heads_of(state)[i]
    frames = _frames(state)
    decoder = Decoder(
        twiddles_of(state),
        split_of(state),
        window_of(state),
        completion_of(state),
        fft_work_of(state),
        rows_of(state),
        bin_steps_of(state),
    )
    n_late = heads[0].n_late
    left = decode_voice_hop(heads, phase_of(state)[i], overlap_of(state)[i], frames, decoder, out)
    engine.n_held_frames += heads[0].n_late - n_late
    engine.n_hops += 1
    if left != NO_SLOT:
        return_slot(state, voice.serial, left)
        voice.slot = heads[0].slot


@realtime
def _frames(state: Any) -> Frames:
    return Frames(
        magnitude_of(state),
        frame_scale_of(state),
        phase_advance_of(state),
        plan_of(state),
        seen_of(state),
    )


@realtime
def _move_to_front(voice: Any, samples: NDArray[np.float32]) -> None:
    first = voice.read - N_BEFORE
    for j in range(first, voice.written):
        samples[j - first] = samples[j]
    voice.written -= first
    voice.read = N_BEFORE


@realtime
def _copy(source: Any, out: Any) -> None:
    for j in range(out.shape[0]):
        out[j] = source[j]
