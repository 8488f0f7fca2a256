"""From a recorded note to the timbre that an instrument would play it with.

The encoder is a small graph of the instrument's own, `encoder.onnx`. It does not see the
spectrogram but a picture of it whose rows follow the pitch: levels of bands, of harmonics, and of
what lies between them, over 23 moments of the held note. `training.encoder` makes it; the same
picture tells how far apart two notes are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from synth.errors import InstrumentError
from synth.notes.instrument import Instrument
from synth.notes.latents import Latent, normalise
from synth.notes.onnx_session import open_session
from synth.representation import SpectrogramSpec, stft
from synth.units import pitch_to_hz

Array = NDArray[np.float32]

N_BANDS = 48
N_HARMONICS = 24
N_ROWS = N_BANDS + 2 * N_HARMONICS + 2  # and two: is the moment known, and which pitch it is
RANGE_DB = 80.0  # below the loudest moment: what is softer counts as nothing
# Frames where a moment begins: every one of the attack, fewer and fewer of the sustain. The notes
# of the data are let go at frame 93 (3 s at 16 kHz); what comes after is not looked at.
_EDGES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 72, 80, 88)
N_MOMENTS = len(_EDGES) - 1
LAST_FRAME = _EDGES[-1]

_LOWEST_HZ = 30.0
_AUDIBLE_DB = 60.0


class Encoder(Protocol):
    """Anything that guesses the timbre of a note."""

    def guess(self, picture: Array) -> Latent:
        """Return the latent of a picture."""
        ...


def recording_magnitude(audio: NDArray[np.floating], spec: SpectrogramSpec) -> Array:
    """Return the magnitudes of a recorded note's frames, [n_frames, n_linear_bins]."""
    return np.abs(stft(audio, spec)).astype(np.float32)


def n_known_frames(n_samples: int, spec: SpectrogramSpec) -> int:
    """Count the frames that lie wholly inside a recording of so many samples (at least one)."""
    n_frames = (n_samples + spec.front_padding - spec.n_fft) // spec.hop_length + 1
    return min(max(n_frames, 1), spec.n_frames, LAST_FRAME)


def note_picture(
    magnitude: NDArray[np.floating], pitch: int, n_known: int, spec: SpectrogramSpec
) -> Array:
    """Draw the picture of a note.

    Args:
        magnitude: [n_frames, n_linear_bins], frames from the first one on; more than `n_known` are
            not looked at.
        pitch: MIDI note number.
        n_known: frames that tell of the held note.
        spec: of the frames.

    Returns:
        [N_ROWS, N_MOMENTS]; levels 0 (`RANGE_DB` below the loudest moment) to about 1. The level
        of the whole does not matter.
    """
    n_known = min(n_known, len(magnitude), LAST_FRAME)
    starts = [edge for edge in _EDGES[:-1] if edge < n_known]
    # A moment counts only when it was heard to its end, or there is no other.
    ends = [*starts[1:], min(n_known, _EDGES[len(starts)])]
    power = np.square(magnitude[:n_known], dtype=np.float32)
    power = np.add.reduceat(power, starts, axis=0)
    power /= np.subtract(ends, starts, dtype=np.float32)[:, np.newaxis]
    reference = max(float(power.sum(axis=1).max()), 1e-20)
    harmonic, between = _harmonic_powers(power, pitch, spec)
    rows = np.concatenate([power @ _bands(spec), harmonic, between], axis=1)
    level_db = 10.0 * np.log10(np.maximum(rows / reference, 1e-12))
    picture = np.zeros((N_ROWS, N_MOMENTS), np.float32)
    picture[:-2, : len(starts)] = np.maximum(level_db / RANGE_DB + 1.0, 0.0).T
    picture[-2, : len(starts)] = 1.0
    picture[-1] = (pitch - 64.0) / 43.0
    return picture


def picture_distance_db(a: Array, b: Array) -> float:
    """Compare two notes over the moments that both know and what is audible in either.

    Bands and harmonics are compared, each weighed by how far it is above what is inaudible: what
    lies between harmonics is mostly the recording's own noise, which tells no two timbres apart.

    Returns:
        Mean absolute difference of the levels in dB, their median difference taken out: a note is
        not another one for being softer.
    """
    is_known = (a[-2] > 0.5) & (b[-2] > 0.5)
    compared = slice(0, N_BANDS + N_HARMONICS)
    levels_a = RANGE_DB * a[compared, is_known]
    levels_b = RANGE_DB * b[compared, is_known]
    above = np.maximum(levels_a, levels_b) - (RANGE_DB - _AUDIBLE_DB)
    is_audible = above > 0.0
    if not is_audible.any():
        return RANGE_DB
    difference = (levels_a - levels_b)[is_audible]
    distance = np.abs(difference - np.median(difference))
    return float(np.average(distance, weights=above[is_audible]))


class OnnxEncoder:
    """An instrument's encoder, opened."""

    def __init__(self, instrument: Instrument) -> None:
        """Open the graph.

        Raises:
            InstrumentError: the instrument has none, or it is of another shape.
        """
        if instrument.encoder is None:
            raise InstrumentError(
                f"instrument {instrument.folder} has no encoder; run `gansynth train-encoder`"
            )
        self.path = instrument.path(instrument.encoder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = open_session(instrument, instrument.encoder, options)
        found = [list(value.shape[1:]) for value in self._session.get_inputs()]
        found += [list(value.shape[1:]) for value in self._session.get_outputs()]
        wanted = [[N_ROWS, N_MOMENTS], [instrument.latent_size]]
        if found != wanted:
            raise self._bad(f"takes and gives {found}, wanted {wanted}; train it again")

    def guess(self, picture: Array) -> Latent:
        """Guess the timbre of a note.

        Args:
            picture: [N_ROWS, N_MOMENTS], of `note_picture`.

        Raises:
            InstrumentError: what comes out is not finite.
        """
        (row,) = self._session.run(None, {"picture": picture[np.newaxis]})[0]
        if not np.all(np.isfinite(row)) or not np.any(row):
            raise self._bad("gives what is no timbre")
        return normalise(row)

    def _bad(self, reason: str) -> InstrumentError:
        return InstrumentError(f"instrument file {self.path}: {reason}")


def _harmonic_powers(
    power: Array, pitch: int, spec: SpectrogramSpec
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Add up the power around each harmonic, and between it and the next: [n, N_HARMONICS] each."""
    spacing = pitch_to_hz(pitch) * spec.n_fft / spec.sample_rate  # bins
    edges = (np.arange(1, N_HARMONICS + 2)[:, np.newaxis] + (-0.25, 0.25)) * spacing
    # Bin b of the frames is bin b + 1 of the transform; between two bins power is shared out.
    total = np.cumsum(np.pad(power, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    place = np.clip(edges.ravel() - 0.5, 0.0, spec.n_linear_bins)
    whole = np.minimum(place.astype(int), spec.n_linear_bins - 1)
    part = place - whole
    at_edges = total[:, whole] * (1.0 - part) + total[:, whole + 1] * part
    sums = np.maximum(np.diff(at_edges, axis=1), 0.0)
    return sums[:, 0::2][:, :N_HARMONICS], sums[:, 1::2][:, :N_HARMONICS]


@lru_cache(maxsize=4)
def _bands(spec: SpectrogramSpec) -> Array:
    """Triangles evenly spaced on a mel scale (700 Hz), [n_linear_bins, N_BANDS]."""
    hz = (np.arange(spec.n_linear_bins) + 1) * spec.sample_rate / spec.n_fft
    mel = np.log1p(hz / 700.0)
    low, high = np.log1p(_LOWEST_HZ / 700.0), np.log1p(spec.sample_rate / 2.0 / 700.0)
    centres = np.linspace(low, high, N_BANDS)
    width = centres[1] - centres[0]
    return np.maximum(0.0, 1.0 - np.abs(mel[:, np.newaxis] - centres) / width).astype(np.float32)
