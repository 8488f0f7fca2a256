import numpy as np
import pytest

from synth.config import EngineConfig
from synth.frames import NoteFrames
from synth.realtime import queue
from synth.realtime.renderer import Renderer


@pytest.fixture
def pool():
    pool = NoteFrames.allocate(
        n_slots=4, n_frames=16, n_bins=128, n_fft=256, hop_length=64, n_onset_frames=8
    )
    pool.onset[:] = 0.1
    pool.plan["loop_last"] = -1
    pool.n_ready[:] = 16
    return pool


@pytest.fixture
def renderer(pool):
    config = EngineConfig(n_commands=64)
    return Renderer(pool, config, sample_rate=48_000, model_rate=16_000, hop_length=64)


def start(renderer, **values):
    values = {"part": 0, "slot": 1, "key": 60.0, "ratio": 1 / 3, "value": 1.0} | values
    return renderer.send(queue.START, **values)


def block(n_samples=64):
    return np.zeros((n_samples, 2), np.float32)


def test_what_is_sent_takes_effect_and_is_counted(renderer):
    assert start(renderer)
    assert renderer.n_voices == 1  # not applied yet, but on its way
    out = block()
    renderer.render(out)
    assert np.abs(out).max() > 0.01
    assert renderer.n_voices == 1
    assert renderer.clock == 64
    assert renderer.n_blocks == 1


def test_a_full_ring_says_so(renderer):
    assert [start(renderer, time=10**9) for _ in range(66)] == [True] * 64 + [False] * 2


def test_returned_slots_come_with_their_notes(renderer):
    for serial, slot in ((5, 0), (6, 3)):
        start(renderer, serial=serial, slot=slot, key=float(slot))
    renderer.render(block())
    renderer.send(queue.SILENCE_ALL)
    renderer.render(block(1024))
    assert sorted(renderer.take_returned()) == [(5, 0), (6, 3)]
    assert list(renderer.take_returned()) == []


def test_it_tells_which_notes_are_ending(renderer):
    for serial in range(3):
        start(renderer, serial=serial, key=float(serial), part=serial)
    renderer.render(block(2048))
    assert renderer.ending_notes() == set()
    renderer.send(queue.RELEASE, part=0, key=0.0)
    renderer.send(queue.SILENCE_ALL, part=2)
    renderer.render(block())
    assert renderer.ending_notes() == {0, 2}
    renderer.send(queue.SILENCE_ALL)
    renderer.render(block(1024))
    assert renderer.ending_notes() == set()


def test_renderers_do_not_share_anything_but_the_pool(pool, renderer):
    other = Renderer(pool, EngineConfig(), sample_rate=48_000, model_rate=16_000, hop_length=64)
    assert other.userdata_address != renderer.userdata_address
    assert other.callback_address == renderer.callback_address
    start(renderer)
    renderer.render(block())
    assert other.counters().n_samples == 0
    assert other.n_voices == 0


def test_only_blocks_that_can_be_written_in_place_are_taken(renderer):
    for out in (np.zeros((64, 2)), np.zeros((64, 4), np.float32)[:, ::2]):
        with pytest.raises(AssertionError):
            renderer.render(out)
