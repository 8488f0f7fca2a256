from synth.notes.native.rows import Rows


def test_a_convolution_reads_a_row_more_on_both_sides_inside_the_note():
    assert Rows(4, 8, 16).widened() == Rows(3, 9, 16)
    assert Rows(0, 16, 16).widened() == Rows(0, 16, 16)


def test_doubling_reads_half_the_rows_whole_ones():
    assert Rows(3, 9, 16).halved() == Rows(1, 5, 8)
    assert Rows(0, 16, 16).halved() == Rows(0, 8, 8)
