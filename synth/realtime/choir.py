"""Voices at rest sing together: one resampling serves all that move alike.

Resampling is linear. So voices of one part that step through their samples alike and whose gains
stand still are added as model samples, each at its gain, and resampled once: 90 samples a voice
and quantum instead of 64 filters of 64 taps. From 16 to 48 kHz a voice stands at one of three
places between two samples, so a part needs three choirs however many notes it holds. A choir lives
for one quantum and remembers nothing, so a voice may come and go at every event.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.realtime.envelope import SUSTAIN
from synth.realtime.kernel import REORDERED, realtime
from synth.realtime.layout import N_CHOIRS
from synth.realtime.resample import MAXIMUM_STEP, N_AFTER, N_BEFORE, choose_band, resample_block
from synth.realtime.state import (
    choir_samples_of,
    choir_steps_of,
    choirs_of,
    engine_of,
    filters_of,
    part_ratios_of,
    samples_of,
    voices_of,
)
from synth.realtime.streams import append_hop
from synth.realtime.tone import is_uncoloured
from synth.realtime.voices import SOUNDING

ALIKE = 1e-9  # of a sample: two voices that are no further apart stand at one place
_MAGNITUDE = np.int32(0x7FFFFFFF)  # of a float32: all bits but its sign
LOUDEST_BITS = np.int32(0x49742400)  # of 1e6: above it a sample is as broken as no number


@realtime
def is_at_rest(voice: Any, part: Any) -> bool:
    """Tell whether nothing of a voice's own moves its gain, its place or its pitch.

    Args:
        voice: record of `VOICE_DTYPE`.
        part: record of `PART_DTYPE`; it may move, all its voices move with it.

    Thread: audio.
    """
    is_level = voice.stage == SUSTAIN and voice.level == part.sustain and voice.entry >= 1.0
    is_whole = voice.state == SOUNDING and voice.fade >= 1.0
    is_pitched = voice.bend == 0.0 and voice.bend_target == 0.0 and voice.glide == 0.0
    return is_level and is_whole and is_pitched and is_central(voice) and is_uncoloured(voice, part)


@realtime
def is_central(voice: Any) -> bool:
    """Tell whether no expression of its own moves a voice in level or place.

    Thread: audio.
    """
    is_level = voice.volume == 1.0 and voice.volume_target == 1.0
    return is_level and voice.pan == 0.0 and voice.pan_target == 0.0


@realtime
def find_choir(state: Any, i: int, n: int) -> int:
    """Find, or found, the choir that a voice at rest can sing with in this quantum.

    Args:
        state: of the engine.
        i: the voice.
        n: samples of the quantum.

    Returns:
        Its number; -1 where there are too many of them already.

    Thread: audio.
    """
    voice, choirs, engine = voices_of(state)[i], choirs_of(state), engine_of(state)
    for c in range(engine.n_choirs):
        choir = choirs[c]
        if choir.part != voice.part or choir.step != voice.step:
            continue
        if abs(choir.fraction - voice.fraction) < ALIKE:
            return c
    if engine.n_choirs == N_CHOIRS:
        return -1
    engine.n_choirs += 1
    _found(state, engine.n_choirs - 1, i, n)
    return engine.n_choirs - 1


@realtime
def _found(state: Any, c: int, i: int, n: int) -> None:
    voice, choir = voices_of(state)[i], choirs_of(state)[c]
    steps, ratio = choir_steps_of(state)[c], part_ratios_of(state)[voice.part]
    choir.part = voice.part
    choir.step = voice.step
    choir.fraction = voice.fraction
    choir.last_step = voice.last_step
    n_read = 0
    n_last = 0
    total = 0.0
    fraction = voice.fraction
    for j in range(n):
        n_last = n_read
        steps[j] = min(voice.step * ratio[j], MAXIMUM_STEP)
        total += steps[j]
        fraction += steps[j]
        n_whole = int(fraction)
        n_read += n_whole
        fraction -= n_whole
    choir.n_read = n_read
    choir.end_fraction = fraction
    choir.n_needed = int(voice.fraction + total) + N_AFTER + 1
    choir.n_samples = N_BEFORE + n_last + N_AFTER + 1
    choir_samples_of(state)[c, : choir.n_samples] = np.float32(0.0)


@realtime
def join_choir(state: Any, c: int, i: int, n: int) -> float:
    """Add a voice's next samples to a choir's, and move it on.

    Args:
        state: of the engine.
        c: the choir, of `find_choir`.
        i: the voice.
        n: samples of the quantum.

    Returns:
        The largest of its samples, at its gain; NaN, and nothing is added, where they are no
        numbers, or too large to be any.

    Thread: audio.
    """
    voice, choir = voices_of(state)[i], choirs_of(state)[c]
    while voice.written - voice.read < choir.n_needed:
        append_hop(state, i)
    first = voice.read - N_BEFORE
    samples = samples_of(state)[i, first : first + choir.n_samples]
    largest = largest_bits(samples.view(np.int32))
    voice.read += choir.n_read
    voice.fraction = choir.end_fraction
    choir.last_step = max(choir.last_step, voice.last_step)
    voice.last_step = choir_steps_of(state)[c, n - 1]
    if largest >= LOUDEST_BITS:
        return np.nan
    gain = np.float32(np.float32(voice.level) * voice.velocity_gain)
    _add_scaled(samples, gain, choir_samples_of(state)[c])
    return float(abs(gain) * np.int32(largest).view(np.float32))


@realtime
def sing(state: Any, c: int, mono: NDArray[np.float32]) -> int:
    """Resample what a choir's voices have added up to.

    Args:
        state: of the engine.
        c: the choir.
        mono: [n]; overwritten.

    Returns:
        The part that they belong to.

    Thread: audio.
    """
    choir = choirs_of(state)[c]
    steps = choir_steps_of(state)[c, : mono.shape[0]]
    band = choose_band(max(choir.last_step, steps[mono.shape[0] - 1]))
    samples, filters = choir_samples_of(state)[c], filters_of(state)[band]
    resample_block(samples, N_BEFORE, choir.fraction, steps, filters, mono)
    return int(choir.part)


@realtime
def largest_bits(bits: NDArray[np.int32]) -> np.int32:
    """Return the largest magnitude of samples, as bits, which are ordered as magnitudes are.

    Whole numbers, unlike floats, are compared in vector lanes without any freedom that would let
    a NaN pass; it is larger than every number.

    Args:
        bits: [n]; float32 samples seen as int32.

    Thread: audio.
    """
    largest = np.int32(0)
    for j in range(bits.shape[0]):
        largest = np.int32(max(largest, np.int32(bits[j] & _MAGNITUDE)))
    return largest


@realtime(fastmath=REORDERED)
def _add_scaled(samples: NDArray[np.float32], gain: np.float32, total: NDArray[np.float32]) -> None:
    for j in range(samples.shape[0]):
        total[j] += gain * samples[j]
