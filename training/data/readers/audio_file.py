"""Read one sound file of any kind as mono audio, and the key that its file says it was played on.

libsndfile reads the samples: 8 to 32 bits, float, any rate, WAV, AIFF, FLAC, Ogg, MP3. It does not
tell of the chunks `smpl` and `inst` of a WAV file (RIFF/WAVE, Microsoft and IBM 1991 and 1994),
which samplers use, so they are read here.
"""

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import soundfile

from synth.errors import InputFileError
from training.data.collect import Audio

SUFFIXES: Final = (".wav", ".wave", ".aif", ".aiff", ".flac", ".ogg", ".mp3")
_CHUNK: Final = struct.Struct("<4sI")
_SMPL: Final = struct.Struct("<5I")  # maker, product, sample period, unity note, pitch fraction
_INST: Final = struct.Struct("<BbbBBBB")  # key, fine tune, gain, keys from, to, velocities from, to
# Channels whose mean keeps less than this of their power cancel each other: one of them is taken.
_CANCELLED: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedKey:
    """What a sampler's chunk says about a recording."""

    pitch: int  # MIDI note number
    detune_cents: float = 0.0  # how much higher than `pitch` the recording sounds
    velocity: int | None = None  # the middle of the velocity range, where one is given


def read_audio(file: Path | bytes) -> tuple[Audio, float]:
    """Read a sound file, or the bytes of one, as mono.

    Returns:
        audio: [n_samples] float32, full scale 1: the mean of the channels, or the loudest of them
            where they cancel each other.
        rate: Hz.

    Raises:
        InputFileError: it is none that libsndfile reads.
    """
    try:
        source = io.BytesIO(file) if isinstance(file, bytes) else file
        audio, rate = soundfile.read(source, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError, RuntimeError) as err:
        reason = str(err).rpartition(": ")[2]
        raise InputFileError(f"cannot be read as sound ({reason.strip()})") from err
    mono = audio.mean(axis=1)
    powers = np.square(audio).sum(axis=0)
    if powers.size > 1 and np.square(mono).sum() < _CANCELLED * powers.max():
        mono = audio[:, powers.argmax()]
    return np.ascontiguousarray(mono, np.float32), float(rate)


def read_embedded_key(path: Path) -> EmbeddedKey | None:
    """Read the chunks `smpl` and `inst` of a WAV file; None where it has neither."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] != b"RIFF" or head[8:] != b"WAVE":
                return None
            chunks = dict(_sampler_chunks(file))
    except (OSError, struct.error):
        return None
    key = None
    if len(chunks.get(b"smpl", b"")) >= _SMPL.size:
        _maker, _product, _period, pitch, fraction = _SMPL.unpack_from(chunks[b"smpl"])
        key = EmbeddedKey(pitch=pitch, detune_cents=100.0 * fraction / 2**32)
    velocity = None
    if len(chunks.get(b"inst", b"")) >= _INST.size:
        pitch, cents, _gain, _low, _high, softest, loudest = _INST.unpack_from(chunks[b"inst"])
        if 0 < softest <= loudest < 127 or 1 < softest <= loudest <= 127:
            velocity = (softest + loudest) // 2
        key = key or EmbeddedKey(pitch=pitch, detune_cents=-float(cents))
    if key is None or not 0 <= key.pitch <= 127:
        return None
    return EmbeddedKey(pitch=key.pitch, detune_cents=key.detune_cents, velocity=velocity)


def _sampler_chunks(file: BinaryIO) -> list[tuple[bytes, bytes]]:
    chunks = []
    while len(head := file.read(_CHUNK.size)) == _CHUNK.size:
        name, n_bytes = _CHUNK.unpack(head)
        if name in {b"smpl", b"inst"}:
            chunks.append((name, file.read(n_bytes + n_bytes % 2)))
        else:
            file.seek(n_bytes + n_bytes % 2, io.SEEK_CUR)
    return chunks
