"""The room: a feedback delay network that all parts may send to.

Eight delay lines feed each other through a Householder matrix (Jot, "Digital delay networks for
designing artificial reverberators", AES 90, 1991): it loses no energy, so the decay is what each
line's gain says, and treble dies first by a one-pole low-pass in each line. Four all-passes in
front thicken what arrives. A sample costs the same whatever the room, so a block is bounded.

Nothing that is not a number stays: a feedback loop would keep it for ever (after surge-rack #830),
so the lines are emptied where one comes out.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.realtime.kernel import realtime

N_LINES = 8
N_DIFFUSERS = 4
# Mutually prime at 48 kHz, 23 to 61 ms: no two echoes fall together for a second.
_LINES_AT_48K = (1103, 1277, 1493, 1693, 1949, 2213, 2531, 2917)
_DIFFUSERS_AT_48K = (211, 311, 443, 619)
_REFERENCE_RATE = 48_000.0
DIFFUSION = 0.6
BRIGHTEST, DARKEST = 0.05, 0.85  # factor of the low-pass in the lines, for damping 0 and 1
SILENCE = 1e-7  # below it, -140 dB, an idle room is at rest
LOUDEST = 1e6  # what is louder is as broken as what is no number
WET = 0.5  # the room of a full send is about as loud as what is sent

REVERB_DTYPE = np.dtype(
    [
        ("place", np.int64),  # in all lines
        ("is_awake", np.int64),
        ("n_quiet", np.int64),  # samples since something was loud in it
        ("damping", np.float64),  # factor of the low-passes, 0..1
        ("length", np.int64, (N_LINES,)),  # samples
        ("decay", np.float64, (N_LINES,)),  # gain of each line for one way through
        ("low", np.float64, (N_LINES,)),  # of the low-passes
        ("diffuser_length", np.int64, (N_DIFFUSERS,)),
        ("n_emptied", np.int64),  # times that something was no number
    ],
    align=True,
)


def line_size(sample_rate: float) -> int:
    """Return the samples that the longest line needs: a power of two."""
    longest = math.ceil(_LINES_AT_48K[-1] * sample_rate / _REFERENCE_RATE)
    return 1 << longest.bit_length()


def initialise_reverb(reverb: NDArray[Any], sample_rate: float) -> None:
    """Set the lengths of a room at rest.

    Args:
        reverb: [1] of REVERB_DTYPE.
        sample_rate: Hz.

    Thread: control.
    """
    scale = sample_rate / _REFERENCE_RATE
    reverb["length"] = [max(1, round(n * scale)) for n in _LINES_AT_48K]
    reverb["diffuser_length"] = [max(1, round(n * scale)) for n in _DIFFUSERS_AT_48K]
    set_size(reverb[0], 1.8, sample_rate)
    set_damping(reverb[0], 0.4)


@realtime
def set_size(reverb: Any, decay_s: float, sample_rate: float) -> None:
    """Set how long the room rings.

    Args:
        reverb: record of REVERB_DTYPE.
        decay_s: seconds to -60 dB.
        sample_rate: Hz.

    Thread: audio.
    """
    for i in range(N_LINES):
        reverb.decay[i] = 10.0 ** (-3.0 * reverb.length[i] / (decay_s * sample_rate))


@realtime
def set_damping(reverb: Any, damping: float) -> None:
    """Set how soon treble dies: 0 late, 1 soon.

    Thread: audio.
    """
    reverb.damping = BRIGHTEST + (DARKEST - BRIGHTEST) * damping


@realtime
def add_reverb(
    reverb: Any,
    lines: NDArray[np.float32],
    diffusers: NDArray[np.float32],
    sends: NDArray[np.float32],
    mix: NDArray[np.float32],
) -> None:
    """Let the room hear what is sent, and add what it answers.

    Args:
        reverb: record of REVERB_DTYPE.
        lines: [N_LINES, a power of two]; the delay lines.
        diffusers: [N_DIFFUSERS, a power of two].
        sends: [2, n]; left and right.
        mix: [2, n]; added to.

    Thread: audio.
    """
    if reverb.is_awake == 0 and not _is_loud(sends):
        return
    reverb.is_awake = 1
    mask = lines.shape[1] - 1
    loudness = 0.0
    for i in range(sends.shape[1]):
        place = reverb.place
        x = _diffuse(reverb, diffusers, 0.5 * (sends[0, i] + sends[1, i]), place & mask)
        side = 0.5 * (sends[0, i] - sends[1, i])
        total = 0.0
        left = 0.0
        right = 0.0
        for j in range(N_LINES):
            out = lines[j, (place - reverb.length[j]) & mask]
            low = out + reverb.damping * (reverb.low[j] - out)
            reverb.low[j] = low
            total += low * reverb.decay[j]
            # Left and right hear the lines with other signs, so they are not alike.
            left += low if j & 1 else -low
            right += low if j & 2 else -low
        for j in range(N_LINES):
            echo = reverb.low[j] * reverb.decay[j] - total * (2.0 / N_LINES)
            lines[j, place & mask] = echo + x + (side if j & 1 else -side)
        mix[0, i] += np.float32(WET * left)
        mix[1, i] += np.float32(WET * right)
        loudness += abs(left) + abs(right)  # a sum keeps what is no number
        reverb.place = place + 1
    _rest(reverb, lines, diffusers, sends.shape[1], loudness)


@realtime
def _diffuse(reverb: Any, diffusers: NDArray[np.float32], x: float, place: int) -> float:
    mask = diffusers.shape[1] - 1
    for j in range(N_DIFFUSERS):
        late = diffusers[j, (place - reverb.diffuser_length[j]) & mask]
        inner = x + DIFFUSION * late
        diffusers[j, place & mask] = inner
        x = late - DIFFUSION * inner
    return x


@realtime
def _rest(
    reverb: Any,
    lines: NDArray[np.float32],
    diffusers: NDArray[np.float32],
    n: int,
    loudness: float,
) -> None:
    """Fall asleep when all has died away, and empty a room that has gone mad."""
    if not loudness < n * LOUDEST:
        reverb.n_emptied += 1
    elif loudness > n * SILENCE:
        reverb.n_quiet = 0
        return
    else:
        reverb.n_quiet += n
        if reverb.n_quiet < lines.shape[1]:
            return
    lines[:, :] = np.float32(0.0)
    diffusers[:, :] = np.float32(0.0)
    for j in range(N_LINES):
        reverb.low[j] = 0.0
    reverb.is_awake = 0
    reverb.n_quiet = 0


@realtime
def _is_loud(sends: NDArray[np.float32]) -> bool:
    for i in range(sends.shape[1]):
        if abs(sends[0, i]) > SILENCE or abs(sends[1, i]) > SILENCE:
            return True
    return False
