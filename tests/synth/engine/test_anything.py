"""Whatever happens, the sound is finite, bounded and ends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.engine import Engine
from synth.events import (
    AllNotesOff,
    AllSoundOff,
    NoteExpression,
    NoteOff,
    NoteOn,
    PitchBend,
    SetParameter,
    SustainPedal,
)
from synth.parameters import PARAMETERS

pitches = st.floats(min_value=0, max_value=127) | st.integers(55, 71)
parts = st.integers(0, 15)
unit = st.floats(min_value=0, max_value=1)
ids = st.none() | st.integers(0, 5)
events = st.one_of(
    st.builds(NoteOn, pitch=pitches, velocity=unit, part=parts, note_id=ids),
    st.builds(NoteOff, pitch=pitches, part=parts, note_id=ids),
    st.builds(SustainPedal, is_down=st.booleans(), part=parts),
    st.builds(PitchBend, value=st.floats(min_value=-1, max_value=1), part=parts),
    st.builds(
        SetParameter, name=st.sampled_from([p.name for p in PARAMETERS]), value=unit, part=parts
    ),
    st.builds(NoteExpression, note_id=st.integers(0, 5), kind=st.sampled_from(
        ["volume", "pan", "timbre", "pressure"]), value=unit, part=parts),
    st.builds(NoteExpression, note_id=st.integers(0, 5), kind=st.just("pitch"),
              value=st.floats(min_value=-96, max_value=96), part=parts),
    st.builds(AllNotesOff, part=st.none() | parts),
    st.builds(AllSoundOff, part=st.none() | parts),
)  # fmt: skip


@pytest.fixture(scope="module")
def played_engine(tiny_instrument, config):
    with Engine(tiny_instrument, config(n_voices=6, n_spare_voices=2)) as engine:
        yield engine


@settings(max_examples=60, deadline=None)
@given(script=st.lists(st.tuples(events, st.integers(0, 600), st.integers(1, 500)), max_size=25))
def test_whatever_happens_the_sound_is_finite_bounded_and_ends(played_engine, script):
    for event, offset, n_samples in script:
        played_engine.post(event, offset)
        out = np.full((n_samples, 2), np.nan, np.float32)
        played_engine.process(out)
        assert np.isfinite(out).all()
        assert np.abs(out).max(initial=0.0) <= 1.0
        assert played_engine.stats().voices <= 8
    played_engine.process(np.zeros((700, 2), np.float32))
    played_engine.post(AllSoundOff())
    for _ in range(4):
        played_engine.process(np.zeros((1024, 2), np.float32))
    assert played_engine.n_voices == 0
    assert played_engine.stats().cache.n_held == 0
    assert played_engine.stats().non_finite == 0
