"""Lay a generator's weights out as the microkernel reads them: in panels, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.notes.native.kernels.microkernel import DENSE, DENSE_HALF, DEPTH, MANY, TILES
from synth.notes.native.kernels.winograd import transform_kernel
from synth.notes.native.weights import NativeWeights
from synth.representation import SpectrogramSpec

Float32 = NDArray[np.float32]
Floating = NDArray[np.floating[Any]]

_ALIGNMENT = 64  # bytes; a cache line


class _Arena:
    """Weights one behind the other, as bytes."""

    def __init__(self) -> None:
        self._size = 0
        self._arrays: list[tuple[int, NDArray[Any]]] = []

    def add(self, array: NDArray[Any]) -> int:
        """Return the address of an array's bytes, from the beginning."""
        place = self._size
        self._arrays.append((place, np.ascontiguousarray(array)))
        self._size += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
        return place

    def content(self) -> Float32:
        """Return everything that was added, on a boundary of a cache line."""
        raw = np.zeros(self._size + _ALIGNMENT, np.uint8)
        begin = -raw.ctypes.data % _ALIGNMENT
        content = raw[begin : begin + self._size]
        for place, array in self._arrays:
            content[place : place + array.nbytes] = array.reshape(-1).view(np.uint8)
        self._arrays.clear()
        return content.view(np.float32)


@dataclass(frozen=True, slots=True)
class Product:
    """A matrix of weights in panels; places are in bytes.

    A convolution's panels have one part for each point of `winograd`, in the order in which they
    are read; its steps lie row by row of the kernel, so that a row can be left out.
    """

    tile: int
    n_steps: int
    weights: int
    bias: int
    n_panels: int

    @property
    def n_columns(self) -> int:
        """Results, those that only fill the last panel included."""
        return self.n_panels * TILES[self.tile].width

    @property
    def n_inputs(self) -> int:
        """Inputs, those that only fill the last step included."""
        return self.n_steps * DEPTH


@dataclass(frozen=True, slots=True)
class Dense:
    """A dense layer."""

    source: str  # "inputs" and "more inputs" (the equaliser's), the layer "before", or the "style"
    product: Product
    is_rectified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution:
    """A convolution and what follows it; which rows it makes is the tile's business."""

    product: Product
    n_in: int
    n_out: int
    level: int  # whose image it makes; the head's is the last one's
    is_doubling: bool = False
    is_normalised: bool = False
    has_comb: bool = False
    film: int = 0
    motion: int = -1
    codes: int = 0
    noise: int = 0


class PackedGenerator:
    """All weights of one generator.

    Args:
        weights: as they were exported.
        spec: of the spectrograms.

    Raises:
        ValueError: a tensor is missing or does not fit.
    """

    def __init__(self, weights: NativeWeights, spec: SpectrogramSpec) -> None:
        self.sizes = weights.architecture
        self.spec = spec
        self._weights = weights
        self._arena = _Arena()
        n_levels = len(self.sizes.channels)
        if spec.n_frames % 2**n_levels or spec.n_bins % 2**n_levels:
            raise ValueError(f"{spec.n_frames} x {spec.n_bins} is no multiple of 2 ** {n_levels}")
        self.n_start_rows = spec.n_frames >> n_levels
        self.n_start_columns = spec.n_bins >> n_levels
        self.gains: dict[str, int] = {}  # where a layer's begin in the gains
        self.dense = self._lay_dense()
        self.convolutions = self._lay_convolutions()
        channels, maps = self.sizes.channels[-1], self.sizes.n_maps
        kernel = _padded(weights.single("comb.weight", channels, maps, 1, 1)[..., 0, 0], 1, DEPTH)
        bias = weights.single("comb.bias", channels)
        self.comb = self._in_panels(kernel, bias, _tile_for(channels))
        self.over_time = self.over_bins = 0
        self.band_bins = np.zeros((0, 2), np.int64)  # [first, last) of what a band touches
        if self.sizes.n_equaliser_bands:
            bands, knots = self.sizes.n_equaliser_bands, self.sizes.n_equaliser_knots
            over_time = weights.single("equaliser.over_time", spec.n_frames, knots)
            over_bins = weights.single("equaliser.over_bins", spec.n_bins, bands)
            self.over_time = self._arena.add(over_time)
            self.over_bins = self._arena.add(np.ascontiguousarray(over_bins.T))
            self.band_bins = _spans(over_bins.T)
        n = max(spec.n_bins // 2, *[tile.width for tile in TILES])
        self.zeros = self._arena.add(np.zeros(n, np.float32))
        self.ones = self._arena.add(np.ones(n, np.float32))
        self.content = self._arena.content()

    # --- weights ---------------------------------------------------------------------------------

    def _lay_dense(self) -> list[Dense]:
        sizes = self.sizes
        n_inputs = sizes.latent_size + sizes.pitch_size + 4
        n_mapping = sizes.mapping_size or sizes.style_size
        n_start = sizes.start_channels * self.n_start_rows * self.n_start_columns
        start = self._weights.take("start.weight", n_start, sizes.style_size)
        start_bias = self._weights.single("start.bias", n_start)
        layers = [
            Dense("inputs", self._linear("mapping.0", n_mapping, n_inputs), True),
            Dense("before", self._linear("mapping.2", sizes.style_size, n_mapping), True),
            Dense("before", self._lay_gains(), False),
            Dense(
                "style", self._product_of(self._by_block(start), self._by_block(start_bias)), False
            ),
        ]
        if sizes.n_equaliser_bands:
            hidden = sizes.equaliser_size
            n_inputs = sizes.latent_size + sizes.equaliser_pitch_size + 2
            n_points = sizes.n_equaliser_knots * sizes.n_equaliser_bands
            layers += [
                Dense("more inputs", self._linear("equaliser.network.0", hidden, n_inputs), True),
                Dense("before", self._linear("equaliser.network.2", hidden, hidden), True),
                Dense("before", self._linear("equaliser.network.4", n_points, hidden), False),
            ]
        return layers

    def _lay_gains(self) -> Product:
        """Put all layers that the style steers into one."""
        sizes, parts = self.sizes, []
        for level, channels in enumerate(sizes.channels):
            parts.append((f"levels.{level}.first.film", 2 * channels))
            parts.append((f"levels.{level}.second.film", 2 * channels))
            if level >= sizes.first_moving_level:
                parts.append(
                    (f"levels.{level}.first.motion.gains", channels * (sizes.n_time_codes + 1))
                )
        parts.append(("comb_film", 2 * sizes.channels[-1]))
        place = 0
        for name, n_out in parts:
            self.gains[name] = place
            place += n_out
        weights = [self._weights.take(f"{name}.weight", n, sizes.style_size) for name, n in parts]
        biases = [self._weights.single(f"{name}.bias", n) for name, n in parts]
        return self._product_of(np.concatenate(weights), np.concatenate(biases))

    def _by_block(self, tensor: Floating) -> Floating:
        """Reorder [channel, row, column] in the first axis to [block, row, column, DEPTH]."""
        rest = tensor.shape[1:]
        shape = (self.sizes.start_channels, self.n_start_rows, self.n_start_columns)
        padded = _padded(tensor.reshape(*shape, *rest), 0, DEPTH)
        blocks = padded.reshape(-1, DEPTH, *shape[1:], *rest)
        return np.moveaxis(blocks, 1, 3).reshape(-1, *rest)

    def _linear(self, name: str, n_out: int, n_in: int) -> Product:
        weights = self._weights.take(f"{name}.weight", n_out, n_in)
        return self._product_of(weights, self._weights.single(f"{name}.bias", n_out))

    def _product_of(self, weights: Floating, bias: Floating) -> Product:
        """Lay a dense layer out, [n_out, n_in], in the precision that it has."""
        tile = DENSE_HALF if weights.dtype == np.float16 else DENSE
        return self._in_panels(_padded(weights, 1, DEPTH), bias, tile)

    def _in_panels(self, weights: Floating, bias: Floating, tile: int) -> Product:
        """Lay a matrix out, [n_out, n_in], or one for each point, [point, n_out, n_in]."""
        width = TILES[tile].width
        points = weights.reshape(-1, *weights.shape[-2:])
        points, bias = _padded(points, 1, width), _padded(bias.astype(np.float32), 0, width)
        n_panels, n_steps = len(bias) // width, points.shape[2] // DEPTH
        panels = points.reshape(-1, n_panels, width, n_steps, DEPTH).transpose(1, 0, 3, 4, 2)
        return Product(tile, n_steps, self._arena.add(panels), self._arena.add(bias), n_panels)

    def _lay_convolutions(self) -> list[Convolution]:
        sizes = self.sizes
        layers = []
        for level, (n_in, n_out) in enumerate(pairwise((sizes.start_channels, *sizes.channels))):
            name = f"levels.{level}.first"
            codes = noise = np.zeros((0, 0), np.float32)
            motion = -1
            if level >= sizes.first_moving_level:
                motion = self.gains[f"{name}.motion.gains"]
                rows, columns = self.n_start_rows << level, self.n_start_columns << level
                codes = self._weights.single(f"{name}.motion.codes", sizes.n_time_codes, rows)
                noise = self._weights.single(f"{name}.motion.noise", rows, columns)
            layers.append(
                Convolution(
                    product=self._convolution(name, n_in, n_out, is_doubling=level > 0),
                    n_in=n_in,
                    n_out=n_out,
                    level=level,
                    is_doubling=level > 0,
                    is_normalised=level < sizes.n_normalised_levels,
                    film=self.gains[f"{name}.film"],
                    motion=motion,
                    codes=self._arena.add(codes),
                    noise=self._arena.add(noise),
                )
            )
            name = f"levels.{level}.second"
            layers.append(
                Convolution(
                    product=self._convolution(name, n_out, n_out),
                    n_in=n_out,
                    n_out=n_out,
                    level=level,
                    is_normalised=level < sizes.n_normalised_levels,
                    film=self.gains[f"{name}.film"],
                    has_comb=level == len(sizes.channels) - 1,
                )
            )
        n_in, n_out = sizes.channels[-1], 4 * self.spec.n_channels
        head = self._kernel("head", n_in, n_out)
        last = len(sizes.channels) - 1
        layers.append(Convolution(product=head, n_in=n_in, n_out=n_out, level=last))
        return layers

    def _convolution(
        self, name: str, n_in: int, n_out: int, *, is_doubling: bool = False
    ) -> Product:
        return self._kernel(f"{name}.convolution", n_in, n_out, is_doubling=is_doubling)

    def _kernel(self, name: str, n_in: int, n_out: int, *, is_doubling: bool = False) -> Product:
        """Lay a convolution out: [panel, (row, block, column of the kernel), DEPTH, width]."""
        weights = self._weights.single(f"{name}.weight", n_out, n_in, 3, 3)
        bias = self._weights.single(f"{name}.bias", n_out)
        weights, bias = _padded(_padded(weights, 0, DEPTH), 1, DEPTH), _padded(bias, 0, DEPTH)
        if is_doubling:
            weights, bias = fold_taps(weights), np.tile(bias, 2)
        tile = _tile_for(len(weights))
        at_points = np.stack([_steps(point) for point in transform_kernel(weights)])
        return self._in_panels(at_points, bias, tile)


def _tile_for(n_out: int) -> int:
    """Return the tile of many pixels whose panels leave the fewest channels empty."""
    return min(MANY, key=lambda number: -n_out % TILES[number].width)


def _steps(weights: Float32) -> Float32:
    """Bring [n_out, n_in, rows, columns] to [n_out, (row, block, column, DEPTH)]."""
    n_out, n_in, *kernel = weights.shape
    steps = weights.reshape(n_out, n_in // DEPTH, DEPTH, *kernel)
    return steps.transpose(0, 3, 1, 4, 2).reshape(n_out, -1)


def fold_taps(weights: Float32) -> Float32:
    """Fold a 3x3 convolution of a doubled image into products before the doubling.

    Of three neighbours in a doubled row two are the same, and their taps are added up: a window of
    two pixels gives a left result and a right one. Of three rows it is the middle one that is the
    same as the upper or the lower. Products with the outer ones belong to both results of a window
    of two rows, those with the middle one to both results of a row; so three make two results,
    where windows alone would take four.

    Args:
        weights: [n_out, n_in, 3, 3].

    Returns:
        [2 n_out, n_in, 3, 2]: left and right results; upper, lower and middle rows.
    """
    a, b, c = np.split(weights[:, :, [0, 2, 1]], 3, axis=3)
    left, right = np.concatenate([a + b, c], axis=3), np.concatenate([a, b + c], axis=3)
    return np.concatenate([left, right])


def _spans(rows: Float32) -> NDArray[np.int64]:
    """Return where each row's first value other than 0 is, and where those end, [n_rows, 2]."""
    places = [np.flatnonzero(row) for row in rows]
    return np.array([(p[0], p[-1] + 1) if len(p) else (0, 0) for p in places], np.int64)


def _padded(array: NDArray[Any], axis: int, multiple: int) -> NDArray[Any]:
    widths = [(0, 0)] * array.ndim
    widths[axis] = (0, -array.shape[axis] % multiple)
    return np.pad(array, widths)
