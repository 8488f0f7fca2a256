"""An instrument and the run it was exported from generate the same notes."""

from dataclasses import replace

import numpy as np
import pytest

from synth.errors import InputFileError
from synth.notes.instrument import Instrument
from training.evaluation_sources import of_instrument, of_run, open_run
from training.metrics.played import NoteList


def test_a_run_and_its_instrument_generate_alike(tone_run, tone_instrument):
    instrument = Instrument.load(tone_instrument)
    exported, run = of_instrument(instrument), of_run(tone_run, instrument.spec)
    assert list(exported.timbres) == list(run.timbres) == ["Harp", "Oboe"]
    notes = NoteList(
        latents=np.stack([run.timbres["Harp"], run.timbres["Oboe"]]),
        pitches=np.array([50, 60]),
        velocities=np.array([0.4, 0.8], np.float32),
    )
    # Weights are rounded to half precision on export.
    np.testing.assert_allclose(exported.generate(notes), run.generate(notes), atol=0.02)


def test_a_run_of_another_spec_is_refused(tone_run, tone_instrument):
    spec = replace(Instrument.load(tone_instrument).spec, log_offset=1e-4)
    with pytest.raises(InputFileError, match="another spectrogram spec"):
        of_run(tone_run, spec)


def test_mid_points_lie_half_way_and_draws_repeat(tone_instrument):
    source = of_instrument(Instrument.load(tone_instrument))
    harp, oboe = source.timbres["Harp"], source.timbres["Oboe"]
    middle = source.draw("mid_points", np.random.default_rng(0))
    assert middle @ harp == pytest.approx(middle @ oboe, rel=1e-4)
    draws = [source.draw("random", np.random.default_rng(5)) for _ in range(2)]
    np.testing.assert_array_equal(*draws)


def test_a_paper_run_generates_from_draws_and_pitches(paper_run, tone_instrument):
    source = open_run(paper_run, Instrument.load(tone_instrument).spec)
    latents = source.draw(3, seed=1)
    np.testing.assert_array_equal(latents, source.draw(3, seed=1))
    pitches = np.array([source.pitch_range[0], 60, source.pitch_range[1]])
    notes = NoteList(latents=latents, pitches=pitches, velocities=np.ones(3, np.float32))
    made = source.generator.generate(notes)
    assert made.shape == (3, *source.generator.spec.shape)
    assert np.isfinite(made).all()


def test_a_run_without_a_checkpoint_is_refused(paper_run, tone_instrument, tmp_path):
    (tmp_path / "config.json").write_text((paper_run / "config.json").read_text())
    spec = Instrument.load(tone_instrument).spec
    with pytest.raises(InputFileError, match="train there first"):
        open_run(tmp_path, spec)
    with pytest.raises(InputFileError, match="cannot be read"):
        open_run(tmp_path / "none", spec)
