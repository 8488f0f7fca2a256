"""A tape machine between the engine and the output: hears everything, delays nothing.

It looks like the engine to the output. A ring holds the last seconds, so a slow disk costs nothing
but memory; a thread of its own writes the file.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from synth.adapters.outputs.source import Source
from synth.adapters.outputs.tape_callback import (
    LINK_DTYPE,
    LOST,
    N_CHANNELS,
    N_COUNTS,
    pull_block,
    push_block,
    record,
)
from synth.errors import InputFileError
from synth.wav import WavWriter

_RING_S = 10  # how long a disk may stand still
_PULL_S = 0.1  # between two writes
_log = logging.getLogger(__name__)


class Tape:
    """Records what a source plays.

    Args:
        source: the engine.
        path: of the WAV file; it appears on closing. A change of the sample rate while recording
            goes on in NAME-2.wav.
        tell: takes one line where the recording has to end early.

    Raises:
        InputFileError: the file cannot be written.
    """

    def __init__(
        self, source: Source, path: str | Path, tell: Callable[[str], None] = _log.warning
    ) -> None:
        self.paths = [Path(path)]
        self._source = source
        self._tell = tell
        self._sample_rate = 48_000
        self._file: WavWriter | None = WavWriter(path, self._sample_rate)
        self._counts = np.zeros(N_COUNTS, np.int64)
        self._ring = np.zeros((1, N_CHANNELS), np.float32)
        self._link = np.zeros(1, LINK_DTYPE)
        self._block = np.zeros((self._sample_rate, N_CHANNELS), np.float32)
        self._lock = threading.Lock()  # of the file; the audio thread never takes it
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tape", daemon=True)
        self._thread.start()

    # --- the engine to the output ----------------------------------------------------------------

    @property
    def callback_address(self) -> int:
        """Address of our PaStreamCallback."""
        return int(record.address)

    @property
    def userdata(self) -> int:
        """Address that our callback gets as its last argument."""
        return int(self._link.ctypes.data)

    @property
    def n_blocks(self) -> int:
        """Callbacks so far."""
        return self._source.n_blocks

    def prepare(self, sample_rate: int, max_block_size: int) -> None:
        """Prepare the engine; nothing may be calling back."""
        self._source.prepare(sample_rate, max_block_size)
        with self._lock:
            self._pull()
            self._set_rate(sample_rate)
        self._ring = np.zeros((_RING_S * sample_rate, N_CHANNELS), np.float32)
        self._counts[:] = 0
        link = self._link
        link["callback"] = self._source.callback_address
        link["userdata"] = self._source.userdata
        link["ring"], link["counts"] = self._ring.ctypes.data, self._counts.ctypes.data
        link["n_ring"] = len(self._ring)

    def process(self, out: NDArray[np.float32]) -> None:
        """Fill [n_samples, 2], where Python drives the engine."""
        self._source.process(out)
        push_block(out, self._ring, self._counts)

    # --- the tape --------------------------------------------------------------------------------

    @property
    def n_lost(self) -> int:
        """Samples that did not reach the tape."""
        return int(self._counts[LOST])

    def close(self) -> None:
        """Write the rest and finish the file; nothing may be calling back.

        Raises:
            InputFileError: the end could not be written.
        """
        self._ended.set()
        self._thread.join()
        with self._lock:
            self._pull()
            if self._file is not None:
                self._file.close()
                self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _run(self) -> None:
        while not self._ended.wait(_PULL_S):
            with self._lock:
                self._pull()

    def _pull(self) -> None:
        """Write what the ring holds."""
        while n_samples := pull_block(self._block, self._ring, self._counts):
            if self._file is None:
                continue
            try:
                self._file.write(self._block[:n_samples].T)
            except InputFileError as err:
                self._give_up(self._file, err)

    def _give_up(self, file: WavWriter, err: InputFileError) -> None:
        """Keep what is on the disk already."""
        self._file = None
        self._tell(f"recording ends: {err}")
        try:
            file.close()
        except InputFileError as closing:
            self._tell(f"recording is lost: {closing}")

    def _set_rate(self, sample_rate: int) -> None:
        file = self._file
        if file is None:
            return
        if file.n_samples and file.sample_rate != sample_rate:
            file.close()
            first = self.paths[0]
            path = first.with_name(f"{first.stem}-{len(self.paths) + 1}{first.suffix}")
            file = self._file = WavWriter(path, sample_rate)
            self.paths.append(path)
        file.sample_rate = sample_rate
