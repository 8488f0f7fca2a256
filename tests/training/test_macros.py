"""Directions are orthogonal, and a macro is kept only if it does what it says."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from synth.errors import ConfigError
from synth.notes.instrument import DESCRIPTION, Instrument
from training.descriptors import DESCRIPTORS
from training.macros import (
    LEAST_MONOTONE,
    Effect,
    MacroConfig,
    NotePlayer,
    choose,
    find_macros,
    macro_length,
    measure,
    orthogonal,
    steered_directions,
    straight_directions,
    turn,
    without_pitch,
)
from training.steering import WANTED

CONFIG = MacroConfig(
    n_regressed=12,
    n_rounds=2,
    n_probes=1,
    n_tested=2,
    n_screened=1,
    n_fit_steps=20,
    n_iterations=5,
)


def test_directions_are_orthogonal_to_loudness_and_to_each_other():
    rng = np.random.default_rng(1)
    latents = rng.standard_normal((500, 16))
    slopes = rng.standard_normal((4, 16))
    slopes[1:] += slopes[0]  # everything is a little louder
    directions = orthogonal(straight_directions(latents, latents @ slopes.T))
    np.testing.assert_allclose(directions @ directions.T, np.eye(3), atol=1e-6)
    loudness = slopes[0] / np.linalg.norm(slopes[0])
    np.testing.assert_allclose(directions @ loudness, 0.0, atol=0.05)
    # Each still points where its own descriptor rises.
    assert np.all(np.einsum("kl,kl->k", directions, slopes[1:]) > 0.0)


def test_coordinates_that_training_steered_are_candidates(tone_instrument):
    instrument = Instrument.load(tone_instrument)
    assert steered_directions(instrument) == []
    told = {"training_config": {"steering": {"weight": 0.4}}}
    steered = replace(instrument, provenance=told, latent_size=16)
    (directions,) = steered_directions(steered)
    assert {DESCRIPTORS[number].name for number in directions} == set(WANTED)
    assert all(np.linalg.norm(direction) == 1.0 for direction in directions.values())


def test_what_the_pitch_explains_is_taken_out():
    pitches = np.arange(40.0, 80.0)
    values = (0.1 * pitches**2 - 3.0 * pitches)[:, None]
    np.testing.assert_allclose(without_pitch(values, pitches), 0.0, atol=1e-6)


def test_a_turned_latent_is_as_long_as_before_and_off_by_the_angle():
    latent = np.zeros(16, np.float32)
    latent[0] = 4.0
    direction = np.zeros(16, np.float32)
    direction[1] = np.tan(0.5) * 4.0
    turned = turn(latent, direction, 1.0)
    assert 4.0 == pytest.approx(np.linalg.norm(turned), rel=1e-6)
    assert 0.5 == pytest.approx(np.arccos(turned @ latent / 16.0), abs=1e-5)


def test_a_direction_that_goes_nowhere_is_not_monotone(tone_instrument):
    player = NotePlayer(Instrument.load(tone_instrument))
    nowhere = np.zeros(player.instrument.latent_size, np.float32)
    nothing = Effect(change=0.0, share_monotone=0.0, share_strict=0.0, loudness_db=0.0)
    assert nothing == measure(player, nowhere, 0, 2)


def test_only_what_does_what_it_says_is_kept_and_no_more_than_there_are_knobs():
    entries = [{"name": str(n), "share_monotone": share} for n, share in enumerate([1.0, 0.5] * 9)]
    kept = choose(entries)
    assert len(kept) == 8
    assert all(entry["share_monotone"] >= LEAST_MONOTONE for entry in kept)
    assert [entry["name"] for entry in kept] == ["0", "2", "4", "6", "8", "10", "12", "14"]


def test_macros_are_written_into_the_instrument(tone_instrument, tmp_path):
    folder = shutil.copytree(tone_instrument, tmp_path / "instrument")
    lines = []
    kept = find_macros(folder, CONFIG, lines.append)
    assert len(lines) >= len(DESCRIPTORS)
    instrument = Instrument.load(folder)
    assert [entry["name"] for entry in kept] == [macro.name for macro in instrument.macros]
    assert kept == json.loads((folder / DESCRIPTION).read_text())["macros"]
    lengths = [macro_length(instrument, angle) for angle in CONFIG.angles]
    for macro in instrument.macros:
        nearest = min(lengths, key=lambda length: abs(length - np.linalg.norm(macro.direction)))
        assert nearest == pytest.approx(np.linalg.norm(macro.direction), rel=1e-4)


def test_a_config_that_cannot_be_is_refused():
    with pytest.raises(ConfigError, match="8 notes"):
        MacroConfig(n_regressed=3)
