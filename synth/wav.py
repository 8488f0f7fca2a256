"""Write WAV files: block by block, complete or not at all.

The standard library's `wave` knows no float samples and writes into the place of the old file; a
song that fails half-way would leave neither the old nor the new one. Format: RIFF/WAVE, Microsoft
Multimedia Standards Update (1994); format tags 1 (PCM) and 3 (IEEE float).
"""

import os
import struct
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from synth.errors import ConfigError, InputFileError

SampleFormat = Literal["int16", "float32"]

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_MAX_DATA_BYTES = 2**32 - _HEADER.size  # sizes are 32-bit words: 6 hours of 48 kHz stereo int16
_SAVE_EVERY_BYTES = 1 << 20  # a killed recording can be opened up to its last megabyte


class WavWriter:
    """A WAV file that appears under its name when it is complete.

    Until then it grows as `.NAME.PID.part` in the same folder. Leaving the `with` block by an
    exception removes the part and lets an older file of that name live.

    Args:
        path: where the file will be.
        sample_rate: Hz.
        n_channels: interleaved channels.
        sample_format: int16 (full scale 32767, rounded, not dithered: the same samples give the
            same bytes) or float32.

    Raises:
        InputFileError: the folder is missing, or cannot be written.
    """

    def __init__(
        self,
        path: str | Path,
        sample_rate: int,
        *,
        n_channels: int = 2,
        sample_format: SampleFormat = "int16",
    ) -> None:
        if sample_format not in get_args(SampleFormat):
            raise ConfigError(f"sample format {sample_format!r}: expected int16 or float32")
        self.path = Path(path)
        self.sample_rate = sample_rate
        self.n_channels = n_channels
        self.sample_format = sample_format
        self.n_samples = 0
        self._n_saved_bytes = 0
        self._part_path = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        self._part = self._open_part()

    def write(self, block: NDArray[np.float32]) -> None:
        """Append audio.

        Args:
            block: [n_channels, n_samples] full scale 1.0; clipped beyond (int16 only).

        Raises:
            InputFileError: the disk is full, or the file would grow beyond what WAV can say.
        """
        data = self._to_bytes(block)
        if self.n_bytes + len(data) > _MAX_DATA_BYTES:
            raise InputFileError(f"{self.path}: longer than a WAV file can be (4 GB); stop earlier")
        try:
            self._part.write(data)
            self.n_samples += block.shape[1]
            if self.n_bytes - self._n_saved_bytes >= _SAVE_EVERY_BYTES:
                self._write_header()
        except OSError as err:
            raise _unwritable(self.path, err) from err

    @property
    def n_bytes(self) -> int:
        """Bytes of samples so far."""
        return self.n_samples * self._bytes_per_sample

    def close(self) -> None:
        """Finish the file and give it its name."""
        if self._part.closed:
            return
        try:
            self._write_header()
            os.fsync(self._part.fileno())
            self._part.close()
            self._part_path.replace(self.path)
        except OSError as err:
            self.discard()
            raise _unwritable(self.path, err) from err

    def discard(self) -> None:
        """Drop what was written; an older file of that name stays as it was."""
        if not self._part.closed:
            self._part.close()
        self._part_path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            self.discard()

    @property
    def _bytes_per_sample(self) -> int:
        return self.n_channels * (2 if self.sample_format == "int16" else 4)

    def _open_part(self) -> BinaryIO:
        if self.path.is_dir():
            raise InputFileError(f"{self.path} is a folder; name a file, for example out.wav")
        try:
            part = self._part_path.open("wb")
            part.write(bytes(_HEADER.size))
        except OSError as err:
            raise _unwritable(self.path, err) from err
        return part

    def _write_header(self) -> None:
        is_float = self.sample_format == "float32"
        header = _HEADER.pack(
            b"RIFF",
            _HEADER.size - 8 + self.n_bytes,
            b"WAVE",
            b"fmt ",
            16,
            3 if is_float else 1,
            self.n_channels,
            self.sample_rate,
            self.sample_rate * self._bytes_per_sample,
            self._bytes_per_sample,
            32 if is_float else 16,
            b"data",
            self.n_bytes,
        )
        self._part.seek(0)
        self._part.write(header)
        self._part.seek(0, os.SEEK_END)
        self._part.flush()
        self._n_saved_bytes = self.n_bytes

    def _to_bytes(self, block: NDArray[np.float32]) -> bytes:
        if block.ndim != 2 or block.shape[0] != self.n_channels:
            raise ConfigError(
                f"a block of shape {block.shape}: expected [{self.n_channels}, n_samples]"
            )
        interleaved = block.T
        if self.sample_format == "float32":
            return interleaved.astype("<f4").tobytes()
        return np.rint(np.clip(interleaved, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


def _unwritable(path: Path, err: OSError) -> InputFileError:
    reason = err.strerror or str(err)
    return InputFileError(
        f"cannot write {path}: {reason}; name a file in a folder that you may write to"
    )
