"""Blocks of any size and layout, and more events than fit."""

import numpy as np
import pytest

from synth.errors import ConfigError
from synth.events import AllNotesOff, AllSoundOff, NoteOff, NoteOn, SetParameter


def test_blocks_of_both_layouts_are_filled(make_engine):
    engine, other = make_engine(), make_engine()
    for each in (engine, other):
        each.post(NoteOn(pitch=60, velocity=0.8))
    across, along = np.zeros((2, 300), np.float32), np.zeros((300, 2), np.float32)
    engine.process(across)
    other.process(along)
    assert (across.T == along).all()


@pytest.mark.parametrize(
    "out",
    [
        np.zeros(100, np.float32),
        np.zeros((100, 3), np.float32),
        np.zeros((100, 2)),
        np.zeros((5000, 2), np.float32),
        np.zeros((100, 4), np.float32)[:, :2],
    ],
)
def test_other_blocks_are_refused(engine, out):
    with pytest.raises(ConfigError, match="block of"):
        engine.process(out)


def test_more_events_than_the_ring_holds_are_not_lost(make_engine, rendered):
    engine = make_engine(n_commands=64)
    for n in range(500):
        engine.post(NoteOn(pitch=57 + n % 13, velocity=0.5), n)
    engine.post(AllNotesOff(), 600)
    rendered(engine, 1.0, 64)
    stats = engine.stats()
    assert stats.worker.n_struck == 500
    assert (stats.voices, stats.cache.n_held) == (0, 0)


def test_an_audio_thread_that_stands_still_costs_no_memory_and_leaves_no_note(
    make_engine, monkeypatch, rendered, level
):
    engine = make_engine(n_commands=256)
    monkeypatch.setattr(engine._outbox, "_n_most", 128)
    for number in range(400):
        pitch = 57 + number % 12
        engine.post(NoteOn(pitch=pitch, velocity=0.8))
        engine.post(SetParameter(name="amp/volume", value=number / 400))
        engine.post(NoteOff(pitch=pitch))
    assert len(engine._outbox) <= 128 + 40
    assert engine.stats().shed_events > 0
    rendered(engine, 1.5)
    assert engine.n_voices == 0
    engine.post(NoteOn(pitch=60, velocity=0.8))
    assert level(rendered(engine, 0.2)) > 1e-3


def test_polyphony_keeps_to_its_limit(make_engine, rendered):
    engine = make_engine(n_voices=4, n_spare_voices=4)
    for n in range(20):
        engine.post(NoteOn(pitch=57 + n % 13, velocity=0.5, note_id=n))
        rendered(engine, 0.02)
        assert engine.n_voices <= 8
    assert engine.stats().steals == 16
    engine.post(AllSoundOff())
    rendered(engine, 0.1)
    assert engine.stats().cache.n_held == 0
