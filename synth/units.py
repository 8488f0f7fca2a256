"""Conversions between the units of the edges and those of the inside.

Inside, pitch is a MIDI note number (a float), level a linear gain, and velocity and controllers are
0..1; Hz, dB, ms and 0-127 are spoken at the edges only.
"""

import math

A4_PITCH = 69.0
A4_HZ = 440.0
SEMITONES_PER_OCTAVE = 12.0
MIDI_MAXIMUM = 127


def pitch_to_hz(pitch: float, a4_hz: float = A4_HZ) -> float:
    """Convert a MIDI note number to Hz in equal temperament.

    >>> pitch_to_hz(57)
    220.0
    """
    return a4_hz * semitones_to_ratio(pitch - A4_PITCH)


def hz_to_pitch(frequency_hz: float, a4_hz: float = A4_HZ) -> float:
    """Convert Hz to a (fractional) MIDI note number in equal temperament."""
    return A4_PITCH + ratio_to_semitones(frequency_hz / a4_hz)


def semitones_to_ratio(semitones: float) -> float:
    """Convert an interval in semitones to a frequency ratio."""
    return float(2.0 ** (semitones / SEMITONES_PER_OCTAVE))


def ratio_to_semitones(ratio: float) -> float:
    """Convert a frequency ratio to an interval in semitones."""
    return SEMITONES_PER_OCTAVE * math.log2(ratio)


def semitones_to_cents(semitones: float) -> float:
    """Convert semitones to cents."""
    return 100.0 * semitones


def db_to_gain(level_db: float) -> float:
    """Convert decibels to a linear amplitude gain.

    >>> round(db_to_gain(-6.0), 4)
    0.5012
    """
    return float(10.0 ** (level_db / 20.0))


def gain_to_db(gain: float, floor_db: float = -200.0) -> float:
    """Convert a linear amplitude gain to decibels; nothing lies below the floor."""
    return max(floor_db, 20.0 * math.log10(gain)) if gain > 0.0 else floor_db


def ms_to_samples(time_ms: float, sample_rate: float) -> float:
    """Convert milliseconds to samples (not rounded)."""
    return time_ms * sample_rate / 1000.0


def samples_to_ms(n_samples: float, sample_rate: float) -> float:
    """Convert samples to milliseconds."""
    return 1000.0 * n_samples / sample_rate


def midi_to_unit(value: float) -> float:
    """Convert a 7-bit velocity or controller (0-127) to 0..1, clipped."""
    return min(1.0, max(0.0, value / MIDI_MAXIMUM))


def unit_to_midi(value: float) -> int:
    """Convert 0..1 to the nearest 7-bit velocity or controller (0-127), clipped."""
    return round(min(1.0, max(0.0, value)) * MIDI_MAXIMUM)
