"""The discriminator: is this piece of a spectrogram a recording of that instrument and pitch?

It looks at patches (Isola et al. 2017, arXiv:1611.07004, §3.2.2), since what reconstruction leaves
out is local: beating, breath, vibrato. The instrument and the velocity enter as a projection
(Miyato & Koyama 2018, arXiv:1802.05637), the pitch as its maps over frequency. Weights are
normalised as vocoders' discriminators are (Salimans & Kingma 2016, arXiv:1602.07868; Kumar et al.
2019, arXiv:1910.06711, §2.2); spectral normalisation left it too slow to tell anything from
anything, and a gradient penalty would double the cost of a step.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

from synth.representation import SpectrogramSpec
from training.config import DiscriminatorConfig
from training.model.pitch_features import N_FEATURES, pitch_features

_SLOPE = 0.2  # of the leaky rectifier


class Judgement:
    """What the discriminator says of a batch."""

    def __init__(
        self, realness: Tensor, features: list[Tensor], velocity: Tensor, family: Tensor
    ) -> None:
        self.realness = realness  # [batch, rows, columns], positive for real
        self.features = features  # of every layer, [batch, channels, rows, columns]
        self.velocity = velocity  # [batch], as heard, 0..1
        self.family = family  # [batch, n_families], logits


class Discriminator(nn.Module):
    """Strided convolutions over (log-magnitude, cos IF, sin IF)."""

    def __init__(
        self,
        config: DiscriminatorConfig,
        spec: SpectrogramSpec,
        pitches: tuple[int, int],
        n_instruments: int,
        n_families: int,
    ) -> None:
        """Build the network with fresh weights.

        Args:
            config: Its sizes.
            spec: What it looks at; n_bins must be a multiple of 2 ** len(config.channels).
            pitches: First and last pitch.
            n_instruments: Number of instruments to tell apart.
            n_families: Number of families.
        """
        super().__init__()
        self.first_pitch = pitches[0]
        self.register_buffer("features", pitch_features(*pitches, spec), persistent=False)
        self.codes = nn.Embedding(pitches[1] - pitches[0] + 1, spec.n_bins)
        nn.init.normal_(self.codes.weight, std=0.1)
        n_first, n_last = config.channels[0], config.channels[-1]
        # The pitch's maps are the same for all frames, so they are convolved for one of them.
        comb = nn.Conv2d(N_FEATURES + 1, n_first, (1, 3), stride=(1, 2), padding=(0, 1), bias=False)
        self.comb = _normalised(comb)
        self.layers = nn.ModuleList(
            _normalised(nn.Conv2d(n_in, n_out, 3, stride=2, padding=1))
            for n_in, n_out in pairwise((spec.n_channels, *config.channels))
        )
        self.realness = _normalised(nn.Conv2d(n_last, 1, 1))
        self.instrument = nn.Embedding(n_instruments, n_last)
        nn.init.normal_(self.instrument.weight, std=0.02)
        self.loudness = nn.Linear(2, n_last, bias=False)
        n_columns = spec.n_bins // 2 ** len(config.channels)
        self.heads = nn.Linear(n_last * n_columns, 1 + n_families)

    def forward(
        self, image: Tensor, pitch: Tensor, velocity: Tensor, instrument: Tensor
    ) -> Judgement:
        """Judge pieces of notes.

        Args:
            image: [batch, n_channels, n, n_bins]; see `training.losses.audible_image`.
            pitch: [batch], int64.
            velocity: [batch], 0..1.
            instrument: [batch], int64.
        """
        index = pitch - self.first_pitch
        known = functional.embedding(index, self.features.flatten(1))  # type: ignore[operator]
        known = known.unflatten(1, (N_FEATURES, -1))
        maps = torch.cat([known, self.codes(index)[:, None]], dim=1)[:, :, None]

        x, features = image, []
        for number, layer in enumerate(self.layers):
            x = layer(x)
            if number == 0:
                x = x + self.comb(maps)
            x = functional.leaky_relu(x, _SLOPE)
            features.append(x)

        loudness = self.loudness(torch.stack([velocity, 1.0 - velocity], dim=1).to(x.dtype))
        condition = self.instrument(instrument) + loudness
        realness = self.realness(x)[:, 0] + torch.einsum("bchw,bc->bhw", x, condition.to(x.dtype))
        heard = self.heads(x.mean(dim=2).flatten(1)).float()
        return Judgement(realness.float(), features, heard[:, 0], heard[:, 1:])


def _normalised(convolution: nn.Conv2d) -> nn.Module:
    """Part a convolution's weights into length and direction."""
    nn.init.kaiming_normal_(convolution.weight, a=_SLOPE)
    module: nn.Module = weight_norm(convolution)
    return module
