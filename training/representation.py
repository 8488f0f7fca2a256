"""The torch twin of `synth.representation`: batches of notes to spectrograms, on any device.

Only the way in is differentiable-friendly and batched; the way back is `synth`'s.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from synth.representation import SpectrogramSpec, hann, mel_matrices


def encode(audio: Tensor, spec: SpectrogramSpec) -> Tensor:
    """Turn notes into normalised spectrograms.

    Args:
        audio: [batch, n_samples], full scale 1, onsets at sample 0; cut or filled to
            `spec.n_samples`.
        spec: The mapping.

    Returns:
        [batch, n_channels, n_frames, n_bins], float32, equal to `synth.representation.encode`'s.
    """
    spectrum = stft(audio, spec)
    power = spectrum.real.square() + spectrum.imag.square()
    phase = spectrum.angle()
    if spec.scale == "mel":
        to_mel = _to_mel(spec, audio.device)
        power = (power.double() @ to_mel).float()
        phase = _unwrap(phase.double()) @ to_mel
    advance = torch.cat([phase[:, :1], torch.diff(phase, dim=1)], dim=1)
    advance = wrap(advance).float()
    log_power = torch.log(power + spec.log_offset)
    magnitude = (spec.log_power_gain * log_power + spec.log_power_offset).clamp(-1.0, 1.0)
    if spec.if_format == "angle":
        return torch.stack([magnitude, spec.if_gain * advance / math.pi], dim=1)
    return torch.stack([magnitude, advance.cos(), advance.sin()], dim=1)


def stft(audio: Tensor, spec: SpectrogramSpec) -> Tensor:
    """Transform notes: Hann window, front padding, DC dropped.

    Returns:
        [batch, n_frames, n_linear_bins], complex64.
    """
    audio = audio[:, : spec.n_samples]
    audio = functional.pad(audio, (spec.front_padding, spec.n_samples - audio.shape[1]))
    frames = audio.unfold(1, spec.n_fft, spec.hop_length) * _window(spec.n_fft, audio.device)
    return torch.fft.rfft(frames, dim=-1)[..., 1:]


def wrap(phase: Tensor) -> Tensor:
    """Bring an angle in radians into [-pi, pi)."""
    return phase - 2.0 * math.pi * torch.floor(phase / (2.0 * math.pi) + 0.5)


def _unwrap(phase: Tensor) -> Tensor:
    """Remove the jumps of 2 pi along the frames (dimension 1)."""
    steps = wrap(torch.diff(phase, dim=1))
    return torch.cat([phase[:, :1], phase[:, :1] + torch.cumsum(steps, dim=1)], dim=1)


@lru_cache(maxsize=8)
def _window(n_fft: int, device: torch.device) -> Tensor:
    return torch.from_numpy(hann(n_fft)).float().to(device)


@lru_cache(maxsize=8)
def _to_mel(spec: SpectrogramSpec, device: torch.device) -> Tensor:
    return torch.from_numpy(mel_matrices(spec)[0]).to(device)
