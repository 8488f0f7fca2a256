"""Every way of inversion, on a tone that dies away."""

import numpy as np
import pytest

from synth.representation import SpectrogramSpec, encode
from training.metrics.inversion import (
    PLAYERS_CHOICE,
    Note,
    compare_inversions,
    inversion_methods,
    spectral_convergence_db,
)
from training.metrics.played import PlayerDecoder
from training.metrics.sound import start_s

SPEC = SpectrogramSpec(n_fft=512, hop_length=128, n_frames=64, n_bins=256, front_padding=256)


def struck():
    seconds = np.arange(SPEC.n_samples) / SPEC.sample_rate
    tones = sum(np.sin(2 * np.pi * 500.0 * k * seconds) / k for k in range(1, 6))
    return (0.2 * tones * np.exp(-6.0 * seconds)).astype(np.float32)


@pytest.fixture(scope="module")
def rows():
    note = Note(encode(struck(), SPEC), struck())
    table = compare_inversions([note], SPEC, PlayerDecoder(SPEC))
    return {row["method"]: row for row in table}


def test_every_way_gives_the_magnitudes_back(rows):
    convergence = {name: row["spectral_convergence_db"] for name, row in rows.items()}
    print(convergence)
    assert len(convergence) == 7
    assert all(db < -10.0 for db in convergence.values())
    # Exact phases give it back but for rounding and the silence gate.
    assert convergence["accumulation"] == min(convergence.values())
    assert convergence["fast Griffin-Lim 100"] < convergence["Griffin-Lim 32"]
    assert convergence["PGHI + fast Griffin-Lim 32"] < convergence["PGHI"]


def test_levels_are_kept_and_attacks_are_measured(rows):
    assert all(abs(row["level_error_db"]) < 1.0 for row in rows.values())
    assert rows["accumulation"]["attack_ratio"] == pytest.approx(1.0, abs=0.1)
    assert rows[PLAYERS_CHOICE]["attack_ratio"] < 2.0
    assert all(row["seconds_per_note"] > 0.0 for row in rows.values())


def test_every_way_puts_the_onset_where_it_was():
    spec = SpectrogramSpec(n_fft=512, hop_length=128, n_frames=64, n_bins=256, front_padding=512)
    audio = np.zeros(spec.n_samples)
    audio[2000:] = struck()[: len(audio) - 2000]
    from synth.representation import to_magnitude_and_advance

    frames = to_magnitude_and_advance(encode(audio, spec), spec)
    for name, invert in inversion_methods(spec, PlayerDecoder(spec)).items():
        if name == PLAYERS_CHOICE:
            continue  # it makes an onset at the first sample, where notes of the data begin
        found = np.asarray(invert(*frames))
        # Phases from magnitudes alone smear by a part of the window.
        assert start_s(found, spec.sample_rate) == pytest.approx(0.125, abs=0.02), name


def test_convergence_of_half_the_level_is_minus_six_decibels():
    wanted = np.ones((3, 4))
    assert spectral_convergence_db(wanted, 0.5 * wanted) == pytest.approx(-6.02, abs=0.01)
