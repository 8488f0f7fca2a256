"""What the command ring of the audio thread has no room for, in order and bounded.

The ring is full for a moment when thousands of events come at once, and for long when nobody takes
commands: the device is gone, or its thread stands still. What must not be lost is kept: notes that
end, pedals, slots. Moves of controls are shed instead, those first that a later move of the same
control has overtaken; while it is full, no further note is struck and none changes its timbre.
Where the last word on a control was shed, all are told anew once there is room.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from synth.realtime import queue
from synth.settings import Command

MOST_WAITING = 16_384  # commands: some megabytes
_MOVES = frozenset(
    {
        queue.SET_PART,
        queue.EXPRESS,
        queue.SET_MASTER,
        queue.RETUNE,
        queue.PRESS_KEY,
        queue.SET_ROOM,
    }
)
_STATES = frozenset({queue.PEDAL, queue.SOSTENUTO, queue.SILENCE_ALL})
_RELEASES = frozenset({queue.RELEASE, queue.RELEASE_ALL})
_TARGET = ("kind", "part", "note_id", "serial", "index", "key")


class Outbox:
    """Sends commands in order; whoever calls holds the engine's lock.

    Args:
        push: sends one command; False where the ring is full.
        n_most: commands that may wait; a few more only where notes end.
    """

    def __init__(self, push: Callable[..., bool], n_most: int = MOST_WAITING) -> None:
        self._push = push
        self._n_most = n_most
        self._waiting: deque[Command] = deque()
        self.n_shed = 0  # moves that the audio thread will never hear of
        self._is_behind = False  # a control may stand elsewhere there than here

    def redirect(self, push: Callable[..., bool]) -> None:
        """Send to another audio thread; what waited for the one before is forgotten."""
        self._push = push
        self._waiting.clear()
        self._is_behind = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """Tell whether nothing may be sent that can be left."""
        return len(self._waiting) >= self._n_most

    def send(self, command: Command) -> None:
        """Send a command, behind those that wait."""
        # The order is kept also where the ring is full for a moment.
        if not self._waiting and self._push(**command):
            return
        if not self.is_full or self._has_made_room(command):
            self._waiting.append(command)

    def flush(self, everything: Callable[[], Iterable[Command]] = tuple) -> None:
        """Send what waits, as far as there is room.

        Args:
            everything: says where all controls are; sent where a control's last word was shed.
        """
        while self._waiting and self._push(**self._waiting[0]):
            self._waiting.popleft()
        if self._is_behind and not self._waiting:
            self._is_behind = False
            for command in everything():
                self.send(command)

    def _has_made_room(self, command: Command) -> bool:
        """Shed a move, or join what ends notes; False where the command itself is to be shed."""
        moves = [waiting for waiting in self._waiting if waiting["kind"] in _MOVES]
        overtaken = [move for move in moves if _target(move) == _target(command)]
        if moves:
            self._waiting.remove((overtaken or moves)[0])
            self.n_shed += 1
            self._is_behind |= not overtaken
        elif command["kind"] in _MOVES:
            self.n_shed += 1
            self._is_behind = True
            return False
        else:
            self._join_endings(command)
        return True

    def _join_endings(self, command: Command) -> None:
        """Put one release of all keys in the place of single ones, and pedals' last words."""
        last = {_target(other): other for other in self._waiting if other["kind"] in _STATES}
        kept = [other for other in self._waiting if other["kind"] not in _STATES | _RELEASES]
        self._waiting = deque([*kept, *last.values()])
        everybody: Command = {"kind": queue.RELEASE_ALL, "time": command["time"], "part": -1}
        self._waiting.append(everybody)


def _target(command: Command) -> tuple[Any, ...]:
    return tuple(command.get(name) for name in _TARGET)
