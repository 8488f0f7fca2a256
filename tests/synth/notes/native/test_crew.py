"""Threads that share a tile make the note that one makes."""

import threading

import numpy as np
import pytest

from synth.folders import default_instrument
from synth.notes.cache import NoteCache, allocate_pool, make_note
from synth.notes.instrument import Instrument
from synth.notes.native.crew import Crew
from synth.notes.native.generator import NativeGenerator
from synth.notes.tiles import FrameFinisher
from synth.notes.worker import NoteWorker, WorkerConfig

PITCHES = np.array([21, 60, 108])
VELOCITIES = np.array([1.0, 0.5, 0.0])


@pytest.fixture(scope="module")
def generator():
    return NativeGenerator(Instrument.load(default_instrument()), tiles=())


@pytest.fixture(scope="module")
def latents(generator):
    return np.stack(list(generator.instrument.latents.values())[:3])


@pytest.mark.parametrize("n_threads", [2, 3])
def test_a_note_that_threads_share_has_the_same_bits(generator, latents, n_threads):
    alone = generator.generate(0, latents, PITCHES, VELOCITIES)
    crew, is_over, n_helped = Crew(generator, n_threads), threading.Event(), [0] * (n_threads - 1)

    def help_until_over(number):
        while not is_over.is_set():
            n_helped[number] += crew.help(0.01)

    helpers = [threading.Thread(target=help_until_over, args=(n,)) for n in range(n_threads - 1)]
    for helper in helpers:
        helper.start()
    notes = {crew.generate(0, latents, PITCHES, VELOCITIES).tobytes() for _ in range(40)}
    while not all(n_helped):
        notes.add(crew.generate(0, latents, PITCHES, VELOCITIES).tobytes())
    is_over.set()
    for helper in helpers:
        helper.join()
    assert notes == {alone.tobytes()}


def test_a_worker_whose_other_thread_is_idle_makes_a_struck_note_with_both(generator):
    instrument, shared = generator.instrument, []

    class Watched(Crew):
        def help(self, timeout_s):
            shared.append(super().help(timeout_s))
            return shared[-1]

    cache = NoteCache(allocate_pool(instrument, 20_000_000))
    finisher = FrameFinisher(
        finish_onset=lambda *_: None, plan_sustain=lambda *_: None, publish=_publish
    )
    with NoteWorker(
        instrument,
        cache,
        finisher,
        onset_generator=Watched(generator, 2),
        background_generator=generator,
        config=WorkerConfig(n_onset_threads=2),
    ) as worker:
        latent = next(iter(instrument.latents.values()))
        for pitch in range(30, 90, 4):
            slot = worker.strike(make_note(instrument, latent, pitch, 0.7))
            worker.wait_all({slot: 8})
            worker.leave(slot)
    assert any(shared)


def _publish(pool, slot, n_frames):
    pool.n_ready[slot] = n_frames


def test_nobody_needs_help(generator, latents):
    crew = Crew(generator, 2)
    note = crew.generate(0, latents, PITCHES, VELOCITIES)
    assert np.array_equal(note, generator.generate(0, latents, PITCHES, VELOCITIES))
    assert not crew.help(0.0)


def test_several_notes_at_once_are_helped_with(generator, latents):
    alone = generator.generate(0, latents, PITCHES, VELOCITIES)
    crew, made = Crew(generator, 3), []

    def make():
        for _ in range(20):
            made.append(crew.generate(0, latents, PITCHES, VELOCITIES).tobytes())
            crew.help(0.0)

    threads = [threading.Thread(target=make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 60
    assert set(made) == {alone.tobytes()}
