"""Losses: zero for the same note, larger for what the ear would mind more."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from synth.representation import LIVE, encode
from training.config import ReconstructionLossConfig
from training.losses import (
    audible_image,
    decibels_per_unit,
    log_spectral_distance_db,
    reconstruction_loss,
)

CONFIG = ReconstructionLossConfig()


@pytest.fixture(scope="module")
def note() -> torch.Tensor:
    seconds = np.arange(LIVE.n_samples) / LIVE.sample_rate
    audio = 0.2 * sum(np.sin(2 * np.pi * 330.0 * h * seconds) / h for h in range(1, 9))
    return torch.from_numpy(encode(audio, LIVE))[None]


def test_the_same_note_costs_nothing(note: torch.Tensor) -> None:
    total, _ = reconstruction_loss(note, note, LIVE, CONFIG)
    assert total.item() == 0.0
    assert log_spectral_distance_db(note, note, LIVE).item() == 0.0


def test_an_error_in_a_loud_bin_costs_more_than_in_a_silent_one(note: torch.Tensor) -> None:
    costs = []
    for bin_index in (41, 900):  # 328 Hz, on the fundamental; 7 kHz, nothing there
        changed = note.clone()
        changed[:, 0, :, bin_index] += 0.1
        costs.append(reconstruction_loss(changed, note, LIVE, CONFIG)[1]["magnitude"].item())
    assert costs[0] > 2.0 * costs[1] > 0.0


def test_the_phase_of_silence_is_free(note: torch.Tensor) -> None:
    changed = note.clone()
    changed[:, 1:, :, 900] *= -1.0
    changed[:, 1:, 0] *= -1.0  # the initial phase
    assert reconstruction_loss(changed, note, LIVE, CONFIG)[1]["frequency"].item() < 1e-6
    changed[:, 1:, 10, 41] *= -1.0
    assert reconstruction_loss(changed, note, LIVE, CONFIG)[1]["frequency"].item() > 1e-4


def test_weights_scale_their_terms(note: torch.Tensor) -> None:
    changed = note + 0.01
    once, _ = reconstruction_loss(
        changed, note, LIVE, replace(CONFIG, frequency=0.0, band=0.0, colour=0.0)
    )
    twice, _ = reconstruction_loss(
        changed,
        note,
        LIVE,
        replace(CONFIG, frequency=0.0, band=0.0, colour=0.0, magnitude=2 * CONFIG.magnitude),
    )
    assert twice.item() == pytest.approx(2 * once.item())


def test_the_distance_is_in_decibels(note: torch.Tensor) -> None:
    quieter = note.clone()
    quieter[:, 0] -= 6.0 / decibels_per_unit(LIVE)
    assert log_spectral_distance_db(quieter, note, LIVE).item() == pytest.approx(6.0, abs=1e-3)


def test_a_partial_may_move_within_its_bands_but_not_change_its_level(note: torch.Tensor) -> None:
    moved, softer = note.clone(), note.clone()
    moved[:, 0, :, 40:44] = note[:, 0, :, 40:44].flip(-1)  # the fundamental; bands share fours
    softer[:, 0, :, 40:44] -= 6.0 / decibels_per_unit(LIVE)
    costs = [
        reconstruction_loss(changed, note, LIVE, CONFIG)[1]["band"].item()
        for changed in (moved, softer)
    ]
    assert costs[0] < 0.01 * costs[1]


def test_parts_of_a_note_cost_what_they_cost_in_the_whole(note: torch.Tensor) -> None:
    changed = note.clone()
    changed[:, 0] += 0.02 * torch.arange(LIVE.n_frames)[:, None] / LIVE.n_frames
    whole = reconstruction_loss(changed, note, LIVE, CONFIG)[1]["magnitude"]
    half = LIVE.n_frames // 2
    parts = [
        reconstruction_loss(changed[:, :, a : a + half], note, LIVE, CONFIG, a)[1]["magnitude"]
        for a in (0, half)
    ]
    torch.testing.assert_close(sum(parts) / 2, whole)


def test_what_cannot_be_heard_is_drawn_even(note: torch.Tensor) -> None:
    peak = note[:, 0].amax(dim=(1, 2), keepdim=True)
    seen = audible_image(note, peak, LIVE, CONFIG)
    assert seen[:, 0].max().item() == pytest.approx(1.0)
    assert torch.all(seen[:, :, 10:100, 900] == torch.tensor([-1.0, 0.0, 0.0])[None, :, None]) or (
        seen[:, 1:, 10:100, 900].abs().max() < 0.02
    )
    torch.testing.assert_close(seen[:, 1:, 10:100, 41], note[:, 1:, 10:100, 41], atol=1e-3, rtol=0)


def test_colour_is_a_matter_of_broad_bands_and_of_power(note: torch.Tensor) -> None:
    duller = note.clone()
    duller[:, 0, :, 200:] -= 6.0 / decibels_per_unit(LIVE)  # from 1.6 kHz up
    uneven = note.clone()
    uneven[:, 0, ::2] += 6.0 / decibels_per_unit(LIVE)  # louder and softer by turns, same power
    uneven[:, 0, 1::2] = torch.log(torch.tensor(1e-3)) * LIVE.log_power_gain + note[:, 0, 1::2]
    uneven[:, 0] -= 10 * torch.log10(torch.tensor((10**0.6 + 1e-3) / 2)) / decibels_per_unit(LIVE)
    loud_bands = replace(CONFIG, audible_range_db=25.0)
    costs = [
        reconstruction_loss(changed, note, LIVE, loud_bands)[1]["colour"].item()
        for changed in (duller, uneven)
    ]
    assert costs[0] > 0.5 / decibels_per_unit(LIVE)
    assert costs[1] < 0.1 * costs[0]


def test_a_pair_that_is_wrong_in_the_same_way_changes_as_its_recordings_do(
    note: torch.Tensor,
) -> None:
    config = replace(CONFIG, velocity=1.0)
    hard = note.clone()
    hard[:, 0, :, 200:] += 3.0 / decibels_per_unit(LIVE)
    recordings = torch.cat([note, hard])
    both_duller = recordings.clone()
    both_duller[:, 0, :, 100:300] -= 2.0 / decibels_per_unit(LIVE)
    no_change = torch.cat([note, note])
    right, wrong = (
        reconstruction_loss(made, recordings, LIVE, config)[1]["velocity"].item()
        for made in (both_duller, no_change)
    )
    assert right < 0.05 * wrong
    assert reconstruction_loss(no_change, recordings, LIVE, CONFIG)[1]["velocity"].item() == 0.0
