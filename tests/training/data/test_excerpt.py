"""An excerpt holds what the wanted programs play, and nothing of the others."""

import struct
from pathlib import Path

import numpy as np
import pytest

from synth.errors import InputFileError
from training.data.excerpt import ASIDE_BANK, squeeze, stretch, write_excerpt
from training.data.fluid import NoteTiming, SoundFont

SOUNDS = (b"piano sound", b"flute", b"loud organ sound!")  # stand for Vorbis streams
VORBIS = 0x10


def chunk(name: bytes, body: bytes, *, is_padded: bool = True) -> bytes:
    padding = b"\0" * (len(body) % 2) if is_padded else b""
    return struct.pack("<4sI", name, len(body)) + body + padding


def soundfont(kind: int = VORBIS, *, is_padded: bool = True) -> bytes:
    """Write presets 0, 1 and 2 of bank 0, each with an instrument and a sample of its own."""
    n = len(SOUNDS)
    presets = [struct.pack("<20sHHH12x", b"name", i, 0, i) for i in range(n + 1)]
    instruments = [struct.pack("<20sH", b"name", i) for i in range(n + 1)]
    bags = b"".join(struct.pack("<HH", i, 0) for i in range(n + 1))
    headers, at = [], 0
    for sound in SOUNDS:
        headers.append(struct.pack("<20sII16xH", b"name", at, at + len(sound), kind))
        at += len(sound)
    headers.append(struct.pack("<20sII16xH", b"EOS", 0, 0, 0))
    tables = {
        b"phdr": b"".join(presets),
        b"pbag": bags,
        b"pmod": bytes(10),
        b"pgen": b"".join(struct.pack("<HH", 41, i) for i in range(n + 1)),
        b"inst": b"".join(instruments),
        b"ibag": bags,
        b"imod": bytes(10),
        b"igen": b"".join(struct.pack("<HH", 53, i) for i in range(n + 1)),
        b"shdr": b"".join(headers),
    }
    samples = chunk(b"smpl", b"".join(SOUNDS), is_padded=is_padded)
    pdta = b"pdta" + b"".join(chunk(name, body) for name, body in tables.items())
    body = chunk(b"LIST", b"INFO" + chunk(b"INAM", b"Toy\0"))
    body += chunk(b"LIST", b"sdta" + samples, is_padded=is_padded)
    return chunk(b"RIFF", b"sfbk" + body + chunk(b"LIST", pdta))


def mixed() -> bytes:
    """Write a file whose first sample is numbers and whose others are streams."""
    riff = bytearray(soundfont())
    struct.pack_into("<H", riff, riff.index(b"shdr") + 8 + 44, 1)
    return bytes(riff)


def read_back(path: Path) -> tuple[bytes, list[int], list[bytes]]:
    """Read the whole file, the presets' banks, and what each of the samples holds."""
    riff = path.read_bytes()
    presets = riff.index(b"phdr") + 8
    banks = [struct.unpack_from("<H", riff, presets + 38 * i + 22)[0] for i in range(len(SOUNDS))]
    samples, headers = riff.index(b"smpl") + 8, riff.index(b"shdr") + 8
    places = [struct.unpack_from("<II", riff, headers + 46 * i + 20) for i in range(len(SOUNDS))]
    return riff, banks, [riff[samples + start : samples + end] for start, end in places]


@pytest.mark.parametrize("is_padded", [True, False])  # MuseScore leaves the padding out
def test_the_wanted_programs_keep_their_sounds_and_the_others_go(
    is_padded: bool, tmp_path: Path
) -> None:
    source, out = tmp_path / "toy.sf3", tmp_path / "excerpt.sf3"
    source.write_bytes(soundfont(is_padded=is_padded))

    assert write_excerpt(source, [0, 1], out) == (0, 1)

    riff, banks, sounds = read_back(out)
    assert banks == [0, 0, ASIDE_BANK]
    assert sounds == [SOUNDS[0], SOUNDS[1], SOUNDS[1]]  # what is gone is the smallest that is left
    assert SOUNDS[2] not in riff
    assert len(riff) == 8 + struct.unpack_from("<I", riff, 4)[0]


def test_an_excerpt_of_an_excerpt_is_the_same(tmp_path: Path) -> None:
    source, first, second = (tmp_path / name for name in ("toy.sf3", "1.sf3", "2.sf3"))
    source.write_bytes(soundfont())
    write_excerpt(source, [0, 2], first)
    write_excerpt(first, [0, 2], second)
    assert first.read_bytes() == second.read_bytes()


def test_what_takes_too_much_is_left_out(tmp_path: Path) -> None:
    source, out = tmp_path / "toy.sf3", tmp_path / "excerpt.sf3"
    source.write_bytes(soundfont())
    assert write_excerpt(source, [0, 1, 2], out, most_bytes=len(SOUNDS[0])) == (0, 1)
    assert SOUNDS[2] not in out.read_bytes()


@pytest.mark.parametrize(
    ("body", "programs", "message"),
    [
        (b"RIFFxxxxWAVE", [0], "is no SoundFont"),
        (soundfont()[:200], [0], "is no SoundFont"),
        (mixed(), [0], "samples of both kinds"),
        (soundfont(), [40], "none of the programs"),
    ],
)
def test_a_file_without_them_is_refused(
    body: bytes, programs: list[int], message: str, tmp_path: Path
) -> None:
    source, out = tmp_path / "toy.sf3", tmp_path / "excerpt.sf3"
    source.write_bytes(body)
    with pytest.raises(InputFileError, match=message):
        write_excerpt(source, programs, out)
    assert not out.exists()


def test_an_excerpt_of_numbers_sounds_as_the_whole_does(sines_sf2: Path, tmp_path: Path) -> None:
    excerpt = tmp_path / "excerpt.sf2"
    with SoundFont(sines_sf2, NoteTiming(), 1.0) as whole:
        programs = [n for n in range(128) if whole.preset_name(0, n) is not None][1:3]
        expected = [whole.note(0, program, 60, 100) for program in programs]

    assert write_excerpt(sines_sf2, programs, excerpt) == tuple(programs)

    with SoundFont(excerpt, NoteTiming(), 1.0) as cut:
        for program, note in zip(programs, expected, strict=True):
            assert np.abs(note).max() > 0.01
            assert np.array_equal(cut.note(0, program, 60, 100), note)


def test_a_squeezed_soundfont_is_smaller_and_comes_back(sines_sf2: Path, tmp_path: Path) -> None:
    squeezed, back = tmp_path / "sines.sf2.zip", tmp_path / "back.sf2"
    squeeze(sines_sf2, squeezed)
    stretch(squeezed, back)
    assert back.read_bytes() == sines_sf2.read_bytes()
    assert squeezed.stat().st_size < 0.8 * sines_sf2.stat().st_size


def test_what_was_not_squeezed_is_refused(sines_sf2: Path, tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="is no squeezed SoundFont"):
        stretch(sines_sf2, tmp_path / "back.sf2")
