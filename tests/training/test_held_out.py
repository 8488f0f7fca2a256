"""Held out means: by everyone."""

import numpy as np
import pytest

from synth.errors import InputFileError
from training.held_out import choose_notes, note_beside, numbered_names

SPLIT = {"seed": 1, "validation_fraction": 0.05}


def test_names_are_numbered_as_export_does():
    assert numbered_names(["Harp", "Oboe", "Harp"]) == ("Harp", "Oboe", "Harp 2")


def test_held_out_and_training_notes_share_nothing_and_follow_the_set(tone_set):
    notes = choose_notes(tone_set, ["Harp", "Oboe"], (21, 108), [SPLIT, {}], seed=0)
    assert np.array_equal(np.sort(notes.held_out), tone_set.split.valid)
    assert np.array_equal(np.sort(notes.training), tone_set.split.train)


def test_only_known_timbres_and_pitches_are_chosen(tone_set):
    notes = choose_notes(tone_set, ["Oboe"], (50, 60), [SPLIT], seed=0)
    chosen = np.concatenate([notes.held_out, notes.training])
    assert set(tone_set.instrument[chosen]) == {1}
    assert tone_set.pitch[chosen].min() == 50
    assert tone_set.pitch[chosen].max() == 60


def test_the_grid_holds_every_velocity_of_middle_c(tone_set):
    notes = choose_notes(tone_set, ["Harp", "Oboe"], (21, 108), [SPLIT], seed=0)
    assert notes.grid_names == ("Harp", "Oboe")
    assert tone_set.pitch[notes.grid].tolist() == [[60, 60], [60, 60]]
    assert tone_set.velocity[notes.grid].tolist() == [[50, 100], [50, 100]]


def test_two_seeds_leave_only_what_both_left_out(tone_set):
    from dataclasses import replace

    data = replace(tone_set, split=None)  # the runs draw their own
    splits = [{"seed": 1, "validation_fraction": 0.4}, {"seed": 2, "validation_fraction": 0.4}]
    both = choose_notes(data, ["Harp", "Oboe"], (21, 108), splits, seed=0)
    for split in splits:
        alone = choose_notes(data, ["Harp", "Oboe"], (21, 108), [split], seed=0)
        assert set(both.held_out) < set(alone.held_out)
        assert set(both.training) < set(alone.training)


def test_a_set_of_other_instruments_is_refused(tone_set):
    with pytest.raises(InputFileError, match="0 held-out"):
        choose_notes(tone_set, ["Tuba"], (21, 108), [SPLIT], seed=0)


def test_the_note_beside_is_a_semitone_away_at_the_same_velocity(tone_set):
    for row, step in ((0, 1), (47, -1)):  # the lowest note goes up, the highest down
        found = note_beside(tone_set, row)
        assert int(tone_set.pitch[found]) == int(tone_set.pitch[row]) + step
        assert tone_set.velocity[found] == tone_set.velocity[row]
        assert tone_set.instrument[found] == tone_set.instrument[row]
