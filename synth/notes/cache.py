"""Which note lies in which slot of the pool, and which slot may be given away.

The pool is the cache: a note that has been generated stays in its slot until another needs the
room, the one longest unused first. A slot that a voice plays or the worker fills is held, and is
never given away under them. Beside it a small store keeps the first tile of notes that nobody has
played yet, a fifteenth of a note's size, so that every key can start at once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synth.errors import ConfigError
from synth.frames import NoteFrames
from synth.notes.instrument import Instrument
from synth.notes.latents import Latent, normalise, timbre_digest

N_PREPARED = 24  # empty slots whose memory is there: two chords


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKey:
    """What makes two notes the same frames."""

    instrument: str  # Instrument.identifier
    timbre: bytes  # latents.timbre_digest
    pitch: int  # within the instrument's range
    velocity: float  # 0..1, one of the layers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Note:
    """A note to generate: its name and its timbre."""

    key: NoteKey
    latent: Latent  # [latent_size]


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStats:
    """What a cache has done so far."""

    n_slots: int
    n_used: int
    n_held: int
    n_hits: int
    n_misses: int
    n_evicted: int
    n_refused: int  # notes that found every slot held


def make_note(
    instrument: Instrument,
    latent: Latent,
    pitch: float,
    velocity: float,
    layers: Sequence[float] | None = None,
) -> Note:
    """Name the note that an instrument has for a pitch and a velocity: the nearest trained ones.

    Args:
        instrument: that is to play it.
        latent: its timbre, [latent_size], of any length but zero.
        pitch: MIDI number, any; what lies beyond the instrument's range is resampled from its ends.
        velocity: 0..1.
        layers: velocities to choose from, 0..1; None: the instrument's own.
    """
    low, high = instrument.pitch_range
    choices = layers or instrument.velocity_layers
    key = NoteKey(
        instrument=instrument.identifier,
        timbre=timbre_digest(latent),
        pitch=min(max(round(pitch), low), high),
        velocity=min(choices, key=lambda layer: abs(layer - velocity)),
    )
    return Note(key=key, latent=normalise(latent))


def allocate_pool(
    instrument: Instrument, n_bytes: int, n_least_slots: int = 1, n_frames: int | None = None
) -> NoteFrames:
    """Allocate the slots for an instrument's notes that fit into some memory.

    Args:
        instrument: whose notes.
        n_bytes: at most; the memory is touched only as slots are used.
        n_least_slots: wanted, so that all voices can sound.
        n_frames: of a slot, if not the whole note.

    Raises:
        ConfigError: that many slots need more memory.
    """
    spec = instrument.spec

    def allocate(n_slots: int) -> NoteFrames:
        return NoteFrames.allocate(
            n_slots=n_slots,
            n_frames=n_frames or spec.n_frames,
            n_bins=spec.n_linear_bins,
            n_fft=spec.n_fft,
            hop_length=spec.hop_length,
            n_onset_frames=instrument.tiles[0].n_frames,
        )

    n_slots = n_bytes // allocate(1).bytes_per_slot
    if n_slots < max(n_least_slots, 1):
        wanted = max(n_least_slots, 1) * allocate(1).bytes_per_slot
        raise ConfigError(f"cache_bytes {n_bytes}: wanted at least {wanted} for all voices")
    return allocate(n_slots)


class NoteCache:
    """Slots by note, the longest unused given away first.

    Thread: any but audio; a lock keeps its books.
    """

    def __init__(self, pool: NoteFrames) -> None:
        self.pool = pool
        self._lock = threading.Lock()
        self._slots: OrderedDict[NoteKey, int] = OrderedDict()  # least recently used first
        self._keys: dict[int, NoteKey] = {}
        self._free: list[int] = []  # their memory is there
        self._untouched = list(range(pool.n_slots - 1, -1, -1))
        self._n_voices = np.zeros(pool.n_slots, np.int64)
        self._n_fillers = np.zeros(pool.n_slots, np.int64)
        self._n_hits = self._n_misses = self._n_evicted = self._n_refused = 0

    def acquire(self, key: NoteKey) -> int | None:
        """Return the slot of a note, held for one voice; a new note gets an empty one.

        `pool.n_ready[slot]` tells how much of it is there. None: all slots are held.

        Thread: any but audio.
        """
        with self._lock:
            slot = self._slots.get(key)
            if slot is None:
                slot = self._take_empty()
                if slot is None:
                    self._n_refused += 1
                    return None
                self._n_misses += 1
                self._slots[key] = slot
                self._keys[slot] = key
            else:
                self._n_hits += 1
            self._slots.move_to_end(key)
            self._n_voices[slot] += 1
            return slot

    def find(self, key: NoteKey) -> int | None:
        """Return the slot of a note that has begun, held as by `acquire`, or None.

        Thread: any but audio.
        """
        with self._lock:
            slot = self._slots.get(key)
            if slot is None or not self.pool.n_ready[slot]:
                return None
            self._slots.move_to_end(key)
            self._n_voices[slot] += 1
            return slot

    def release(self, slot: int) -> int:
        """Give back what `acquire` held; return how many voices still play the slot.

        Thread: any but audio.
        """
        with self._lock:
            self._n_voices[slot] -= 1
            assert self._n_voices[slot] >= 0
            self._free_if_forgotten(slot)
            return int(self._n_voices[slot])

    def hold(self, slot: int) -> None:
        """Keep a slot while the worker fills it.

        Thread: any but audio.
        """
        with self._lock:
            self._n_fillers[slot] += 1

    def drop(self, slot: int) -> None:
        """Give back what `hold` kept.

        Thread: any but audio.
        """
        with self._lock:
            self._n_fillers[slot] -= 1
            assert self._n_fillers[slot] >= 0
            self._free_if_forgotten(slot)

    def forget(self, slot: int) -> None:
        """Let no later note find a slot whose frames could not be generated.

        Thread: any but audio.
        """
        with self._lock:
            key = self._keys.pop(slot, None)
            if key is not None:
                del self._slots[key]
                self._free_if_forgotten(slot)

    def key_of(self, slot: int) -> NoteKey | None:
        """Return which note lies in a slot, or None.

        Thread: any but audio.
        """
        with self._lock:
            return self._keys.get(slot)

    def holds(self, key: NoteKey) -> bool:
        """Tell whether a note can start at once from its slot.

        Thread: any but audio.
        """
        with self._lock:
            slot = self._slots.get(key)
            return slot is not None and bool(self.pool.n_ready[slot] > 0)

    def prepare(self, n_slots: int = N_PREPARED) -> None:
        """Have the system find memory for the next notes, before they are struck.

        A page that is written for the first time costs more than what is written: up to 15 ms for
        a first tile where pages are large (measured).

        Args:
            n_slots: empty slots to have ready, a quarter of them at most in one call.

        Thread: any but audio.
        """
        for _ in range(n_slots // 4):
            with self._lock:
                if len(self._free) >= n_slots or not self._untouched:
                    return
                slot = self._untouched.pop()
            self.pool.touch(slot)
            with self._lock:
                self._free.append(slot)

    def stats(self) -> CacheStats:
        """Count.

        Thread: any but audio.
        """
        with self._lock:
            return CacheStats(
                n_slots=self.pool.n_slots,
                n_used=len(self._slots),
                n_held=int(np.count_nonzero(self._n_voices + self._n_fillers)),
                n_hits=self._n_hits,
                n_misses=self._n_misses,
                n_evicted=self._n_evicted,
                n_refused=self._n_refused,
            )

    def _take_empty(self) -> int | None:
        if self._free or self._untouched:
            slot = (self._free or self._untouched).pop()
        else:
            unused = (slot for slot in self._slots.values() if not self._is_held(slot))
            found = next(unused, None)
            if found is None:
                return None
            slot = found
            del self._slots[self._keys.pop(slot)]
            self._n_evicted += 1
        self.pool.clear(slot)
        return slot

    def _is_held(self, slot: int) -> bool:
        return bool(self._n_voices[slot] or self._n_fillers[slot])

    def _free_if_forgotten(self, slot: int) -> None:
        if slot not in self._keys and not self._is_held(slot):
            self._free.append(slot)
