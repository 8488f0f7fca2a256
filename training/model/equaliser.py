"""The equaliser: gains in third octaves, at a few points of time, of a latent, pitch and velocity.

Convolutions draw partials well and their levels badly: what a soft and a hard stroke differ by is
less than what they err. A sample's colour jumps from key to key, which a style vector that must
steer everything cannot follow. So a small network of its own knows the levels of bands, and what it
says is added to the log-power. `training.equalise` fits it to what is left over after training.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from synth.representation import SpectrogramSpec
from training.config import GeneratorConfig

_LOWEST_HZ = 50.0
_PITCH_SIZE = 64
_HIDDEN_SIZE = 512
_SLOPE = 0.2


class Equaliser(nn.Module):
    """Log-power gains of a note; a fresh one gives none."""

    over_time: Tensor  # [n_frames, n_knots], weights of the knots in each frame
    over_bins: Tensor  # [n_bins, n_bands], the same of bands

    def __init__(self, config: GeneratorConfig, spec: SpectrogramSpec) -> None:
        """Build it.

        Args:
            config: Of the generator that it belongs to.
            spec: Of the spectrogram.
        """
        super().__init__()
        self.first_pitch = config.first_pitch
        knots = torch.tensor([knot * spec.n_frames / 128 for knot in config.equaliser_knots])
        frames = torch.arange(spec.n_frames, dtype=torch.float32)
        hz = torch.tensor(bin_frequencies(spec))
        n_bands = config.n_equaliser_bands
        centres = torch.linspace(
            float(torch.tensor(_LOWEST_HZ).log2()), float(hz[-1].log2()), n_bands
        )
        self.register_buffer("over_time", hats(frames, knots), persistent=False)
        self.register_buffer("over_bins", hats(hz.log2(), centres), persistent=False)
        self.pitch_embedding = nn.Embedding(config.n_pitches, _PITCH_SIZE)
        last_layer = nn.Linear(_HIDDEN_SIZE, len(knots) * n_bands)
        nn.init.zeros_(last_layer.weight)
        nn.init.zeros_(last_layer.bias)
        self.network = nn.Sequential(
            nn.Linear(config.latent_size + _PITCH_SIZE + 2, _HIDDEN_SIZE),
            nn.LeakyReLU(_SLOPE),
            nn.Linear(_HIDDEN_SIZE, _HIDDEN_SIZE),
            nn.LeakyReLU(_SLOPE),
            last_layer,
        )

    def points(self, latent: Tensor, pitch: Tensor, velocity: Tensor) -> Tensor:
        """Return the gains where they are known, [batch, n_knots, n_bands], normalised log-power.

        Args:
            latent: [batch, latent_size], unit variance.
            pitch: [batch], MIDI numbers.
            velocity: [batch], 0..1.
        """
        embedded = self.pitch_embedding(pitch - self.first_pitch)
        v = velocity[:, None].to(latent.dtype)
        gains: Tensor = self.network(torch.cat([latent, embedded, v, v.square()], dim=1))
        n_knots = self.over_time.shape[1]
        return gains.unflatten(1, (n_knots, -1))

    def forward(
        self, latent: Tensor, pitch: Tensor, velocity: Tensor, first: int, last: int
    ) -> Tensor:
        """Return the gains of the frames [first, last), [batch, last - first, n_bins]."""
        gains = self.points(latent, pitch, velocity)
        over_time = self.over_time[first:last].to(gains.dtype)
        return over_time @ (gains @ self.over_bins.T.to(gains.dtype))


def hats(places: Tensor, knots: Tensor) -> Tensor:
    """Weigh knots for straight lines between them, constant beyond the outer ones.

    Args:
        places: [n].
        knots: [n_knots], rising.

    Returns:
        [n, n_knots], rows that sum to 1.
    """
    after = torch.searchsorted(knots, places.clamp(knots[0], knots[-1]), right=True)
    after = after.clamp(1, len(knots) - 1)
    low, high = knots[after - 1], knots[after]
    share = ((places - low) / (high - low)).clamp(0.0, 1.0)
    weights = torch.zeros(len(places), len(knots))
    rows = torch.arange(len(places))
    weights[rows, after - 1] = 1.0 - share
    weights[rows, after] += share
    return weights


def bin_frequencies(spec: SpectrogramSpec) -> list[float]:
    """Return the centre of each bin in Hz, on either scale."""
    if spec.scale == "mel":
        top = _mel(spec.sample_rate / 2)
        return [_hz((k + 1) * top / spec.n_bins) for k in range(spec.n_bins)]
    return [(k + 1) * spec.sample_rate / spec.n_fft for k in range(spec.n_bins)]


def _mel(hz: float) -> float:
    return 1127.0 * float(torch.log1p(torch.tensor(hz / 700.0)))


def _hz(mel: float) -> float:
    return 700.0 * (float(torch.exp(torch.tensor(mel / 1127.0))) - 1.0)
