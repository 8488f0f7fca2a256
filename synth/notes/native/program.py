"""Plan a tile: which rows each layer makes, and where they lie."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.notes.native.layers import CONVOLUTION_DTYPE, DENSE_DTYPE, PLACES_DTYPE, Program
from synth.notes.native.microkernel import DEPTH, TILES
from synth.notes.native.packing import Convolution, PackedGenerator, Product
from synth.notes.native.rows import Rows
from synth.notes.native.winograd import N_POINTS, results_of_tile

_STRIP_FLOATS = 64 * 1024  # of products: a quarter of a megabyte stays near the processor
_ALIGNMENT = 16  # float32; a cache line
_HEIGHTS = np.array([tile.n_pixels for tile in TILES])
_WIDTHS = np.array([tile.width for tile in TILES])
_TALLEST = int(_HEIGHTS.max())


def plan_tile(packed: PackedGenerator, first: int, last: int) -> tuple[Program, int]:
    """Plan the frames [first, last).

    Returns:
        The program, and how many float32 it works in.
    """
    return _Plan(packed, first, last).finish()


class _Image:
    """A convolution's input: its rows, with one of zeros wherever the note ends."""

    def __init__(self, first_row: int, n_rows: int, n_columns: int, n_channels: int) -> None:
        self.first_row = first_row
        self.last_row = first_row + n_rows
        self.n_columns = n_columns + 2
        self.n_blocks = _blocks_of(n_channels)
        self.block = n_rows * self.n_columns * DEPTH
        self.place = 0

    @property
    def size(self) -> int:
        """In float32; tiles of pixels may read beyond the last one."""
        return self.n_blocks * self.block + (_TALLEST + self.n_columns) * DEPTH

    def pixel(self, row: int, column: int) -> int:
        """Return where a pixel of the first block lies."""
        return self.place + ((row - self.first_row) * self.n_columns + column + 1) * DEPTH

    def offsets(self, size: int) -> list[int]:
        """Return the steps of a kernel of size x size."""
        return [
            block * self.block + (row * self.n_columns + column) * DEPTH
            for block in range(self.n_blocks)
            for row in range(size)
            for column in range(size)
        ]


class _Plan:
    def __init__(self, packed: PackedGenerator, first: int, last: int) -> None:
        self._packed = packed
        self._n_work = 0
        self._offsets = [
            DEPTH * step for step in range(max(d.product.n_steps for d in packed.dense))
        ]
        self._places: dict[str, int] = {"first_frame": first}
        self._span = first, last
        # Rows that each layer makes, from the dense one in front to the head.
        head = Rows(first // 2, (last + 1) // 2, packed.spec.n_frames // 2)
        made = [head]
        for layer in reversed(packed.convolutions):
            wanted = made[0].widened()
            made.insert(0, wanted.halved() if layer.is_doubling else wanted)
        self._made = made
        self._images = [
            self._place_image(layer, rows)
            for layer, rows in zip(packed.convolutions, made[1:], strict=True)
        ]

    def finish(self) -> tuple[Program, int]:
        """Lay everything out."""
        packed = self._packed
        dense = self._plan_dense()
        convolutions = [self._plan_convolution(n) for n in range(len(packed.convolutions))]
        strips = [
            layer["windows_of_strip"] * layer["source_columns"] * layer["stride"]
            + _TALLEST * layer["stride"]
            for layer in convolutions
        ]
        self._plan_rest()
        self._places["products"] = self._place(max(*strips, packed.spec.n_bins))
        self._places["values"] = self._place(N_POINTS * max(strips))
        self._places["edge"] = self._place(N_POINTS * DEPTH)
        program = Program(
            dense=_records(dense, DENSE_DTYPE),
            convolutions=_records(convolutions, CONVOLUTION_DTYPE),
            places=_records([self._places], PLACES_DTYPE),
            offsets=np.array(self._offsets, np.int64),
            widths=_WIDTHS,
            heights=_HEIGHTS,
            weights=packed.content,
        )
        return program, self._n_work

    def _place(self, size: int) -> int:
        place = self._n_work
        self._n_work += -(-size // _ALIGNMENT) * _ALIGNMENT
        return place

    def _plan_dense(self) -> list[dict[str, int]]:
        inputs = [d.product.n_steps * DEPTH for d in self._packed.dense if "inputs" in d.source]
        places = {"inputs": self._place(sum(inputs))}
        places["more inputs"] = places["inputs"] + inputs[0]
        layers = []
        for number, layer in enumerate(self._packed.dense):
            target = self._place(layer.product.n_columns)
            source = places[layer.source]
            layers.append(
                _product_fields(layer.product)
                | {"source": source, "target": target, "is_rectified": int(layer.is_rectified)}
            )
            places["before"] = target
            name = {1: "style", 2: "gains", 3: "start", 6: "points"}.get(number)
            if name:
                places[name] = target
        self._places |= {
            "inputs": places["inputs"],
            "gains": places["gains"],
            "start": places["start"],
            "points": places.get("points", 0),
        }
        return layers

    def _place_image(self, layer: Convolution, made: Rows) -> _Image:
        """Place the rows that a layer reads."""
        columns = self._columns(layer)
        if layer.is_doubling:
            first, last = _windows(made)
            image = _Image(first - 1, last - first + 1, columns // 2, layer.n_in)
        else:
            image = _Image(made.first - 1, made.last - made.first + 2, columns, layer.n_in)
        image.place = self._place(image.size)
        return image

    def _columns(self, layer: Convolution) -> int:
        return self._packed.n_start_columns << layer.level

    def _plan_convolution(self, number: int) -> dict[str, int]:
        layer, image, made = (
            self._packed.convolutions[number],
            self._images[number],
            self._made[number + 1],
        )
        n_columns = self._columns(layer)
        first, last = _windows(made) if layer.is_doubling else (made.first, made.last)
        n_products = layer.product.n_columns
        strip = max(1, _STRIP_FLOATS // (image.n_columns * n_products))
        fields = _product_fields(layer.product) | {
            "offsets": len(self._offsets),
            "stride": n_products,
            "source": image.place,
            "source_columns": image.n_columns,
            "n_windows": last - first,
            "windows_of_strip": min(strip, last - first),
            "window_columns": image.n_columns - 1 if layer.is_doubling else n_columns,
            "is_doubling": int(layer.is_doubling),
            "first_window": first,
            "n_columns": n_columns,
            "n_channels": layer.n_out,
            "is_normalised": int(layer.is_normalised),
            "film": layer.film,
            "motion": layer.motion,
            "n_codes": self._packed.sizes.n_time_codes,
            "codes": layer.codes // 4,
            "n_code_rows": made.total,
            "noise": layer.noise // 4,
            "has_comb": int(layer.has_comb),
        }
        n_taps = 2 if layer.is_doubling else 3
        if layer.product.point_bytes:
            fields |= self._transform(layer, image, fields["window_columns"], n_taps)
        else:
            self._offsets += image.offsets(n_taps)
        return fields | (self._target(number) if number + 1 < len(self._images) else {})

    def _transform(
        self, layer: Convolution, image: _Image, window_columns: int, n_taps: int
    ) -> dict[str, int]:
        """Place an image as it is at the points of `winograd`, and say how to step through it."""
        n_results = results_of_tile(n_taps)
        n_tiles = -(-window_columns // n_results)
        n_rows = image.last_row - image.first_row
        row = n_tiles * DEPTH
        self._offsets += [
            (block * n_rows + tap) * row for block in range(image.n_blocks) for tap in range(n_taps)
        ]
        point = image.n_blocks * n_rows * row
        return {
            "point_bytes": layer.product.point_bytes,
            "n_tiles": n_tiles,
            "n_tile_results": n_results,
            "n_blocks": image.n_blocks,
            "source_block": image.block,
            "n_rows_read": n_rows,
            "transformed": self._place(N_POINTS * point + _TALLEST * DEPTH),
            "point": point,
        }

    def _target(self, number: int) -> dict[str, int]:
        """Tell which rows of a layer, or of the dense one in front (-1), go where."""
        image, made = self._images[number + 1], self._made[number + 1]
        first, last = max(made.first, image.first_row), min(made.last, image.last_row)
        return {
            "first_row": first,
            "n_rows": last - first,
            "target": image.pixel(first, 0),
            "target_block": image.block,
            "target_columns": image.n_columns,
        }

    def _plan_rest(self) -> None:
        packed, sizes, spec = self._packed, self._packed.sizes, self._packed.spec
        first, _ = self._span
        start = self._target(-1)
        n_channels = max(DEPTH * _blocks_of(layer.n_out) for layer in packed.convolutions)
        columns = spec.n_bins // 2
        start_floats = packed.n_start_rows * packed.n_start_columns * DEPTH
        self._places |= {
            "first_frame": first - 2 * self._made[-1].first,
            "n_start_blocks": _blocks_of(sizes.start_channels),
            "start_block": start_floats,
            "start": self._places["start"] + start["first_row"] * packed.n_start_columns * DEPTH,
            "n_start_rows": start["n_rows"],
            "n_start_columns": packed.n_start_columns,
            "start_target": start["target"],
            "start_target_block": start["target_block"],
            "comb": self._place(_blocks_of(sizes.channels[-1]) * columns * DEPTH),
            "comb_film": packed.gains["comb_film"],
            "n_comb_channels": sizes.channels[-1],
            "n_maps": sizes.n_maps,
            "comb_weights": packed.comb_weights // 4,
            "comb_bias": packed.comb_bias // 4,
            "n_bands": sizes.n_equaliser_bands,
            "n_knots": sizes.n_equaliser_knots if sizes.n_equaliser_bands else 0,
            "over_time": packed.over_time // 4 + first * sizes.n_equaliser_knots,
            "over_bins": packed.over_bins // 4,
            "curves": self._place(sizes.n_equaliser_knots * spec.n_bins),
            "styles": self._place(3 * n_channels),
            "still_shift": self._place(n_channels),
            "factors": self._place(columns),
            "zeros": self._place(columns),
            "ones": self._place(columns),
        }


def _blocks_of(n_channels: int) -> int:
    return -(-n_channels // DEPTH)


def _windows(made: Rows) -> tuple[int, int]:
    """Return which windows [first, last) give the rows of a doubled image.

    The window i covers the rows i - 1 and i, and gives 2 i - 1 and 2 i.
    """
    return (made.first + 1) // 2, made.last // 2 + 1


def _product_fields(product: Product) -> dict[str, int]:
    names = ("tile", "n_steps", "weights", "bias", "n_panels")
    return {name: getattr(product, name) for name in names}


def _records(rows: list[dict[str, int]], kind: np.dtype[Any]) -> NDArray[np.void]:
    """Bring fields into an array of records; what a row does not say is 0."""
    records = np.zeros(len(rows), kind)
    for record, row in zip(records, rows, strict=True):
        for name, value in row.items():
            record[name] = value
    return records
