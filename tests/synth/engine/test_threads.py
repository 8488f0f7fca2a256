"""Notes that come late, fail, or are there before."""

import threading
import time

import numpy as np
import pytest

from synth.errors import InstrumentError
from synth.events import AllSoundOff, NoteOff, NoteOn, PitchBend, SetTimbre
from synth.notes.generators import open_generators
from synth.units import pitch_to_hz


class GatedGenerator:
    """The instrument's own generator, behind a gate for all tiles but the first."""

    def __init__(self, generator):
        self._generator = generator
        self.gate = threading.Event()

    def generate(self, tile, *arguments):
        if tile > 0:
            assert self.gate.wait(30)
        return self._generator.generate(tile, *arguments)


def test_a_starved_engine_holds_counts_and_recovers(
    tiny_instrument, make_engine, rendered, frequency_hz, level, cents, wait_for
):
    onsets, background = open_generators(tiny_instrument)
    gated = GatedGenerator(background)
    engine = make_engine((onsets, gated), is_offline=False)
    engine.post(NoteOn(pitch=60, velocity=0.8))
    wait_for(lambda: engine.stats().worker.longest_onset_s > 0)
    out = rendered(engine, 0.5)[:, 0]
    assert engine.stats().held_frames > 10
    for first in range(2400, len(out) - 2400, 2400):
        assert level(out[first : first + 2400]) > 0.2 * level(out[2400:4800])
    gated.gate.set()
    wait_for(lambda: engine.stats().worker.n_tiles == 3)
    n_held = engine.stats().held_frames
    out = rendered(engine, 0.3)[:, 0]
    assert engine.stats().held_frames <= n_held + 1
    assert cents(frequency_hz(out), pitch_to_hz(60)) == pytest.approx(0, abs=10)


class BrokenGenerator:
    """A generator whose graph fails."""

    def generate(self, tile, *arguments):
        raise InstrumentError("instrument file x: broken")


def test_a_note_that_cannot_be_generated_is_an_error_offline(make_engine, rendered):
    engine = make_engine((BrokenGenerator(), BrokenGenerator()))
    engine.post(NoteOn(pitch=60, velocity=0.8))
    with pytest.raises(InstrumentError, match="broken"):
        rendered(engine, 0.1)


def test_a_note_that_cannot_be_generated_live_is_silence_and_counted(
    make_engine, rendered, wait_for
):
    engine = make_engine((BrokenGenerator(), BrokenGenerator()), is_offline=False)
    engine.post(NoteOn(pitch=60, velocity=0.8))
    wait_for(lambda: engine.stats().worker.n_failed == 1)
    assert (rendered(engine, 0.1) == 0.0).all()
    engine.post(NoteOff(pitch=60))
    rendered(engine, 3.0)
    assert engine.n_voices == 0
    assert engine.stats().dropped_notes == 1
    wait_for(lambda: engine.stats().cache.n_held == 0)


def test_keys_are_made_in_advance_once_the_timbre_rests(
    make_engine, rendered, level, latent_of, wait_for
):
    engine = make_engine(is_offline=False)
    engine.post(SetTimbre(latent=latent_of(engine, "Middling")))
    n_keys = 13 * 5
    wait_for(lambda: engine.stats().worker.n_prefetched >= n_keys)
    engine.post(NoteOn(pitch=64, velocity=0.8))
    out = rendered(engine, 0.01)
    assert level(out) > 1e-3  # in the very next block
    assert engine.stats().worker.n_started_warm == 1


def test_without_prefetch_nothing_is_made_in_advance(make_engine, latent_of):
    engine = make_engine(is_offline=False, is_prefetching=False)
    engine.post(SetTimbre(latent=latent_of(engine, "Middling")))
    time.sleep(0.4)
    assert engine.stats().worker.n_prefetched == 0


def test_a_note_played_again_is_in_the_cache(engine, rendered):
    for _ in range(3):
        engine.post(NoteOn(pitch=60, velocity=0.8))
        rendered(engine, 0.1)
        engine.post(AllSoundOff())
        rendered(engine, 0.1)
    stats = engine.stats()
    assert (stats.cache.n_hits, stats.cache.n_misses) == (2, 1)


def test_many_threads_may_post(make_engine, rendered, wait_for):
    engine = make_engine(is_offline=False, n_voices=8)
    failures = []

    def play(part):
        rng = np.random.default_rng(part)
        try:
            for n in range(60):
                pitch = int(rng.integers(57, 70))
                engine.post(NoteOn(pitch=pitch, velocity=0.5, part=part))
                engine.post(PitchBend(value=float(rng.uniform(-1, 1)), part=part))
                engine.post(NoteOff(pitch=pitch, part=part), n)
        except BaseException as error:  # noqa: BLE001 - to be seen in the main thread
            failures.append(error)

    threads = [threading.Thread(target=play, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        rendered(engine, 0.01)
    assert failures == []
    engine.post(AllSoundOff())
    rendered(engine, 0.1)
    assert engine.n_voices == 0
    wait_for(lambda: engine.stats().cache.n_held == 0)
    assert engine.stats().worker.n_struck == 240
