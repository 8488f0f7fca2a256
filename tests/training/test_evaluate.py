"""An untrained instrument beside the tones that it ought to make."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from synth.errors import ConfigError
from synth.notes.instrument import Instrument
from training.data.splits import Split
from training.evaluate import EvaluationConfig, Evaluator, evaluate_instrument
from training.evaluation_sources import open_run

KEYS = {
    *("pitch_accuracy", "pitch_entropy", "ndb", "ndb_k", "fid", "kid", "inception_score"),
    *("f0_within_50_cents", "velocity_rank_correlation", "latent_diversity", "n_samples", "seed"),
}
CONFIG = EvaluationConfig(
    n_samples=24, n_extra_samples=8, n_tracker_notes=0, n_inversion_notes=1, seed=3
)


@pytest.fixture(scope="module")
def metrics(tone_instrument, tone_set, tone_classifier, tone_run):
    instrument = Instrument.load(tone_instrument)
    evaluator = Evaluator(instrument, tone_set, tone_classifier, CONFIG)
    return evaluate_instrument(evaluator, [tone_run])


def test_the_main_rows_hold_every_figure_of_the_contract(metrics):
    assert metrics["data"]["is_training_set"] is False  # the run does not say what it learned from
    for name in ("real", "model"):
        assert set(metrics[name]) >= KEYS
        assert metrics[name]["n_samples"] == 24
        assert metrics[name]["seed"] == 3
        assert metrics[name]["f0_within_50_cents"] is None  # no tracker was asked for
    assert set(metrics) >= {"random", "mid_points", "runs", "inversion", "classifier"}


def test_all_of_it_is_json_and_finite(metrics):
    text = json.dumps(metrics, allow_nan=False)
    assert json.loads(text) == metrics
    assert all(
        math.isfinite(value)
        for row in (metrics["real"], metrics["model"])
        for value in row.values()
        if value is not None
    )


def test_real_notes_are_nearer_to_real_notes_than_noise_is(metrics):
    real, model = metrics["real"], metrics["model"]
    assert real["pitch_accuracy"] > model["pitch_accuracy"]
    assert real["fid"] < model["fid"]
    assert real["ndb"] <= model["ndb"] <= model["ndb_k"]
    assert real["nearest_neighbour_distance"] < model["nearest_neighbour_distance"]


def test_the_tones_get_louder_and_brighter_with_velocity(metrics):
    assert metrics["real"]["velocity_level_rank_correlation"] == 1.0
    assert metrics["real"]["velocity_centroid_rank_correlation"] == 1.0


def test_a_run_is_measured_as_the_instrument_made_of_it(metrics):
    run = metrics["runs"]["tones"]
    assert run["fid"] == pytest.approx(metrics["model"]["fid"], rel=0.05)
    assert run["ndb"] == metrics["model"]["ndb"]


def test_inversion_has_a_choice_and_a_table_of_both_kinds_of_notes(metrics):
    inversion = metrics["inversion"]
    methods = [row["method"] for row in inversion["real"]]
    assert inversion["choice"] in methods
    assert inversion["best_offline"] in methods
    assert methods == [row["method"] for row in inversion["model"]]


def test_a_run_of_the_papers_has_the_figures_that_make_sense_for_it(
    tone_instrument, tone_set, tone_classifier, paper_run
):
    config = EvaluationConfig(n_samples=8, n_extra_samples=8, n_tracker_notes=0)
    evaluator = Evaluator(Instrument.load(tone_instrument), tone_set, tone_classifier, config)
    row = evaluator.paper_row(open_run(paper_run, evaluator.instrument.spec), "paper")
    assert row["n_samples"] == 8
    assert row["fid"] > evaluator.real_row()["fid"]
    assert "velocity_rank_correlation" not in row


def test_two_held_out_notes_are_enough_for_a_row(tone_instrument, tone_set, tone_classifier):
    split = Split(train=np.arange(2, 96), valid=np.arange(2), test=np.arange(0))
    data = replace(tone_set, split=split)
    config = EvaluationConfig(n_samples=8, n_tracker_notes=0, n_grid_timbres=1)
    row = Evaluator(Instrument.load(tone_instrument), data, tone_classifier, config).real_row()
    assert (row["n_samples"], row["ndb_k"]) == (2, 2)
    assert all(value is None or math.isfinite(value) for value in row.values())


def test_too_few_samples_are_refused():
    with pytest.raises(ConfigError, match="8 or more"):
        EvaluationConfig(n_samples=2)
