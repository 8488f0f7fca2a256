"""Measures over timbres and velocities, on sounds made so that the answers are known."""

import numpy as np
import pytest

from training.metrics.timbre import (
    Grid,
    attack_ratio,
    correlations_with_recordings,
    grid_figures,
    interpolation_smoothness,
    latent_diversity_db,
    motion_db,
    nearest_velocity_accuracy,
    silent_tail_dbfs,
    velocity_correlations,
)

RATE = 16_000
SECONDS = np.arange(2 * RATE) / RATE


def note(gain=0.5, brightness=0.5, hz=220.0, rise_s=0.005):
    rise = np.clip(SECONDS / rise_s, 0.0, 1.0)
    wave = sum(brightness**k * np.sin(2 * np.pi * hz * (k + 1) * SECONDS) for k in range(12))
    return (gain * rise * wave / 3.0).astype(np.float32)


def grid(brightnesses, gains=(0.2, 0.3, 0.5, 0.7, 1.0)):
    row = [note(gain, b) for gain, b in zip(gains, brightnesses, strict=True)]
    return np.stack([np.stack(row)])


RISING = (0.1, 0.3, 0.5, 0.7, 0.9)


def test_velocity_that_is_louder_and_brighter_correlates_fully():
    assert velocity_correlations(grid(RISING), RATE) == pytest.approx((1.0, 1.0))


def test_velocity_that_is_only_a_gain_has_no_brightness():
    level, brightness = velocity_correlations(grid([0.5] * 5), RATE)
    assert level == pytest.approx(1.0)
    assert brightness == 0.0


def test_velocity_that_is_backwards_is_negative():
    level, brightness = velocity_correlations(grid(RISING)[:, ::-1], RATE)
    assert (level, brightness) == pytest.approx((-1.0, -1.0))


def test_notes_as_loud_and_bright_as_their_recordings_correlate_whatever_the_velocity():
    originals = np.concatenate([grid(RISING), grid(RISING[::-1])])
    assert correlations_with_recordings(originals, originals, RATE) == pytest.approx((1.0, 1.0))
    duller = np.concatenate([grid([b / 2 for b in RISING]), grid([b / 2 for b in RISING[::-1]])])
    # Not 1: two timbres of one brightness are in either order.
    assert correlations_with_recordings(duller, originals, RATE)[1] > 0.9
    level, brightness = correlations_with_recordings(originals[::-1], originals, RATE)
    assert level > 0.7  # brighter notes are louder too
    assert brightness < -0.9


def test_recordings_are_nearest_to_themselves_and_one_sound_is_a_fifth():
    originals = grid(RISING)
    assert nearest_velocity_accuracy(originals, originals, RATE) == (1.0, 5)
    flat = grid([0.1] * 5)
    assert nearest_velocity_accuracy(flat, originals, RATE) == (pytest.approx(0.2), 5)


def test_timbres_with_one_recording_for_all_velocities_are_left_out():
    same = grid([0.5] * 5)
    assert nearest_velocity_accuracy(same, same, RATE) == (None, 0)


def test_equal_timbres_have_no_diversity():
    assert latent_diversity_db(np.stack([note()] * 3), RATE) == pytest.approx(0.0, abs=1e-6)
    assert latent_diversity_db(np.stack([note(), note(brightness=0.9)]), RATE) > 3.0


def test_a_way_of_one_jump_is_least_smooth():
    jump = np.stack([np.stack([note(brightness=b) for b in (0.2, 0.2, 0.2, 0.9, 0.9)])])
    even = np.stack([np.stack([note(brightness=b) for b in (0.2, 0.3, 0.45, 0.65, 0.9)])])
    assert interpolation_smoothness(jump, RATE) == pytest.approx(0.25, abs=0.01)
    assert interpolation_smoothness(even, RATE) > 0.5


def test_attacks_are_compared_with_those_of_fast_recordings_alone():
    fast, slow = note(rise_s=0.02), note(rise_s=0.2)
    ratio, n_notes = attack_ratio(np.stack([slow, slow]), np.stack([fast, slow]), RATE)
    assert n_notes == 1
    assert ratio > 4.0
    assert attack_ratio(np.stack([fast]), np.stack([slow]), RATE) == (None, 0)


def test_what_is_left_of_silence_is_measured_where_recordings_end():
    died = note() * (SECONDS < 1.0)
    hiss = died + 1e-3 * np.sqrt(2.0) * np.sin(2 * np.pi * 3000 * SECONDS)
    level, n_notes = silent_tail_dbfs(np.stack([hiss, hiss]), np.stack([died, note()]), RATE)
    assert n_notes == 1
    assert level == pytest.approx(-60.0, abs=0.1)


def test_a_tremolo_moves_and_a_steady_note_does_not():
    tremolo = note() * (1.0 + 0.5 * np.sin(2 * np.pi * 6.0 * SECONDS))
    assert motion_db(np.stack([note()]), RATE) < 0.5
    assert motion_db(np.stack([tremolo]), RATE) > 1.0
    assert motion_db(np.zeros((1, 100)), RATE) == 0.0


def test_recordings_beside_themselves_have_every_figure_at_its_best():
    notes = grid(RISING)
    figures = grid_figures(
        Grid(notes=notes, heard=notes, attacks_of=notes, originals=notes), 3, RATE
    )
    assert figures["velocity_rank_correlation"] == pytest.approx(1.0)
    assert (figures["nearest_velocity_accuracy"], figures["n_nearest_velocity"]) == (1.0, 5)
    assert figures["recorded_centroid_rank_correlation"] == pytest.approx(1.0)
    assert (figures["attack_ratio"], figures["n_attacks"]) == (1.0, 1)
    assert (figures["silent_tail_dbfs"], figures["n_silent_tails"]) == (None, 0)
