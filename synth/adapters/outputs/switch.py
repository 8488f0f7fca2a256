"""A switch between the engine and the output: another engine takes over between two blocks.

It looks like the engine to the output, which never notices: no stream is closed, no JACK port goes.
"""

import threading
import time

import numpy as np
from numpy.typing import NDArray

from synth.adapters.outputs.source import Source
from synth.adapters.outputs.switch_callback import (
    DONE,
    N_RECORD,
    N_WORDS,
    PRESENT,
    forward,
    get_word,
    set_word,
)

_PATIENCE_S = 2.0  # for the block that runs; the longest block a host may ask for lasts 1 s
_LOOK_S = 0.002


class Switch:
    """Plays one source after the other.

    Args:
        source: the first.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lock = threading.Lock()  # of preparing and switching; the audio thread never takes it
        self._prepared: tuple[int, int] | None = None  # sample rate, longest block
        self._words = np.zeros(N_WORDS, np.int64)
        self._record = np.zeros(N_RECORD, np.int64)
        self._publish(source)

    @property
    def callback_address(self) -> int:
        """Address of our PaStreamCallback."""
        return int(forward.address)

    @property
    def userdata(self) -> int:
        """Address that our callback gets as its last argument."""
        return int(self._words.ctypes.data)

    @property
    def n_blocks(self) -> int:
        """Blocks rendered so far, whoever did."""
        return int(get_word(self._words, DONE))

    def prepare(self, sample_rate: int, max_block_size: int) -> None:
        """Prepare the present source; nothing may be calling back."""
        with self._lock:
            self._source.prepare(sample_rate, max_block_size)
            self._prepared = sample_rate, max_block_size
            self._publish(self._source)

    def process(self, out: NDArray[np.float32]) -> None:
        """Fill [n_samples, 2], where Python drives the engine."""
        self._source.process(out)
        set_word(self._words, DONE, self.n_blocks + 1)

    def switch_to(self, source: Source) -> None:
        """Let another source render from the next block on; afterwards the old one may be closed.

        Raises:
            ConfigError: it cannot play at the output's sample rate; the old one plays on.
        """
        with self._lock:
            if self._prepared is not None:
                source.prepare(*self._prepared)
            before = self._publish(source)
            # Whoever has read the old address did so in a block that began before now.
            n_blocks = self.n_blocks
            deadline = time.monotonic() + _PATIENCE_S
            while self.n_blocks == n_blocks and time.monotonic() < deadline:
                time.sleep(_LOOK_S)
            del before

    def _publish(self, source: Source) -> NDArray[np.int64]:
        """Make a source the present one; return the record of the one before."""
        record = np.array([source.callback_address, source.userdata], np.int64)
        set_word(self._words, PRESENT, record.ctypes.data)
        self._source = source
        before, self._record = self._record, record
        return before
