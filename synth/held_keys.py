"""Which keys of a part are down, for parts that play one note at a time.

The key pressed last sounds; when it is let go, the one before it that is still down sounds again.
"""

from dataclasses import replace

from synth.events import NoteOff, NoteOn

_MAX_KEYS = 128  # notes with ids may never be released; nobody goes back further


class HeldKeys:
    """The keys of one part that are down, in the order in which they were pressed."""

    def __init__(self) -> None:
        self._keys: list[NoteOn] = []

    def press(self, key: NoteOn) -> bool:
        """Note that a key goes down; return whether another one was down already."""
        self._forget(key.pitch, key.note_id)
        self._keys = [*self._keys, key][-_MAX_KEYS:]
        return len(self._keys) > 1

    def lift(self, event: NoteOff) -> tuple[bool, NoteOn | None]:
        """Note that a key goes up.

        Returns:
            Whether the note that sounds is to be let go, and the key to go back to, if any.
        """
        if not self._keys:
            return True, None
        last = self._keys[-1]
        was_sounding = _is_named(last, event)
        self._keys = [key for key in self._keys if not _is_named(key, event)]
        if not was_sounding:
            return False, None
        return (True, None) if not self._keys else (False, replace(self._keys[-1]))

    def clear(self) -> None:
        """Forget all: notes were ended together."""
        self._keys.clear()

    def _forget(self, pitch: float, note_id: int | None) -> None:
        self._keys = [key for key in self._keys if (key.pitch, key.note_id) != (pitch, note_id)]


def _is_named(key: NoteOn, event: NoteOff) -> bool:
    if event.note_id is not None:
        return key.note_id == event.note_id
    return key.pitch == event.pitch
