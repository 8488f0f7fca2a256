"""First sounds before all, then what runs out soonest, then what may be struck next."""

import numpy as np

from synth.notes.cache import Note, NoteKey
from synth.notes.instrument import Instrument
from synth.notes.schedule import Job, next_onsets, next_tile, notes_in_advance, prefetch_order

FRAMES_PER_S = 31.25


def job(slot: int, struck_s: float, n_ready: int = 0, **state: int) -> Job:
    key = NoteKey(instrument="i", timbre=b"t", pitch=60 + slot, velocity=0.5)
    note = Note(key=key, latent=np.ones(4, np.float32))
    return Job(note=note, slot=slot, struck_s=struck_s, n_ready=n_ready, **state)


def test_first_tiles_come_in_the_order_of_striking() -> None:
    jobs = [job(0, 3.0), job(1, 1.0), job(2, 2.0), job(3, 0.0, n_ready=8)]
    assert [j.slot for j in next_onsets(jobs, 2)] == [1, 2]


def test_first_tiles_that_nobody_wants_or_that_are_in_hand_are_left_out() -> None:
    jobs = [job(0, 0.0, is_wanted=False), job(1, 1.0, is_running=True), job(2, 2.0)]
    assert [j.slot for j in next_onsets(jobs, 8)] == [2]


def test_the_tile_whose_frames_run_out_soonest_is_next() -> None:
    # Slot 0 has sound until 0.0 + 32 / 31.25 = 1.02 s, slot 1 until 0.5 + 8 / 31.25 = 0.76 s.
    jobs = [job(0, 0.0, n_ready=32), job(1, 0.5, n_ready=8), job(2, 0.0)]
    chosen = next_tile(jobs, FRAMES_PER_S)
    assert chosen is not None
    assert chosen.slot == 1


def test_what_is_awaited_comes_before_all_deadlines() -> None:
    jobs = [job(0, 0.0, n_ready=8), job(1, 9.0, n_ready=32, n_awaited=33)]
    chosen = next_tile(jobs, FRAMES_PER_S)
    assert chosen is not None
    assert chosen.slot == 1
    assert [j.slot for j in next_onsets([job(0, 0.0), job(1, 9.0, n_awaited=1)], 1)] == [1]


def test_a_timbre_to_cross_to_comes_after_all_that_sounds() -> None:
    jobs = [job(0, 0.0, is_crossing=1), job(1, 5.0, n_ready=32), job(2, 6.0)]
    assert [j.slot for j in next_onsets(jobs, 8)] == [2]
    chosen = next_tile(jobs, FRAMES_PER_S)
    assert chosen is not None
    assert chosen.slot == 1
    alone = next_tile(jobs[:1], FRAMES_PER_S)
    assert alone is not None
    assert alone.slot == 0


def test_a_timbre_to_cross_to_that_is_awaited_comes_first() -> None:
    jobs = [job(0, 0.0, is_crossing=1, n_awaited=64), job(1, 0.0), job(2, 0.0, n_ready=8)]
    assert [j.slot for j in next_onsets(jobs, 1)] == [0]
    chosen = next_tile(jobs, FRAMES_PER_S)
    assert chosen is not None
    assert chosen.slot == 0


def test_what_nobody_waits_for_can_be_left_out() -> None:
    jobs = [job(0, 0.0, n_ready=8, n_awaited=8), job(1, 9.0, n_ready=8, n_awaited=9)]
    chosen = next_tile(jobs, FRAMES_PER_S, awaited_only=True)
    assert chosen is not None
    assert chosen.slot == 1
    assert next_tile(jobs[:1], FRAMES_PER_S, awaited_only=True) is None


def test_without_work_there_is_no_tile() -> None:
    assert next_tile([job(0, 0.0), job(1, 0.0, n_ready=8, is_running=True)], FRAMES_PER_S) is None


def test_keys_that_were_played_are_made_in_advance_first() -> None:
    order = list(prefetch_order((60, 64), (0.3, 0.6, 0.9), [(64, 0.8), (61, 0.3), (64, 0.2)]))
    assert order[:6] == [(64, 0.9), (64, 0.6), (64, 0.3), (61, 0.9), (61, 0.6), (61, 0.3)]
    assert order[6:9] == [(63, 0.9), (62, 0.9), (60, 0.9)]


def test_every_key_and_velocity_is_made_once() -> None:
    order = list(prefetch_order((21, 108), (0.2, 0.4, 0.6, 0.8, 1.0), [(60, 0.5)]))
    assert len(order) == len(set(order)) == 88 * 5


def test_a_key_beyond_the_range_is_not_made() -> None:
    order = list(prefetch_order((60, 62), (0.5,), [(72, 0.5)]))
    assert sorted(order) == [(60, 0.5), (61, 0.5), (62, 0.5)]


def test_before_anything_was_played_the_middle_comes_first() -> None:
    assert next(prefetch_order((21, 108), (0.2, 0.7), [])) == (64, 0.7)


def test_notes_in_advance_are_the_first_timbres_then_the_next(tiny_instrument: Instrument) -> None:
    dull, bright = tiny_instrument.latents["Dull"], tiny_instrument.latents["Bright"]
    notes = list(notes_in_advance(tiny_instrument, [dull, bright], [(60, 1.0)]))
    assert len(notes) == 2 * 13 * 5
    assert (notes[0].key.pitch, notes[0].key.velocity) == (60, 1.0)
    assert np.array_equal(notes[0].latent, dull)
    assert np.array_equal(notes[65].latent, bright)
    assert len({note.key for note in notes}) == 130
