"""Undo, redo and A/B of one part: the states that it had.

A fader sends hundreds of values a second; what one hand does to one thing without a pause is one
step.
"""

import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

State = TypeVar("State")

PAUSE_S = 1.0  # a gesture has ended when nothing moved for so long
N_STEPS = 100


class History(Generic[State]):
    """The states before and after the present one; states are values and never changed.

    Args:
        clock: seconds, rising.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._before: deque[State] = deque(maxlen=N_STEPS)
        self._after: list[State] = []
        self._gesture: Hashable = None
        self._moved_s = -PAUSE_S
        self._other: State | None = None  # of A and B, the one that does not sound
        self._is_b = False

    @property
    def is_b(self) -> bool:
        """True while B sounds."""
        return self._is_b

    def remember(self, present: State, gesture: Hashable) -> None:
        """Keep the present state, which is about to change, unless its gesture goes on.

        Args:
            present: before the change.
            gesture: whose hand moves what; None is always a step of its own.
        """
        now_s = self._clock()
        goes_on = gesture is not None and gesture == self._gesture
        if not goes_on or now_s - self._moved_s > PAUSE_S:
            self._before.append(present)
        self._after.clear()
        self._gesture, self._moved_s = gesture, now_s

    def undo(self, present: State) -> State | None:
        """Return the state before the present one; None at the beginning."""
        if not self._before:
            return None
        self._gesture = None
        self._after.append(present)
        return self._before.pop()

    def redo(self, present: State) -> State | None:
        """Return the state that was undone last; None where nothing was."""
        if not self._after:
            return None
        self._gesture = None
        self._before.append(present)
        return self._after.pop()

    def swap(self, present: State) -> State:
        """Go from A to B or back; B begins as a copy of A."""
        other = present if self._other is None else self._other
        self.remember(present, None)
        self._other, self._is_b = present, not self._is_b
        return other
