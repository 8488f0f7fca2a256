"""A tile of a note, planned: what its layers read and make, and where it lies."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

_PRODUCT = ("tile", "n_steps", "weights", "bias", "n_panels")  # weights, bias: addresses in bytes
DENSE_DTYPE = np.dtype(
    [(name, np.int64) for name in (*_PRODUCT, "source", "target", "is_rectified")]
)
"""A dense layer. Source and target are places in the work, in float32."""

COMB_DTYPE = np.dtype([(name, np.int64) for name in (*_PRODUCT, "offsets")])
"""The product with the pitch's maps. Offsets: where its steps begin in the table."""

CONVOLUTION_DTYPE = np.dtype(
    [
        (name, np.int64)
        for name in (
            *_PRODUCT,
            "offsets",  # where its steps begin in the table of offsets
            "stride",  # float32 from a product's pixel to the next
            "corner",  # where an image is doubled: from the left results to the right ones
            "first_strip",
            "source_columns",  # of a row, zeros included
            "source_block",  # float32 from a block to the next
            "n_blocks",  # of the source
            "n_tiles",  # of a strip's row
            "n_tile_results",
            "transformed_block",  # float32 from a block to the next
            "point",  # likewise from a point to the next
            "is_doubling",
            "first_row",  # of the result, counted from the note's first one
            "n_rows",
            "n_columns",
            "target",  # of the result's first pixel
            "target_block",  # float32 from a block to the next
            "target_columns",
            "image",  # that the result is a part of
            "n_image_rows",
            "n_rows_above",  # of the image, where the note has none
            "n_channels",  # of the result
            "is_normalised",
            "film",  # where its scales, then shifts begin in the gains
            "motion",  # where its gains begin; -1: it has none
            "n_codes",
            "codes",  # float32 from the weights' beginning: [n_codes, n_code_rows]
            "n_code_rows",  # of the whole note
            "noise",  # likewise: [n_code_rows, n_columns]
            "has_comb",
        )
    ]
)
"""A convolution with all that follows it."""

STRIP_DTYPE = np.dtype(
    [
        (name, np.int64)
        for name in (
            "first_row",  # of the result, counted from the note's first one
            "n_rows",
            "first_window",  # likewise
            "n_windows",
            "first_tile",  # of the row
            "source",  # of its first row
            "n_source_rows",
            "n_lines",  # of products
            "first_pass",
            "n_passes",
        )
    ]
)
"""Some columns of some rows of a convolution, which are finished together."""

PASS_DTYPE = np.dtype(
    [
        (name, np.int64)
        for name in ("source", "line", "n_pixels", "first_step", "n_steps", "is_biased")
    ]
)
"""A product of some of a strip's lines; see `strips.Pass`."""

PLACES_DTYPE = np.dtype(
    [
        (name, np.int64)
        for name in (
            "inputs",
            "gains",
            "start",  # what the dense layer in front gives: [block, row, column, DEPTH]
            "n_start_blocks",
            "start_block",  # float32 from a block to the next
            "n_start_rows",
            "n_start_columns",
            "start_target",
            "start_target_block",
            "start_image",
            "n_start_image_rows",
            "n_start_rows_above",
            "comb",  # [block, column, DEPTH]
            "comb_film",
            "n_comb_channels",
            "first_frame",
            "ones",  # float32 from the weights' beginning
            "zeros",  # likewise
            "points",  # the equaliser's, where it has any
            "n_knots",
            "over_time",  # float32 from the weights' beginning: [frame, knot]
            "over_bins",  # [band, bin]
        )
    ]
)
"""Where the rest is: in the work unless it says otherwise."""

OWN_DTYPE = np.dtype(
    [
        (name, np.int64)
        for name in (
            "styles",  # a layer's: [block, (scale, shift, gain of noise), DEPTH]
            "still_shift",  # what of a shift is the same in all rows: [channel]
            "factors",  # of the pixel norm: [pixel of a strip's row]
            "transformed",  # what a strip reads, at the points
            "products",  # of a strip
            "values",  # of a strip and a panel, at the points
            "edge",  # four pixels
        )
    ]
)
"""What a thread needs for itself: places in its own memory."""

DENSE, START, COMB, STRIP, EQUALISE = range(5)
TICKET_DTYPE = np.dtype(
    [
        (name, np.int64)
        for name in (
            "kind",  # one of those above
            "layer",  # number of the dense layer or convolution
            "first",  # panel, column, strip or frame
            "last",  # behind the last one
            "n_before",  # tickets that have to be done before it
        )
    ]
)
"""A piece of work that one thread does."""


class Program(NamedTuple):
    """One tile, planned; the arrays may be shared."""

    dense: Any  # records of DENSE_DTYPE, in order
    comb: Any  # one record of COMB_DTYPE
    convolutions: Any  # records of CONVOLUTION_DTYPE, in order; the last is the head
    strips: Any  # records of STRIP_DTYPE
    passes: Any  # records of PASS_DTYPE
    tickets: Any  # records of TICKET_DTYPE, in the order in which they are taken
    places: Any  # one record of PLACES_DTYPE
    own: Any  # one record of OWN_DTYPE
    offsets: NDArray[np.int64]
    widths: NDArray[np.int64]  # [tile]: channels of a panel
    heights: NDArray[np.int64]  # [tile]: pixels
    band_bins: NDArray[np.int64]  # [band, 2]: first of what the equaliser touches, end
    weights: Float32
