"""Figures are put into an instrument, and nothing else of it moves."""

import json
import shutil

import pytest

from synth.errors import InstrumentError
from synth.notes.instrument import Instrument
from training.stored_metrics import store_metrics

METRICS = {"real": {"pitch_accuracy": 1.0}, "model": {"pitch_accuracy": 0.5}}


@pytest.fixture
def folder(tone_instrument, tmp_path):
    return shutil.copytree(tone_instrument, tmp_path / "instrument")


def test_figures_are_kept_and_all_else_stays(folder):
    before = json.loads((folder / "instrument.json").read_text())
    store_metrics(folder, METRICS)
    after = json.loads((folder / "instrument.json").read_text())
    assert after.pop("metrics") == METRICS
    assert before.pop("metrics") == {}
    assert before == after
    assert Instrument.load(folder).metrics == METRICS
    assert not list(folder.glob("*.partial"))


def test_a_damaged_instrument_is_left_alone(folder):
    (folder / "generator.weights").write_bytes(b"no weights")
    before = (folder / "instrument.json").read_bytes()
    with pytest.raises(InstrumentError):
        store_metrics(folder, METRICS)
    assert before == (folder / "instrument.json").read_bytes()
