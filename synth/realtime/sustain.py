"""The plan of an endless note: how it is held and how it is let go.

The data hold a note for 3 s. A voice that holds it longer walks back and forth through its last 1.4
seconds (`synth.realtime.heads`); this module works out the level of that walk, once per note:

* A sound that sustains keeps the level it had on average. One gain for all bands, so that whatever
  its timbre does in that time it goes on doing.
* A sound that decays goes on decaying, each band at its own rate, none slower than the whole: the
  frames further back, which are louder and brighter, are brought down band by band to what follows
  the last one. It is one that decays when it fell by more than 2 dB/s in both halves of its second
  and third second: of 420 FluidSynth notes held for 30 s, 16 are mistaken.

The level that is taken away is the slow course only (a local straight line over 0.6 s; Cleveland
1979, J. American Statistical Association 74). Vibrato, beating and tremolo stay.

Release works on what sounds now, wherever the note is: the levels of the data's bands after its
note-off, against what they would have been without, are a gain by hop. Jumping into the release
frames themselves would need 3 s old harmonics to fit those of a note let go after 100 ms.

Thread: worker, all of it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.frames import N_BANDS, N_FAST_HOPS, N_LOOP_FRAMES, N_RELEASE_FRAMES, NoteFrames

_LOOP_S = 1.44  # length of the walk, one way
_REFERENCE_S = 2.0  # no later wave is steeper than those of the time before
_SMOOTHING_S = 0.3  # half the width of what counts as slow
_DECAYING_DB_PER_S = -2.0
_DECAYED_DB = -40.0  # against its loudest frame: such a sound is one that decays, too
_STEEPEST_DB_PER_S = -400.0  # of a decay or a release
_FLOOR_DB = 110.0  # below a note's loudest band: nothing is there to be measured
_N_BEFORE = 8  # frames over which a level is averaged
_RELEASE_END_DB_PER_S = -30.0  # a release that is still going on at the data's end falls so fast
_HANN_VARIANCE = 0.0326727  # of its length squared: 1/12 - 1/(2 pi^2)
_LN_PER_DB = np.log(10.0) / 20.0

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SustainPlanner:
    """Constants of one spectrogram layout.

    Attributes:
        loop_first: first frame of the walk.
        loop_last: its last frame, the one before the last that ends before the note-off.
        note_off: time of the data's note-off, frames.
        n_last: frames that end within the data.
        hops_per_s: frames in a second.
        n_reference: hops whose wave is the measure of what follows.
        reach: half a window, hops.
        band_weights: [N_BANDS, n_bins]; share of a bin's power in each band.
        smoother: [n_loop, n_frames]; local straight lines through levels.
    """

    loop_first: int
    loop_last: int
    note_off: float
    n_last: int
    hops_per_s: float
    n_reference: int
    reach: float
    band_weights: NDArray[np.float32]
    smoother: Array


def make_sustain_planner(
    *,
    sample_rate: float,
    n_fft: int,
    hop_length: int,
    n_frames: int,
    hold_s: float = 3.0,
    release_s: float = 1.0,
) -> SustainPlanner:
    """Precompute what planning needs.

    Args:
        sample_rate: of the model, Hz.
        n_fft: window length, samples.
        hop_length: samples between frames.
        n_frames: frames of a whole note.
        hold_s: time of the note-off in the data.
        release_s: how long the data go on after it.

    """
    hops_per_s = sample_rate / hop_length
    reach = n_fft / (2.0 * hop_length)
    # One less than the last that is clean, which is still looked at as the one that follows.
    loop_last = max(0, int(min(hold_s * hops_per_s - reach, n_frames - 1.0)) - 1)
    n_loop = min(round(_LOOP_S * hops_per_s), N_LOOP_FRAMES, loop_last // 2 + 1)
    loop_first = loop_last - n_loop + 1
    return SustainPlanner(
        loop_first=loop_first,
        loop_last=loop_last,
        note_off=hold_s * hops_per_s,
        n_last=int(min((hold_s + release_s) * hops_per_s - reach, n_frames - 1.0)) + 1,
        hops_per_s=hops_per_s,
        n_reference=int(_REFERENCE_S * hops_per_s),
        reach=reach,
        band_weights=_band_weights(n_fft // 2),
        smoother=_local_lines(loop_first, loop_last, n_frames, _SMOOTHING_S * hops_per_s),
    )


def plan_sustain(planner: SustainPlanner, frames: NoteFrames, slot: int) -> None:
    """Write the plan of a note whose frames are all written, and not yet all published."""
    magnitude = frames.magnitude[slot] * frames.frame_scale[slot][:, None]
    plan = frames.plan[slot : slot + 1]
    for name, value in plan_note(planner, magnitude).items():
        plan[name] = value


def plan_note(planner: SustainPlanner, magnitude: NDArray[np.float32]) -> dict[str, Any]:
    """Work out the plan of a note.

    Args:
        planner: constants.
        magnitude: [n_frames, n_bins]; linear.

    Returns:
        The fields of `PLAN_DTYPE`.
    """
    # einsum: a matrix product would wake the threads of a BLAS.
    power = np.einsum("fk,bk->fb", magnitude * magnitude, planner.band_weights)
    floor = power.max() * 10.0 ** (-_FLOOR_DB / 10.0) + 1e-30
    levels = 0.5 * np.log(power + floor)
    whole = 0.5 * np.log(power.sum(axis=1) + floor)
    is_decaying = _is_decaying(planner, whole)
    if is_decaying:
        slow = planner.smoother @ levels
        loop = slice(planner.loop_first, planner.loop_last + 1)
        slowest = min(float(_slope(whole[loop])), _to_ln_per_hop(planner, _DECAYING_DB_PER_S))
        steepest = _to_ln_per_hop(planner, _STEEPEST_DB_PER_S)
        decay = np.clip(_slope(levels[loop]), steepest, slowest)
        offset = np.zeros(N_BANDS)
    else:
        slow = np.repeat((planner.smoother @ whole)[:, None], N_BANDS, axis=1)
        decay = np.zeros(N_BANDS)
        offset = slow.mean(axis=0) - slow[-1]
    level = np.zeros((N_LOOP_FRAMES, N_BANDS))
    level[: len(slow)] = slow - slow[-1]
    fields = {
        "loop_first": planner.loop_first,
        "loop_last": planner.loop_last,
        "n_reference": planner.n_reference,
        "is_decaying": is_decaying,
        "offset": offset,
        "decay": decay,
        "level": level,
    }
    return fields | _plan_release(planner, levels, whole, decay)


def _is_decaying(planner: SustainPlanner, whole: Array) -> bool:
    """Tell a sound that dies away from one that goes on."""
    first = planner.loop_last - 2 * (planner.loop_last - planner.loop_first)
    middle = (max(first, 0) + planner.loop_last) // 2
    halves = whole[max(first, 0) : middle + 1], whole[middle : planner.loop_last + 1]
    fastest = max(float(_slope(half)) for half in halves)
    fallen = whole[planner.loop_last] - whole[: planner.loop_last + 1].max()
    return bool(
        fastest < _to_ln_per_hop(planner, _DECAYING_DB_PER_S) or fallen < _DECAYED_DB * _LN_PER_DB
    )


def _plan_release(
    planner: SustainPlanner, levels: Array, whole: Array, decay: Array
) -> dict[str, Any]:
    """Measure what note-off does to each band, and share it between samples and frames."""
    n_known = min(int(planner.n_last - planner.note_off), N_RELEASE_FRAMES)
    if n_known <= _N_BEFORE:
        return {"has_release": 0, "release_rate": 0.0, "release": 0.0}
    # The whole stands in for bands with too little in them to be measured: none rings on for
    # longer than the sound does.
    columns = np.column_stack([levels, whole])
    before = columns[planner.loop_first : planner.loop_last + 1][-_N_BEFORE:].mean(axis=0)
    times = planner.note_off + np.arange(n_known)
    held = times - (planner.loop_last - 0.5 * (_N_BEFORE - 1))
    found = [np.interp(times, np.arange(len(columns)), column) for column in columns.T]
    gain = np.column_stack(found) - before - held[:, None] * np.append(decay, decay.max())
    gain = np.minimum.accumulate(np.minimum(gain, 0.0), axis=0)
    gain = _sharpen(gain, planner.reach)
    rate = -gain[N_FAST_HOPS, -1] / N_FAST_HOPS
    end = (gain[-1] - gain[-1 - _N_BEFORE]) / _N_BEFORE
    end = np.minimum(end, _to_ln_per_hop(planner, _RELEASE_END_DB_PER_S))
    further = np.arange(1, N_RELEASE_FRAMES - n_known + 1)
    gain = np.concatenate([gain, gain[-1] + end * further[:, None]])
    gain = np.minimum(gain[:, :-1], gain[:, -1:])
    fast = rate * np.minimum(np.arange(N_RELEASE_FRAMES), N_FAST_HOPS)
    return {
        "has_release": 1,
        "release_rate": rate,
        "release": np.minimum(gain + fast[:, None], 0.0),
    }


def _sharpen(gain: Array, reach: float) -> Array:
    """Undo what the window does to a fall: a frame hears what comes before its centre loudest.

    Under a window that is nearly Gaussian, of variance s^2, a fall of a per hop is measured
    a^2 s^2 / 2 too loud, and at the note-off itself it is hidden by what went before.
    """
    slope = -np.gradient(gain, axis=0)
    sharp = gain - 0.5 * _HANN_VARIANCE * (2.0 * reach * slope) ** 2
    # Before the first frame that lies behind the note-off: a straight line.
    n_hidden = int(np.ceil(reach))
    line = np.linspace(0.0, 1.0, n_hidden, endpoint=False)[:, None] * sharp[n_hidden]
    return np.minimum.accumulate(np.concatenate([line, sharp[n_hidden:]]), axis=0)


def _to_ln_per_hop(planner: SustainPlanner, db_per_s: float) -> float:
    return float(db_per_s * _LN_PER_DB / planner.hops_per_s)


def _slope(levels: Array) -> Array:
    """Fit a straight line along the first axis; return its rise per step."""
    steps = np.arange(len(levels)) - 0.5 * (len(levels) - 1)
    return np.asarray(np.tensordot(steps, levels, axes=1) / max(1.0, float(steps @ steps)))


def _band_weights(n_bins: int) -> NDArray[np.float32]:
    """Share each bin's power among bands an octave apart, as `spread_gains` lays their gains."""
    knots = n_bins >> np.arange(N_BANDS - 1, -1, -1)
    weights = [np.interp(np.arange(n_bins), knots, row) for row in np.eye(N_BANDS)]
    return np.stack(weights).astype(np.float32)


def _local_lines(first: int, last: int, n_frames: int, half_width: float) -> Array:
    """Build the matrix that fits a weighted straight line around each frame of the loop."""
    frames = np.arange(last + 1)
    smoother = np.zeros((last - first + 1, n_frames))
    for row, frame in enumerate(range(first, last + 1)):
        distance = np.abs(frames - frame) / max(half_width, 2.0)
        weight = np.clip(1.0 - distance**3, 0.0, None) ** 3
        design = np.stack([np.ones(last + 1), frames - float(frame)], axis=1)
        # The value of the line at the frame itself: first row of (X'WX)^-1 X'W.
        smoother[row, : last + 1] = np.linalg.pinv(design.T * weight @ design)[0] @ (
            design.T * weight
        )
    return smoother
