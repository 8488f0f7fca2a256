import time

import numpy as np
import pytest

from synth.bench.pacer import Pacer
from synth.config import EngineConfig
from synth.engine import Engine
from synth.events import NoteOn, SetParameter


@pytest.fixture
def engine(tiny_instrument):
    config = EngineConfig(is_offline=True, cache_bytes=16_000_000)
    with Engine(tiny_instrument, config) as engine:
        yield engine


def test_it_asks_for_as_many_blocks_as_were_ordered(engine):
    with Pacer(engine, 64, n_blocks=200, is_paced=False) as pacer:
        pacer.wait()
    assert pacer.n_blocks == 200
    assert engine.stats().blocks == 200
    assert (pacer.durations_us > 0.0).all()
    assert len(pacer.durations_us) == 200


def test_blocks_come_no_faster_than_they_last(engine):
    with Pacer(engine, 480) as pacer:
        first, started = pacer.n_blocks, time.monotonic()
        time.sleep(0.2)
        n_blocks, passed_s = pacer.n_blocks - first, time.monotonic() - started
    assert 0 < n_blocks <= passed_s / 0.01 + 25  # those it was late with may follow at once


def test_it_tells_the_block_in_which_the_right_channel_begins(engine):
    engine.post(SetParameter(name="amp/pan", value=0.0, part=0))
    engine.post(SetParameter(name="amp/pan", value=1.0, part=1))
    engine.process(np.zeros((64, 2), np.float32))
    engine.post(NoteOn(pitch=60, velocity=0.8, part=0))
    engine.post(NoteOn(pitch=64, velocity=0.8, part=1), 64 * 20)
    for _ in range(2):
        engine.process(np.zeros((64, 2), np.float32))  # waits for the frames of both
    with Pacer(engine, 64, n_blocks=100, is_paced=False) as pacer:
        pacer.wait()
    heard = pacer.heard_block(0)
    assert heard is not None
    assert 15 <= heard <= 18 + 8  # 20 blocks less those rendered, and a silent start of the note
    assert pacer.end_ns(heard) > pacer.end_ns(heard - 1)
