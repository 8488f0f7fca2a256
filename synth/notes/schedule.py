"""What to generate next: pure choices from what is wanted.

First sounds first, then the tile whose frames run out soonest, then the timbres that held notes
are to cross to. Notes made in advance come last; their order is made here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from synth.notes.cache import Note, make_note
from synth.notes.instrument import Instrument
from synth.notes.latents import Latent


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """A note in a slot, of which frames are still to come."""

    note: Note
    slot: int
    struck_s: float  # when it was asked for, seconds of a clock that never goes back
    n_ready: int  # frames that are published
    is_wanted: bool = True  # a voice plays it
    is_crossing: bool = False  # a voice will cross to it; until then it sounds as it is
    is_running: bool = False  # a thread is at one of its tiles
    n_awaited: int = 0  # frames that somebody waits for in `NoteWorker.wait_all`

    @property
    def is_awaited(self) -> bool:
        """Tell whether somebody waits for a frame that is not there."""
        return self.n_ready < self.n_awaited

    def deadline_s(self, frames_per_s: float) -> float:
        """Return when its playhead arrives where its frames end; awaited ones are always late."""
        return -np.inf if self.is_awaited else self.struck_s + self.n_ready / frames_per_s


def next_onsets(jobs: Iterable[Job], max_batch: int) -> list[Job]:
    """Choose the notes whose first tile comes next, the longest waiting first."""
    waiting = [
        job
        for job in jobs
        if job.n_ready == 0
        and job.is_wanted
        and not job.is_running
        and (job.is_awaited or not job.is_crossing)
    ]
    waiting.sort(key=lambda job: (not job.is_awaited, job.struck_s))
    return waiting[:max_batch]


def next_tile(
    jobs: Iterable[Job], frames_per_s: float, *, awaited_only: bool = False
) -> Job | None:
    """Choose the note that has begun and needs its next tile soonest.

    A timbre that a held note is to cross to waits until no sounding note needs a tile.
    """
    begun = [
        job
        for job in jobs
        if (job.n_ready > 0 or job.is_crossing)
        and job.is_wanted
        and not job.is_running
        and (job.is_awaited or not awaited_only)
    ]

    def urgency(job: Job) -> tuple[bool, float]:
        is_later = job.is_crossing and not job.is_awaited
        return is_later, job.deadline_s(frames_per_s)

    return min(begun, key=urgency, default=None)


def prefetch_order(
    pitch_range: tuple[int, int],
    layers: Sequence[float],
    played: Sequence[tuple[int, float]],
) -> Iterator[tuple[int, float]]:
    """Order the keys of an instrument by how soon a player may strike them.

    Keys that were played come first, at every velocity; then all keys at the velocity last played,
    outwards from the last key; then all keys at the next velocity, and so on.

    Args:
        pitch_range: lowest and highest pitch.
        layers: velocities, 0..1.
        played: pitch and velocity of notes, the latest first; may be empty.

    Yields:
        Every pitch and velocity once.
    """
    low, high = pitch_range
    last_pitch, last_velocity = played[0] if played else ((low + high) // 2, 0.7)
    near_layers = sorted(layers, key=lambda layer: abs(layer - last_velocity))
    near_pitches = sorted(range(low, high + 1), key=lambda pitch: abs(pitch - last_pitch))
    recent = [
        pitch for pitch in dict.fromkeys(pitch for pitch, _ in played) if low <= pitch <= high
    ]
    first = [(pitch, layer) for pitch in recent for layer in near_layers]
    then = [(pitch, layer) for layer in near_layers for pitch in near_pitches]
    yield from dict.fromkeys(first + then)


def notes_in_advance(
    instrument: Instrument,
    timbres: Sequence[Latent],
    played: Sequence[tuple[int, float]],
    layers: Sequence[float] | None = None,
) -> Iterator[Note]:
    """List the notes whose first tile is worth having before they are struck.

    Args:
        instrument: whose keys.
        timbres: of the parts in use, [latent_size] each, the one played last first.
        played: pitch and velocity of notes, the latest first; may be empty.
        layers: velocities, 0..1; None: the instrument's own.

    Yields:
        All keys of the first timbre, then of the next.
    """
    low, _ = instrument.pitch_range
    choices = layers or instrument.velocity_layers
    for latent in timbres:
        note = make_note(instrument, latent, low, choices[0], choices)
        for pitch, velocity in prefetch_order(instrument.pitch_range, choices, played):
            yield replace(note, key=replace(note.key, pitch=pitch, velocity=velocity))
