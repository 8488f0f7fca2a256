"""Cut a tile into the pieces of work that threads take one by one; see `run`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from synth.notes.native.packing import PackedGenerator
from synth.notes.native.records import COMB, DENSE, EQUALISE, START, STRIP

_SHARED_BYTES = 256 * 1024  # of a dense layer's weights: with fewer it is not worth cutting


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A piece of work; see `records.TICKET_DTYPE`."""

    kind: int
    layer: int = 0
    first: int = 0
    last: int = 0
    n_before: int = 0


def plan_tickets(
    packed: PackedGenerator, strips: Sequence[range], n_frames: int, n_threads: int
) -> list[Ticket]:
    """Cut everything into pieces, stage by stage: one begins when the last is done.

    Args:
        packed: the weights.
        strips: of each convolution.
        n_frames: of the tile.
        n_threads: that may make it together.
    """

    def cut(kind: int, n: int, layer: int = 0) -> list[Ticket]:
        """Cut n things into a ticket for each thread."""
        edges = [n * part // n_threads for part in range(n_threads + 1)]
        spans = [(first, last) for first, last in pairwise(edges) if first < last]
        return [Ticket(kind=kind, layer=layer, first=first, last=last) for first, last in spans]

    def connect(*layers: int) -> list[Ticket]:
        tickets = []
        for layer in layers:
            product = packed.dense[layer].product
            is_small = 2 * product.n_inputs * product.n_columns < _SHARED_BYTES
            whole = [Ticket(kind=DENSE, layer=layer, last=product.n_panels)]
            tickets += whole if is_small else cut(DENSE, product.n_panels, layer)
        return tickets

    mapping, style, gains, start, *equaliser = range(len(packed.dense))
    stages = [
        connect(mapping, *equaliser[:1]),
        connect(style, *equaliser[1:2]),
        connect(gains, start, *equaliser[2:]),
        [Ticket(kind=START), *cut(COMB, packed.spec.n_bins // 2)],
    ]
    stages += [
        [Ticket(kind=STRIP, layer=layer, first=strip, last=strip + 1) for strip in of_layer]
        for layer, of_layer in enumerate(strips)
    ]
    if equaliser:
        stages.append(cut(EQUALISE, n_frames))
    return _in_order(stages)


def _in_order(stages: list[list[Ticket]]) -> list[Ticket]:
    tickets: list[Ticket] = []
    for stage in stages:
        n_before = len(tickets)
        tickets += [replace(ticket, n_before=n_before) for ticket in stage]
    return tickets
