"""The ceiling of a held note: no step between samples above those that its beginning had.

A voice that is held walks through its frames for ever, and its partials' phases drift against each
other, a little at every hop: their frequencies are not whole multiples, and a generator's are not
exact. So sooner or later the partials meet in a steeper wave than any of the first two seconds; in
a minute held by 1 to 3 dB. Such a step is not louder, but it is what a click is made of.

The steps of the first seconds (`n_reference` hops of the plan) are looked at as they sound. From
then on, when a frame has been added to those that sound, the samples whose windows are more than
half complete are looked at for what they will become. Where that is too steep the frame is turned
down; overlapping windows make the change a slow one. It is turned up again over seconds, slower
than any beat or vibrato, so that nothing pumps. A note that crosses to another timbre has a new
ceiling: that of the first seconds behind the crossing.

Thread: audio, all of it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.realtime.kernel import REORDERED, realtime

HEADROOM = 0.95  # for what the frames to come do that was not foreseen
LOWEST = 0.7  # -3 dB: a note that goes on swelling is not held down further
RECOVERY = 0.005  # of the way back to 1 a hop: a time constant of 6 s at 31 hops a second
N_FORESEEN = 2  # hops from a frame's start on that it still can turn down


@realtime
def forget_ceiling(head: Any) -> None:
    """Let the next seconds say how steep the rest may be.

    Args:
        head: record of `HEAD_DTYPE`.

    Thread: audio.
    """
    head.n_heard = 0
    head.ceiling = 0.0


@realtime
def hear_hop(head: Any, hop: NDArray[np.float32]) -> None:
    """Raise the ceiling to the steps of a hop that belongs to the first seconds.

    Args:
        head: record of `HEAD_DTYPE`.
        hop: [hop_length]; samples that sound.

    Thread: audio.
    """
    head.n_heard += 1
    head.ceiling = max(head.ceiling, _largest_step(hop))


@realtime
def is_known(head: Any, plan: Any, n_ready: int, n_frames: int) -> bool:
    """Tell whether the first seconds are over for the samples that are made now.

    Args:
        head: record of `HEAD_DTYPE`.
        plan: record of `PLAN_DTYPE`; looked at only when all frames are ready.
        n_ready: frames published.
        n_frames: frames of a whole note.

    Thread: audio.
    """
    n_reference = max(1, plan.n_reference - N_FORESEEN)
    return n_ready >= n_frames and plan.n_reference > 0 and head.n_heard >= n_reference


@realtime
def raise_gain(head: Any) -> None:
    """Let the gain of frames recover.

    Args:
        head: record of `HEAD_DTYPE`.

    Thread: audio.
    """
    head.gain += RECOVERY * (1.0 - head.gain)


@realtime
def lower_gain(head: Any, step: float) -> float:
    """Take from the gain of frames what a wave with a largest step of `step` is too steep.

    Returns:
        The gain's change, 0 or less.

    Thread: audio.
    """
    limit = HEADROOM * head.ceiling
    if step <= limit:
        return 0.0
    before = head.gain
    head.gain = min(before, max(LOWEST, before * limit / step))
    return float(head.gain - before)


@realtime(fastmath=REORDERED)
def _largest_step(hop: NDArray[np.float32]) -> np.float32:
    largest = np.float32(0.0)
    for i in range(1, hop.shape[0]):
        largest = max(largest, abs(hop[i] - hop[i - 1]))
    return np.float32(largest)


@realtime(fastmath=REORDERED)
def steepest_step(
    overlap: NDArray[np.float32], completion: NDArray[np.float32], hop_length: int
) -> float:
    """Find the largest step of the samples to come, as far as the frames until now tell it.

    Args:
        overlap: [n_fft]; sum of the frames.
        completion: [n_fft]; of `make_completion`.
        hop_length: samples at the front that are complete, and too late to be changed by much.

    Thread: audio.
    """
    # Four maxima side by side: a single one would wait for itself, twice the time.
    first = second = third = fourth = np.float32(0.0)
    last = foreseen(overlap.shape[0])
    sounds, share = overlap[hop_length:last], completion[hop_length:last]
    for quad in range((sounds.shape[0] - 1) // 4):
        i = 4 * quad  # never negative: no index is asked whether it counts from the end
        a = sounds[i] * share[i]
        b = sounds[i + 1] * share[i + 1]
        c = sounds[i + 2] * share[i + 2]
        d = sounds[i + 3] * share[i + 3]
        e = sounds[i + 4] * share[i + 4]
        first = max(first, abs(b - a))
        second = max(second, abs(c - b))
        third = max(third, abs(d - c))
        fourth = max(fourth, abs(e - d))
    return float(max(first, second, third, fourth))


@realtime
def foreseen(n_fft: int) -> int:
    """Count the samples from a frame's start on of which more than half is there with it.

    Thread: audio.
    """
    return n_fft // 2 + n_fft // 16


def make_completion(n_fft: int, hop_length: int) -> NDArray[np.float32]:
    """Precompute what samples are to be multiplied by for the frames that are still to come.

    Returns:
        [n_fft]; 1 over the share of the windows that reach a sample and begin until now.

    Thread: control.
    """
    weight = (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(n_fft) / n_fft)) ** 2
    missing = np.zeros(n_fft)
    for first in range(hop_length, n_fft, hop_length):
        missing[first:] += weight[: n_fft - first]
    share = 1.0 - missing / (0.375 * n_fft / hop_length)
    share[foreseen(n_fft) :] = np.inf
    return (1.0 / share).astype(np.float32)
