"""Which products a strip takes: lines of pixels, and the rows of a kernel that they need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

OUTER_TAPS = 2  # of a doubled image's kernel: its upper and lower row; the middle one lies behind
TAPS = 3


@dataclass(frozen=True, slots=True)
class Pass:
    """Lines that follow one another, and are multiplied with the same rows of a kernel."""

    first_line: int  # among the strip's
    n_lines: int
    source_row: int  # that the first line reads with its kernel's first row
    first_tap: int  # row of the kernel; those in front of it meet zeros
    n_taps: int
    is_biased: bool


def plan_lines(
    first: int, last: int, n_rows: int, n_taps: int, cost: Callable[[int], int]
) -> list[Pass]:
    """Plan lines that read some rows each, and leave out rows of zeros where that saves something.

    Args:
        first: line; it reads the rows first - 1, first, ...
        last: behind the last line.
        n_rows: of the whole note; beyond are zeros.
        n_taps: rows that a line reads.
        cost: of one row of the kernel for so many lines; they are computed by whole tiles.
    """
    # What the first line has too many of, and the last: they may be taken alone.
    above, below = max(0, 1 - first), max(0, last - 2 + n_taps - n_rows)
    options = [[(first, last, 0, n_taps)]]
    if last - first == 1:
        options.append([(first, last, above, n_taps - below)])
    else:
        inner = (first + bool(above), last - bool(below), 0, n_taps)
        parts = [(first, inner[0], above, n_taps), inner, (inner[1], last, 0, n_taps - below)]
        options.append([part for part in parts if part[0] < part[1]])

    def price(option: list[tuple[int, int, int, int]]) -> int:
        return sum(cost(b - a) * (end - begin) for a, b, begin, end in option)

    return [
        Pass(a - first, b - a, a - 1, begin, end - begin, is_biased=True)
        for a, b, begin, end in min(options, key=price)
    ]


def plan_windows(
    first: int, last: int, rows: range, n_rows: int, cost: Callable[[int], int]
) -> list[Pass]:
    """Plan windows of two rows before a doubling; see `packing.fold_taps`.

    The window w reads the rows w - 1 and w, and has the results 2 w - 1 and 2 w. Its lines come
    first, then one for each row from first - 1 on, by itself.

    Args:
        first: window.
        last: behind the last one.
        rows: of the results that are wanted.
        n_rows: of the whole note, not doubled.
        cost: see `plan_lines`.
    """
    outer = plan_lines(first, last, n_rows, OUTER_TAPS, cost)
    row, end = rows.start // 2, (rows.stop - 1) // 2 + 1
    line = last - first + row - (first - 1)
    return [*outer, Pass(line, end - row, row, OUTER_TAPS, 1, is_biased=False)]
