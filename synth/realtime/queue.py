"""Lock-free rings between the threads, and the memory order that they stand on.

One thread pushes, one pops (single producer, single consumer). An index counts up for ever and is
wrapped only where it addresses an entry, so full and empty differ. The producer writes an entry and
then stores `tail` with release order; the consumer loads `tail` with acquire order and so sees the
whole entry. The other way round the consumer releases `head`. On x86 both are plain moves, on ARM
they are not.

Commands go to the audio thread; slots that it no longer plays come back on a second ring and are
given free by the other side, so nothing is ever freed in the audio thread (the pattern of
python-rtmixer and of FluidSynth's rvoice events).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.atomics import load_acquire, store_release
from synth.realtime.kernel import realtime

HEAD = 0  # index of the next entry to pop; written by the consumer
TAIL = 8  # index of the next entry to push; its own cache line (8 words of 8 bytes)
N_END_WORDS = 16

COMMAND_DTYPE = np.dtype(
    [
        ("kind", np.int64),  # one of the commands below
        ("time", np.int64),  # engine clock in output samples at which it takes effect
        ("part", np.int64),  # 0..15; -1: all parts
        ("note_id", np.int64),  # -1: none
        ("serial", np.int64),  # number of the note
        ("slot", np.int64),  # frames of the note
        ("index", np.int64),  # which part value, note expression or way to start
        ("key", np.float64),  # pitch as it was struck: names the note for its release
        ("ratio", np.float64),  # pitch to play / pitch of the frames
        ("value", np.float64),  # gain of a start, value of a setting
        ("pitch", np.float64),  # MIDI number that a start or a new tuning sounds at
    ]
)

SIGHTING_DTYPE = np.dtype(
    [
        ("clock", np.int64),  # engine clock at the start of the block that saw it
        ("kind", np.int64),  # of `synth.realtime.intake`
        ("slot", np.int64),  # -1: none
        ("value", np.int64),
        ("digest", np.int64),  # of all samples before
    ]
)

# Kinds of command.
START, RELEASE, PEDAL, SET_PART, EXPRESS, RELEASE_ALL, SILENCE_ALL, SET_MASTER, MORPH = range(9)
SOSTENUTO, RETUNE, PRESS_KEY, SET_ROOM = range(9, 13)
# Ways to start: beside others, alone, or alone and tied to the note before.
POLY, MONO, TIED = range(3)


@realtime
def publish(n_ready: NDArray[np.int64], slot: int, n_frames: int) -> None:
    """Tell the audio thread that the first n_frames of a slot are written.

    Thread: worker.
    """
    store_release(n_ready, slot, n_frames)


@realtime
def push_command(
    commands: NDArray[Any],
    ends: NDArray[np.int64],
    command: NDArray[Any],
) -> bool:
    """Append one command; False and nothing done where the ring is full.

    Args:
        commands: [n_commands] of COMMAND_DTYPE; the length is a power of two.
        ends: [N_END_WORDS]; head and tail.
        command: [1] of COMMAND_DTYPE; copied.

    Thread: control (one at a time).
    """
    tail = ends[TAIL]
    if tail - load_acquire(ends, HEAD) >= commands.shape[0]:
        return False
    commands[tail & (commands.shape[0] - 1)] = command[0]
    store_release(ends, TAIL, tail + 1)
    return True


@realtime
def count_waiting(ends: NDArray[np.int64]) -> int:
    """Count what waits in a ring, seen from its consumer.

    Thread: audio for commands, control for retired slots.
    """
    return load_acquire(ends, TAIL) - ends[HEAD]


@realtime
def drop_first(ends: NDArray[np.int64]) -> None:
    """Give the entry at the head back to the producer.

    Thread: audio for commands.
    """
    store_release(ends, HEAD, ends[HEAD] + 1)


@realtime
def push_retired(
    retired: NDArray[np.int64], ends: NDArray[np.int64], serial: int, slot: int
) -> bool:
    """Return a slot that a note does not play any more; False where the ring is full.

    Thread: audio.
    """
    tail = ends[TAIL]
    if tail - load_acquire(ends, HEAD) >= retired.shape[0]:
        return False
    place = tail & (retired.shape[0] - 1)
    retired[place, 0] = serial
    retired[place, 1] = slot
    store_release(ends, TAIL, tail + 1)
    return True


@realtime
def pop_retired(retired: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[int, int]:
    """Take one note's serial number and the slot that it returned, or (-1, -1).

    Thread: control (one at a time).
    """
    head = ends[HEAD]
    if head == load_acquire(ends, TAIL):
        return -1, -1
    place = head & (retired.shape[0] - 1)
    serial = int(retired[place, 0])
    slot = int(retired[place, 1])
    store_release(ends, HEAD, head + 1)
    return serial, slot
