"""Slots are shared by name, given away by age, and never taken from under a voice."""

import threading

import numpy as np
import pytest

from synth.errors import ConfigError
from synth.frames import NoteFrames
from synth.notes.cache import NoteCache, NoteKey, allocate_pool, make_note
from synth.notes.instrument import Instrument


def key(pitch: int) -> NoteKey:
    return NoteKey(instrument="i", timbre=b"t", pitch=pitch, velocity=0.5)


def new_cache(n_slots: int) -> NoteCache:
    pool = NoteFrames.allocate(
        n_slots=n_slots, n_frames=8, n_bins=16, n_fft=32, hop_length=8, n_onset_frames=4
    )
    return NoteCache(pool)


def taken(cache: NoteCache, pitch: int) -> int:
    slot = cache.acquire(key(pitch))
    assert slot is not None
    return slot


def test_the_same_note_is_found_in_its_slot() -> None:
    cache = new_cache(4)
    slot = taken(cache, 60)
    cache.release(slot)
    assert taken(cache, 60) == slot
    assert (cache.stats().n_hits, cache.stats().n_misses) == (1, 1)


def test_the_longest_unused_note_is_given_away_and_its_frames_with_it() -> None:
    cache = new_cache(2)
    first, second = taken(cache, 60), taken(cache, 61)
    cache.pool.n_ready[second] = 8
    cache.release(first)
    cache.release(second)
    cache.release(taken(cache, 60))
    assert taken(cache, 62) == second
    assert cache.pool.n_ready[second] == 0
    assert cache.stats().n_evicted == 1


def test_a_slot_that_a_voice_plays_is_never_given_away() -> None:
    cache = new_cache(2)
    playing, idle = taken(cache, 60), taken(cache, 61)
    cache.release(idle)
    assert taken(cache, 62) == idle
    assert cache.acquire(key(63)) is None
    assert cache.stats().n_refused == 1
    assert taken(cache, 60) == playing


def test_a_slot_that_the_worker_fills_is_never_given_away() -> None:
    cache = new_cache(1)
    slot = taken(cache, 60)
    cache.hold(slot)
    cache.release(slot)
    assert cache.acquire(key(61)) is None
    cache.drop(slot)
    assert taken(cache, 61) == slot


def test_two_voices_hold_a_slot_until_both_have_ended() -> None:
    cache = new_cache(1)
    slot = taken(cache, 60)
    taken(cache, 60)
    assert cache.release(slot) == 1
    assert cache.acquire(key(61)) is None
    assert cache.release(slot) == 0
    assert taken(cache, 61) == slot


def test_a_forgotten_note_is_struck_anew_and_its_slot_comes_back() -> None:
    cache = new_cache(2)
    slot = taken(cache, 60)
    cache.forget(slot)
    assert taken(cache, 60) != slot
    assert cache.acquire(key(61)) is None
    cache.release(slot)
    assert taken(cache, 61) == slot


def test_a_note_without_frames_cannot_start_at_once() -> None:
    cache = new_cache(1)
    slot = taken(cache, 60)
    assert not cache.holds(key(60))
    cache.pool.n_ready[slot] = 4
    assert cache.holds(key(60))
    assert not cache.holds(key(61))


def test_books_are_right_after_threads_have_fought_over_slots() -> None:
    cache = new_cache(8)

    def play(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for _ in range(2000):
            slot = cache.acquire(key(int(rng.integers(40, 70))))
            if slot is not None:
                cache.hold(slot)
                cache.release(slot)
                cache.drop(slot)

    threads = [threading.Thread(target=play, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stats = cache.stats()
    assert stats.n_held == 0
    assert stats.n_used == 8
    assert stats.n_hits + stats.n_misses + stats.n_refused == 8000
    assert sorted(taken(cache, pitch) for pitch in range(80, 88)) == list(range(8))


def test_the_pool_stays_within_its_bytes(tiny_instrument: Instrument) -> None:
    pool = allocate_pool(tiny_instrument, 4_000_000)
    assert 3_900_000 < pool.n_slots * pool.bytes_per_slot <= 4_000_000
    assert (pool.n_frames, pool.n_bins) == (64, 256)


def test_a_pool_too_small_for_all_voices_says_what_it_needs(tiny_instrument: Instrument) -> None:
    with pytest.raises(ConfigError, match="cache_bytes 1000000: wanted at least"):
        allocate_pool(tiny_instrument, 1_000_000, n_least_slots=40)


@pytest.mark.parametrize(
    ("pitch", "velocity", "expected"),
    [(60.4, 0.6, (60, 75 / 127)), (20.0, 0.0, (57, 25 / 127)), (127.0, 1.0, (69, 1.0))],
)
def test_a_note_is_named_by_the_nearest_trained_pitch_and_velocity(
    tiny_instrument: Instrument, pitch: float, velocity: float, expected: tuple[int, float]
) -> None:
    note = make_note(tiny_instrument, np.arange(1.0, 9.0), pitch, velocity)
    assert (note.key.pitch, note.key.velocity) == expected


def test_notes_of_two_timbres_or_instruments_are_two_notes(tiny_instrument: Instrument) -> None:
    a, b = tiny_instrument.latents["Dull"], tiny_instrument.latents["Bright"]
    assert make_note(tiny_instrument, a, 60, 1.0).key == make_note(tiny_instrument, a, 60, 1.0).key
    assert make_note(tiny_instrument, a, 60, 1.0).key != make_note(tiny_instrument, b, 60, 1.0).key


def test_finer_velocity_layers_than_the_trained_ones_can_be_chosen(
    tiny_instrument: Instrument,
) -> None:
    note = make_note(tiny_instrument, np.ones(8), 60, 0.33, layers=(0.3, 0.35))
    assert note.key.velocity == 0.35


def test_only_a_note_that_has_begun_is_found() -> None:
    cache = new_cache(2)
    slot = taken(cache, 60)
    cache.release(slot)
    assert cache.find(key(60)) is None
    cache.pool.n_ready[slot] = 4
    assert cache.find(key(60)) == slot
    assert cache.find(key(61)) is None
    assert cache.stats().n_held == 1


def test_a_pool_of_first_tiles_takes_a_part_of_the_room(tiny_instrument: Instrument) -> None:
    pool = allocate_pool(tiny_instrument, 1_000_000, n_frames=8)
    whole = allocate_pool(tiny_instrument, 1_000_000)
    assert pool.n_frames == 8
    assert pool.n_slots > 4 * whole.n_slots
    assert pool.onset.shape[1] == whole.onset.shape[1]


def test_prepared_slots_are_the_next_to_be_given() -> None:
    cache = new_cache(8)
    cache.prepare(4)
    assert len(cache._free) == 1  # a quarter of them in a call
    for _ in range(10):
        cache.prepare(4)
    prepared = set(cache._free)
    assert len(prepared) == 4
    assert taken(cache, 60) in prepared


def test_preparing_leaves_notes_alone() -> None:
    cache = new_cache(8)
    slot = taken(cache, 60)
    cache.pool.magnitude[slot] = 7
    for _ in range(20):
        cache.prepare()
    assert (cache.pool.magnitude[slot] == 7).all()
    assert len({taken(cache, pitch) for pitch in range(60, 68)}) == 8


def test_a_slot_tells_its_note() -> None:
    cache = new_cache(2)
    slot = taken(cache, 60)
    assert cache.key_of(slot) == key(60)
    assert cache.key_of(1 - slot) is None
    cache.forget(slot)
    assert cache.key_of(slot) is None
