"""Levels are measured where an equaliser can turn them, and by whole keys."""

import math
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from training.batches import NoteSource
from training.config import CONFIGS
from training.data.prepared import PreparedSet
from training.levels import Levels, band_levels, choose_keys, measure
from training.losses import decibels_per_unit
from training.model.generator import Generator


def test_keys_are_chosen_with_all_their_strokes(tone_set: PreparedSet) -> None:
    source = NoteSource(tone_set, (), (0, 127), 0.0, seed=1)
    rows = choose_keys(source, 0.5, np.random.default_rng(0))
    assert 0 < len(rows) < len(source.training)
    key = tone_set.instrument.astype(int) * 128 + tone_set.pitch
    left = np.setdiff1d(source.training, rows)
    assert not set(key[rows]) & set(key[left])


@pytest.fixture(scope="module")
def generator() -> Generator:
    config = CONFIGS["smoke"]
    sized = replace(config.generator, n_equaliser_bands=24)
    torch.manual_seed(0)
    return Generator(sized, config.spec)


def test_a_louder_image_is_louder_in_every_band(generator: Generator) -> None:
    assert generator.equaliser is not None
    spec = generator.spec
    image = torch.rand(2, spec.n_frames, spec.n_bins) * 0.5
    louder = image + 6.0 / decibels_per_unit(spec)
    quiet, loud = (band_levels(x, generator.equaliser, spec) for x in (image, louder))
    filled = generator.equaliser.over_bins.sum(dim=0) > 0.0
    rise_db = ((loud - quiet) * decibels_per_unit(spec))[:, :, filled]
    torch.testing.assert_close(rise_db, torch.full_like(rise_db, 6.0), atol=0.1, rtol=0.0)


def test_what_is_left_with_the_right_gains_is_nothing() -> None:
    spec = CONFIGS["smoke"].spec
    difference = torch.randn(3, 6, 24)
    levels = Levels(
        torch.zeros(3).long(),
        torch.zeros(3).long(),
        torch.ones(3),
        difference,
        torch.ones(3, 6, 24),
        torch.ones(3, 6, 24),
    )
    assert levels.mean_db(difference, spec) == 0.0
    unit_db = decibels_per_unit(spec)
    assert levels.mean_db(difference + 2.0 / unit_db, spec) == pytest.approx(2.0, rel=1e-4)
    assert len(levels[torch.tensor([2, 0])]) == 2


def test_measuring_ends_in_time_but_never_with_nothing(
    generator: Generator, tone_set: PreparedSet
) -> None:
    source = NoteSource(tone_set, (), (0, 127), 0.0, seed=1)
    latents = torch.randn(len(source.names), CONFIGS["smoke"].generator.latent_size)
    told: list[str] = []
    rows = source.training[:20]
    everything = measure(generator, latents, source, rows, ends_at=math.inf, report=told.append)
    assert len(everything) == 20
    assert told
    assert 0 < len(measure(generator, latents, source, rows, ends_at=time.monotonic())) < 20
