import numpy as np

from synth.finishing import for_worker, make_finisher
from synth.notes.cache import allocate_pool, make_note
from synth.notes.generators import OnnxGenerator
from synth.notes.tiles import generate_tiles, place_tile


def test_a_finished_tile_has_sound_and_is_published(tiny_instrument):
    finisher = make_finisher(tiny_instrument)
    generator = OnnxGenerator(tiny_instrument, warm_batches=())
    note = make_note(tiny_instrument, tiny_instrument.timbres["Dull"].latent, 60, 0.8)
    pool = allocate_pool(tiny_instrument, 4_000_000)
    (tile,) = generate_tiles(tiny_instrument, generator, 0, [note])
    assert place_tile(pool, 1, 0, tile, for_worker(finisher)) == 8
    assert pool.n_ready[1] == 8
    assert np.abs(pool.onset[1]).max() > 0.01


def test_whoever_asks_is_told_before_the_audio_thread_sees_it(tiny_instrument):
    told = []
    pool = allocate_pool(tiny_instrument, 4_000_000)
    finisher = for_worker(
        make_finisher(tiny_instrument), lambda *seen: told.append((*seen, pool.n_ready[1]))
    )
    finisher.publish(pool, 1, 8)
    assert told == [(pool, 1, 8, 0)]
    assert pool.n_ready[1] == 8
