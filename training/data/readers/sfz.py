"""Read an SFZ file as recordings: what each region's sample is, its key and its velocities.

SFZ 1 and the parts of SFZ 2 that say where recordings lie (sfzformat.com): headers `<control>`,
`<global>`, `<master>`, `<group>`, `<region>`, `#define` and `#include`. How a sampler would then
process them (filters, envelopes, effects) is none of a data set's business.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from synth.errors import InputFileError
from training.data.readers.note_names import parse_note_name

_TOKEN: Final = re.compile(r"<(?P<header>\w+)>|(?P<opcode>\w+)=(?P<value>.*?)(?=\s+\w+=|\s*<|$)")
_COMMENT: Final = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_DEFINE: Final = re.compile(r"^\s*#define\s+(\$\w+)\s+(\S+)", re.MULTILINE)
_INCLUDE: Final = re.compile(r'^\s*#include\s+"([^"]+)"', re.MULTILINE)
_MAX_INCLUDES: Final = 100
# From the widest to the narrowest; a header forgets what the narrower ones said.
_LEVELS: Final = ("global", "master", "group", "region")


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One recording of an SFZ file."""

    sample: Path
    pitch: int | None  # MIDI note number it sounds at; None: its own `smpl` chunk says it
    velocity: int | None  # the middle of its layer; None where there is one layer for all
    detune_cents: float  # how much higher than `pitch` the recording sounds
    gain: float
    first_sample: int
    n_samples: int | None  # to the end of the file if None


def read_sfz(path: Path) -> list[Region]:
    """List the regions that play a recording when a key is struck.

    Raises:
        InputFileError: the file cannot be read, or a value of it makes no sense.
    """
    text = _expand(path)
    regions = []
    for opcodes in _regions(text):
        sample = opcodes.get("sample", "")
        if not sample or sample.startswith("*") or opcodes.get("trigger", "attack") != "attack":
            continue
        try:
            regions.append(_region(path, opcodes))
        except ValueError as err:
            raise InputFileError(f"{path}: region of {sample}: {err}; mend it") from err
    return regions


def _expand(path: Path) -> str:
    """Read the file, put included ones in their place and defined values in for their names."""
    text, n_included = _read(path), 0
    while found := _INCLUDE.search(text):
        n_included += 1
        if n_included > _MAX_INCLUDES:
            raise InputFileError(f"{path} includes more than {_MAX_INCLUDES} files; a circle?")
        included = _read(path.parent / found[1].replace("\\", "/"))
        text = text[: found.start()] + included + text[found.end() :]
    defined = dict(_DEFINE.findall(text))
    text = _DEFINE.sub("", text)
    for name in sorted(defined, key=len, reverse=True):
        text = text.replace(name, defined[name])
    return text


def _read(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as err:
        raise InputFileError(f"{path} cannot be read ({err.strerror}); mend the SFZ file") from err
    return _COMMENT.sub("", text)


def _regions(text: str) -> Iterator[dict[str, str]]:
    """Yield the opcodes of every region, inherited ones included."""
    scopes: dict[str, dict[str, str]] = {level: {} for level in _LEVELS}
    control: dict[str, str] = {}
    scope: dict[str, str] = {}
    has_region = False
    for line in text.splitlines():
        for token in _TOKEN.finditer(line):
            header = token["header"]
            if header is None:
                scope[token["opcode"]] = token["value"].strip()
                continue
            if has_region:
                yield _merged(control, scopes)
            has_region = header == "region"
            scope = control if header == "control" else {}
            if header in _LEVELS:
                for level in _LEVELS[_LEVELS.index(header) :]:
                    scopes[level] = {}
                scope = scopes[header]
    if has_region:
        yield _merged(control, scopes)


def _merged(control: dict[str, str], scopes: dict[str, dict[str, str]]) -> dict[str, str]:
    merged = dict(control)
    for level in _LEVELS:
        merged.update(scopes[level])
    return merged


def _region(path: Path, opcodes: dict[str, str]) -> Region:
    sample = opcodes.get("default_path", "") + opcodes["sample"]
    centre = opcodes.get("pitch_keycenter", opcodes.get("key", "60"))
    softest, loudest = int(opcodes.get("lovel", "0")), int(opcodes.get("hivel", "127"))
    is_layered = softest > 1 or loudest < 127
    first = int(opcodes.get("offset", "0"))
    end = int(opcodes["end"]) if "end" in opcodes else None
    tune = float(opcodes.get("tune", opcodes.get("pitch", "0")))
    # A sampler that tunes a recording up says that it sounds too low.
    tune += 100.0 * float(opcodes.get("transpose", "0"))
    return Region(
        sample=path.parent / sample.replace("\\", "/"),
        pitch=None if centre == "sample" else _pitch(centre),
        velocity=max(1, (softest + loudest) // 2) if is_layered else None,
        detune_cents=-tune,
        gain=10.0 ** (float(opcodes.get("volume", "0")) / 20.0),
        first_sample=first,
        n_samples=None if end is None else end + 1 - first,
    )


def _pitch(text: str) -> int:
    """Read a key: a MIDI number or a note's name."""
    pitch = int(text) if text.isdecimal() else parse_note_name(text).pitch
    if pitch is None or not 0 <= pitch <= 127:
        raise ValueError(f"key {text!r} is no MIDI number or note")
    return pitch
