import pytest

from synth.outbox import Outbox
from synth.realtime import commands, queue

MOST = 8


class Ring:
    """Takes commands until it is full."""

    def __init__(self, room):
        self.room = room
        self.taken = []

    def push(self, **command):
        if len(self.taken) >= self.room:
            return False
        self.taken.append(command)
        return True


@pytest.fixture
def full_ring():
    return Ring(0)


@pytest.fixture
def outbox(full_ring):
    return Outbox(full_ring.push, MOST)


def volume(value, part=0):
    return {
        "kind": queue.SET_PART,
        "time": 0,
        "part": part,
        "index": commands.VOLUME,
        "value": value,
    }


def release(key):
    return {"kind": queue.RELEASE, "time": 0, "part": 0, "key": float(key)}


def start(key):
    return {"kind": queue.START, "time": 0, "part": 0, "key": float(key), "slot": key}


def pedal(value):
    return {"kind": queue.PEDAL, "time": 0, "part": 0, "value": value}


def flushed(outbox, ring):
    ring.room = 10**6
    outbox.flush()
    return ring.taken


def test_commands_go_out_in_order_also_behind_a_full_ring():
    ring = Ring(2)
    outbox = Outbox(ring.push, MOST)
    for key in range(4):
        outbox.send(start(key))
    assert len(outbox) == 2
    ring.room = 3
    outbox.send(start(4))
    assert [command["key"] for command in flushed(outbox, ring)] == [0, 1, 2, 3, 4]
    assert outbox.n_shed == 0


def test_the_oldest_overtaken_move_is_shed_first(outbox, full_ring):
    outbox.send(volume(0.1, part=1))
    outbox.send(volume(0.2))
    for key in range(MOST - 2):
        outbox.send(start(key))
    outbox.send(volume(0.3))
    assert outbox.n_shed == 1
    moves = [c for c in flushed(outbox, full_ring) if c["kind"] == queue.SET_PART]
    assert moves == [volume(0.1, part=1), volume(0.3)]


def test_moves_make_way_for_note_offs(outbox, full_ring):
    for part in range(MOST):
        outbox.send(volume(0.5, part=part))
    outbox.send(release(60))
    assert len(outbox) == MOST
    assert flushed(outbox, full_ring) == [
        *(volume(0.5, part=part) for part in range(1, MOST)),
        release(60),
    ]


def test_all_controls_are_told_anew_once_the_last_word_of_one_was_shed(outbox, full_ring):
    outbox.send(volume(0.2))
    for key in range(MOST):
        outbox.send(release(key))
    outbox.flush(lambda: [volume(0.2)])
    assert full_ring.taken == []  # not while the ring is full
    full_ring.room = 10**6
    outbox.flush(lambda: [volume(0.2)])
    outbox.flush(lambda: [volume(0.2)])
    assert full_ring.taken.count(volume(0.2)) == 1
    assert full_ring.taken[-1] == volume(0.2)


def test_a_move_that_was_overtaken_need_not_be_told_anew(outbox, full_ring):
    outbox.send(volume(0.2))
    for key in range(MOST - 1):
        outbox.send(start(key))
    outbox.send(volume(0.3))
    assert outbox.n_shed == 1
    full_ring.room = 10**6
    outbox.flush(lambda: [volume(0.9)])
    assert volume(0.9) not in full_ring.taken


def test_what_waits_is_bounded_and_every_key_is_released(outbox, full_ring):
    for key in range(4):
        outbox.send(start(key))
    for key in range(10_000):
        outbox.send(release(key % 128))
        outbox.send(pedal(float(key % 2)))
        outbox.send(volume(0.5))
    assert len(outbox) <= MOST + 2
    assert outbox.is_full
    sent = flushed(outbox, full_ring)
    assert [c["key"] for c in sent if c["kind"] == queue.START] == [0, 1, 2, 3]
    everybody = [n for n, c in enumerate(sent) if c["kind"] == queue.RELEASE_ALL]
    assert everybody
    assert everybody[0] > 3
    assert [c["value"] for c in sent if c["kind"] == queue.PEDAL][-1] == 1.0


def test_another_audio_thread_hears_nothing_of_what_waited(outbox):
    outbox.send(start(1))
    ring = Ring(4)
    outbox.redirect(ring.push)
    outbox.send(start(2))
    assert [command["key"] for command in ring.taken] == [2]
