"""GANSynth's own networks, to the letter of the published code.

Engel et al. 2019, arXiv:1902.08710, appendix A; magenta/models/gansynth (`networks.py`,
`layers.py`); the progressive growing is that of Karras et al. 2018, arXiv:1710.10196, §2.

`progress` counts resolutions: at 2.0 the third one stands alone, at 2.25 a quarter of the fourth is
faded in. Only what `progress` calls for is computed, and images come at the size of the finest
resolution that takes part.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.model.generator import pixel_norm
from training.paper_config import PaperNetworkConfig

SLOPE = 0.2  # of the leaky rectifier


class EqualisedConvolution(nn.Module):
    """A convolution whose weights are scaled as they are used (Karras et al. 2018, §4.1).

    Weights start with unit variance and the scale of He et al. 2015 is a constant beside them, so
    Adam moves all layers at the same relative speed.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        size: tuple[int, int] = (3, 3),
        padding: tuple[int, int] = (1, 1),
        slope: float = SLOPE,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in, *size))
        self.bias = nn.Parameter(torch.zeros(n_out))
        self.padding = padding
        self.scale = math.sqrt(2.0 / ((1.0 + slope**2) * n_in * size[0] * size[1]))

    def forward(self, x: Tensor) -> Tensor:
        """Map [batch, n_in, rows, columns] to n_out channels."""
        return functional.conv2d(x, self.weight * self.scale, self.bias, padding=self.padding)


class PaperGenerator(nn.Module):
    """Latent and pitch to a spectrogram; the velocity has no say."""

    def __init__(self, config: PaperNetworkConfig, n_frames: int, n_bins: int) -> None:
        """Build the network with fresh weights.

        Args:
            config: Its sizes.
            n_frames: Of the finest images, a multiple of 2 ** (config.n_blocks - 1).
            n_bins: The same.
        """
        super().__init__()
        self.config = config
        rows, columns = config.start_size(n_frames, n_bins)
        widths = [config.n_filters(block) for block in range(1, config.n_blocks + 1)]
        # From one position to the start's size: zeros around it, and a kernel as large as that.
        first = EqualisedConvolution(
            config.latent_size + config.n_pitches,
            widths[0],
            (rows, columns),
            padding=(rows - 1, columns - 1),
        )
        pairs = [(first, EqualisedConvolution(widths[0], widths[0]))]
        pairs += [
            (EqualisedConvolution(n_in, n_out), EqualisedConvolution(n_out, n_out))
            for n_in, n_out in pairwise(widths)
        ]
        self.blocks = nn.ModuleList(nn.ModuleList(pair) for pair in pairs)
        self.to_image = nn.ModuleList(_one_by_one(width, 2, slope=1.0) for width in widths)

    def forward(self, latent: Tensor, pitch: Tensor, progress: float | None = None) -> Tensor:
        """Generate notes.

        Args:
            latent: [batch, latent_size], normally distributed.
            pitch: [batch], int64, MIDI numbers in the trained range.
            progress: How far the network has grown; None: wholly.

        Returns:
            [batch, 2, rows, columns] in -1..1, of the size that `progress` calls for.
        """
        config = self.config
        progress = float(config.n_blocks - 1) if progress is None else progress
        one_hot = functional.one_hot(pitch - config.first_pitch, config.n_pitches)
        x = torch.cat([latent, one_hot.to(latent.dtype)], dim=1)
        x = pixel_norm(x[:, :, None, None])
        n_active = n_active_blocks(progress)
        image: Tensor | None = None
        for block in range(n_active):
            if block > 0:
                x = _doubled(x)
            for convolution in self.blocks[block]:  # type: ignore[attr-defined]
                x = pixel_norm(functional.leaky_relu(convolution(x), SLOPE))
            share = block_share(block + 1, progress)
            image = None if image is None else _doubled(image)
            if share > 0.0:
                drawn = share * torch.tanh(self.to_image[block](x))
                image = drawn if image is None else image + drawn
        assert image is not None
        return image


class PaperDiscriminator(nn.Module):
    """A spectrogram to its realness, and to the pitch that is heard in it."""

    def __init__(self, config: PaperNetworkConfig, n_frames: int, n_bins: int) -> None:
        """Build the network with fresh weights; it mirrors the generator."""
        super().__init__()
        self.config = config
        rows, columns = config.start_size(n_frames, n_bins)
        widths = [config.n_filters(block) for block in range(1, config.n_blocks + 1)]
        self.from_image = nn.ModuleList(_one_by_one(2, width) for width in widths)
        last = EqualisedConvolution(widths[0], config.n_filters(0), (rows, columns), (0, 0))
        # The first block is the last one here, and sees how much the batch varies.
        pairs = [(EqualisedConvolution(widths[0] + 1, widths[0]), last)]
        pairs += [
            (EqualisedConvolution(n_in, n_in), EqualisedConvolution(n_in, n_out))
            for n_out, n_in in pairwise(widths)
        ]
        self.blocks = nn.ModuleList(nn.ModuleList(pair) for pair in pairs)
        self.realness = _one_by_one(config.n_filters(0), 1, slope=1.0)
        self.pitch = _one_by_one(config.n_filters(0), config.n_pitches, slope=1.0)

    def forward(self, image: Tensor, progress: float | None = None) -> tuple[Tensor, Tensor]:
        """Judge images.

        Args:
            image: [batch, 2, rows, columns], of the size that `progress` calls for.
            progress: How far the network has grown; None: wholly.

        Returns:
            realness: [batch]; larger is more real.
            pitch: [batch, n_pitches], logits.
        """
        progress = float(self.config.n_blocks - 1) if progress is None else progress
        n_active = n_active_blocks(progress)
        x = self._see(n_active, image)
        for block in range(n_active, 1, -1):
            for convolution in self.blocks[block - 1]:  # type: ignore[attr-defined]
                x = functional.leaky_relu(convolution(x), SLOPE)
            x, image = functional.avg_pool2d(x, 2), functional.avg_pool2d(image, 2)
            fade = min(max(progress - (block - 2), 0.0), 1.0)
            if fade < 1.0:
                x = torch.lerp(self._see(block - 1, image), x, fade)
        x = _with_batch_deviation(x)
        for convolution in self.blocks[0]:  # type: ignore[attr-defined]
            x = functional.leaky_relu(convolution(x), SLOPE)
        return self.realness(x).flatten(), self.pitch(x).flatten(1)

    def _see(self, block: int, image: Tensor) -> Tensor:
        return functional.leaky_relu(self.from_image[block - 1](image), SLOPE)


def n_active_blocks(progress: float) -> int:
    """Count the blocks that `progress` calls for."""
    return math.ceil(progress) + 1


def block_share(block: int, progress: float) -> float:
    """Share of the image that block 1, 2, ... draws; over all blocks they sum up to 1."""
    fading_in = 1.0 if block == 1 else min(max(progress - (block - 2), 0.0), 1.0)
    return min(fading_in, max(block - progress, 0.0))


def blend_to_progress(image: Tensor, progress: float, n_blocks: int) -> Tensor:
    """Show whole recordings as a generator of that progress could draw them.

    Args:
        image: [batch, 2, n_frames, n_bins], of the finest resolution.
        progress: How far the networks have grown.
        n_blocks: Number of resolutions.

    Returns:
        Images of the finest resolution that takes part, faded like the generator's.
    """
    n_active = n_active_blocks(progress)
    shown = functional.avg_pool2d(image, 2 ** (n_blocks - n_active))
    fine = block_share(n_active, progress)
    if n_active == 1 or fine >= 1.0:
        return shown
    return torch.lerp(_doubled(functional.avg_pool2d(shown, 2)), shown, fine)


def _one_by_one(n_in: int, n_out: int, slope: float = SLOPE) -> EqualisedConvolution:
    return EqualisedConvolution(n_in, n_out, (1, 1), (0, 0), slope)


def _doubled(x: Tensor) -> Tensor:
    """Double rows and columns, each value a box of four."""
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def _with_batch_deviation(x: Tensor) -> Tensor:
    """Add one channel that says how much the batch varies (Karras et al. 2018, §3)."""
    deviation = torch.sqrt(x.var(dim=0, unbiased=False) + 1e-8).mean()
    return torch.cat([x, deviation.expand(x.shape[0], 1, *x.shape[2:])], dim=1)
