import numpy as np
import pytest

from synth.config import EngineConfig
from synth.engine import Engine
from synth.errors import InstrumentError
from synth.notes.generators import open_generators
from synth.rig.audition import audition


@pytest.fixture
def make_engine(tiny_instrument):
    """Start an engine whose generated tiles pass through a function."""
    made = []

    def make(change=lambda tile: tile):
        first, second = open_generators(tiny_instrument)
        generators = (Changed(first, change), Changed(second, change))
        config = EngineConfig(cache_bytes=16_000_000)
        engine = Engine(tiny_instrument, config, generators=generators)
        made.append(engine.__enter__())
        return engine

    yield make
    for engine in made:
        engine.__exit__(None, None, None)


class Changed:
    """A generator whose tiles pass through a function."""

    def __init__(self, generator, change):
        self._generator, self._change = generator, change

    def generate(self, *arguments):
        return self._change(self._generator.generate(*arguments))


def _silent(tile: np.ndarray) -> np.ndarray:
    tile[:, 0] = -1.0  # the lowest magnitude that can be said
    return tile


def _refused(_tile: np.ndarray) -> np.ndarray:
    raise InstrumentError("generates what is not finite")


def test_a_good_instrument_is_heard_and_leaves_silence(make_engine):
    engine = make_engine()
    audition(engine)
    assert engine.n_voices == 0
    out = np.ones((480, 2), np.float32)
    engine.process(out)
    assert not out.any()


def test_a_silent_instrument_is_refused(make_engine):
    with pytest.raises(InstrumentError, match="silent"):
        audition(make_engine(_silent))


def test_an_instrument_whose_notes_cannot_be_made_is_refused_with_the_reason(make_engine):
    with pytest.raises(InstrumentError, match="not finite"):
        audition(make_engine(_refused))


def test_samples_that_are_no_numbers_are_refused(make_engine, monkeypatch):
    engine = make_engine()
    monkeypatch.setattr(engine, "process", lambda out: out.fill(np.nan))
    with pytest.raises(InstrumentError, match="no number"):
        audition(engine)
