"""Tiles come out of a graph as frames, and are published only when a voice may play them."""

import numpy as np
import pytest

from synth.frames import NoteFrames, unpack
from synth.notes.cache import allocate_pool, make_note
from synth.notes.generators import WHOLE, OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.tiles import (
    FrameFinisher,
    generate_tiles,
    place_tile,
    restore_onset,
    store_onset,
    tile_number,
)


@pytest.fixture(scope="module")
def generator(tiny_instrument: Instrument) -> OnnxGenerator:
    return OnnxGenerator(tiny_instrument, tiles=(0, 1, 2, WHOLE), warm_batches=())


def test_tiles_are_found_by_their_first_frame(tiny_instrument: Instrument) -> None:
    assert [tile_number(tiny_instrument, frame) for frame in (0, 8, 24)] == [0, 1, 2]


def test_a_tile_turns_at_the_frequency_of_its_pitch(
    tiny_instrument: Instrument, generator: OnnxGenerator
) -> None:
    latent = tiny_instrument.latents["Dull"]
    notes = [make_note(tiny_instrument, latent, pitch, 1.0) for pitch in (57, 69)]
    for tile, hz in zip(
        generate_tiles(tiny_instrument, generator, 1, notes), (220, 440), strict=True
    ):
        magnitude, advance = unpack(tile)
        strongest = int(magnitude.sum(axis=0).argmax())
        spec = tiny_instrument.spec
        turns = hz * spec.hop_length / spec.sample_rate  # per hop
        found = advance[:, strongest] / (2 * np.pi)
        assert np.max(np.abs(found - turns - np.rint(found - turns))) < 0.01
        assert (
            abs((strongest + 1) * spec.sample_rate / spec.n_fft - hz)
            <= spec.sample_rate / spec.n_fft
        )


def test_frames_are_finished_before_they_are_published(
    tiny_instrument: Instrument, generator: OnnxGenerator
) -> None:
    happened: list[tuple[str, int]] = []

    def note_down(what: str, pool: NoteFrames) -> None:
        happened.append((what, int(pool.n_ready[0])))

    def publish(pool: NoteFrames, slot: int, n_frames: int) -> None:
        pool.n_ready[slot] = n_frames
        note_down("published", pool)

    finisher = FrameFinisher(
        finish_onset=lambda pool, _: note_down("onset", pool),
        plan_sustain=lambda pool, _: note_down("plan", pool),
        publish=publish,
    )
    pool = allocate_pool(tiny_instrument, 1_000_000)
    note = make_note(tiny_instrument, tiny_instrument.latents["Dull"], 60, 1.0)
    n_ready = 0
    for number in range(3):
        (tile,) = generate_tiles(tiny_instrument, generator, number, [note])
        n_ready = place_tile(pool, 0, n_ready, tile, finisher)
    assert happened == [
        ("onset", 0),
        ("published", 8),
        ("published", 24),
        ("plan", 24),
        ("published", 64),
    ]
    assert np.all(pool.frame_scale[0] > 0.0)


def test_an_onset_from_the_store_is_the_onset_that_was_stored(
    tiny_instrument: Instrument, generator: OnnxGenerator
) -> None:
    def finish_onset(pool: NoteFrames, slot: int) -> None:
        rng = np.random.default_rng(7)
        for name in ("onset", "overlap", "phase"):
            array = getattr(pool, name)
            array[slot] = 1000 * rng.random(array.shape[1])

    def publish(pool: NoteFrames, slot: int, n_frames: int) -> None:
        pool.n_ready[slot] = n_frames

    finisher = FrameFinisher(
        finish_onset=finish_onset,
        plan_sustain=lambda *_: pytest.fail("no plan yet"),
        publish=publish,
    )
    note = make_note(tiny_instrument, tiny_instrument.latents["Dull"], 60, 1.0)
    (tile,) = generate_tiles(tiny_instrument, generator, 0, [note])
    direct = allocate_pool(tiny_instrument, 1_000_000)
    assert place_tile(direct, 1, 0, tile, finisher) == 8
    store = allocate_pool(tiny_instrument, 1_000_000, n_frames=8)
    store_onset(store, 2, tile, finisher)
    pool = allocate_pool(tiny_instrument, 1_000_000)
    assert restore_onset(store, 2, pool, 3, finisher) == 8
    for name in (
        "magnitude",
        "frame_scale",
        "phase_advance",
        "onset",
        "overlap",
        "phase",
        "n_ready",
    ):
        assert np.array_equal(getattr(pool, name)[3], getattr(direct, name)[1]), name
