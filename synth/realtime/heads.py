"""Where a voice reads: the heads that walk through frames, hold, release and cross to other notes.

A note is read forwards up to `loop_last`, the last frame that the note-off of the data does not
touch, and from there back and forth between `loop_first` and `loop_last` (the plan that
`synth.realtime.sustain` makes). Phases go on by the frequencies read, whatever the direction, so
the walk has no seam; what is left is the level, by band: the plan's `level`, the slow course that
was recorded, is taken away, so that at the turn nothing jumps, and its `decay` is laid over it.

A second head reads the note that a held voice crosses to; both move the same phases.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.frames import N_BANDS, N_FAST_HOPS, N_LOOP_FRAMES, N_RELEASE_FRAMES
from synth.realtime.ceiling import forget_ceiling
from synth.realtime.kernel import realtime

HEAD_DTYPE = np.dtype(
    [
        ("slot", np.int64),  # note in the pool; NO_SLOT: this head reads nothing
        ("before", np.int64),  # frame read at the hop before
        ("frame", np.int64),  # frame read now
        ("direction", np.int64),  # of the walk: 1 forwards, -1 backwards
        ("n_held", np.int64),  # hops walked; 0: still on the first way forwards
        ("n_released", np.int64),  # hops written since note-off; HELD: no learned release
        ("release_rate", np.float64),  # ln per hop, of the samples in the release's first hops
        ("n_late", np.int64),  # hops at which the next frame was not there and this one was held
        ("n_heard", np.int64),  # hops that sounded since the ceiling was forgotten
        ("ceiling", np.float64),  # largest step between their samples
        ("gain", np.float64),  # of the frames now, that none is steeper
        ("weight", np.float64),  # share of this head while a morph is under way, 0..1
        ("weight_step", np.float64),  # its change per hop
    ]
)
NO_SLOT = -1
HELD = -1
MAXIMUM_LEVEL = 3.0  # ln: a walk may lift a band by 26 dB at most, whatever its plan says


@realtime
def move_head(head: Any, plan: Any, n_ready: int, n_frames: int) -> None:
    """Go on to the frame of the next hop.

    Args:
        head: record of `HEAD_DTYPE`.
        plan: record of `PLAN_DTYPE`; looked at only when all frames are ready.
        n_ready: frames published.
        n_frames: frames of a whole note.

    Thread: audio.
    """
    following = next_frame(head, plan, n_ready, n_frames)
    if is_walking(head, plan, n_ready, n_frames):
        head.n_held += 1
        head.direction = 1 if following > head.frame else -1
    elif following == head.frame:
        head.n_late += 1
    head.before = head.frame
    head.frame = following


@realtime
def next_frame(head: Any, plan: Any, n_ready: int, n_frames: int) -> int:
    """Say which frame `move_head` would go to.

    Thread: audio.
    """
    if not is_walking(head, plan, n_ready, n_frames):
        return min(head.frame + 1, max(n_ready - 1, head.frame))
    if plan.loop_first >= plan.loop_last:
        return plan.loop_last
    if head.frame >= plan.loop_last:
        return head.frame - 1
    if head.frame <= plan.loop_first:
        return head.frame + 1
    return head.frame + head.direction


@realtime
def is_walking(head: Any, plan: Any, n_ready: int, n_frames: int) -> bool:
    """Tell whether the first way forwards is over.

    Thread: audio.
    """
    if head.n_held > 0:
        return True
    return n_ready >= n_frames and 0 <= plan.loop_last <= head.frame


@realtime
def write_gains(head: Any, plan: Any, n_ahead: int, gains: NDArray[np.float32]) -> bool:
    """Write the gain of every band at the head's frame; return False where all are 1.

    Args:
        head: record of `HEAD_DTYPE`.
        plan: record of `PLAN_DTYPE`.
        n_ahead: hops from the first sample that is due to the centre of the head's frame.
        gains: [N_BANDS], written where the result is True.

    Thread: audio.
    """
    if head.n_held == 0 and head.n_released == HELD:
        return False
    n_way = max(1, plan.loop_last - plan.loop_first)
    place = min(max(head.frame - plan.loop_first, 0), N_LOOP_FRAMES - 1)
    last = N_RELEASE_FRAMES - 1
    hop = min(head.n_released + n_ahead, last)
    for band in range(N_BANDS):
        level = 0.0
        if head.n_held > 0:
            level += plan.decay[band] * head.n_held - plan.level[place, band]
            level += plan.offset[band] * min(1.0, head.n_held / n_way)
        if head.n_released != HELD:
            # Behind its end the release goes on falling as it did at its end.
            step = plan.release[last, band] - plan.release[last - 1, band]
            level += plan.release[hop, band] + step * (head.n_released + n_ahead - hop)
        gains[band] = np.exp(np.float32(min(level, MAXIMUM_LEVEL)))
    return True


@realtime
def release_head(head: Any, plan: Any, n_ready: int, n_frames: int) -> bool:
    """Lay the learned release over what the head reads, if it is known by now.

    Thread: audio.
    """
    if n_ready < n_frames or plan.has_release == 0:
        return False
    if head.n_released == HELD:
        head.n_released = 0
        head.release_rate = plan.release_rate
    return True


@realtime
def fade_released(head: Any, out: NDArray[np.float32]) -> None:
    """Let the samples of a hop fall as the release does in its first hops.

    Frames are too slow for it: those that sound at note-off reach half a window beyond.

    Args:
        head: record of `HEAD_DTYPE`; its time since note-off moves on by one hop.
        out: [hop_length], changed.

    Thread: audio.
    """
    if head.n_released == HELD:
        return
    if head.n_released >= N_FAST_HOPS:
        out *= np.float32(np.exp(-head.release_rate * N_FAST_HOPS))
    else:
        gain = np.exp(-head.release_rate * head.n_released)
        step = np.exp(-head.release_rate / out.shape[0])
        for i in range(out.shape[0]):
            out[i] *= np.float32(gain)
            gain *= step
    head.n_released += 1


@realtime
def start_voice(heads: Any, slot: int, n_onset_frames: int) -> None:
    """Point a voice's heads at a note, behind its onset.

    Before the first decoded hop the caller copies the pool's `phase` and `overlap` to the voice's.

    Args:
        heads: [2] of `HEAD_DTYPE`.
        slot: the note in the pool.
        n_onset_frames: frames that the finished onset has used.

    Thread: audio.
    """
    head = heads[0]
    head.slot = slot
    head.frame = n_onset_frames - 1
    head.before = n_onset_frames - 2
    head.direction = 1
    head.n_held = 0
    head.n_released = HELD
    head.release_rate = 0.0
    head.n_late = 0
    head.gain = 1.0
    forget_ceiling(head)
    head.weight = 1.0
    head.weight_step = 0.0
    heads[1].slot = NO_SLOT


@realtime
def begin_morph(heads: Any, slot: int, n_hops: int) -> bool:
    """Let a voice cross to another note's frames, from the same place in time.

    Args:
        heads: [2] of `HEAD_DTYPE`.
        slot: the note to cross to; all its frames ready.
        n_hops: length of the crossing.

    Returns:
        False, and nothing done, where a crossing is under way.

    Thread: audio.
    """
    if heads[1].slot != NO_SLOT:
        return False
    heads[1].slot = slot
    heads[1].before = heads[0].before
    heads[1].frame = heads[0].frame
    heads[1].direction = heads[0].direction
    heads[1].n_held = heads[0].n_held
    heads[1].n_released = heads[0].n_released
    heads[1].release_rate = heads[0].release_rate
    heads[1].n_late = heads[0].n_late
    forget_ceiling(heads[1])
    heads[1].weight = 0.0
    heads[1].weight_step = 1.0 / max(1, n_hops)
    return True


@realtime
def move_weights(heads: Any) -> int:
    """Go on with a crossing; at its end return the slot that was left.

    Thread: audio.
    """
    heads[1].weight = min(1.0, heads[1].weight + heads[1].weight_step)
    heads[0].weight = 1.0 - heads[1].weight
    heads[0].gain = min(1.0, heads[0].gain + heads[1].weight_step)
    heads[1].gain = heads[0].gain
    if heads[0].weight > 0.0:
        return NO_SLOT
    left = heads[0].slot
    n_late = heads[0].n_late
    rate = heads[0].release_rate
    heads[0] = heads[1]
    heads[0].n_late = n_late
    heads[0].release_rate = rate  # the fall of the samples goes on as it began
    heads[1].slot = NO_SLOT
    return left
