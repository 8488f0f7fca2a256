from itertools import pairwise

import numpy as np
import pytest

from synth.config import EngineConfig
from synth.frames import NoteFrames
from synth.realtime import intake, layout, queue, state

BLOCK, COMMANDS, FRAMES = intake.BLOCK, intake.COMMANDS, intake.FRAMES


def make_arrays(n_sightings):
    pool = NoteFrames.allocate(
        n_slots=8, n_frames=16, n_bins=32, n_fft=64, hop_length=16, n_onset_frames=4
    )
    return layout.allocate_arrays(
        pool,
        config=EngineConfig(n_voices=4, n_commands=64),
        sample_rate=1000.0,
        model_rate=500.0,
        hop_length=16,
        n_sightings=n_sightings,
    )


@pytest.fixture
def noted():
    arrays = make_arrays(16)
    return arrays, state.address_state(arrays)


def taken(arrays):
    out = np.zeros(16, queue.SIGHTING_DTYPE)
    n_taken = intake.take_sightings(arrays.sightings, arrays.seen_ends, out)
    return [
        (int(s["clock"]), int(s["kind"]), int(s["slot"]), int(s["value"])) for s in out[:n_taken]
    ]


def test_a_block_sees_what_was_there_when_it_began(noted, make_command):
    arrays, record = noted
    arrays.n_ready[3] = 8
    queue.push_command(arrays.commands, arrays.command_ends, make_command(kind=queue.PEDAL))
    assert arrays.engine["n_commands_seen"] == 0
    assert arrays.seen[3] == 0
    intake.look(record[0], 64)
    assert arrays.engine["n_commands_seen"] == 1
    assert arrays.seen.tolist() == [0, 0, 0, 8, 0, 0, 0, 0]


def test_only_changes_are_noted_with_the_clock_of_their_block(noted, make_command):
    arrays, record = noted
    intake.look(record[0], 64)
    arrays.engine["clock"] = 64
    intake.look(record[0], 64)
    queue.push_command(arrays.commands, arrays.command_ends, make_command(kind=queue.PEDAL))
    arrays.n_ready[[1, 5]] = 8, 32
    arrays.engine["clock"] = 128
    intake.look(record[0], 48)
    assert taken(arrays) == [
        (0, BLOCK, -1, 64),
        (128, BLOCK, -1, 48),
        (128, COMMANDS, -1, 1),
        (128, FRAMES, 1, 8),
        (128, FRAMES, 5, 32),
    ]
    assert taken(arrays) == []


def test_what_does_not_fit_is_counted(noted):
    arrays, record = noted
    for n_frames in range(1, 4):
        arrays.n_ready[:] = n_frames
        intake.look(record[0], 64)
    assert arrays.engine["n_unseen"] == 3 * 8 + 1 - 16
    assert len(taken(arrays)) == 16


def test_without_a_ring_nothing_is_noted_or_counted():
    arrays = make_arrays(0)
    record = state.address_state(arrays)
    arrays.n_ready[:] = 8
    intake.look(record[0], 64)
    intake.digest_block(record[0], np.ones((4, 2), np.float32))
    assert arrays.seen.tolist() == [8] * 8
    assert (arrays.engine["n_unseen"], arrays.engine["digest"]) == (0, 0)


def test_the_digest_knows_every_bit_and_its_place(noted):
    arrays, record = noted
    block = np.arange(8, dtype=np.float32).reshape(4, 2)
    changed = block.copy()
    changed[2, 1] = np.nextafter(changed[2, 1], 9.0)
    digests = set()
    for samples in (block, changed, block[::-1].copy(), -block):
        arrays.engine["digest"] = 0
        intake.digest_block(record[0], samples)
        digests.add(int(arrays.engine["digest"][0]))
    assert len(digests) == 4


def test_blocks_are_digested_as_one_stream(noted):
    arrays, record = noted
    samples = np.random.default_rng(1).standard_normal((8, 2)).astype(np.float32)
    digests = []
    for cuts in ((0, 8), (0, 3, 8)):
        arrays.engine["digest"] = 0
        for first, last in pairwise(cuts):
            intake.digest_block(record[0], samples[first:last])
        digests.append(int(arrays.engine["digest"][0]))
    assert digests[0] == digests[1]
