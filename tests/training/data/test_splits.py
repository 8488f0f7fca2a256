import numpy as np
import pytest

from synth.errors import ConfigError
from training.data.splits import Split, split_instruments, split_notes


def parts(split):
    return split.train, split.valid, split.test


def test_every_note_is_in_one_part():
    split = split_notes(1000, seed=1)

    np.testing.assert_array_equal(np.arange(1000), np.sort(np.concatenate(parts(split))))


def test_parts_have_the_size_asked_for():
    split = split_notes(1000, seed=1, valid_fraction=0.1, test_fraction=0.2)

    assert [700, 100, 200] == [part.size for part in parts(split)]


def test_parts_are_sorted_so_that_the_disk_is_read_in_order():
    assert all((np.diff(part) > 0).all() for part in parts(split_notes(1000, seed=1)))


def test_the_seed_decides():
    first, again, other = (split_notes(1000, seed=seed) for seed in (1, 1, 2))

    np.testing.assert_array_equal(first.test, again.test)
    assert not np.array_equal(first.test, other.test)


def test_notes_are_drawn_from_the_whole_set():
    test = split_notes(10_000, seed=1).test

    assert abs(test.mean() - 5_000) < 500  # 3.9 standard deviations of a mean of 500


def test_no_instrument_is_in_two_parts():
    instrument = np.repeat(np.arange(20), 7)

    split = split_instruments(instrument, seed=1, valid_fraction=0.1, test_fraction=0.2)

    names = [set(instrument[part].tolist()) for part in parts(split)]
    assert [14, 2, 4] == [len(part) for part in names]
    assert set(range(20)) == set.union(*names)
    assert 20 * 7 == sum(part.size for part in parts(split))


def test_a_small_set_still_has_something_to_test_on():
    assert [1, 1, 1] == [part.size for part in parts(split_notes(3, seed=1))]


def test_a_part_can_be_left_out():
    split = split_notes(10, seed=1, valid_fraction=0.0)

    assert [9, 0, 1] == [part.size for part in parts(split)]


@pytest.mark.parametrize(
    ("n_notes", "fractions"),
    [(2, {}), (10, {"valid_fraction": 0.5, "test_fraction": 0.5}), (10, {"test_fraction": -0.1})],
)
def test_an_impossible_split_is_refused(n_notes, fractions):
    with pytest.raises(ConfigError):
        split_notes(n_notes, seed=1, **fractions)


def test_a_split_survives_being_written_as_codes():
    split = split_notes(100, seed=1)

    found = Split.from_codes(split.to_codes())

    for expected, part in zip(parts(split), parts(found), strict=True):
        np.testing.assert_array_equal(expected, part)
