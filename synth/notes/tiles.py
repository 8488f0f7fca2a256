"""From a graph's spectrogram to frames that a voice may play."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from synth.frames import NoteFrames, PackedFrames, pack
from synth.notes.cache import Note
from synth.notes.generators import NoteGenerator
from synth.notes.instrument import Instrument
from synth.representation import to_magnitude_and_advance

SILENCE_GATE = 2.0  # of the spec's log_offset: what a generator leaves of silence


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFinisher:
    """What the decoder adds to frames before a voice may play them, from `synth.realtime`."""

    finish_onset: Callable[[NoteFrames, int], None]  # (pool, slot), once the first tile is written
    plan_sustain: Callable[[NoteFrames, int], None]  # (pool, slot), once all tiles are
    publish: Callable[[NoteFrames, int, int], None]  # (pool, slot, n_frames): n_ready, with release


def tile_number(instrument: Instrument, first_frame: int) -> int:
    """Return the number of the tile that begins at a frame.

    Thread: any.
    """
    return [tile.first_frame for tile in instrument.tiles].index(first_frame)


def generate_tiles(
    instrument: Instrument, generator: NoteGenerator, number: int, notes: Sequence[Note]
) -> list[PackedFrames]:
    """Generate one tile of some notes in one call.

    Raises:
        InstrumentError: the graph fails.

    Thread: worker.
    """
    spectrograms = generator.generate(
        number,
        np.stack([note.latent for note in notes]),
        np.array([note.key.pitch for note in notes]),
        np.array([note.key.velocity for note in notes]),
    )
    spec = instrument.spec
    return [
        pack(*to_magnitude_and_advance(image, spec, gate=SILENCE_GATE)) for image in spectrograms
    ]


def place_tile(
    pool: NoteFrames, slot: int, first_frame: int, tile: PackedFrames, finisher: FrameFinisher
) -> int:
    """Write a tile into its slot, finish it, and let the audio thread see it.

    Returns:
        How many of the slot's frames are ready now.

    Thread: worker, control.
    """
    pool.write(slot, first_frame, tile)
    n_ready = first_frame + tile.n_frames
    if first_frame == 0:
        finisher.finish_onset(pool, slot)
    if n_ready == pool.n_frames:
        finisher.plan_sustain(pool, slot)
    finisher.publish(pool, slot, n_ready)
    return n_ready


def store_onset(store: NoteFrames, slot: int, tile: PackedFrames, finisher: FrameFinisher) -> None:
    """Write a first tile, finished, into a pool of notes that nobody has struck yet.

    Thread: worker.
    """
    store.write(slot, 0, tile)
    finisher.finish_onset(store, slot)
    finisher.publish(store, slot, tile.n_frames)


def restore_onset(
    store: NoteFrames, stored: int, pool: NoteFrames, slot: int, finisher: FrameFinisher
) -> int:
    """Copy a finished first tile to where a voice plays, and let the audio thread see it.

    Returns:
        How many of the slot's frames are ready now.

    Thread: control.
    """
    n_ready = int(store.n_ready[stored])
    for name in ("magnitude", "frame_scale", "phase_advance"):
        getattr(pool, name)[slot, :n_ready] = getattr(store, name)[stored, :n_ready]
    for name in ("onset", "overlap", "phase"):
        getattr(pool, name)[slot] = getattr(store, name)[stored]
    if n_ready == pool.n_frames:
        finisher.plan_sustain(pool, slot)
    finisher.publish(pool, slot, n_ready)
    return n_ready
