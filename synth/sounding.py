"""The notes that the audio thread has: the slots that they hold, and the timbres they are to have.

A slot is held from the strike until the audio thread sends it back. A held note whose part gets
another timbre crosses to a slot of that timbre; one crossing at a time, then straight to the latest
target, so a pad that moves faster than notes are generated leaves no queue behind.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from synth.notes.cache import Note, make_note
from synth.notes.instrument import Instrument
from synth.notes.latents import Latent
from synth.notes.schedule import notes_in_advance
from synth.notes.worker import NoteWorker
from synth.realtime import queue
from synth.settings import Command, PartSettings
from synth.units import semitones_to_ratio

SETTLED_S = 0.25  # a timbre that has not moved for so long is worth making in advance
N_REMEMBERED = 64  # keys played lately

OnHeld = Callable[[int, Note], None]


def _ignore(_slot: int, _note: Note) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A note that has a slot."""

    serial: int
    slot: int
    note: Note


@dataclass(slots=True, kw_only=True)
class _Sounding:
    """A note that the audio thread has, or is about to get."""

    part: int
    note: Note  # that it plays, or crosses to
    slots: list[int]  # one, or while it crosses two
    pitch: float  # of the key that was struck, transposed, not tuned


class SoundingNotes:
    """The books of one engine; whoever calls holds the engine's lock.

    Args:
        instrument: whose notes.
        worker: that generates them.
        layers: velocities that notes are generated at, 0..1.
        on_held: is told which note lies in a slot that is about to be played.
    """

    def __init__(
        self,
        instrument: Instrument,
        worker: NoteWorker,
        layers: Sequence[float],
        on_held: OnHeld = _ignore,
    ) -> None:
        self._on_held = on_held
        self._instrument = instrument
        self._worker = worker
        self._layers = layers
        self._notes: dict[int, _Sounding] = {}  # by serial number
        self._n_struck = 0
        self._played: deque[tuple[int, float]] = deque(maxlen=N_REMEMBERED)  # the latest first
        self._played_parts: dict[int, None] = {}  # the latest last
        self._moved_s: float | None = None  # when a timbre moved, until it has settled

    def strike(
        self, part: int, latent: Latent, pitch: float, velocity: float, key_pitch: float = 0.0
    ) -> Struck | None:
        """Ask for a note; None: every slot is held (the cache counts it).

        Args:
            part: 0..15.
            latent: of the part.
            pitch: MIDI number, any.
            velocity: 0..1.
            key_pitch: of the key, before it was tuned.
        """
        note = self._find(latent, pitch, velocity)
        slot = self._worker.strike(note)
        if slot is None:
            return None
        self._on_held(slot, note)
        serial = self._n_struck
        self._n_struck += 1
        self._notes[serial] = _Sounding(part=part, note=note, slots=[slot], pitch=key_pitch)
        self._remember(part, note)
        return Struck(serial=serial, slot=slot, note=note)

    def retuned(self, tune: Callable[[float], float], unbent_step: float) -> Iterator[Command]:
        """Yield what brings all notes to the pitches that their keys have now.

        Args:
            tune: what a key sounds.
            unbent_step: model samples per output sample at the pitch of the frames.
        """
        for serial, sounding in self._notes.items():
            pitch = tune(sounding.pitch)
            ratio = semitones_to_ratio(pitch - sounding.note.key.pitch) * unbent_step
            yield {"kind": queue.RETUNE, "serial": serial, "ratio": ratio, "pitch": pitch}

    def take_back(self, returned: Iterable[tuple[int, int]]) -> None:
        """Let go of the slots that notes have finished with.

        Args:
            returned: serial numbers and slots.
        """
        for serial, slot in returned:
            self._worker.leave(slot)
            sounding = self._notes[serial]
            sounding.slots.remove(slot)
            if not sounding.slots:
                del self._notes[serial]
        self._worker.take_failures()  # the worker counts them, the cache has forgotten them

    def leave_all(self) -> None:
        """Let go of every slot: there is no audio thread any more that could read it."""
        for sounding in self._notes.values():
            for slot in sounding.slots:
                self._worker.leave(slot)
        self._notes.clear()

    def follow(
        self, parts: Sequence[PartSettings], find_ending: Callable[[], Collection[int]]
    ) -> Iterator[Command]:
        """Yield what lets held notes cross to the timbres that their parts have now.

        Args:
            parts: their settings.
            find_ending: looks up the serial numbers of notes that are released already: not worth
                a crossing.
        """
        moved = [
            (serial, sounding)
            for serial, sounding in self._notes.items()
            if sounding.note.latent is not parts[sounding.part].latent and len(sounding.slots) == 1
        ]
        ending = find_ending() if moved else ()
        for serial, sounding in moved:
            part = parts[sounding.part]
            if serial in ending:
                continue
            old = sounding.note.key
            sounding.note = self._find(part.latent, old.pitch, old.velocity)
            if sounding.note.key == old:
                continue
            slot = self._worker.strike(sounding.note, is_crossing=True)
            if slot is not None:
                self._on_held(slot, sounding.note)
                sounding.slots.append(slot)
                yield {"kind": queue.MORPH, "serial": serial, "slot": slot, "value": part.morph_s}

    def await_frames(self) -> None:
        """Wait until all notes are whole.

        A note that runs out of frames is not all: one that is let go asks whether its learned
        release is known, and one that crosses begins to when its new frames are there. How fast
        the worker is must decide neither.

        Raises:
            InstrumentError: frames could not be generated.
        """
        n_frames = self._instrument.spec.n_frames
        slots = (slot for sounding in self._notes.values() for slot in sounding.slots)
        self._worker.wait_all(dict.fromkeys(slots, n_frames))

    def timbre_moved(self) -> None:
        """Take note that first tiles made in advance are of a timbre that has gone."""
        self._moved_s = time.monotonic()

    def make_in_advance(self, parts: Sequence[PartSettings]) -> None:
        """Once the timbres have settled, have first tiles made of all keys of the parts in use."""
        if self._moved_s is None or time.monotonic() - self._moved_s < SETTLED_S:
            return
        self._moved_s = None
        in_use = list(reversed(self._played_parts)) or [0]
        latents = [parts[number].latent for number in in_use]
        timbres = list({latent.tobytes(): latent for latent in latents}.values())
        played = list(self._played)
        self._worker.prefetch(notes_in_advance(self._instrument, timbres, played, self._layers))

    def _find(self, latent: Latent, pitch: float, velocity: float) -> Note:
        # The note keeps the part's very array: whether it is at its target is a look at two ids.
        note = make_note(self._instrument, latent, pitch, velocity, self._layers)
        return replace(note, latent=latent)

    def _remember(self, part: int, note: Note) -> None:
        self._played.appendleft((note.key.pitch, note.key.velocity))
        if next(reversed(self._played_parts), None) != part:
            self._played_parts.pop(part, None)
            self._played_parts[part] = None
            self.timbre_moved()
