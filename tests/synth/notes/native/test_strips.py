"""Lines are covered once, and zeros are left out where that saves whole tiles."""

import pytest

from synth.notes.native.strips import OUTER_TAPS, TAPS, Pass, plan_lines, plan_windows


def by_pixels(n_lines, line_pixels=16, tile_pixels=12):
    return -(-n_lines * line_pixels // tile_pixels) * tile_pixels


def free(n_lines):
    return n_lines


@pytest.mark.parametrize(("first", "last"), [(0, 8), (0, 3), (5, 8), (2, 5), (0, 1), (7, 8)])
@pytest.mark.parametrize("cost", [free, by_pixels])
def test_every_line_takes_every_row_of_the_note_that_it_reads(first, last, cost):
    seen = {}
    for part in plan_lines(first, last, 8, TAPS, cost):
        for line in range(part.n_lines):
            upper = part.source_row + line
            rows = {upper + tap for tap in range(part.first_tap, part.first_tap + part.n_taps)}
            assert first + part.first_line + line not in seen
            seen[first + part.first_line + line] = rows
    for line in range(first, last):
        wanted = {row for row in (line - 1, line, line + 1) if 0 <= row < 8}
        assert wanted <= seen[line] <= wanted | {-1, 8}
        if cost is free:
            assert seen[line] == wanted


def test_zeros_are_multiplied_where_a_pass_of_its_own_would_cost_more():
    # Three lines of 16 pixels are four tiles of 12; one and two of them are two and three.
    assert plan_lines(0, 3, 8, TAPS, by_pixels) == [Pass(0, 3, -1, 0, TAPS, is_biased=True)]
    # Lines that fill their tiles are worth it.
    alone, rest = plan_lines(0, 3, 8, TAPS, lambda n: 12 * n)
    assert (alone.n_lines, alone.first_tap, alone.n_taps) == (1, 1, 2)
    assert (rest.first_line, rest.n_lines, rest.first_tap, rest.n_taps) == (1, 2, 0, TAPS)


def test_windows_of_a_whole_note_have_a_line_for_each_row_behind_theirs():
    *outer, inner = plan_windows(0, 5, range(8), 4, free)
    assert sum(part.n_lines * part.n_taps for part in outer) == 8  # 3 x 2 and both ends
    assert all(part.is_biased for part in outer)
    # Line 5 would be row -1, which the note does not have.
    assert inner == Pass(6, 4, 0, OUTER_TAPS, 1, is_biased=False)


def test_windows_in_the_middle_have_the_row_before_the_first_one_too():
    *outer, inner = plan_windows(2, 4, range(3, 7), 8, free)
    assert outer == [Pass(0, 2, 1, 0, OUTER_TAPS, is_biased=True)]
    assert inner == Pass(2, 3, 1, OUTER_TAPS, 1, is_biased=False)
