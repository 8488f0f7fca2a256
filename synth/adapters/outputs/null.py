"""An output without a sound card: it takes blocks at the pace at which a card would.

The engine's clock, its envelopes and its recording go on while no device is there.
"""

import threading
import time
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

N_CHANNELS = 2
_BLOCK_MS = 10.0
_FORGIVEN_LAG_S = 0.5  # after a longer pause (the machine slept) it does not run to catch up


class Process(Protocol):
    """`Engine.process`."""

    def __call__(self, out: NDArray[np.float32]) -> None:
        """Fill [n_samples, 2]."""


class NullOutput:
    """A thread that calls `process` in time and throws the samples away.

    Args:
        process: fills a block.
        sample_rate: Hz.
        block_size: samples; 0 takes some 10 ms.
    """

    def __init__(self, process: Process, sample_rate: int, block_size: int = 0) -> None:
        self.sample_rate = sample_rate
        self.block_size = block_size or round(sample_rate * _BLOCK_MS / 1000.0)
        self.n_blocks = 0
        self._process = process
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="null-output", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the current block."""
        self._ended.set()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _run(self) -> None:
        out = np.zeros((self.block_size, N_CHANNELS), np.float32)
        period = self.block_size / self.sample_rate
        due = time.monotonic()
        while not self._ended.is_set():
            self._process(out)
            self.n_blocks += 1
            due += period
            now = time.monotonic()
            if now - due > _FORGIVEN_LAG_S:
                due = now
            # An event, and not sleep(): closing does not wait for the block to pass.
            self._ended.wait(max(0.0, due - now))
