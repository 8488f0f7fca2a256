"""A SoundFont with the sounds of some presets only, for where every megabyte counts.

SoundFont 2.04 specification, sections 4 to 7; the samples are numbers, or Vorbis streams (`.sf3`,
as MuseScore writes them). Nothing is renumbered: the other presets move to a bank that nobody asks
for, and their samples all become one small sample of those that are kept. To travel, samples that
are numbers become FLAC, which loses nothing (Vorbis does: its noise lies 20 to 40 dB below the
sound, where a spectrogram still looks).
"""

import io
import struct
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from synth.errors import InputFileError

ASIDE_BANK: Final = 127
_VORBIS: Final = 0x10  # bit of a sample's type
_SILENT_SAMPLES: Final = 46  # that must follow each sample, specification section 6.1
_INSTRUMENT, _SAMPLE = 41, 53  # generators that name what a zone plays
_PRESET = np.dtype(
    [("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("rest", "V12")]
)
_INST = np.dtype([("name", "S20"), ("bag", "<u2")])
_BAG = np.dtype([("generator", "<u2"), ("modulator", "<u2")])
_GENERATOR = np.dtype([("kind", "<u2"), ("value", "<u2")])
_HEADER = np.dtype(
    [
        ("name", "S20"),
        ("start", "<u4"),  # in samples; of Vorbis streams, in bytes
        ("end", "<u4"),
        ("first_looped", "<u4"),  # in samples; of Vorbis streams, from the stream's start
        ("last_looped", "<u4"),
        ("rest", "V8"),
        ("type", "<u2"),
    ]
)
_RECORDS: Final = {
    b"phdr": _PRESET,
    b"pbag": _BAG,
    b"pgen": _GENERATOR,
    b"inst": _INST,
    b"ibag": _BAG,
    b"igen": _GENERATOR,
    b"shdr": _HEADER,
}


def write_excerpt(
    soundfont: Path, programs: Collection[int], out: Path, most_bytes: int | None = None
) -> tuple[int, ...]:
    """Write a SoundFont that holds some programs of bank 0.

    Args:
        soundfont: An .sf2 or .sf3 file.
        programs: General MIDI programs from 0.
        out: The file to write.
        most_bytes: Programs whose samples take more are left out.

    Returns:
        The programs that it holds, rising.

    Raises:
        InputFileError: it is no SoundFont, mixes both kinds of samples, or holds none of the
            programs.
    """
    try:
        lists = dict(_lists(soundfont.read_bytes()))
        samples = dict(_chunks(lists[b"sdta"]))[b"smpl"]
        tables = dict(_chunks(lists[b"pdta"]))
        records = {
            name: np.frombuffer(tables[name], kind).copy() for name, kind in _RECORDS.items()
        }
    except (OSError, KeyError, ValueError, struct.error) as error:
        raise InputFileError(
            f"{soundfont} is no SoundFont: {error}; give an .sf2 or .sf3 file"
        ) from error
    headers = records[b"shdr"]
    kinds = np.unique(headers["type"][:-1] & _VORBIS)
    if len(kinds) != 1:
        raise InputFileError(f"{soundfont} holds samples of both kinds; give an .sf2 or .sf3 file")
    unit = 1 if kinds[0] else 2  # bytes that the headers count

    presets = records[b"phdr"][:-1]  # a last record ends the table
    is_wanted = (presets["bank"] == 0) & np.isin(presets["program"], list(programs))
    n_bytes = unit * (headers["end"].astype(np.int64) - headers["start"])
    for row in np.flatnonzero(is_wanted):
        n_taken = n_bytes[_played(records, np.array([row]))].sum()
        is_wanted[row] = most_bytes is None or n_taken <= most_bytes
    kept = _played(records, np.flatnonzero(is_wanted))
    if not len(kept):
        raise InputFileError(f"{soundfont} holds none of the programs {sorted(programs)} in bank 0")
    records[b"phdr"]["bank"][:-1][~is_wanted] = ASIDE_BANK
    lists[b"sdta"] = b"sdta" + _chunk(b"smpl", _packed(samples, headers, kept, unit))
    tables |= {name: table.tobytes() for name, table in records.items()}
    lists[b"pdta"] = b"pdta" + b"".join(_chunk(name, body) for name, body in tables.items())
    body = b"".join(_chunk(b"LIST", lists[name]) for name in (b"INFO", b"sdta", b"pdta"))
    out.write_bytes(_chunk(b"RIFF", b"sfbk" + body))
    return tuple(sorted(int(program) for program in presets["program"][is_wanted]))


def squeeze(soundfont: Path, out: Path) -> None:
    """Write an .sf2 file as a zip of its samples in FLAC and of the rest; see `stretch`."""
    riff = soundfont.read_bytes()
    first = riff.index(b"smpl") + 8
    last = first + struct.unpack_from("<I", riff, first - 4)[0]
    samples = np.frombuffer(riff[first:last], "<i2")
    stream = io.BytesIO()
    # The rate is not told: each sample has its own.
    soundfile.write(stream, samples, 44_100, format="FLAC", subtype="PCM_16", compression_level=1.0)
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("before", riff[:first], zipfile.ZIP_DEFLATED)
        archive.writestr("samples.flac", stream.getvalue())
        archive.writestr("after", riff[last:], zipfile.ZIP_DEFLATED)


def stretch(squeezed: Path, out: Path) -> None:
    """Write the .sf2 file again that `squeeze` was given, byte by byte.

    Raises:
        InputFileError: the file is not of `squeeze`.
    """
    try:
        with zipfile.ZipFile(squeezed) as archive:
            samples, _ = soundfile.read(io.BytesIO(archive.read("samples.flac")), dtype="int16")
            body = samples.astype("<i2").tobytes()
            out.write_bytes(archive.read("before") + body + archive.read("after"))
    except (OSError, KeyError, zipfile.BadZipFile, soundfile.LibsndfileError) as error:
        raise InputFileError(f"{squeezed} is no squeezed SoundFont: {error}") from error


def _packed(samples: bytes, headers: NDArray[np.void], kept: NDArray[np.int64], unit: int) -> bytes:
    """Lay the kept samples side by side, and point every header at what is left."""
    silence = b"" if unit == 1 else bytes(unit * _SILENT_SAMPLES)
    parts, at = [], 0
    places = {}
    for index in kept:
        part = samples[unit * headers["start"][index] : unit * headers["end"][index]]
        places[int(index)] = at, at + len(part) // unit
        parts.append(part + silence)
        at += len(parts[-1]) // unit
    smallest = min(places.values(), key=lambda place: place[1] - place[0])
    for index, header in enumerate(headers[:-1]):
        start, end = places.get(index, smallest)
        for name in ("first_looped", "last_looped") if unit == 2 else ():
            header[name] = min(int(header[name]) - int(header["start"]) + start, end)
        header["start"], header["end"] = start, end
    body = b"".join(parts)
    return body + b"\0" * (len(body) % 2)


def _played(
    records: dict[bytes, NDArray[np.void]], presets: NDArray[np.int64]
) -> NDArray[np.int64]:
    """List the samples that presets play, through their instruments."""
    named = _named(records, (b"phdr", b"pbag", b"pgen"), presets, _INSTRUMENT)
    return _named(records, (b"inst", b"ibag", b"igen"), named, _SAMPLE)


def _named(
    records: dict[bytes, NDArray[np.void]],
    names: tuple[bytes, bytes, bytes],
    rows: NDArray[np.int64],
    kind: int,
) -> NDArray[np.int64]:
    """Follow rows of a table through their zones to what a generator names."""
    table, bags, generators = (records[name] for name in names)
    found: set[int] = set()
    for row in rows:
        first, last = bags["generator"][[table["bag"][row], table["bag"][row + 1]]]
        zone = generators[first:last]
        found.update(int(value) for value in zone["value"][zone["kind"] == kind])
    return np.array(sorted(found), np.int64)


def _lists(riff: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the LIST chunks by their types; the type begins the body."""
    if riff[:4] != b"RIFF" or riff[8:12] != b"sfbk":
        raise ValueError(f"it begins with {riff[:12]!r}")
    for _, body in _chunks(riff[8:]):
        yield body[:4], body


def _chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks behind a form type."""
    at = 4
    while at + 8 <= len(body):
        name, n_bytes = struct.unpack_from("<4sI", body, at)
        yield name, body[at + 8 : at + 8 + n_bytes]
        at += 8 + n_bytes
        if n_bytes % 2 and body[at : at + 1] == b"\0":  # MuseScore leaves the padding out
            at += 1


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", name, len(body)) + body + b"\0" * (len(body) % 2)
