import threading

import numpy as np
import pytest

from synth.realtime import queue
from synth.realtime.kernel import realtime


def make_ring(n_commands):
    ends = np.zeros(queue.N_END_WORDS, np.int64)
    return np.zeros(n_commands, queue.COMMAND_DTYPE), ends


def command(value):
    entry = np.zeros(1, queue.COMMAND_DTYPE)
    entry["value"] = entry["key"] = entry["time"] = value
    return entry


@realtime
def pop_value(commands, ends):
    if queue.count_waiting(ends) == 0:
        return -1.0
    entry = commands[ends[queue.HEAD] & (commands.shape[0] - 1)]
    value = entry.value if entry.value == entry.key and entry.time == entry.value else np.nan
    queue.drop_first(ends)
    return value


def test_commands_come_out_as_they_went_in():
    commands, ends = make_ring(8)
    for value in (3.0, 1.0, 2.0):
        assert queue.push_command(commands, ends, command(value))
    assert queue.count_waiting(ends) == 3
    assert [pop_value(commands, ends) for _ in range(4)] == [3.0, 1.0, 2.0, -1.0]


def test_a_full_ring_refuses_and_keeps_what_it_has():
    commands, ends = make_ring(4)
    assert [queue.push_command(commands, ends, command(v)) for v in range(6)] == [
        True, True, True, True, False, False,
    ]  # fmt: skip
    assert pop_value(commands, ends) == 0.0
    assert queue.push_command(commands, ends, command(9))
    assert [pop_value(commands, ends) for _ in range(4)] == [1.0, 2.0, 3.0, 9.0]


def test_slots_return_in_order_and_then_there_is_none():
    retired, ends = np.zeros((4, 2), np.int64), np.zeros(queue.N_END_WORDS, np.int64)
    notes = [(31, 7), (32, 0), (33, 5), (31, 2)]
    assert all(queue.push_retired(retired, ends, *note) for note in notes)
    assert not queue.push_retired(retired, ends, 34, 1)
    assert [queue.pop_retired(retired, ends) for _ in range(5)] == [*notes, (-1, -1)]


@pytest.mark.parametrize("first_index", [0, 2**40 - 3])
def test_indices_wrap_without_end(first_index):
    commands, ends = make_ring(4)
    ends[[queue.HEAD, queue.TAIL]] = first_index
    for value in range(11):
        assert queue.push_command(commands, ends, command(value))
        assert pop_value(commands, ends) == value


@realtime
def pop_many(commands, ends, n_wanted):
    # Runs without the GIL, as the audio thread does.
    n_popped = 0
    last = 0.0
    while n_popped < n_wanted:
        value = pop_value(commands, ends)
        if value == -1.0:
            continue
        if value != last + 1.0:
            return n_popped
        last = value
        n_popped += 1
    return n_popped


def test_two_threads_lose_nothing_and_see_whole_commands():
    commands, ends = make_ring(16)
    n_wanted = 20_000
    pop_many(commands, ends, 0)
    popped = []
    consumer = threading.Thread(target=lambda: popped.append(pop_many(commands, ends, n_wanted)))
    consumer.start()
    for value in range(1, n_wanted + 1):
        while not queue.push_command(commands, ends, command(value)):
            pass
    consumer.join(60)
    assert popped == [n_wanted]


def test_publish_stores_the_count():
    n_ready = np.zeros(3, np.int64)
    queue.publish(n_ready, 1, 32)
    assert n_ready.tolist() == [0, 32, 0]
