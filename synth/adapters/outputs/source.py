"""What an output needs of the engine, or of what stands before it (the switch, the tape)."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class CallbackSource(Protocol):
    """What native code calls."""

    @property
    def callback_address(self) -> int:
        """Address of a PaStreamCallback."""

    @property
    def userdata(self) -> int:
        """Address that the callback gets as its last argument."""


class Source(CallbackSource, Protocol):
    """The same, and what Python calls."""

    @property
    def n_blocks(self) -> int:
        """Blocks rendered so far: stands still when a device is gone."""

    def prepare(self, sample_rate: int, max_block_size: int) -> None:
        """Get ready for a sample rate; nothing may be calling back."""

    def process(self, out: NDArray[np.float32]) -> None:
        """Fill [n_samples, 2], where Python drives the engine."""
