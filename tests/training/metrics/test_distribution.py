"""Distances of clouds whose answers are known in closed form."""

import numpy as np
import pytest
import torch

from training.metrics.distribution import (
    NdbCells,
    frechet_distance,
    inception_score,
    kernel_distance,
    nearest_distances,
    two_proportions_differ,
)

N, SIZE = 4000, 4


def cloud(mean, deviation=1.0, seed=0, n=N):
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.normal(mean, deviation, (n, SIZE)).astype(np.float32))


def test_frechet_distance_of_shifted_clouds_is_the_shift_squared():
    # |m1 - m2|^2 = 4 axes * 3^2
    assert frechet_distance(cloud(0.0), cloud(3.0, seed=1)) == pytest.approx(36.0, rel=0.03)


def test_frechet_distance_of_wider_clouds_is_the_difference_of_deviations_squared():
    # sum of (s1 - s2)^2 over 4 axes
    found = frechet_distance(cloud(0.0), cloud(0.0, 3.0, seed=1))
    assert found == pytest.approx(16.0, rel=0.06)


def test_kernel_distance_is_zero_for_one_cloud_and_grows_with_the_shift():
    near, same = (kernel_distance(cloud(0.0), cloud(m, seed=1), seed=0) for m in (1.0, 0.0))
    far = kernel_distance(cloud(0.0), cloud(2.0, seed=1), seed=0)
    assert abs(same) < 0.05
    assert same < near < far
    assert near == kernel_distance(cloud(0.0), cloud(1.0, seed=1), seed=0)


def test_inception_score_counts_clear_and_different_pitches():
    pitch = torch.arange(4000) % 8
    clear = 50.0 * torch.nn.functional.one_hot(pitch, 128).float()
    assert inception_score(clear, seed=0) == pytest.approx(8.0, rel=0.05)
    assert inception_score(torch.zeros(400, 128), seed=0) == pytest.approx(1.0, abs=1e-3)
    collapsed = 50.0 * torch.nn.functional.one_hot(torch.full((400,), 60), 128).float()
    assert inception_score(collapsed, seed=0) == pytest.approx(1.0, abs=1e-3)


def test_two_proportions_differ_as_the_tables_say():
    # 50 of 1000 against 70 of 1000: z = 1.88, not significant; against 75: z = 2.31.
    rest = np.array([50, 950])
    assert not two_proportions_differ(rest, np.array([70, 930])).any()
    assert two_proportions_differ(rest, np.array([75, 925])).all()


def test_cells_of_one_cloud_agree_and_a_missing_mode_is_seen():
    modes = torch.cat([cloud(10.0 * k, 0.1, seed=k, n=500) for k in range(8)])
    again = torch.cat([cloud(10.0 * k, 0.1, seed=k + 50, n=500) for k in range(8)])
    cells = NdbCells(modes, 8, seed=3)
    assert cells.count_different(again) == 0
    # Without the last mode its cell is empty and the others are fuller.
    assert cells.count_different(again[:3500]) >= 1


def test_copies_of_training_notes_are_at_no_distance():
    reference = cloud(0.0, n=200)
    assert nearest_distances(reference, reference[:5]).max() == pytest.approx(0.0, abs=1e-5)
    assert nearest_distances(reference, reference[:5] + 100.0).min() > 50.0
