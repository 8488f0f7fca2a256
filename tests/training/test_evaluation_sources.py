"""An instrument and the run it was exported from generate the same notes."""

from dataclasses import replace

import numpy as np
import pytest

from synth.errors import InputFileError
from synth.notes.instrument import Instrument
from training.evaluation_sources import of_instrument, of_run
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
