"""The generator: timbre latent, pitch and velocity to one note's spectrogram.

A progressive stack of levels in the manner of GANSynth (Engel et al. 2019, arXiv:1902.08710,
appendix A) and of Progressive GAN (Karras et al. 2018, arXiv:1710.10196, §2): each level doubles
time and frequency by box up-sampling. What differs: the conditioning enters as a scale and shift
at every convolution (FiLM, Perez et al. 2018), the pitch also as maps over frequency, and the last
level is a pixel shuffle (Shi et al. 2016).

Everything is local in time: convolutions, per-position normalisation, up-sampling; nothing looks
along the whole time axis. So the frames [first, last) need only a cropped part of every level, and
`forward(..., frames=(first, last))` computes just that part, exactly: the first tile of a note
costs a fraction of it.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from synth.notes.native.rows import Rows
from synth.representation import SpectrogramSpec
from training.config import GeneratorConfig
from training.model.equaliser import Equaliser
from training.model.pitch_features import N_FEATURES, pitch_features

_SLOPE = 0.2  # of the leaky rectifier, as GANSynth's


class StyledConvolution(nn.Module):
    """3x3 convolution, optional pixel norm, scale and shift from the style, leaky rectifier.

    A doubling one convolves what it gets after box up-sampling by two, both ways.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        style_size: int,
        is_normalised: bool,
        *,
        is_doubling: bool = False,
        motion: Motion | None = None,
    ) -> None:
        super().__init__()
        self.is_doubling = is_doubling
        self.convolution = nn.Conv2d(n_in, n_out, 3)
        self.film = nn.Linear(style_size, 2 * n_out)
        self.is_normalised = is_normalised
        self.motion = motion
        nn.init.kaiming_normal_(self.convolution.weight, a=_SLOPE)
        nn.init.zeros_(self.film.bias)

    def forward(self, x: Tensor, style: Tensor, have: Rows, want: Rows) -> Tensor:
        """Map the rows `have` of [batch, n_in, rows, bins] to the rows `want`, n_out channels."""
        convolve = convolve_doubled_rows if self.is_doubling else convolve_rows
        x = convolve(self.convolution, x, have, want)
        if self.is_normalised:
            x = pixel_norm(x)
        scale, shift = self.film(style)[:, :, None, None].chunk(2, dim=1)
        x = x * (1.0 + scale) + shift
        if self.motion is not None:
            x = x + self.motion(style, want)
        return functional.leaky_relu(x, _SLOPE)


class Motion(nn.Module):
    """What differs from frame to frame: learned codes of the time, and a fixed field of noise.

    Up-sampling knows no time of its own, so that vibrato, beating and breath have nothing to be
    made of; the noise is StyleGAN's (Karras et al. 2019, arXiv:1812.04948, §3.2), but always the
    same, as is the note. Both enter by gains from the style, which begin at zero.
    """

    def __init__(
        self, n_out: int, style_size: int, n_codes: int, shape: tuple[int, int], seed: int
    ) -> None:
        super().__init__()
        rng = torch.Generator().manual_seed(seed)
        self.codes = nn.Parameter(torch.randn(n_codes, shape[0], generator=rng))
        self.register_buffer("noise", torch.randn(shape, generator=rng))
        self.gains = nn.Linear(style_size, n_out * (n_codes + 1))
        nn.init.zeros_(self.gains.weight)
        nn.init.zeros_(self.gains.bias)

    def forward(self, style: Tensor, rows: Rows) -> Tensor:
        """Draw the rows, [batch, n_out, rows, bins]."""
        gains = self.gains(style).unflatten(1, (-1, self.codes.shape[0] + 1))
        codes = self.codes[:, rows.first : rows.last].to(gains.dtype)
        noise = self.noise[rows.first : rows.last].to(gains.dtype)  # type: ignore[index]
        return (gains[:, :, :-1] @ codes)[..., None] + gains[:, :, -1, None, None] * noise


class Level(nn.Module):
    """Two styled convolutions; all levels but the first double the size of what they get."""

    def __init__(
        self,
        n_in: int,
        n_out: int,
        style_size: int,
        motion: Motion | None,
        *,
        is_first: bool,
        norm: bool,
    ) -> None:
        super().__init__()
        self.is_first = is_first
        self.first = StyledConvolution(
            n_in, n_out, style_size, norm, is_doubling=not is_first, motion=motion
        )
        self.second = StyledConvolution(n_out, n_out, style_size, norm)

    def rows_read(self, want: Rows) -> Rows:
        """Rows of the level below that the rows `want` depend on."""
        needed = want.widened().widened()
        return needed if self.is_first else needed.halved()

    def forward(self, x: Tensor, style: Tensor, have: Rows, want: Rows) -> Tensor:
        """Map `x`, rows `have` of the level below, to the rows `want` of this one."""
        middle = want.widened()
        x = self.first(x, style, have, middle)
        return self.second(x, style, middle, want)


class Generator(nn.Module):
    """Latent, pitch and velocity to a normalised spectrogram."""

    def __init__(self, config: GeneratorConfig, spec: SpectrogramSpec) -> None:
        """Build the network with fresh weights.

        Args:
            config: Its sizes.
            spec: What it draws; n_frames and n_bins must be multiples of 2 ** len(config.channels).
        """
        super().__init__()
        self.config = config
        self.spec = spec
        n_levels = len(config.channels)
        if spec.n_frames % 2**n_levels or spec.n_bins % 2**n_levels:
            raise ValueError(f"{spec.n_frames} x {spec.n_bins} is no multiple of 2 ** {n_levels}")
        self.start_shape = (
            config.start_channels,
            spec.n_frames // 2**n_levels,
            spec.n_bins // 2**n_levels,
        )

        self.pitch_embedding = nn.Embedding(config.n_pitches, 64)
        mapping_size = config.mapping_size or config.style_size
        self.mapping = nn.Sequential(
            nn.Linear(config.latent_size + 64 + 4, mapping_size),
            nn.LeakyReLU(_SLOPE),
            nn.Linear(mapping_size, config.style_size),
            nn.LeakyReLU(_SLOPE),
        )
        n_start = self.start_shape[0] * self.start_shape[1] * self.start_shape[2]
        self.start = nn.Linear(config.style_size, n_start)
        widths = (config.start_channels, *config.channels)
        self.levels = nn.ModuleList(
            Level(
                n_in,
                n_out,
                config.style_size,
                self._motion(index, n_out),
                is_first=index == 0,
                norm=index < config.n_normalised_levels,
            )
            for index, (n_in, n_out) in enumerate(pairwise(widths))
        )

        # Maps over frequency at the finest level: the known ones and learned ones, folded 2 bins
        # -> 2 channels as the pixel shuffle will unfold them.
        features = pitch_features(config.first_pitch, config.last_pitch, spec)
        folded = features.unflatten(2, (spec.n_bins // 2, 2)).permute(0, 1, 3, 2).flatten(1, 2)
        self.register_buffer("features", folded.contiguous(), persistent=False)
        self.codes = nn.Embedding(config.n_pitches, config.n_codes * (spec.n_bins // 2))
        nn.init.normal_(self.codes.weight, std=0.1)
        n_maps = 2 * N_FEATURES + config.n_codes
        self.comb = nn.Conv2d(n_maps, config.channels[-1], 1)
        self.comb_film = nn.Linear(config.style_size, 2 * config.channels[-1])
        self.head = nn.Conv2d(config.channels[-1], 4 * spec.n_channels, 3)
        self.equaliser = Equaliser(config, spec) if config.n_equaliser_bands else None

    def _motion(self, level: int, n_out: int) -> Motion | None:
        """Make what moves at a level; the first ones are too coarse for any motion."""
        if level < self.config.first_moving_level:
            return None
        shape = (self.start_shape[1] << level, self.start_shape[2] << level)
        return Motion(n_out, self.config.style_size, self.config.n_time_codes, shape, seed=level)

    def forward(
        self, latent: Tensor, pitch: Tensor, velocity: Tensor, frames: tuple[int, int] | None = None
    ) -> Tensor:
        """Generate notes.

        Args:
            latent: [batch, latent_size]; normalised here, so any vector but zero will do.
            pitch: [batch], int64, MIDI numbers in the trained range.
            velocity: [batch], 0..1.
            frames: Only these frames [first, last); all of them if None.

        Returns:
            [batch, n_channels, n_frames or last - first, n_bins], normalised as the spec says.
        """
        first, last = frames or (0, self.spec.n_frames)
        n_rows = self.spec.n_frames // 2
        head_rows = Rows(first // 2, (last + 1) // 2, n_rows)
        plan = [head_rows.widened()]
        for level in reversed(self.levels):
            plan.insert(0, level.rows_read(plan[0]))  # type: ignore[operator]

        style = self.style(latent, pitch, velocity)
        x = self.start(style).unflatten(1, self.start_shape)
        x = x[:, :, plan[0].first : plan[0].last]
        for index, level in enumerate(self.levels):
            x = level(x, style, plan[index], plan[index + 1])
        x = functional.leaky_relu(x + self.comb_map(style, pitch), _SLOPE)
        x = convolve_rows(self.head, x, plan[-1], head_rows)
        x = functional.pixel_shuffle(x, 2)
        x = x[:, :, first - 2 * head_rows.first : last - 2 * head_rows.first]
        if self.equaliser is None:
            return x
        gains = self.equaliser(unit_variance(latent), pitch, velocity, first, last)
        return torch.cat([x[:, :1] + gains[:, None], x[:, 1:]], dim=1)

    def style(self, latent: Tensor, pitch: Tensor, velocity: Tensor) -> Tensor:
        """Map the conditioning to the vector that steers every level, [batch, style_size]."""
        latent = unit_variance(latent)
        v = velocity[:, None].to(latent.dtype)
        curves = torch.cat([v, v.square(), torch.cos(torch.pi * v), torch.sin(torch.pi * v)], dim=1)
        embedded = self.pitch_embedding(pitch - self.config.first_pitch)
        return self.mapping(torch.cat([latent, embedded, curves], dim=1))

    def comb_map(self, style: Tensor, pitch: Tensor) -> Tensor:
        """Draw the pitch's maps in the colours of the style, [batch, channels, 1, n_bins / 2]."""
        index = pitch - self.config.first_pitch
        learned = self.codes(index).unflatten(1, (self.config.n_codes, self.spec.n_bins // 2))
        known = functional.embedding(index, self.features.flatten(1))  # type: ignore[operator]
        known = known.unflatten(1, (2 * N_FEATURES, self.spec.n_bins // 2))
        maps = self.comb(torch.cat([known, learned], dim=1)[:, :, None])
        scale, shift = self.comb_film(style)[:, :, None, None].chunk(2, dim=1)
        return maps * (1.0 + scale) + shift


def convolve_rows(convolution: nn.Conv2d, x: Tensor, have: Rows, want: Rows) -> Tensor:
    """Convolve some rows, 3x3, as if all were there: zeros only beyond the image's true borders."""
    needed = want.widened()
    x = x[:, :, needed.first - have.first : needed.last - have.first]
    above, below = int(want.first == 0), int(want.last == want.total)
    if above and below:
        return functional.conv2d(x, convolution.weight, convolution.bias, padding=1)
    x = functional.pad(x, (1, 1, above, below))
    return functional.conv2d(x, convolution.weight, convolution.bias)


def convolve_doubled_rows(convolution: nn.Conv2d, x: Tensor, have: Rows, want: Rows) -> Tensor:
    """Double rows and bins by repeating them and convolve, 3x3, in 4/9 of the work.

    Two of three neighbours in a doubled row are the same, so a 3x3 convolution there is a 2x2 one
    before, of which each window gives the 2x2 block of results around its middle.

    Args:
        convolution: Its weights.
        x: [batch, n_in, rows, bins], the rows `have` before doubling.
        have: Of the level below.
        want: Of the doubled image.
    """
    # The window i covers the rows i - 1 and i, and gives 2 i - 1 and 2 i.
    first, last = (want.first + 1) // 2, want.last // 2
    needed = slice(max(first - 1, 0) - have.first, min(last + 1, have.total) - have.first)
    x = functional.pad(x[:, :, needed], (1, 1, int(first == 0), int(last == have.total)))

    along_rows = _halved_taps(convolution.weight, dim=2)
    blocks = torch.stack([_halved_taps(w, dim=3)[k] for w in along_rows for k in (0, 1)], dim=1)
    bias = None if convolution.bias is None else convolution.bias.repeat_interleave(4)
    x = functional.conv2d(x, blocks.flatten(0, 1), bias)
    x = functional.pixel_shuffle(x, 2)
    given = 2 * first - 1
    return x[:, :, want.first - given : want.last - given, 1:-1]


def _halved_taps(weight: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """Add up the taps that fall on the same place before doubling: of odd and of even results."""
    a, b, c = weight.split(1, dim)
    return torch.cat([a + b, c], dim), torch.cat([a, b + c], dim)


def unit_variance(latent: Tensor) -> Tensor:
    """Bring latents to the sphere of radius sqrt(latent_size), [batch, latent_size]."""
    return latent * torch.rsqrt(latent.square().mean(dim=1, keepdim=True) + 1e-8)


def pixel_norm(x: Tensor) -> Tensor:
    """Scale every position's channel vector to unit mean square (Karras et al. 2018, §4.2)."""
    return x * torch.rsqrt(x.square().mean(dim=1, keepdim=True) + 1e-8)
