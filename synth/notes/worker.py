"""Threads that generate notes while others play: first sounds at once, the rest just in time.

A running call of a generator cannot be interrupted, so first tiles have a thread and sessions of
their own, and wait for no background work. Both threads pick what is most urgent when they
are free; nothing is queued in an order that may have become wrong. A note that no voice wants any
more is left where it is: the tiles it has stay in the cache, and generation goes on from there when
it is struck again.

Errors are counted and told, never swallowed: a note that cannot be generated is reported to
whoever struck it, and a thread that dies is replaced by another.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Self

from synth.errors import InstrumentError, SynthError
from synth.notes.cache import Note, NoteCache, allocate_pool
from synth.notes.generators import NoteGenerator, n_usable_cores
from synth.notes.instrument import Instrument
from synth.notes.lanes import Lane, live_lanes, offline_lanes
from synth.notes.priority import run_in_background, run_in_real_time
from synth.notes.schedule import Job, next_onsets, next_tile
from synth.notes.tiles import (
    FrameFinisher,
    generate_tiles,
    place_tile,
    restore_onset,
    store_onset,
    tile_number,
)

_JOIN_S = 10.0
_HELP_S = 0.001  # that an idle thread waits for a first tile to begin


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConfig:
    """How a worker divides its labour."""

    # First tiles in one call. More gain a CPU 8 to 25 % on one or two threads, but the first of a
    # chord then waits for the last, and a note's last bits depend on its company.
    max_batch: int = 1
    store_bytes: int = 32_000_000  # of first tiles made in advance
    is_offline: bool = (
        False  # every thread does everything, a note a call: the same bits every time
    )
    n_onset_threads: int = 1  # that make first tiles side by side, live
    n_offline_threads: int = field(default_factory=lambda: max(2, n_usable_cores()))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStats:
    """What a worker has done so far."""

    n_struck: int = 0  # notes that voices asked for
    n_started_warm: int = 0  # of them, from frames that were there
    n_tiles: int = 0  # generated for voices
    n_prefetched: int = 0  # first tiles generated in advance
    n_left: int = 0  # notes left unfinished because no voice wanted them any more
    n_failed: int = 0  # notes that could not be generated
    n_restarts: int = 0  # threads that died and were replaced
    longest_onset_s: float = 0.0  # from asking for a note to its first frames
    last_error: str = ""


class NoteWorker:
    """Generates what voices strike, into a cache's slots. A context manager: threads run inside.

    Thread: any but audio, unless a method says otherwise.
    """

    def __init__(
        self,
        instrument: Instrument,
        cache: NoteCache,
        finisher: FrameFinisher,
        *,
        onset_generator: NoteGenerator,
        background_generator: NoteGenerator,
        config: WorkerConfig | None = None,
    ) -> None:
        """Prepare, without starting a thread.

        Args:
            instrument: whose notes.
            cache: where they go.
            finisher: what makes frames playable.
            onset_generator: of first tiles.
            background_generator: of all tiles; the same object will do for offline rendering.
            config: how to divide the labour.
        """
        self.instrument = instrument
        self.cache = cache
        self._config = config or WorkerConfig()
        self.store = NoteCache(
            allocate_pool(
                instrument, self._config.store_bytes, n_frames=instrument.tiles[0].n_frames
            )
        )
        self._finisher = finisher
        self._lanes = (
            offline_lanes(background_generator, self._config.n_offline_threads)
            if self._config.is_offline
            else live_lanes(onset_generator, background_generator, self._config.n_onset_threads)
        )
        self._frames_per_s = instrument.spec.sample_rate / instrument.spec.hop_length
        self._changed = threading.Condition()  # guards all below
        self._jobs: dict[int, Job] = {}  # by slot
        self._in_hand: dict[str, list[Job]] = {}  # by lane
        self._wanted: deque[Note] = deque()  # in advance
        self._failed: list[int] = []  # slots, not yet told
        self._stats = WorkerStats()
        self._is_running = False
        self._threads: dict[str, threading.Thread] = {}

    def __enter__(self) -> Self:
        self._is_running = True
        for lane in self._lanes:
            self._start(lane)
        return self

    def __exit__(self, *exception: object) -> None:
        with self._changed:
            self._is_running = False
            self._changed.notify_all()
        for thread in self._threads.values():
            thread.join(_JOIN_S)
        for slot in list(self._jobs):
            self._finish(self._jobs[slot])

    # -- what voices ask for ---------------------------------------------------------------------

    def strike(self, note: Note, *, is_crossing: bool = False) -> int | None:
        """Return the slot where a note is, or will be, held for one voice; None: no slot is free.

        What was made in advance is published before this returns.

        Args:
            note: to generate.
            is_crossing: a voice that sounds already is to cross to it, so others come first.

        Thread: control.
        """
        slot = self.cache.acquire(note.key)
        if slot is None:
            return None
        with self._changed:
            n_ready = int(self.cache.pool.n_ready[slot])
            self._count(n_struck=1, n_started_warm=int(n_ready > 0))
            if n_ready == self.instrument.spec.n_frames:
                return slot
            if slot in self._jobs:
                self._jobs[slot].is_wanted = True
                self._jobs[slot].is_crossing &= is_crossing
                self._changed.notify_all()
                return slot
            self.cache.hold(slot)
            now_s = time.monotonic()
            job = Job(
                note=note, slot=slot, struck_s=now_s, n_ready=n_ready, is_crossing=is_crossing
            )
            self._jobs[slot] = job
            stored = None if n_ready else self.store.find(note.key)
            job.is_running = stored is not None
            self._changed.notify_all()
        if stored is not None:
            ready = restore_onset(self.store.pool, stored, self.cache.pool, slot, self._finisher)
            self.store.release(stored)
            with self._changed:
                self._count(n_started_warm=1)
                self._advance(job, ready)
        return slot

    def leave(self, slot: int) -> None:
        """Give a slot back when a voice has ended; what nobody else plays is not generated further.

        Thread: control.
        """
        with self._changed:
            n_voices = self.cache.release(slot)
            job = self._jobs.get(slot)
            if n_voices == 0 and job is not None:
                job.is_wanted = False
                if not job.is_running:
                    self._finish(job)

    def wait_all(self, n_frames: Mapping[int, int], timeout_s: float = 60.0) -> None:
        """Block until slots have frames, putting these before all else.

        Args:
            n_frames: how many, by slot; more than a note has are as many as it has.
            timeout_s: seconds.

        Raises:
            InstrumentError: they could not be generated, or not in time.

        Thread: control, offline.
        """
        pool, most = self.cache.pool, self.instrument.spec.n_frames
        missing = {slot: min(n, most) for slot, n in n_frames.items() if pool.n_ready[slot] < n}
        if not missing:
            return

        def is_over() -> bool:
            return all(pool.n_ready[slot] >= n for slot, n in missing.items()) or not all(
                self._is_coming(slot, n) for slot, n in missing.items()
            )

        with self._changed:
            for slot, n in missing.items():
                if slot in self._jobs:
                    self._jobs[slot].n_awaited = n
            self._changed.notify_all()
            is_in_time = self._changed.wait_for(is_over, timeout_s)
            if all(pool.n_ready[slot] >= n for slot, n in missing.items()):
                return
            reason = "could not be generated" if is_in_time else f"did not come in {timeout_s:g} s"
            raise InstrumentError(
                f"instrument {self.instrument.folder}: frames of a note {reason}; "
                f"{self._stats.last_error or 'run `gansynth instrument verify`'}"
            )

    def prefetch(self, notes: Iterable[Note]) -> None:
        """Make the first tiles of these notes whenever there is nothing else to do.

        The list replaces the one before; its first notes come first, as many as the store holds.

        Thread: control.
        """
        with self._changed:
            self._wanted = deque(islice(notes, self.store.pool.n_slots))
            self._changed.notify_all()

    @property
    def n_to_prefetch(self) -> int:
        """Notes of the list that have not been looked at yet.

        Thread: any.
        """
        return len(self._wanted)

    def take_failures(self) -> list[int]:
        """Return the slots whose note could not be generated since the last call.

        Thread: control.
        """
        with self._changed:
            failed, self._failed = self._failed, []
            return failed

    def stats(self) -> WorkerStats:
        """Return what was done so far.

        Thread: any but audio.
        """
        with self._changed:
            return self._stats

    # -- threads ---------------------------------------------------------------------------------

    def _start(self, lane: Lane) -> None:
        thread = threading.Thread(target=self._run, args=(lane,), name=lane.name, daemon=True)
        self._threads[lane.name] = thread
        thread.start()

    def _run(self, lane: Lane) -> None:
        """Work until the end; dead or alive, hand over in order.

        Thread: worker.
        """
        if lane.is_background:
            run_in_background()
        elif lane.is_urgent:
            run_in_real_time()
        try:
            while self._work(lane):
                pass
        finally:
            self._replace_if_dead(lane, sys.exc_info()[1])

    def _replace_if_dead(self, lane: Lane, error: BaseException | None) -> None:
        with self._changed:
            if error is None:
                return
            reason = f"thread {lane.name!r} died: {error!r}"
            for job in self._in_hand.pop(lane.name, []):
                self._fail(job, reason)
            self._count(n_restarts=1)
            self._stats = replace(self._stats, last_error=reason)
            if self._is_running:
                self._start(lane)

    def _work(self, lane: Lane) -> bool:
        """Do the most urgent thing, or wait for one; False when it is time to stop.

        Thread: worker.
        """
        with self._changed:
            jobs = self._choose(lane)
            advance = self._choose_in_advance(lane) if not jobs else None
            if not self._is_running:
                return False
            helps = not jobs and advance is None and self._may_help(lane)
            if not jobs and advance is None and not helps:
                self._changed.wait()
                return True
            for job in jobs:
                job.is_running = True
            self._in_hand[lane.name] = jobs
        if helps and lane.shared is not None:
            lane.shared.help(_HELP_S)
        elif advance is not None:
            self._generate_in_advance(lane, advance)
        else:
            self._generate(lane, jobs)
        with self._changed:
            self._in_hand.pop(lane.name, None)
        return True

    def _choose(self, lane: Lane) -> list[Job]:
        if lane.does_onsets:
            max_batch = 1 if self._config.is_offline else self._config.max_batch
            onsets = next_onsets(self._jobs.values(), max_batch)
            if onsets:
                return onsets
        if lane.does_tiles:
            job = next_tile(
                self._jobs.values(), self._frames_per_s, awaited_only=not lane.does_tiles_ahead
            )
            if job is not None:
                return [job]
        return []

    def _may_help(self, lane: Lane) -> bool:
        """Tell whether another thread is at a first tile that this one can take part in."""
        if lane.shared is None:
            return False
        others = (other for other in self._lanes if other.shared is lane.shared)
        return any(self._in_hand.get(other.name) for other in others if other is not lane)

    def _choose_in_advance(self, lane: Lane) -> Note | None:
        while lane.does_tiles_ahead and self._wanted:
            note = self._wanted.popleft()
            if not self.store.holds(note.key) and not self.cache.holds(note.key):
                return note
        return None

    def _generate(self, lane: Lane, jobs: list[Job]) -> None:
        """Generate the next tile of some notes, all at the same one, and publish it.

        Thread: worker.
        """
        number = tile_number(self.instrument, jobs[0].n_ready)
        notes = [job.note for job in jobs]
        try:
            tiles = generate_tiles(self.instrument, lane.generator, number, notes)
        except SynthError as error:
            with self._changed:
                for job in jobs:
                    self._fail(job, str(error))
            return
        for job, tile in zip(jobs, tiles, strict=True):
            ready = place_tile(self.cache.pool, job.slot, job.n_ready, tile, self._finisher)
            with self._changed:
                self._count(n_tiles=1)
                self._advance(job, ready)

    def _generate_in_advance(self, lane: Lane, note: Note) -> None:
        try:
            (tile,) = generate_tiles(self.instrument, lane.generator, 0, [note])
        except SynthError as error:
            with self._changed:
                self._count(n_failed=1)
                self._stats = replace(self._stats, last_error=str(error))
            return
        slot = self.store.acquire(note.key)
        if slot is not None:
            store_onset(self.store.pool, slot, tile, self._finisher)
            self.store.release(slot)
        with self._changed:
            self._count(n_prefetched=1)

    # -- books, all under the lock ---------------------------------------------------------------

    def _advance(self, job: Job, n_ready: int) -> None:
        """Note that frames were published."""
        if job.n_ready == 0 and not job.is_crossing:
            waited_s = time.monotonic() - job.struck_s
            longest_s = max(waited_s, self._stats.longest_onset_s)
            self._stats = replace(self._stats, longest_onset_s=longest_s)
        job.n_ready = n_ready
        job.is_running = False
        if n_ready == self.instrument.spec.n_frames or not job.is_wanted:
            self._finish(job)
        self._changed.notify_all()

    def _is_coming(self, slot: int, n_frames: int) -> bool:
        is_there = bool(self.cache.pool.n_ready[slot] >= n_frames)
        return is_there or (self._is_running and slot in self._jobs)

    def _finish(self, job: Job) -> None:
        if self._jobs.pop(job.slot, None) is not None:
            if job.n_ready < self.instrument.spec.n_frames:
                self._count(n_left=1)
            self.cache.drop(job.slot)

    def _fail(self, job: Job, reason: str) -> None:
        """Give a note up: whoever waits for it is told, and nobody finds it in the cache."""
        if self._jobs.pop(job.slot, None) is None:
            return
        self.cache.forget(job.slot)
        self.cache.drop(job.slot)
        self._failed.append(job.slot)
        self._count(n_failed=1)
        self._stats = replace(self._stats, last_error=reason)
        self._changed.notify_all()

    def _count(self, **increments: int) -> None:
        totals = {name: getattr(self._stats, name) + n for name, n in increments.items()}
        self._stats = replace(self._stats, **totals)
