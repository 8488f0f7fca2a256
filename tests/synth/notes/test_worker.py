"""Struck notes get their frames, the urgent first; errors are told; the bits stay the same."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from synth.errors import InstrumentError
from synth.frames import NoteFrames
from synth.notes.cache import Note, NoteCache, allocate_pool, make_note
from synth.notes.generators import WHOLE, OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.tiles import SILENCE_GATE
from synth.notes.worker import FrameFinisher, NoteWorker, WorkerConfig
from synth.representation import to_magnitude_and_advance

PATIENCE_S = 20.0
ONSET_MARK = 0.25
N_FRAMES = 64  # of the tiny instrument, in tiles of 8, 16 and 40


def store_frames_ready(pool: NoteFrames, slot: int, n_frames: int) -> None:
    pool.n_ready[slot] = n_frames


def mark_onset(pool: NoteFrames, slot: int) -> None:
    pool.onset[slot] = ONSET_MARK


def mark_plan(pool: NoteFrames, slot: int) -> None:
    pool.plan["loop_last"][slot] = 63


FINISHER = FrameFinisher(
    finish_onset=mark_onset, plan_sustain=mark_plan, publish=store_frames_ready
)


class Gate:
    """A real generator behind a gate: it notes what is asked for, and waits to be let through."""

    def __init__(self, generator: OnnxGenerator, *, is_open: bool = True) -> None:
        self.generator = generator
        self.calls: list[tuple[int, list[int]]] = []  # tile, pitches
        self.errors: list[Exception] = []  # to be raised, one a call
        self._passes = threading.Semaphore(10**6 if is_open else 0)

    def let_through(self, n_calls: int = 1) -> None:
        self._passes.release(n_calls)

    def generate(self, tile: int, latents: np.ndarray, pitches: np.ndarray, velocities: np.ndarray):
        self.calls.append((tile, [int(pitch) for pitch in pitches]))
        assert self._passes.acquire(timeout=PATIENCE_S)
        if self.errors:
            raise self.errors.pop(0)
        return self.generator.generate(tile, latents, pitches, velocities)


@pytest.fixture(scope="module")
def generator(tiny_instrument: Instrument) -> OnnxGenerator:
    return OnnxGenerator(tiny_instrument, tiles=(0, 1, 2, WHOLE))


@pytest.fixture
def open_worker(tiny_instrument: Instrument, generator: OnnxGenerator) -> Callable[..., NoteWorker]:
    def open_worker(
        onsets: Gate | None = None, tiles: Gate | None = None, n_slots: int = 8, **config: object
    ) -> NoteWorker:
        one_slot = allocate_pool(tiny_instrument, 1_000_000).bytes_per_slot
        cache = NoteCache(allocate_pool(tiny_instrument, n_slots * one_slot))
        return NoteWorker(
            tiny_instrument,
            cache,
            FINISHER,
            onset_generator=onsets or generator,
            background_generator=tiles or generator,
            config=replace(WorkerConfig(), **config),
        )

    return open_worker


@pytest.fixture
def note(tiny_instrument: Instrument) -> Callable[..., Note]:
    def note(pitch: int, velocity: float = 1.0, timbre: str = "Dull") -> Note:
        return make_note(tiny_instrument, tiny_instrument.latents[timbre], pitch, velocity)

    return note


def struck(worker: NoteWorker, note: Note) -> int:
    slot = worker.strike(note)
    assert slot is not None
    return slot


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_struck_note_gets_all_its_frames(open_worker, note, tiny_instrument, generator) -> None:
    with open_worker() as worker:
        slot = struck(worker, note(60))
        worker.wait_all({slot: N_FRAMES})
        pool = worker.cache.pool
    image = generator.generate(WHOLE, note(60).latent[None], np.array([60]), np.array([1.0]))[0]
    magnitude, advance = to_magnitude_and_advance(image, tiny_instrument.spec, gate=SILENCE_GATE)
    found = pool.magnitude[slot] * pool.frame_scale[slot][:, None]
    step = magnitude.max(axis=1, keepdims=True) / 65535
    assert np.all(np.abs(found - magnitude) <= 0.51 * step + 1e-5 * magnitude)
    turns = pool.phase_advance[slot] / 65536 - advance / (2 * np.pi)
    assert np.max(np.abs(turns - np.rint(turns))) <= 1.1 / 65536
    assert pool.onset[slot, 0] == ONSET_MARK
    assert pool.plan["loop_last"][slot] == 63


def test_the_first_tile_is_published_before_the_others_are_there(
    open_worker, note, generator
) -> None:
    gate = Gate(generator, is_open=False)
    with open_worker(tiles=gate) as worker:
        slot = struck(worker, note(60))
        eventually(lambda: worker.cache.pool.n_ready[slot] == 8)
        assert worker.cache.pool.plan["loop_last"][slot] == -1
        gate.let_through(2)
        worker.wait_all({slot: N_FRAMES})
        assert [tile for tile, _ in gate.calls] == [1, 2]


def test_a_first_tile_does_not_wait_for_background_work(open_worker, note, generator) -> None:
    gate = Gate(generator, is_open=False)
    with open_worker(tiles=gate) as worker:
        struck(worker, note(60))
        eventually(lambda: len(gate.calls) == 1)  # the background is busy now
        second = struck(worker, note(64))
        eventually(lambda: worker.cache.pool.n_ready[second] == 8)
        gate.let_through(4)


def test_what_runs_out_soonest_is_generated_next(open_worker, note, generator) -> None:
    gate = Gate(generator, is_open=False)
    with open_worker(tiles=gate) as worker:
        for pitch in (60, 62, 64):
            slot = struck(worker, note(pitch))
            eventually(lambda slot=slot: worker.cache.pool.n_ready[slot] == 8)
        gate.let_through(6)
        eventually(lambda: worker.stats().n_tiles == 9)
    # The second tile of all three (256 ms of sound so far) before the third of any (768 ms).
    assert gate.calls == [(1, [60]), (1, [62]), (1, [64]), (2, [60]), (2, [62]), (2, [64])]


def test_notes_struck_together_share_a_call_where_that_is_asked_for(
    open_worker, note, generator
) -> None:
    gate = Gate(generator, is_open=False)
    with open_worker(onsets=gate, max_batch=4) as worker:
        slots = [struck(worker, note(57))]
        eventually(lambda: len(gate.calls) == 1)
        slots += [struck(worker, note(pitch)) for pitch in range(58, 64)]
        gate.let_through(3)
        worker.wait_all(dict.fromkeys(slots, N_FRAMES))
    assert gate.calls == [(0, [57]), (0, [58, 59, 60, 61]), (0, [62, 63])]


def test_a_cached_note_starts_at_once_and_is_not_generated_again(open_worker, note) -> None:
    with open_worker() as worker:
        slot = struck(worker, note(60))
        worker.wait_all({slot: N_FRAMES})
        worker.leave(slot)
        assert struck(worker, note(60)) == slot
        assert worker.cache.pool.n_ready[slot] == N_FRAMES
        assert worker.stats().n_tiles == 3
        assert worker.stats().n_started_warm == 1


def test_a_note_that_no_voice_plays_is_left_and_taken_up_again(
    open_worker, note, generator
) -> None:
    gate = Gate(generator, is_open=False)
    with open_worker(tiles=gate) as worker:
        slot = struck(worker, note(60))
        eventually(lambda: len(gate.calls) == 1)
        worker.leave(slot)
        gate.let_through(1)  # a running call ends; nothing follows it
        eventually(lambda: worker.stats().n_left == 1)
        assert worker.cache.pool.n_ready[slot] == 24
        assert worker.cache.stats().n_held == 0
        gate.let_through(1)
        assert struck(worker, note(60)) == slot
        worker.wait_all({slot: N_FRAMES})
    assert gate.calls == [(1, [60]), (2, [60])]


def test_a_note_is_not_left_while_another_voice_plays_it(open_worker, note, generator) -> None:
    gate = Gate(generator, is_open=False)
    with open_worker(tiles=gate) as worker:
        slot = struck(worker, note(60))
        assert struck(worker, note(60)) == slot
        worker.leave(slot)
        gate.let_through(2)
        worker.wait_all({slot: N_FRAMES})
        assert worker.stats().n_left == 0


def test_a_note_that_was_left_while_running_can_be_struck_again(
    open_worker, note, generator
) -> None:
    gate = Gate(generator, is_open=False)
    with open_worker(tiles=gate) as worker:
        slot = struck(worker, note(60))
        eventually(lambda: len(gate.calls) == 1)
        worker.leave(slot)
        assert struck(worker, note(60)) == slot
        gate.let_through(2)
        worker.wait_all({slot: N_FRAMES})


def test_more_notes_than_slots_are_refused_not_stolen(open_worker, note) -> None:
    with open_worker(n_slots=2) as worker:
        slots = [struck(worker, note(pitch)) for pitch in (60, 61)]
        assert worker.strike(note(62)) is None
        worker.wait_all(dict.fromkeys(slots, N_FRAMES))
        worker.leave(slots[0])
        assert struck(worker, note(62)) == slots[0]


def test_notes_made_in_advance_start_within_the_call(open_worker, note, generator) -> None:
    with open_worker() as worker:
        worker.prefetch([note(pitch) for pitch in (60, 61, 62)])
        eventually(lambda: worker.stats().n_prefetched == 3)
        slot = struck(worker, note(61))
        assert worker.cache.pool.n_ready[slot] >= 8
        assert worker.cache.pool.onset[slot, 0] == ONSET_MARK
        worker.wait_all({slot: N_FRAMES})
        assert worker.stats().n_started_warm == 1


def test_a_note_started_in_advance_is_the_note_struck_cold(open_worker, note) -> None:
    frames = []
    for is_in_advance in (False, True):
        with open_worker() as worker:
            if is_in_advance:
                worker.prefetch([note(60)])
                eventually(lambda worker=worker: worker.stats().n_prefetched == 1)
            slot = struck(worker, note(60))
            worker.wait_all({slot: N_FRAMES})
            frames.append(worker.cache.pool.magnitude[slot].copy())
    assert np.array_equal(frames[0], frames[1])


def test_advance_work_comes_after_sounding_notes(open_worker, note, generator) -> None:
    gate = Gate(generator, is_open=False)
    with open_worker(tiles=gate) as worker:
        worker.prefetch([note(57), note(58)])
        eventually(lambda: len(gate.calls) == 1)
        slot = struck(worker, note(60))
        eventually(lambda: worker.cache.pool.n_ready[slot] == 8)
        gate.let_through(4)
        eventually(lambda: worker.stats().n_prefetched == 2)
    assert gate.calls == [(0, [57]), (1, [60]), (2, [60]), (0, [58])]


def test_a_new_list_replaces_what_was_to_be_made_in_advance(open_worker, note, generator) -> None:
    gate = Gate(generator, is_open=False)
    with open_worker(tiles=gate) as worker:
        worker.prefetch([note(57), note(58)])
        eventually(lambda: len(gate.calls) == 1)
        worker.prefetch([note(69)])
        gate.let_through(2)
        eventually(lambda: worker.stats().n_prefetched == 2)
        assert worker.n_to_prefetch == 0
    assert gate.calls == [(0, [57]), (0, [69])]


def test_what_is_there_is_not_made_in_advance_again(open_worker, note, generator) -> None:
    gate = Gate(generator)
    with open_worker(tiles=gate) as worker:
        worker.wait_all({struck(worker, note(60)): N_FRAMES})
        for _ in range(2):
            worker.prefetch([note(60), note(61)])
            eventually(lambda: worker.n_to_prefetch == 0 and worker.stats().n_prefetched == 1)
    assert [call for call in gate.calls if call[0] == 0] == [(0, [61])]


def test_no_more_is_made_in_advance_than_the_store_holds(open_worker, note) -> None:
    with open_worker(store_bytes=40_000) as worker:
        n_slots = worker.store.pool.n_slots
        assert 1 < n_slots < 13
        worker.prefetch([note(pitch) for pitch in range(57, 70)])
        eventually(lambda: worker.stats().n_prefetched == n_slots)
        assert worker.n_to_prefetch == 0
        assert worker.store.holds(note(57).key)
        assert worker.store.stats().n_evicted == 0


def test_a_note_that_cannot_be_generated_is_told_and_tried_again(
    open_worker, note, generator
) -> None:
    gate = Gate(generator)
    gate.errors.append(InstrumentError("generator_000_008.onnx: broken"))
    with open_worker(onsets=gate) as worker:
        slot = struck(worker, note(60))
        with pytest.raises(InstrumentError, match=r"could not be generated; .*broken"):
            worker.wait_all({slot: 8})
        assert worker.take_failures() == [slot]
        assert worker.take_failures() == []
        again = struck(worker, note(60))
        assert again != slot  # a voice that gave up must not wake with the next one's frames
        worker.leave(slot)
        worker.wait_all({again: N_FRAMES})
        assert worker.stats().n_failed == 1
        worker.leave(again)
        assert worker.cache.stats().n_held == 0


def test_an_error_in_advance_is_counted_and_the_next_note_made(
    open_worker, note, generator
) -> None:
    gate = Gate(generator)
    gate.errors.append(InstrumentError("broken"))
    with open_worker(tiles=gate) as worker:
        worker.prefetch([note(60), note(61)])
        eventually(lambda: worker.stats().n_prefetched == 1)
        assert (worker.stats().n_failed, worker.stats().last_error) == (1, "broken")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("lane", ["onsets", "tiles"])
def test_a_thread_that_dies_is_replaced_and_its_note_told(
    open_worker, note, generator, lane: str
) -> None:
    gate = Gate(generator)
    gate.errors.append(MemoryError("no room"))
    with open_worker(**{lane: gate}) as worker:
        slot = struck(worker, note(60))
        eventually(lambda: worker.stats().n_restarts == 1)
        assert worker.take_failures() == [slot]
        assert "MemoryError('no room')" in worker.stats().last_error
        worker.leave(slot)
        worker.wait_all({struck(worker, note(60)): N_FRAMES})


def test_waiting_ends_after_its_time(open_worker, note, generator) -> None:
    gate = Gate(generator, is_open=False)
    with open_worker(onsets=gate) as worker:
        slot = struck(worker, note(60))
        with pytest.raises(InstrumentError, match=r"did not come in 0\.05 s"):
            worker.wait_all({slot: 8}, timeout_s=0.05)
        gate.let_through(1)


def test_what_is_awaited_overtakes_what_was_struck_before(open_worker, note, generator) -> None:
    gate = Gate(generator, is_open=False)
    with open_worker(tiles=gate, is_offline=True, n_offline_threads=1) as worker:
        slots = [struck(worker, note(pitch)) for pitch in (60, 61, 62)]
        eventually(lambda: len(gate.calls) == 1)
        waiter = threading.Thread(target=worker.wait_all, args=({slots[2]: 8},))
        waiter.start()
        eventually(lambda: worker._jobs[slots[2]].is_awaited)
        gate.let_through(9)
        waiter.join(PATIENCE_S)
        assert gate.calls[:3] == [(0, [60]), (0, [62]), (0, [61])]


def test_offline_a_thread_stays_free_for_what_is_waited_for(open_worker, note, generator) -> None:
    gate = Gate(generator, is_open=False)
    with open_worker(tiles=gate, is_offline=True, n_offline_threads=2) as worker:
        first = struck(worker, note(60))
        gate.let_through(1)
        eventually(lambda: gate.calls == [(0, [60]), (1, [60])])  # the second tile ahead of need
        second = struck(worker, note(64))
        gate.let_through(1)  # whichever call it lets through
        eventually(lambda: (0, [64]) in gate.calls)
        gate.let_through(8)
        worker.wait_all({first: 24, second: 24})


def test_offline_rendering_gives_the_same_bits_however_many_threads_and_notes(
    open_worker, note
) -> None:
    alone = played_frames(open_worker(is_offline=True, n_offline_threads=1), [note(64)])
    among = [note(pitch) for pitch in (57, 60, 64, 69)]
    together = played_frames(open_worker(is_offline=True, n_offline_threads=3), among)
    assert np.array_equal(alone[0], together[2])


def test_live_and_offline_frames_are_within_a_step_of_each_other(open_worker, note) -> None:
    offline = played_frames(open_worker(is_offline=True), [note(64)])[0]
    live = played_frames(open_worker(max_batch=4), [note(p) for p in (57, 60, 64)])[2]
    assert np.max(np.abs(offline.astype(np.int64) - live.astype(np.int64))) <= 2


def played_frames(worker: NoteWorker, notes: list[Note]) -> list[np.ndarray]:
    """Strike notes together and return their magnitudes."""
    with worker:
        slots = [struck(worker, note) for note in notes]
        worker.wait_all(dict.fromkeys(slots, N_FRAMES))
        return [worker.cache.pool.magnitude[slot].copy() for slot in slots]


def test_leaving_the_block_ends_the_threads_and_holds_nothing(open_worker, note, generator) -> None:
    gate = Gate(generator)
    worker = open_worker(tiles=gate)
    with worker:
        slot = struck(worker, note(60))
        threads = list(worker._threads.values())
    assert not any(thread.is_alive() for thread in threads)
    worker.leave(slot)
    assert worker.cache.stats().n_held == 0
