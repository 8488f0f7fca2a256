"""Read a player's own recording: WAV file in, one note at the rate and pitch wanted out.

Formats: RIFF/WAVE, Microsoft Multimedia Standards Update (1994), and WAVE_FORMAT_EXTENSIBLE; PCM of
8 to 32 bits and IEEE floats, any rate and number of channels.
"""

import struct
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from synth.errors import InputFileError

MAXIMUM_S = 60.0  # of a recording; a note is read from its first seconds
START_DB = -34.0  # below the loudest moment: where a note is heard to begin
END_DB = -60.0
_MAXIMUM_BYTES = 1 << 30
_BEFORE_S = 0.002  # kept before the start, so that no attack is cut
_ENVELOPE_S = 0.002
_SILENT = 1e-4  # peak; -80 dBFS
_RATES = (4_000, 384_000)  # Hz
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_N_LOBES = 24  # of the resampler's sinc, to each side
_KAISER_BETA = 9.0  # about 90 dB of stop band
_RESAMPLED_AT_ONCE = 16_384  # samples; bounds the memory of the tap matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Mono audio."""

    audio: NDArray[np.float32]  # [n_samples], full scale 1
    sample_rate: float  # Hz

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.audio) / self.sample_rate


def read_wav(path: str | Path) -> Recording:
    """Read a WAV file, its channels mixed down, cut after 60 s.

    Raises:
        InputFileError: it cannot be read, is no WAV file, holds nothing, or numbers that are none.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAXIMUM_BYTES:
            raise _bad(path, "larger than 1 GB; cut one note out of it")
        content = path.read_bytes()
    except OSError as err:
        raise InputFileError(f"cannot read {path}: {err.strerror or err}") from err
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise _bad(path, "no WAV file; convert it, for example with `ffmpeg -i IN OUT.wav`")
    chunks = _chunks(content)
    if b"fmt " not in chunks or b"data" not in chunks or len(chunks[b"fmt "]) < 16:
        raise _bad(path, "a WAV file without format or samples; record or convert it again")
    kind, n_channels, sample_rate, _, _, n_bits = struct.unpack_from("<HHIIHH", chunks[b"fmt "])
    if kind == _EXTENSIBLE and len(chunks[b"fmt "]) >= 26:
        (kind,) = struct.unpack_from("<H", chunks[b"fmt "], 24)
    if not n_channels or not _RATES[0] <= sample_rate <= _RATES[1]:
        raise _bad(
            path, f"{n_channels} channels at {sample_rate} Hz; wanted 1 or more at 4-384 kHz"
        )
    n_bytes = round(MAXIMUM_S * sample_rate) * n_channels * max(1, n_bits // 8)
    samples = _samples(path, chunks[b"data"][:n_bytes], kind, n_bits)
    samples = samples[: len(samples) - len(samples) % n_channels].reshape(-1, n_channels)
    audio = samples.mean(axis=1, dtype=np.float64).astype(np.float32) if len(samples) else samples
    if not len(audio) or not np.all(np.isfinite(audio)):
        raise _bad(path, "without samples, or with some that are no numbers")
    return Recording(audio=audio, sample_rate=float(sample_rate))


def trim(recording: Recording, source: str = "recording") -> Recording:
    """Cut the silence before and after a note.

    Raises:
        InputFileError: it is silent.
    """
    n_window = max(1, round(_ENVELOPE_S * recording.sample_rate))
    power = np.square(recording.audio, dtype=np.float64)
    power = np.convolve(power, np.full(n_window, 1.0 / n_window), "same")
    if float(np.abs(recording.audio).max()) < _SILENT:
        raise InputFileError(f"{source} is silent; record it louder")
    loudest = power.max()
    is_heard = power >= loudest * 10.0 ** (START_DB / 10.0)
    start = int(np.argmax(is_heard)) - round(_BEFORE_S * recording.sample_rate)
    rings = np.flatnonzero(power >= loudest * 10.0 ** (END_DB / 10.0))
    return replace(recording, audio=recording.audio[max(0, start) : int(rings[-1]) + 1])


def resample(recording: Recording, sample_rate: float) -> Recording:
    """Bring a recording to another rate by windowed-sinc interpolation.

    Any ratio goes, also one that moves a pitch by some cents. Source: J. O. Smith, "Digital Audio
    Resampling Home Page", Stanford 2002, ccrma.stanford.edu/~jos/resample.

    Args:
        recording: to read.
        sample_rate: Hz.

    Returns:
        The same sound; what lies above half of the lower rate is taken away.
    """
    if sample_rate == recording.sample_rate:
        return recording
    step = recording.sample_rate / sample_rate  # input samples an output sample
    cutoff = min(1.0, 1.0 / step) * 0.95  # of the input's Nyquist; room for the filter's slope
    reach = int(np.ceil(_N_LOBES / cutoff))
    padded = np.pad(recording.audio.astype(np.float64), reach + 1)
    n_samples = max(1, int(len(recording.audio) / step))
    offsets = np.arange(-reach, reach + 1)
    out = np.empty(n_samples, np.float32)
    for first in range(0, n_samples, _RESAMPLED_AT_ONCE):
        place = np.arange(first, min(first + _RESAMPLED_AT_ONCE, n_samples)) * step
        whole = np.floor(place).astype(np.int64)
        distance = offsets[np.newaxis] - (place - whole)[:, np.newaxis]
        taps = cutoff * np.sinc(cutoff * distance) * _kaiser(distance / (reach + 1))
        inputs = padded[whole[:, np.newaxis] + offsets + reach + 1]
        out[first : first + len(place)] = np.einsum("nt,nt->n", inputs, taps)
    return Recording(audio=out, sample_rate=sample_rate)


def _kaiser(place: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kaiser's window from a table: its Bessel function takes longer than all the rest."""
    table_place = np.linspace(0.0, 1.0, 2049)
    table = np.i0(_KAISER_BETA * np.sqrt(1.0 - table_place**2)) / np.i0(_KAISER_BETA)
    return np.asarray(np.interp(np.abs(place), table_place, table))


def _chunks(content: bytes) -> dict[bytes, bytes]:
    """Return the first chunk of each kind; one cut short (a recorder that died) is taken as is."""
    found: dict[bytes, bytes] = {}
    position = 12
    while position + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, position)
        found.setdefault(name, content[position + 8 : position + 8 + size])
        position += 8 + size + size % 2
    return found


def _samples(path: Path, data: bytes, kind: int, n_bits: int) -> NDArray[np.float32]:
    if kind == _FLOAT and n_bits in {32, 64}:
        values = np.frombuffer(
            data[: len(data) // (n_bits // 8) * (n_bits // 8)], f"<f{n_bits // 8}"
        )
        return values.astype(np.float32)
    if kind == _PCM and n_bits == 8:
        return (np.frombuffer(data, np.uint8).astype(np.float32) - 128.0) / 128.0
    if kind == _PCM and n_bits in {16, 24, 32}:
        n_bytes = n_bits // 8
        raw = np.frombuffer(data[: len(data) // n_bytes * n_bytes], np.uint8).reshape(-1, n_bytes)
        # Put at the top of a 32-bit word, every width has the same full scale.
        words = np.zeros((len(raw), 4), np.uint8)
        words[:, 4 - n_bytes :] = raw
        return (words.view("<i4")[:, 0] / 2.0**31).astype(np.float32)
    raise _bad(path, f"coded as kind {kind} of {n_bits} bits; wanted PCM or float")


def _bad(path: Path, reason: str) -> InputFileError:
    return InputFileError(f"{path} is {reason}")
