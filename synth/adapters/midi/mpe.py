"""MPE: each note on a channel of its own, so that each has its own bend, pressure and slide.

Source: MIDI Polyphonic Expression 1.0 (MMA, 2018). A zone has a master channel, 1 or 16, and the
channels beside it; what is not bend, pressure or slide is sent on the master and means the zone.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

LOWER_MASTER, UPPER_MASTER = 0, 15
MEMBER_BEND_SEMITONES = 48.0
MASTER_BEND_SEMITONES = 2.0
MAX_BEND_SEMITONES = 96.0
# Ids that no OSC client uses, so that both can play one part.
_FIRST_NOTE_ID = 2**40


@dataclass(slots=True)
class Member:
    """One channel of a zone: what its next note begins with."""

    bend: float = 0.0  # -1..1
    pressure: float = 0.0  # 0..1
    slide: float | None = None  # 0..1; None: not touched
    notes: dict[int, int] = field(default_factory=dict)  # key -> id of the note


@dataclass(slots=True)
class Zone:
    """A zone in use."""

    master: int  # channel, 0 or 15
    n_members: int
    bend_semitones: float = MEMBER_BEND_SEMITONES  # of all members

    @property
    def channels(self) -> range:
        """Its member channels."""
        if self.master == LOWER_MASTER:
            return range(1, 1 + self.n_members)
        return range(15 - self.n_members, 15)


class Zones:
    """Both zones, and the notes that sound in them."""

    def __init__(self) -> None:
        self._zones: dict[int, Zone] = {}  # by master
        self.members = [Member() for _ in range(16)]
        self._ids = itertools.count(_FIRST_NOTE_ID)

    def configure(self, master: int, n_members: int) -> list[int]:
        """Open, resize or close (0 members) a zone; the other gives way where they overlap.

        Args:
            master: 0 or 15.
            n_members: 0..15.

        Returns:
            The masters whose zones have changed.
        """
        changed = [master]
        self._zones.pop(master, None)
        other = self._zones.get(UPPER_MASTER - master)
        if other is not None and n_members > 0:
            room = max(0, 14 - n_members)
            if other.n_members > room:
                changed.append(other.master)
                other.n_members = room
                if room == 0:
                    del self._zones[other.master]
        if n_members > 0:
            self._zones[master] = Zone(master, min(n_members, 15))
        self.members = [Member() for _ in range(16)]
        return changed

    def close(self) -> None:
        """Go back to one part a channel."""
        self._zones.clear()
        self.members = [Member() for _ in range(16)]

    def zone_of_member(self, channel: int) -> Zone | None:
        """Return the zone in which a channel is a member."""
        return next((z for z in self._zones.values() if channel in z.channels), None)

    def strike(self, channel: int, key: int) -> tuple[int, int | None]:
        """Name a note; return its id, and that of one of the same key that was still down."""
        note_id = next(self._ids)
        notes = self.members[channel].notes
        before = notes.get(key)
        notes[key] = note_id
        return note_id, before

    def release(self, channel: int, key: int) -> int | None:
        """Return the id of a note that ends; later bends do not reach it."""
        return self.members[channel].notes.pop(key, None)

    def sounding(self, channels: range) -> Iterator[tuple[Member, int]]:
        """Yield the notes whose keys are down, with their channels."""
        for channel in channels:
            member = self.members[channel]
            for note_id in member.notes.values():
                yield member, note_id
