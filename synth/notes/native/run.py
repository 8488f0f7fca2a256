"""One tile of one note, made by as many threads as there are.

A tile is cut into tickets. Each thread takes the next one from a board until there are none; what
a ticket reads has to be done first, and whoever is early waits for it awake.
So a thread may come later or not at all, and the note has the same bits.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numpy.typing import NDArray

from synth.atomics import add_to, load_acquire
from synth.notes.native.kernels.kernel import compiled
from synth.notes.native.kernels.winograd import transform_rows
from synth.notes.native.layers import (
    clear_borders,
    connect,
    convolve,
    draw_comb,
    equalise,
    finish_strip,
    place_start,
    prepare_style,
    unfold_strip,
)
from synth.notes.native.program import PlannedTile
from synth.notes.native.records import COMB, DENSE, START, STRIP

Float32 = NDArray[np.float32]

_YIELD_AFTER = 4096  # looks at the board: 2.5 us at rest
if os.name == "posix":
    _yield = types.ExternalFunction("sched_yield", types.int32())
else:

    @compiled
    def _yield() -> int:
        return 0


TAKEN = 0  # tickets that were taken
DONE = 8  # that are done; its own cache line (8 words of 8 bytes)
N_BOARD_WORDS = 16


class Run(NamedTuple):
    """A tile of a note that is being made; see `take_part`."""

    planned: PlannedTile
    maps: Float32
    work: Float32
    out: Float32
    board: NDArray[np.int64]


@compiled
def await_done(board: NDArray[np.int64], n: int) -> None:
    """Wait awake until so many tickets are done; but let others have the core that have them."""
    looks = 0
    while load_acquire(board, DONE) < n:
        looks += 1
        if looks % _YIELD_AFTER == 0:
            _yield()


@compiled
def take_part(
    program: Any,
    maps: Float32,
    work: Float32,
    own: Float32,
    out: Float32,
    board: NDArray[np.int64],
) -> None:
    """Do tickets of a tile until all are taken.

    Args:
        program: of the tile.
        maps: the pitch's, [block, n_bins / 2, DEPTH].
        work: the tile's memory, with its inputs laid in.
        own: this thread's memory.
        out: [n_channels, n_frames, n_bins]; overwritten.
        board: [N_BOARD_WORDS], of this tile and note alone; zeros at first.

    Thread: worker; several side by side.
    """
    styled = -1  # the layer whose style lies in this thread's memory
    while True:
        number = add_to(board, TAKEN, 1)
        if number >= len(program.tickets):
            return
        ticket = program.tickets[number]
        await_done(board, ticket.n_before)
        if ticket.kind == DENSE:
            connect(program, program.dense[ticket.layer], ticket.first, ticket.last, work)
        elif ticket.kind == START:
            place_start(program.places[0], work)
        elif ticket.kind == COMB:
            draw_comb(program, maps, ticket.first, ticket.last, work, own)
        elif ticket.kind == STRIP:
            layer, strip = program.convolutions[ticket.layer], program.strips[ticket.first]
            is_head = ticket.layer == len(program.convolutions) - 1
            if not is_head and ticket.first == layer.first_strip:
                clear_borders(layer, work)
            if not is_head and ticket.layer != styled:
                prepare_style(program, layer, work, own)
                styled = ticket.layer
            transform_rows(layer, strip, program.own[0], work, own)
            convolve(program, layer, strip, own)
            if is_head:
                unfold_strip(program, layer, strip, own, out)
            else:
                finish_strip(program, layer, strip, work, own)
        else:
            equalise(program, ticket.first, ticket.last, work, out[0])
        add_to(board, DONE, 1)


@compiled
def generate(
    program: Any,
    maps: Float32,
    work: Float32,
    own: Float32,
    out: Float32,
    board: NDArray[np.int64],
) -> None:
    """Generate one tile of one note, alone or together with who takes part; see `take_part`.

    Thread: worker.
    """
    take_part(program, maps, work, own, out, board)
    await_done(board, len(program.tickets))
