"""What the audio thread lets in: looked at once, when a block begins, and noted if somebody asks.

Other threads push commands and publish frames at any moment. A block sees what was there when it
began, so it is a function of its state; who knows at which block each thing was seen can render the
same samples again (`synth.replay`). The notes lie in a ring that another thread empties; what does
not fit is counted. An engine that keeps no notes has a ring of no length.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.atomics import load_acquire, store_release
from synth.realtime import queue
from synth.realtime.kernel import realtime
from synth.realtime.state import (
    command_ends_of,
    engine_of,
    n_ready_of,
    seen_ends_of,
    seen_of,
    sightings_of,
)

# Kinds of sighting: blocks have `value` samples from here on; commands are there up to number
# `value`; `value` frames of slot `slot` are ready.
BLOCK, COMMANDS, FRAMES = range(3)
_ODD = np.int64(6364136223846793005)  # Knuth's multiplier of a 64-bit congruential generator


@realtime
def look(state: Any, n_samples: int) -> None:
    """See what has come since the last block.

    Commands are looked at first: a slot is emptied for its next note before that note's command is
    pushed, so whoever sees the command sees the slot empty, or what was published since.

    Args:
        state: of the engine.
        n_samples: of the block that begins.

    Thread: audio.
    """
    engine, n_ready, seen = engine_of(state), n_ready_of(state), seen_of(state)
    if n_samples != engine.n_block_samples:
        engine.n_block_samples = n_samples
        _note(state, BLOCK, -1, n_samples)
    n_commands = load_acquire(command_ends_of(state), queue.TAIL)
    if n_commands != engine.n_commands_seen:
        engine.n_commands_seen = n_commands
        _note(state, COMMANDS, -1, n_commands)
    for slot in range(seen.shape[0]):
        n_frames = load_acquire(n_ready, slot)
        if n_frames != seen[slot]:
            seen[slot] = n_frames
            _note(state, FRAMES, slot, n_frames)


@realtime
def _note(state: Any, kind: int, slot: int, value: int) -> None:
    sightings, ends, engine = sightings_of(state), seen_ends_of(state), engine_of(state)
    if sightings.shape[0] == 0:
        return
    tail = ends[queue.TAIL]
    if tail - load_acquire(ends, queue.HEAD) >= sightings.shape[0]:
        engine.n_unseen += 1
        return
    sighting = sightings[tail & (sightings.shape[0] - 1)]
    sighting.clock = engine.clock
    sighting.kind = kind
    sighting.slot = slot
    sighting.value = value
    sighting.digest = engine.digest
    store_release(ends, queue.TAIL, tail + 1)


@realtime
def take_sightings(sightings: NDArray[Any], ends: NDArray[np.int64], out: NDArray[Any]) -> int:
    """Move the oldest sightings out of their ring; return how many.

    Args:
        sightings: [n_sightings]; the ring.
        ends: [N_END_WORDS]; its head and tail.
        out: [n] of SIGHTING_DTYPE; filled from its start.

    Thread: control (one at a time).
    """
    head = ends[queue.HEAD]
    n_taken = min(out.shape[0], load_acquire(ends, queue.TAIL) - head)
    for i in range(n_taken):
        out[i] = sightings[(head + i) & (sightings.shape[0] - 1)]
    store_release(ends, queue.HEAD, head + n_taken)
    return n_taken


@realtime
def digest_block(state: Any, out: NDArray[np.float32]) -> None:
    """Mix a block's bits into the digest of all samples so far, where notes are kept.

    Args:
        state: of the engine.
        out: [n_samples, 2]; the block.

    Thread: audio.
    """
    if sightings_of(state).shape[0] == 0:
        return
    engine = engine_of(state)
    bits = out.view(np.int32)
    digest = engine.digest
    for i in range(out.shape[0]):
        digest = (digest * _ODD + bits[i, 0]) * _ODD + bits[i, 1]
    engine.digest = digest
