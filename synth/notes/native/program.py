"""Plan a tile: which rows each layer makes, and where they lie."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.notes.native.kernels.microkernel import DEPTH, TILES
from synth.notes.native.kernels.winograd import N_POINTS, results_of_tile
from synth.notes.native.packing import Convolution, PackedGenerator, Product
from synth.notes.native.records import (
    COMB_DTYPE,
    CONVOLUTION_DTYPE,
    DENSE_DTYPE,
    OWN_DTYPE,
    PASS_DTYPE,
    PLACES_DTYPE,
    STRIP_DTYPE,
    TICKET_DTYPE,
    Program,
)
from synth.notes.native.rows import Rows
from synth.notes.native.strips import OUTER_TAPS, TAPS, plan_lines, plan_windows
from synth.notes.native.tickets import plan_tickets

_STRIP_FLOATS = 192 * 1024  # of what a strip works in: it stays near the processor
_STRIP_WINDOWS = 32  # at most; a strip reads rows of its neighbours, too
_ALIGNMENT = 16  # float32; a cache line
_HEIGHTS = np.array([tile.n_pixels for tile in TILES])
_WIDTHS = np.array([tile.width for tile in TILES])
_TALLEST = int(_HEIGHTS.max())


@dataclass(frozen=True, slots=True)
class PlannedTile:
    """A program, and the memory that it wants, in float32."""

    program: Program
    n_work: int  # of the tile
    n_own: int  # of each thread
    n_inputs: int  # which are laid in at `places.inputs`


def plan_tile(packed: PackedGenerator, first: int, last: int, n_threads: int = 1) -> PlannedTile:
    """Plan the frames [first, last) of a note.

    Args:
        packed: the weights.
        first: frame.
        last: behind the last one.
        n_threads: that may make it together.
    """
    return _Plan(packed, first, last, n_threads).finish()


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
        """In float32; a row's last tile may read beyond it."""
        return self.n_blocks * self.block + N_POINTS * DEPTH

    def pixel(self, row: int, column: int) -> int:
        """Return where a pixel of the first block lies."""
        return self.place + ((row - self.first_row) * self.n_columns + column + 1) * DEPTH


class _Plan:
    def __init__(self, packed: PackedGenerator, first: int, last: int, n_threads: int) -> None:
        self._packed = packed
        self._n_frames = last - first
        self._n_threads = n_threads
        self._n_work = 0
        self._offsets = [
            DEPTH * step for step in range(max(d.product.n_steps for d in packed.dense))
        ]
        self._strips: list[dict[str, int]] = []
        self._passes: list[dict[str, int]] = []
        self._places: dict[str, int] = {"first_frame": first}
        self._own: dict[str, int] = {}  # float32 that a thread needs, by place
        # Rows that each layer makes, from the dense one in front to the head.
        head = Rows(first // 2, (last + 1) // 2, packed.spec.n_frames // 2)
        made = [head]
        for layer in reversed(packed.convolutions):
            wanted = made[0].widened()
            made.insert(0, wanted.halved() if layer.is_doubling else wanted)
        self._made = made
        self._images = [
            self._image(layer, rows)
            for layer, rows in zip(packed.convolutions, made[1:], strict=True)
        ]
        # A layer reads one image and makes the next: there are two places for them.
        for images in (self._images[0::2], self._images[1::2]):
            place = self._place(max(image.size for image in images))
            for image in images:
                image.place = place

    def finish(self) -> PlannedTile:
        """Lay everything out."""
        packed = self._packed
        dense = self._plan_dense()
        convolutions = [self._plan_convolution(n) for n in range(len(packed.convolutions))]
        self._plan_rest()
        comb, columns = len(self._offsets), packed.spec.n_bins // 2
        self._offsets += [step * columns * DEPTH for step in range(packed.comb.n_steps)]
        self._need("products", packed.comb.n_columns * (columns + _TALLEST))
        self._need("edge", N_POINTS * DEPTH)
        edges = [*(layer["first_strip"] for layer in convolutions), len(self._strips)]
        strips = [range(*edge) for edge in pairwise(edges)]
        tickets = plan_tickets(packed, strips, self._n_frames, self._n_threads)
        own, n_own = {}, 0
        for name, size in self._own.items():
            own[name] = n_own
            n_own += _aligned(size)
        program = Program(
            dense=_records(dense, DENSE_DTYPE),
            comb=_records([_product_fields(packed.comb) | {"offsets": comb}], COMB_DTYPE),
            convolutions=_records(convolutions, CONVOLUTION_DTYPE),
            strips=_records(self._strips, STRIP_DTYPE),
            passes=_records(self._passes, PASS_DTYPE),
            tickets=_records([asdict(ticket) for ticket in tickets], TICKET_DTYPE),
            places=_records([self._places], PLACES_DTYPE),
            own=_records([own], OWN_DTYPE),
            offsets=np.array(self._offsets, np.int64),
            widths=_WIDTHS,
            heights=_HEIGHTS,
            band_bins=packed.band_bins,
            weights=packed.content,
        )
        n_inputs = sum(d.product.n_inputs for d in packed.dense if "inputs" in d.source)
        return PlannedTile(program, self._n_work, n_own, n_inputs)

    def _place(self, size: int) -> int:
        place = self._n_work
        self._n_work += _aligned(size)
        return place

    def _need(self, name: str, size: int) -> None:
        """Take note of what a thread needs at a place that all strips share."""
        self._own[name] = max(size, self._own.get(name, 0))

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

    def _image(self, layer: Convolution, made: Rows) -> _Image:
        """Return the rows that a layer reads."""
        columns = self._columns(layer)
        if layer.is_doubling:
            first, last = _windows(made)
            return _Image(first - 1, last - first + 1, columns // 2, layer.n_in)
        return _Image(made.first - 1, made.last - made.first + 2, columns, layer.n_in)

    def _columns(self, layer: Convolution) -> int:
        return self._packed.n_start_columns << layer.level

    def _plan_convolution(self, number: int) -> dict[str, int]:
        layer, image, made = (
            self._packed.convolutions[number],
            self._images[number],
            self._made[number + 1],
        )
        n_columns = self._columns(layer)
        n_products = layer.product.n_columns
        is_head = number + 1 == len(self._images)
        target = {"first_row": made.first, "n_rows": made.last - made.first}
        fields = (
            _product_fields(layer.product)
            | (target if is_head else self._target(number))
            | {
                "offsets": len(self._offsets),
                "stride": n_products,
                "corner": DEPTH * _blocks_of(layer.n_out),
                "source_columns": image.n_columns,
                "source_block": image.block,
                "n_blocks": image.n_blocks,
                "is_doubling": int(layer.is_doubling),
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
        )
        return fields | self._plan_strips(layer, image, made, fields)

    def _plan_strips(
        self, layer: Convolution, image: _Image, made: Rows, fields: dict[str, int]
    ) -> dict[str, int]:
        """Cut a layer into strips, and say what each one takes."""
        n_taps = 2 if layer.is_doubling else 3
        n_results = results_of_tile(n_taps)
        n_row_tiles = -(-(image.n_columns + 1 - n_taps) // n_results)
        first, last = _windows(made) if layer.is_doubling else (made.first, made.last)
        n_windows, n_tiles = self._strip_size(layer, last - first, n_row_tiles)
        # A strip's rows as they are at the points.
        line = n_tiles * DEPTH
        block = (n_windows + n_taps - 1) * line
        self._need("transformed", N_POINTS * image.n_blocks * block + _TALLEST * DEPTH)
        # The middle row's windows begin where they lie themselves; see `strips.Pass`.
        rows = (*range(OUTER_TAPS), 0) if layer.is_doubling else range(TAPS)
        self._offsets += [
            number * block + row * line for row in rows for number in range(image.n_blocks)
        ]
        begin = len(self._strips)
        for window in range(first, last, n_windows):
            windows = range(window, min(window + n_windows, last))
            strip = self._plan_strip(layer, n_tiles, fields, windows)
            strip["source"] = image.pixel(window - 1, -1)
            pixels = strip["n_rows"] * n_tiles * n_results
            self._need("products", pixels * layer.product.n_columns)
            # The last strip of a row is moved back rather than cut off.
            self._strips += [
                strip | {"first_tile": min(tile, n_row_tiles - n_tiles)}
                for tile in range(0, n_row_tiles, n_tiles)
            ]
        return {
            "first_strip": begin,
            "n_tiles": n_tiles,
            "n_tile_results": n_results,
            "transformed_block": block,
            "point": image.n_blocks * block,
        }

    def _strip_size(self, layer: Convolution, n_windows: int, n_row_tiles: int) -> tuple[int, int]:
        """Return how many windows high a strip is, and how many tiles wide."""
        n_windows = min(n_windows, _STRIP_WINDOWS)
        product = layer.product
        # Of a row of one tile: inputs and a panel at the points, and results.
        n_results = results_of_tile(2 if layer.is_doubling else 3)
        tile_floats = N_POINTS * (product.n_steps // TAPS * DEPTH + TILES[product.tile].width)
        tile_floats += n_results * product.n_columns
        most = max(_STRIP_FLOATS // (tile_floats * n_windows), 1)
        n_strips = min(max(-(-n_row_tiles // most), self._n_threads), n_row_tiles)
        return n_windows, -(-n_row_tiles // n_strips)

    def _plan_strip(
        self, layer: Convolution, n_tiles: int, fields: dict[str, int], windows: range
    ) -> dict[str, int]:
        tile, first = TILES[layer.product.tile], windows.start
        step_rows = layer.product.n_steps // TAPS

        def cost(n_lines: int) -> int:
            return -(-n_lines * n_tiles // tile.n_pixels) * tile.n_pixels

        rows, total = windows, self._packed.n_start_rows << layer.level
        if layer.is_doubling:
            first_row, last_row = fields["first_row"], fields["first_row"] + fields["n_rows"]
            rows = range(max(2 * first - 1, first_row), min(2 * windows.stop - 1, last_row))
            passes = plan_windows(first, windows.stop, rows, total // 2, cost)
        else:
            passes = plan_lines(first, windows.stop, total, TAPS, cost)
        first_pass = len(self._passes)
        self._passes += [
            {
                "source": (part.source_row - (first - 1)) * n_tiles * DEPTH,
                "line": part.first_line,
                "n_pixels": part.n_lines * n_tiles,
                "first_step": part.first_tap * step_rows,
                "n_steps": part.n_taps * step_rows,
                "is_biased": int(part.is_biased),
            }
            for part in passes
        ]
        n_lines = max(part.first_line + part.n_lines for part in passes)
        self._need("values", (N_POINTS * n_lines * n_tiles + _TALLEST) * tile.width)
        return {
            "first_row": rows.start,
            "n_rows": len(rows),
            "first_window": first,
            "n_windows": len(windows),
            "n_source_rows": len(windows) + (1 if layer.is_doubling else 2),
            "n_lines": n_lines,
            "first_pass": first_pass,
            "n_passes": len(passes),
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
            "image": image.place,
            "n_image_rows": image.last_row - image.first_row,
            "n_rows_above": first - image.first_row,
        }

    def _plan_rest(self) -> None:
        packed, sizes, spec = self._packed, self._packed.sizes, self._packed.spec
        start = self._target(-1)
        n_channels = max(DEPTH * _blocks_of(layer.n_out) for layer in packed.convolutions)
        columns = spec.n_bins // 2
        self._need("styles", 3 * n_channels)
        self._need("still_shift", n_channels)
        self._need("factors", columns)
        start_floats = packed.n_start_rows * packed.n_start_columns * DEPTH
        self._places |= {
            "n_start_blocks": _blocks_of(sizes.start_channels),
            "start_block": start_floats,
            "start": self._places["start"] + start["first_row"] * packed.n_start_columns * DEPTH,
            "n_start_rows": start["n_rows"],
            "n_start_columns": packed.n_start_columns,
            "start_target": start["target"],
            "start_target_block": start["target_block"],
            "start_image": start["image"],
            "n_start_image_rows": start["n_image_rows"],
            "n_start_rows_above": start["n_rows_above"],
            "comb": self._place(_blocks_of(sizes.channels[-1]) * columns * DEPTH),
            "comb_film": packed.gains["comb_film"],
            "n_comb_channels": sizes.channels[-1],
            "n_knots": sizes.n_equaliser_knots if sizes.n_equaliser_bands else 0,
            "over_time": packed.over_time // 4
            + self._places["first_frame"] * sizes.n_equaliser_knots,
            "over_bins": packed.over_bins // 4,
            "zeros": packed.zeros // 4,
            "ones": packed.ones // 4,
        }


def _aligned(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


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
