import time

import numpy as np
import pytest

from synth import sounding
from synth.notes.cache import NoteCache, allocate_pool
from synth.notes.generators import OnnxGenerator
from synth.notes.worker import FrameFinisher, NoteWorker, WorkerConfig
from synth.realtime import queue
from synth.settings import Settings
from synth.sounding import SoundingNotes

LAYERS = (0.25, 0.5, 1.0)


def publish(pool, slot, n_frames):
    pool.n_ready[slot] = n_frames


def leave_as_it_is(pool, slot):
    pass


def nobody():
    return ()


@pytest.fixture
def worker(tiny_instrument):
    generator = OnnxGenerator(tiny_instrument, warm_batches=())
    finisher = FrameFinisher(
        finish_onset=leave_as_it_is, plan_sustain=leave_as_it_is, publish=publish
    )
    cache = NoteCache(allocate_pool(tiny_instrument, 2_000_000))
    with NoteWorker(
        tiny_instrument,
        cache,
        finisher,
        onset_generator=generator,
        background_generator=generator,
        config=WorkerConfig(is_offline=True),
    ) as worker:
        yield worker


@pytest.fixture
def notes(tiny_instrument, worker):
    return SoundingNotes(tiny_instrument, worker, LAYERS)


@pytest.fixture
def parts(tiny_instrument):
    return Settings(tiny_instrument.timbres["Dull"].latent).parts


def test_a_struck_note_is_the_nearest_trained_one(notes, parts):
    struck = notes.strike(0, parts[0].latent, 75.3, 0.6)
    assert struck.note.key.pitch == 69  # the highest of the tiny instrument
    assert struck.note.key.velocity == 0.5


def test_a_slot_is_held_until_it_comes_back(notes, parts, worker):
    first = notes.strike(0, parts[0].latent, 60, 0.5)
    second = notes.strike(1, parts[1].latent, 60, 0.5)
    assert second.slot == first.slot  # the same frames
    assert second.serial != first.serial
    notes.take_back([(first.serial, first.slot)])
    notes.await_frames()
    assert worker.cache.stats().n_held == 1
    notes.take_back([(second.serial, second.slot)])
    assert worker.cache.stats().n_held == 0


def test_with_every_slot_held_a_strike_gets_none(notes, parts, worker):
    n_slots = worker.cache.pool.n_slots
    keys = [(pitch, layer) for pitch in range(57, 70) for layer in LAYERS][: n_slots + 1]
    assert len(keys) == n_slots + 1
    struck = [notes.strike(0, parts[0].latent, *key) for key in keys]
    assert all(struck[:-1])
    assert struck[-1] is None
    assert worker.cache.stats().n_refused == 1


def test_awaited_notes_are_whole(notes, parts, worker):
    struck = notes.strike(0, parts[0].latent, 60, 0.5)
    notes.await_frames()
    assert worker.cache.pool.n_ready[struck.slot] == 64


def test_a_held_note_follows_its_part_by_one_crossing_at_a_time(notes, parts, tiny_instrument):
    struck = notes.strike(2, parts[2].latent, 60, 0.5)
    assert list(notes.follow(parts, nobody)) == []
    parts[2].latent = tiny_instrument.timbres["Bright"].latent
    (command,) = notes.follow(parts, nobody)
    assert command["kind"] == queue.MORPH
    assert command["serial"] == struck.serial
    assert command["slot"] != struck.slot
    parts[2].latent = tiny_instrument.timbres["Middling"].latent
    assert list(notes.follow(parts, nobody)) == []  # under way
    notes.take_back([(struck.serial, struck.slot)])
    (then,) = notes.follow(parts, nobody)
    assert then["slot"] not in {struck.slot, command["slot"]}


def test_a_note_that_is_released_is_not_worth_a_crossing(notes, parts, tiny_instrument):
    ending = notes.strike(0, parts[0].latent, 60, 0.5)
    held = notes.strike(0, parts[0].latent, 64, 0.5)
    parts[0].latent = tiny_instrument.timbres["Bright"].latent
    commands = list(notes.follow(parts, lambda: {ending.serial}))
    assert [command["serial"] for command in commands] == [held.serial]


def test_notes_of_other_parts_stay_as_they_are(notes, parts, tiny_instrument):
    notes.strike(0, parts[0].latent, 60, 0.5)
    parts[1].latent = tiny_instrument.timbres["Bright"].latent
    assert list(notes.follow(parts, nobody)) == []


def test_leaving_all_gives_every_slot_back(notes, parts, worker):
    for pitch in (57, 60, 64):
        notes.strike(0, parts[0].latent, pitch, 0.5)
    notes.await_frames()
    notes.leave_all()
    assert worker.cache.stats().n_held == 0


def test_keys_are_made_in_advance_once_a_timbre_has_settled(notes, parts, worker, monkeypatch):
    monkeypatch.setattr(sounding, "SETTLED_S", 0.05)
    notes.make_in_advance(parts)
    assert worker.n_to_prefetch == 0
    notes.timbre_moved()
    notes.make_in_advance(parts)
    assert worker.stats().n_prefetched == worker.n_to_prefetch == 0
    time.sleep(0.06)
    notes.make_in_advance(parts)
    deadline = time.monotonic() + 20
    while worker.stats().n_prefetched < 13 * len(LAYERS):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert np.isfinite(worker.stats().longest_onset_s)
