"""What a generated note sounds like, one number for each thing a player may want to turn.

Every number is taken from the magnitudes and the IF alone, at the pitch that was asked for, so that
thousands of notes can be described without decoding them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synth.representation import SpectrogramSpec
from synth.units import pitch_to_hz

N_HARMONICS = 16
_FLOOR = 1e-9  # of power, beside the note's loudest frame: -90 dB
# First and last (exclusive) frame of what is looked at; shorter notes are looked at in proportion.
_ONSET = (1, 4)  # frame 0 lies half before the note
_PEAK = (0, 44)
_EARLY = (5, 13)
_MIDDLE = (5, 48)
_SUSTAIN = (16, 80)
_END = (56, 80)
_LATE = (64, 88)
_LAST_FRAME = 88  # the notes of the data are let go at frame 93


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """One thing about a note."""

    name: str  # of the macro that turns it
    unit: str
    meaning: str  # of a larger value
    # A change that is just heard: some 1 dB of level (Fastl and Zwicker, "Psychoacoustics", ch. 7),
    # and 4 % of a centroid.
    just_noticeable: float


LOUDNESS = Descriptor(name="loudness", unit="dB", meaning="louder", just_noticeable=1.0)
# In the order in which macros are chosen.
DESCRIPTORS = (
    Descriptor(
        name="Brightness",
        unit="octaves",
        meaning="the centre of the spectrum is higher",
        just_noticeable=0.05,
    ),
    Descriptor(
        name="Soft attack",
        unit="dB",
        meaning="the first 0.1 s lie further below the peak",
        just_noticeable=1.0,
    ),
    Descriptor(
        name="Decay", unit="dB", meaning="falls further from 0.3 s to 2.5 s", just_noticeable=1.0
    ),
    Descriptor(
        name="Breath",
        unit="dB",
        meaning="more between the harmonics beside them",
        just_noticeable=1.0,
    ),
    Descriptor(
        name="Hollow",
        unit="dB",
        meaning="odd harmonics are louder beside the even ones",
        just_noticeable=1.0,
    ),
    Descriptor(
        name="Body",
        unit="dB",
        meaning="the fundamental is louder beside the rest",
        just_noticeable=1.0,
    ),
    Descriptor(
        name="Bloom",
        unit="octaves",
        meaning="the centre of the spectrum rises in time",
        just_noticeable=0.05,
    ),
    Descriptor(
        name="Motion",
        unit="dB",
        meaning="harmonics move more from frame to frame",
        just_noticeable=0.1,
    ),
    Descriptor(
        name="Nasal",
        unit="dB",
        meaning="more around 1.2 kHz beside its neighbours",
        just_noticeable=1.0,
    ),
)


def describe(
    magnitude: NDArray[np.floating], pitch: int, spec: SpectrogramSpec
) -> NDArray[np.float64]:
    """Describe a note.

    Args:
        magnitude: [n_frames, n_linear_bins], of a whole note.
        pitch: MIDI note number.
        spec: of the frames.

    Returns:
        [1 + len(DESCRIPTORS)]: loudness, then the descriptors.
    """
    power = np.square(magnitude[:_LAST_FRAME], dtype=np.float64)
    power += _FLOOR * max(float(power.max()), 1e-12)
    level = power.sum(axis=1)
    level_db = _levels_db(level)
    hz = (np.arange(spec.n_linear_bins) + 1.0) * spec.sample_rate / spec.n_fft
    fundamental_hz = pitch_to_hz(pitch)
    harmonic, between = _harmonics(power, fundamental_hz, spec)
    held = power.sum(axis=0)
    onset, peak, early_part, middle, sustain, end, late_part = (
        _frames(span, len(power))
        for span in (_ONSET, _PEAK, _EARLY, _MIDDLE, _SUSTAIN, _END, _LATE)
    )
    brightness = _centroid_octaves(held, hz, fundamental_hz)
    early = _centroid_octaves(power[early_part].sum(axis=0), hz, fundamental_hz)
    late = _centroid_octaves(power[end].sum(axis=0), hz, fundamental_hz)
    body = harmonic.sum(axis=0)
    peak_db = float(level_db[peak].max())
    sustained_db = _levels_db(harmonic[sustain, :8])
    steps = np.abs(np.diff(sustained_db, n=2, axis=0))  # a steady fall is no motion
    weight = harmonic[sustain, :8][1:-1]

    def within(low_hz: float, high_hz: float) -> float:
        return float(held[(hz >= low_hz) & (hz < high_hz)].sum())

    return np.array(
        [
            peak_db,
            brightness,
            peak_db - level_db[onset].mean(),
            level_db[early_part].mean() - level_db[late_part].mean(),
            _db(between[middle].sum() / harmonic[middle].sum()),
            _db(body[2:8:2].sum() / body[1:7:2].sum()),
            _db(body[0] / body[1:].sum()),
            late - early,
            float((steps * weight).sum() / weight.sum()),
            _db(2.0 * within(850.0, 1700.0) / (within(425.0, 850.0) + within(1700.0, 3400.0))),
        ]
    )


def _frames(span: tuple[int, int], n_frames: int) -> slice:
    """Return the frames of a part of the note, at least three."""
    share = min(1.0, n_frames / _LAST_FRAME)
    first = min(int(span[0] * share), max(0, n_frames - 3))
    return slice(first, max(first + 3, int(span[1] * share)))


def _centroid_octaves(
    power: NDArray[np.float64], hz: NDArray[np.float64], fundamental_hz: float
) -> float:
    amplitude = np.sqrt(power)
    return float(np.log2((hz * amplitude).sum() / amplitude.sum() / fundamental_hz))


def _db(power: float) -> float:
    return float(10.0 * np.log10(max(power, 1e-12)))


def _levels_db(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(10.0 * np.log10(np.maximum(power, 1e-12)))


def _harmonics(
    power: NDArray[np.float64], fundamental_hz: float, spec: SpectrogramSpec
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Add up power near each harmonic and in the gap above it: [n_frames, N_HARMONICS] each."""
    spacing = fundamental_hz * spec.n_fft / spec.sample_rate
    orders = np.arange(1, N_HARMONICS + 1)
    total = np.cumsum(np.pad(power, ((0, 0), (1, 0))), axis=1)

    def between(low: NDArray[np.floating], high: NDArray[np.floating]) -> NDArray[np.float64]:
        first, last = (
            np.clip(np.rint(edge * spacing - 0.5), 0, spec.n_linear_bins).astype(int)
            for edge in (low, high)
        )
        return np.asarray(total[:, np.maximum(last, first)] - total[:, first])

    floor = _FLOOR * power.max()
    near = between(orders - 0.25, orders + 0.25) + floor
    return near, between(orders + 0.3, orders + 0.7) + floor
