"""What a port holds down, so that it can be let go when the port is gone."""

from collections.abc import Iterator

from synth.events import (
    AllNotesOff,
    AllSoundOff,
    Event,
    NoteOff,
    NoteOn,
    PitchBend,
    PlayerEvent,
    SostenutoPedal,
    SustainPedal,
)

_PEDALS = (SustainPedal, SostenutoPedal)


class HeldNotes:
    """The keys and pedals that are down."""

    def __init__(self) -> None:
        self._notes: dict[tuple[int, float | None, int | None], None] = {}  # part, pitch, id
        self._pedals: dict[tuple[type, int], None] = {}
        self._bent: set[int] = set()  # parts

    def watch(self, event: PlayerEvent) -> None:
        """Take note of what goes down and up."""
        if isinstance(event, NoteOn):
            pitch = event.pitch if event.note_id is None else None
            self._notes[event.part, pitch, event.note_id] = None
        elif isinstance(event, NoteOff):
            pitch = event.pitch if event.note_id is None else None
            self._notes.pop((event.part, pitch, event.note_id), None)
        elif isinstance(event, _PEDALS):
            self._step(event)
        elif isinstance(event, PitchBend):
            (self._bent.add if event.value else self._bent.discard)(event.part)
        elif isinstance(event, AllNotesOff | AllSoundOff):
            self._notes = {note: None for note in self._notes if event.part not in {None, note[0]}}

    def let_go(self) -> Iterator[Event]:
        """Yield what lets everything go."""
        for part, pitch, note_id in self._notes:
            yield NoteOff(pitch=pitch, note_id=note_id, part=part)
        for kind, part in self._pedals:
            yield kind(is_down=False, part=part)
        for part in self._bent:
            yield PitchBend(value=0.0, part=part)
        self._notes, self._pedals, self._bent = {}, {}, set()

    def _step(self, event: SustainPedal | SostenutoPedal) -> None:
        if event.is_down:
            self._pedals[type(event), event.part] = None
        else:
            self._pedals.pop((type(event), event.part), None)
