"""From spectrograms to sound, six ways, compared: which one should a player use?

* plain accumulation of the instantaneous frequency (GANSynth, Engel et al. 2019, §2)
* locked lobes with a made onset: the player's, the only one that works frame by frame
* Griffin & Lim 1984, and its fast form (Perraudin, Balazs, Søndergaard 2013), from random phases
* phase gradient heap integration (Průša et al. 2017), alone and as the start of fast Griffin-Lim

All but the first two look at magnitudes alone and at the whole note at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import librosa
import numpy as np
from numpy.typing import NDArray

from synth.frames import pack
from synth.notes.tiles import SILENCE_GATE
from synth.representation import SpectrogramSpec, istft, stft, to_magnitude_and_advance
from training.metrics.phase_gradient import integrate_phase_gradient
from training.metrics.played import PlayerDecoder
from training.metrics.sound import rise_time_s

Array = NDArray[np.float32]
Invert = Callable[[Array, Array], NDArray[np.floating]]  # magnitude, advance -> audio

PLAYERS_CHOICE = "locked lobes"
_MOMENTUM = 0.99  # of fast Griffin-Lim
_SHORTEST_RISE_S = 0.004
_SLOWEST_RISE_S = 0.03


@dataclass(frozen=True, slots=True)
class Note:
    """A spectrogram and the recording whose attack it should have."""

    spectrogram: Array  # [n_channels, n_frames, n_bins], normalised
    original: Array  # [n_samples]


def inversion_methods(spec: SpectrogramSpec, decoder: PlayerDecoder) -> dict[str, Invert]:
    """List the methods, each from (magnitude, advance), [n_frames, n_linear_bins], to audio."""

    def accumulate(magnitude: Array, advance: Array) -> NDArray[np.floating]:
        phase = np.cumsum(advance.astype(np.float64), axis=0)
        return istft(magnitude * np.exp(1j * phase), spec)

    def lock(magnitude: Array, advance: Array) -> NDArray[np.floating]:
        return decoder.decode_frames(pack(magnitude, advance))

    def griffin_lim(n_iter: int, momentum: float) -> Invert:
        def invert(magnitude: Array, _advance: Array) -> NDArray[np.floating]:
            audio = librosa.griffinlim(
                _with_dc(magnitude).T,
                n_iter=n_iter,
                hop_length=spec.hop_length,
                n_fft=spec.n_fft,
                momentum=momentum,
                pad_mode="constant",
                random_state=0,
            )
            return np.asarray(audio[_delay(spec) :])

        return invert

    def integrate(magnitude: Array, _advance: Array) -> NDArray[np.floating]:
        phase = integrate_phase_gradient(_with_dc(magnitude), spec.n_fft, spec.hop_length)
        return istft(magnitude * np.exp(1j * phase[:, 1:]), spec)

    def integrate_and_refine(magnitude: Array, _advance: Array) -> NDArray[np.floating]:
        phase = integrate_phase_gradient(_with_dc(magnitude), spec.n_fft, spec.hop_length)
        return refine_phase(_with_dc(magnitude), phase, spec, n_iter=32)

    return {
        "accumulation": accumulate,
        PLAYERS_CHOICE: lock,
        "Griffin-Lim 32": griffin_lim(32, 0.0),
        "fast Griffin-Lim 32": griffin_lim(32, _MOMENTUM),
        "fast Griffin-Lim 100": griffin_lim(100, _MOMENTUM),
        "PGHI": integrate,
        "PGHI + fast Griffin-Lim 32": integrate_and_refine,
    }


def refine_phase(
    magnitude: NDArray[np.floating],
    phase: NDArray[np.floating],
    spec: SpectrogramSpec,
    *,
    n_iter: int,
) -> NDArray[np.floating]:
    """Go on from given phases by fast Griffin-Lim (librosa starts from random ones only).

    Args:
        magnitude: [n_frames, n_fft / 2 + 1].
        phase: the same shape, radians, referred to each frame's first sample.
        spec: the mapping.
        n_iter: rounds.

    Returns:
        [n_samples], onset at sample 0.
    """
    settings: dict[str, Any] = {"n_fft": spec.n_fft, "hop_length": spec.hop_length}
    # librosa's frames are referred to their first sample too.
    wanted = magnitude.T
    angles = np.exp(1j * phase.T)
    before = np.zeros_like(angles)
    for _ in range(n_iter):
        audio = librosa.istft(wanted * angles, **settings)
        rebuilt = librosa.stft(audio, pad_mode="constant", **settings)
        rebuilt = librosa.util.fix_length(rebuilt, size=wanted.shape[1], axis=1)
        angles = rebuilt - _MOMENTUM / (1.0 + _MOMENTUM) * before
        before = rebuilt
        angles /= np.abs(angles) + 1e-16
    return np.asarray(librosa.istft(wanted * angles, **settings)[_delay(spec) :])


def compare_inversions(
    notes: Sequence[Note],
    spec: SpectrogramSpec,
    decoder: PlayerDecoder,
    progress: Callable[[float], None] | None = None,
) -> list[dict[str, Any]]:
    """Invert notes by every method.

    Returns:
        One row a method: `method`, `spectral_convergence_db` and `level_error_db` (means over
        notes), `attack_ratio` (median over struck notes, None without any), `seconds_per_note`
        (median).
    """
    methods = inversion_methods(spec, decoder)
    rows = []
    for number, (name, invert) in enumerate(methods.items()):
        measured = [_measure(note, invert, spec, decoder.n_samples) for note in notes]
        attacks = [entry["attack"] for entry in measured if entry["attack"] is not None]
        rows.append(
            {
                "method": name,
                "spectral_convergence_db": _mean(measured, "convergence"),
                "level_error_db": _mean(measured, "level"),
                "attack_ratio": round(float(np.median(attacks)), 3) if attacks else None,
                # The median leaves out the first note's compilation.
                "seconds_per_note": round(float(np.median([e["seconds"] for e in measured])), 5),
            }
        )
        if progress is not None:
            progress((number + 1) / len(methods))
    return rows


def spectral_convergence_db(wanted: NDArray[np.floating], found: NDArray[np.floating]) -> float:
    """Compare magnitudes: the error's energy beside that of what was wanted, dB."""
    error = float(np.square(wanted - found, dtype=np.float64).sum())
    return 10.0 * float(np.log10(max(error, 1e-20) / max(_energy(wanted), 1e-20)))


def _measure(note: Note, invert: Invert, spec: SpectrogramSpec, n_samples: int) -> dict[str, Any]:
    magnitude, advance = to_magnitude_and_advance(note.spectrogram, spec, gate=SILENCE_GATE)
    started = time.perf_counter()
    audio = np.asarray(invert(magnitude, advance), np.float64)[:n_samples]
    seconds = time.perf_counter() - started
    # Frames that reach beyond the decoded samples are cut in all of them.
    n_frames = (spec.front_padding + n_samples - spec.n_fft) // spec.hop_length + 1
    wanted, found = magnitude[:n_frames], np.abs(stft(audio, spec))[:n_frames]
    original_s = rise_time_s(note.original, spec.sample_rate)
    attack = None
    if original_s <= _SLOWEST_RISE_S and np.any(note.original):
        made_s = rise_time_s(audio, spec.sample_rate)
        attack = max(made_s, _SHORTEST_RISE_S) / max(original_s, _SHORTEST_RISE_S)
    return {
        "convergence": spectral_convergence_db(wanted, found),
        "level": 10.0 * float(np.log10(max(_energy(found), 1e-20) / max(_energy(wanted), 1e-20))),
        "attack": attack,
        "seconds": seconds,
    }


def _energy(magnitude: NDArray[np.floating]) -> float:
    return float(np.square(magnitude, dtype=np.float64).sum())


def _mean(measured: Sequence[dict[str, Any]], key: str) -> float:
    return round(float(np.mean([entry[key] for entry in measured])), 2)


def _with_dc(magnitude: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.pad(magnitude, ((0, 0), (1, 0)))


def _delay(spec: SpectrogramSpec) -> int:
    """Samples by which librosa's centred frames put the onset late."""
    return spec.front_padding - spec.n_fft // 2
