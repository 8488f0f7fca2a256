"""What is known of a pitch before learning: where its harmonics lie and how fast they turn.

A generator that must learn 88 pitches x 1,024 bins of comb and rotation spends its training on
arithmetic; given these maps it spends it on timbre. (DDSP, Engel et al. 2020, §3, makes the same
point with oscillators.)
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from synth.representation import SpectrogramSpec

N_FEATURES = 8


def pitch_features(first_pitch: int, last_pitch: int, spec: SpectrogramSpec) -> Tensor:
    """Draw the harmonic maps of a range of pitches.

    Returns:
        [n_pitches, N_FEATURES, n_bins]: Hann lobes at the harmonics, at the odd ones, at the
        half-harmonics (a sub-octave); cosine and sine of the nearest harmonic's and of the nearest
        half-harmonic's phase advance per hop; signed distance to the nearest harmonic in bins,
        clipped to +-2 and halved.
    """
    pitch = torch.arange(first_pitch, last_pitch + 1, dtype=torch.float64)[:, None]
    f0_hz = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    bin_hz = spec.sample_rate / spec.n_fft
    hz = torch.arange(1, spec.n_linear_bins + 1, dtype=torch.float64)[None] * bin_hz

    harmonic = torch.clamp(torch.round(hz / f0_hz), min=1.0)
    distance = (hz - harmonic * f0_hz) / bin_hz
    lobe = _hann_lobe(distance)
    odd_lobe = lobe * (harmonic % 2)
    half = torch.clamp(torch.floor(hz / f0_hz) + 0.5, min=0.5)
    half_lobe = _hann_lobe((hz - half * f0_hz) / bin_hz)

    turn = 2.0 * math.pi * f0_hz * spec.hop_length / spec.sample_rate
    maps = [
        lobe,
        odd_lobe,
        half_lobe,
        torch.cos(harmonic * turn),
        torch.sin(harmonic * turn),
        torch.cos(half * turn),
        torch.sin(half * turn),
        distance.clamp(-2.0, 2.0) / 2.0,
    ]
    return torch.stack(maps, dim=1).float()


def _hann_lobe(distance: Tensor) -> Tensor:
    """Magnitude of the Hann window's transform at `distance` bins from its centre, 1 there."""
    inside = distance.abs() < 2.0
    # The removable singularity at |distance| = 1 (value 1/2) is stepped over.
    safe = torch.where((distance.abs() - 1.0).abs() < 1e-6, distance + 1e-4, distance)
    return torch.where(inside, torch.sinc(safe) / (1.0 - safe.square()), torch.zeros_like(safe))
