"""Threads that make first tiles together: whoever has none of its own helps with another's.

They have to be of one rank. One in real time would wait awake for what an ordinary one has taken,
on the core that this one needs; so the background's tiles are its own business.
"""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from synth.notes.native.generator import NativeGenerator
from synth.notes.native.run import Run

Float32 = NDArray[np.float32]


class Crew:
    """A generator for some threads of one rank.

    Args:
        generator: that makes the notes.
        n_threads: of the crew.
    """

    def __init__(self, generator: NativeGenerator, n_threads: int) -> None:
        self.n_threads = n_threads
        self._generator = generator
        self._runs: list[Run] = []  # that others may take part in
        self._changed = threading.Condition()

    def generate(
        self,
        tile: int,
        latents: NDArray[np.floating],
        pitches: NDArray[np.integer],
        velocities: NDArray[np.floating],
    ) -> Float32:
        """Generate one tile of some notes with the help of who is idle.

        Thread: of the crew; calls may run side by side.
        """
        return self._generator.generate(
            tile, latents, pitches, velocities, n_threads=self.n_threads, make=self._make
        )

    def help(self, timeout_s: float) -> bool:
        """Take part in a note that another thread is making.

        Args:
            timeout_s: how long to wait for one.

        Returns:
            Whether there was one.

        Thread: of the crew, with nothing better to do.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._runs), timeout_s):
                return False
            run = self._runs[0]
        self._generator.take_part(run)
        self._withdraw(run)
        return True

    def _make(self, run: Run) -> None:
        with self._changed:
            self._runs.append(run)
            self._changed.notify()
        self._generator.make(run)
        self._withdraw(run)

    def _withdraw(self, run: Run) -> None:
        with self._changed:
            self._runs = [other for other in self._runs if other is not run]
