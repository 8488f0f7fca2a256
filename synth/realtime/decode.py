"""One hop of one voice: frames in, 512 samples out.

What a voice needs besides the pool: two heads (`HEAD_DTYPE`, the second only while it morphs),
`phase` [n_bins] int32 and `overlap` [n_fft] float32. `start_voice` points the heads at a note;
while its finished onset lasts, `fade_voice_hop` is all that its hops need; then
`decode_voice_hop` makes the next. `release_voice` and `begin_morph` change what is read.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth.atomics import load_acquire
from synth.errors import ConfigError
from synth.frames import N_BANDS
from synth.realtime.ceiling import (
    hear_hop,
    is_known,
    lower_gain,
    make_completion,
    raise_gain,
    steepest_step,
)
from synth.realtime.fft import inverse_real_fft, make_fft_tables, make_fft_work
from synth.realtime.heads import (
    NO_SLOT,
    fade_released,
    move_head,
    move_weights,
    next_frame,
    release_head,
    write_gains,
)
from synth.realtime.kernel import REORDERED, realtime
from synth.realtime.lobes import lean_factor, lean_phases, lock_phases

_ADVANCE_TO_PHASE = 1 << 16  # int16 turns to int32 turns
_TURNS_PER_PHASE = 2.0**-32
BEFORE, HERE, AFTER, REAL, IMAGINARY, GAIN, N_ROWS = range(7)
ADVANCE, LEAN, REGION, PEAK, N_STEPS = range(5)


class Frames(NamedTuple):
    """The arrays of `synth.frames.NoteFrames` that a decoder reads."""

    magnitude: NDArray[np.uint16]
    frame_scale: NDArray[np.float32]
    phase_advance: NDArray[np.int16]
    plan: NDArray[Any]
    n_ready: NDArray[np.int64]


class Decoder(NamedTuple):
    """Constants and working memory, shared by all voices of a thread.

    Attributes:
        twiddles: of `FftTables`.
        split: of `FftTables`.
        window: [n_fft] float32; Hann, times what makes analysis and synthesis together unity.
        completion: [n_fft] float32; of `ceiling.make_completion`.
        fft_work: [4, n_fft / 2] float32.
        rows: [N_ROWS, n_fft / 2 + 1] float32; magnitudes before, here and after, spectrum, gains.
        steps: [N_STEPS, n_fft / 2] int32; advance and lean of the phases, turns / 2**32, and the
            regions of the lobes.
    """

    twiddles: NDArray[np.float32]
    split: NDArray[np.float32]
    window: NDArray[np.float32]
    completion: NDArray[np.float32]
    fft_work: NDArray[np.float32]
    rows: NDArray[np.float32]
    steps: NDArray[np.int32]


def make_decoder(n_fft: int, hop_length: int) -> Decoder:
    """Precompute the constants of one spectrogram layout and allocate the working memory.

    Raises:
        ConfigError: Hann windows at this hop do not add up to a constant level.

    Thread: control.
    """
    if n_fft < 4 * hop_length:
        raise ConfigError(
            f"hop_length is {hop_length}; live decoding needs at most n_fft / 4 = {n_fft // 4}"
        )
    tables = make_fft_tables(n_fft)
    hann = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(n_fft) / n_fft)
    # Hann squared, overlapped every hop_length samples, adds up to 3/8 n_fft / hop_length.
    unity = 1.0 / (0.375 * n_fft / hop_length) / n_fft
    return Decoder(
        twiddles=tables.twiddles,
        split=tables.split,
        window=(unity * hann).astype(np.float32),
        completion=make_completion(n_fft, hop_length),
        fft_work=make_fft_work(n_fft),
        rows=np.zeros((N_ROWS, n_fft // 2 + 1), np.float32),
        steps=np.zeros((N_STEPS, n_fft // 2), np.int32),
    )


@realtime
def decode_voice_hop(
    heads: Any,
    phase: NDArray[np.int32],
    overlap: NDArray[np.float32],
    frames: Frames,
    decoder: Decoder,
    out: NDArray[np.float32],
) -> int:
    """Decode the next hop of a voice.

    Args:
        heads: [2] of `HEAD_DTYPE`, moved on.
        phase: [n_bins], moved on.
        overlap: [n_fft], moved on by one hop.
        frames: the pool.
        decoder: constants and working memory.
        out: [hop_length], written.

    Returns:
        The slot that the voice has stopped reading, as a morph ended; or NO_SLOT.

    Thread: audio.
    """
    retired = NO_SLOT
    if heads[1].slot != NO_SLOT:
        retired = move_weights(heads)
    n_ahead = overlap.shape[0] // (2 * out.shape[0])
    _read_head(heads[0], True, n_ahead, frames, decoder)
    if heads[1].slot != NO_SLOT:
        _read_head(heads[1], False, n_ahead, frames, decoder)
    rows, steps = decoder.rows, decoder.steps
    lean = lean_factor(overlap.shape[0], out.shape[0])
    lean_phases(rows[BEFORE], rows[AFTER], lean, rows[REAL], steps[LEAN])
    lock_phases(rows[HERE], steps[ADVANCE], steps[LEAN], steps[REGION:], phase)
    has_ceiling = _has_ceiling(heads, frames)
    _add_frame_below_ceiling(heads[0], has_ceiling, decoder, phase, out.shape[0], overlap)
    take_hop(overlap, out)
    if not has_ceiling and heads[1].slot == NO_SLOT:
        hear_hop(heads[0], out)
    fade_voice_hop(heads, out)
    return retired


@realtime
def release_voice(heads: Any, frames: Frames) -> bool:
    """Let a voice's note go: from the next hop on its learned release is laid over it.

    Returns:
        False, and nothing done, where its frames are not all ready, or the data have no release:
        then the amplitude envelope is all that ends the note.

    Thread: audio.
    """
    n_frames = frames.magnitude.shape[1]
    is_learned = False
    for i in range(heads.shape[0]):
        slot = heads[i].slot
        if slot != NO_SLOT:
            n_ready = load_acquire(frames.n_ready, slot)
            is_learned |= release_head(heads[i], frames.plan[slot], n_ready, n_frames)
    return is_learned


@realtime
def fade_voice_hop(heads: Any, out: NDArray[np.float32]) -> None:
    """Let the samples of a released voice's hop fall; `decode_voice_hop` does so by itself.

    Thread: audio.
    """
    fade_released(heads[0], out)
    heads[1].n_released = heads[0].n_released


@realtime
def _read_head(head: Any, is_first: bool, n_ahead: int, frames: Frames, decoder: Decoder) -> None:
    """Move a head on and put (or add) its magnitudes and phase advances into the rows."""
    slot = head.slot
    n_frames = frames.magnitude.shape[1]
    n_ready = load_acquire(frames.n_ready, slot)
    plan = frames.plan[slot]
    move_head(head, plan, n_ready, n_frames)
    rows = decoder.rows
    gain = rows[GAIN]
    bands = rows[REAL][:N_BANDS]
    if write_gains(head, plan, n_ahead, bands):
        spread_gains(bands, gain)
    else:
        gain[:] = np.float32(1.0)
    weight = np.float32(head.weight)
    after = next_frame(head, plan, n_ready, n_frames)
    # A frame's advance is the way to it from the frame below. Read backwards, that way begins at
    # the frame above: then the lobes go through what they did, mirrored, and no beat is deeper.
    advance = frames.phase_advance[slot, max(head.before, head.frame)]
    if is_first:
        for row, frame in ((BEFORE, head.before), (HERE, head.frame), (AFTER, after)):
            scale = weight * frames.frame_scale[slot, frame]
            _set_row(frames.magnitude[slot, frame], scale, gain, rows[row])
        _set_advance(advance, decoder.steps[ADVANCE])
    else:
        _take_advance(
            advance,
            frames.magnitude[slot, head.frame],
            weight * frames.frame_scale[slot, head.frame],
            gain,
            rows[HERE],
            decoder.steps[ADVANCE],
        )
        for row, frame in ((BEFORE, head.before), (HERE, head.frame), (AFTER, after)):
            scale = weight * frames.frame_scale[slot, frame]
            _add_row(frames.magnitude[slot, frame], scale, gain, rows[row])


@realtime(fastmath=REORDERED)
def _set_row(
    magnitude: NDArray[np.uint16],
    scale: np.float32,
    gain: NDArray[np.float32],
    row: NDArray[np.float32],
) -> None:
    for k in range(magnitude.shape[0]):
        row[k] = scale * gain[k] * np.float32(magnitude[k])


@realtime(fastmath=REORDERED)
def _add_row(
    magnitude: NDArray[np.uint16],
    scale: np.float32,
    gain: NDArray[np.float32],
    row: NDArray[np.float32],
) -> None:
    for k in range(magnitude.shape[0]):
        row[k] += scale * gain[k] * np.float32(magnitude[k])


@realtime
def _set_advance(advance: NDArray[np.int16], step: NDArray[np.int32]) -> None:
    for k in range(advance.shape[0]):
        step[k] = np.int32(advance[k]) * np.int32(_ADVANCE_TO_PHASE)


@realtime
def _take_advance(
    advance: NDArray[np.int16],
    magnitude: NDArray[np.uint16],
    scale: np.float32,
    gain: NDArray[np.float32],
    row: NDArray[np.float32],
    step: NDArray[np.int32],
) -> None:
    # Where two notes sound in one bin the louder one says how fast its phase goes.
    for k in range(advance.shape[0]):
        if scale * gain[k] * np.float32(magnitude[k]) > row[k]:
            step[k] = np.int32(advance[k]) * np.int32(_ADVANCE_TO_PHASE)


@realtime
def spread_gains(bands: NDArray[np.float32], gain: NDArray[np.float32]) -> None:
    """Interpolate the gains of bands, which lie an octave apart, to bins.

    Args:
        bands: [N_BANDS]; the last one at the last bin, each other an octave below the next.
        gain: [n_bins + 1 or more], written.

    Thread: audio.
    """
    n_bins = gain.shape[0] - 1
    first = 0
    left = bands[0]
    for band in range(N_BANDS):
        last = n_bins >> (N_BANDS - 1 - band)
        step = (bands[band] - left) / np.float32(max(1, last - first))
        for k in range(first, last):
            gain[k] = left + step * np.float32(k - first)
        first = last
        left = bands[band]
    gain[n_bins] = left


@realtime
def add_frame(decoder: Decoder, phase: NDArray[np.int32], overlap: NDArray[np.float32]) -> None:
    """Transform row HERE with the given phases and add it, windowed, to the overlap.

    Args:
        decoder: row HERE is read.
        phase: [n_bins], at the frame's centre.
        overlap: [n_fft], added to.

    Thread: audio.
    """
    row = _transform(decoder, phase)
    work = decoder.fft_work
    _add_windowed(work[row], work[row + 1], np.float32(1.0), decoder.window, overlap)


@realtime
def _has_ceiling(heads: Any, frames: Frames) -> bool:
    head = heads[0]
    n_ready = load_acquire(frames.n_ready, head.slot)
    is_over = is_known(head, frames.plan[head.slot], n_ready, frames.magnitude.shape[1])
    return is_over and heads[1].slot == NO_SLOT


@realtime
def _add_frame_below_ceiling(
    head: Any,
    has_ceiling: bool,
    decoder: Decoder,
    phase: NDArray[np.int32],
    hop_length: int,
    overlap: NDArray[np.float32],
) -> None:
    """Do what `add_frame` does, no steeper than the voice's ceiling has it."""
    row, work = _transform(decoder, phase), decoder.fft_work
    even, odd = work[row], work[row + 1]
    if has_ceiling:
        raise_gain(head)
    _add_windowed(even, odd, np.float32(head.gain), decoder.window, overlap)
    if has_ceiling:
        change = lower_gain(head, steepest_step(overlap, decoder.completion, hop_length))
        if change < 0.0:
            _add_windowed(even, odd, np.float32(change), decoder.window, overlap)


@realtime
def _transform(decoder: Decoder, phase: NDArray[np.int32]) -> int:
    """Transform row HERE; return which row of the work has the even samples, middle first."""
    real = decoder.rows[REAL]
    imaginary = decoder.rows[IMAGINARY]
    _to_cartesian(decoder.rows[HERE], phase, real, imaginary)
    return inverse_real_fft(real, imaginary, decoder.twiddles, decoder.split, decoder.fft_work)


@realtime(fastmath=REORDERED)
def _to_cartesian(
    magnitude: NDArray[np.float32],
    phase: NDArray[np.int32],
    real: NDArray[np.float32],
    imaginary: NDArray[np.float32],
) -> None:
    # Sine and cosine of the half angle, within a quarter turn, by polynomials fitted at Chebyshev
    # points (error 1e-7), then the double angle: no table, no branch, so it runs in vector lanes.
    n_bins = phase.shape[0]
    for k in range(n_bins):
        x = np.float32(phase[k]) * np.float32(_TURNS_PER_PHASE)
        y = x * x
        sine = np.float32(0.0776567078)
        sine = sine * y - np.float32(0.598275569)
        sine = sine * y + np.float32(2.55007173)
        sine = sine * y - np.float32(5.16770949)
        sine = (sine * y + np.float32(3.14159263)) * x
        cosine = np.float32(0.219685695)
        cosine = cosine * y - np.float32(1.33182171)
        cosine = cosine * y + np.float32(4.0583912)
        cosine = cosine * y - np.float32(4.93479078)
        cosine = cosine * y + np.float32(0.999999905)
        real[k + 1] = magnitude[k] * (cosine * cosine - sine * sine)
        imaginary[k + 1] = magnitude[k] * (np.float32(2.0) * sine * cosine)
    real[0] = np.float32(0.0)
    imaginary[0] = np.float32(0.0)
    imaginary[n_bins] = np.float32(0.0)


@realtime
def _add_windowed(
    even: NDArray[np.float32],
    odd: NDArray[np.float32],
    gain: np.float32,
    window: NDArray[np.float32],
    overlap: NDArray[np.float32],
) -> None:
    # Phases are at the frame's centre, so the transform's sample 0 is the frame's middle.
    quarter = even.shape[0] // 2
    middle = 2 * quarter
    _add_half(even[quarter:], odd[quarter:], gain, window[:middle], overlap[:middle])
    _add_half(even[:quarter], odd[:quarter], gain, window[middle:], overlap[middle:])


@realtime(fastmath=REORDERED)
def _add_half(
    even: NDArray[np.float32],
    odd: NDArray[np.float32],
    gain: np.float32,
    window: NDArray[np.float32],
    overlap: NDArray[np.float32],
) -> None:
    for i in range(even.shape[0]):
        overlap[2 * i] += gain * window[2 * i] * even[i]
        overlap[2 * i + 1] += gain * window[2 * i + 1] * odd[i]


@realtime
def take_hop(overlap: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Move the first hop of the overlap out and the rest to the front.

    Args:
        overlap: [n_fft], moved on.
        out: [hop_length], written.

    Thread: audio.
    """
    hop_length = out.shape[0]
    _copy(overlap[:hop_length], out)
    # Hop by hop: pieces that do not lie over each other are copied in vectors.
    n_left = overlap.shape[0] - hop_length
    for first in range(0, n_left, hop_length):
        n = min(hop_length, n_left - first)
        _copy(overlap[first + hop_length :], overlap[first : first + n])
    for i in range(n_left, overlap.shape[0]):
        overlap[i] = np.float32(0.0)


@realtime
def _copy(source: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    for i in range(out.shape[0]):
        out[i] = source[i]
