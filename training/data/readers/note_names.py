"""What the name of a sample says: instrument, pitch and velocity.

Understood, with any of space, `_`, `-`, `.` and brackets in between: notes (`C4`, `A#3`, `Bb2`,
`Fs5`, `C-1`), MIDI numbers (`060`, `midi60`), velocities (`v100`, `vel100`, `127` after a pitch),
dynamics (`pp` to `ff`), round robins (`rr2`), and NSynth's `family_source_NNN-pitch-velocity`.
"""

import re
from dataclasses import dataclass
from typing import Final

SEMITONES: Final = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
ACCIDENTALS: Final = {"": 0, "#": 1, "♯": 1, "s": 1, "b": -1, "♭": -1}
# Spread evenly over the velocities, as dynamics are over loudness.
DYNAMICS: Final = {
    "ppp": 16, "pp": 33, "p": 49, "mp": 64, "mf": 80, "f": 96, "ff": 112, "fff": 127,
}  # fmt: skip

_START: Final = r"(?<![A-Za-z0-9])"
_END: Final = r"(?![A-Za-z0-9])"
_NOTE: Final = re.compile(rf"{_START}([A-Ga-g])([#♯♭bs]?)(-?\d)(?=$|[^A-Za-z0-9#]|v\d)")
_NSYNTH: Final = re.compile(r"^(.+)-(\d{3})-(\d{3})$")
_VELOCITY: Final = re.compile(
    r"(?<![A-Za-z])v(?:el(?:ocity)?)?[ _-]?(\d{1,3})" + _END, re.IGNORECASE
)
_MIDI: Final = re.compile(
    rf"{_START}(?:midi|note|key|n|m)[ _-]?(\d{{1,3}})(?=$|[^A-Za-z0-9]|v\d)", re.IGNORECASE
)
_NUMBER: Final = re.compile(rf"{_START}(\d{{1,3}})(?=$|[^A-Za-z0-9]|v\d)")
_DYNAMIC: Final = re.compile(rf"{_START}(p{{1,3}}|mp|mf|f{{1,3}}){_END}", re.IGNORECASE)
_ROUND_ROBIN: Final = re.compile(rf"{_START}rr[ _-]?\d+{_END}", re.IGNORECASE)
_SOFTEST_BARE_VELOCITY: Final = 20  # smaller numbers behind a note count takes


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteName:
    """What a name says; None where it does not."""

    instrument: str  # the rest of the name, may be empty
    pitch: int | None
    velocity: int | None


def parse_note_name(stem: str, middle_c: int = 4) -> NoteName:
    """Read a file's name without its suffix.

    Args:
        stem: The name.
        middle_c: Octave number of the C of MIDI number 60: 4 for most, 3 for Yamaha and others.

    Examples:
        >>> parse_note_name("piano_A#3_v100")
        NoteName(instrument='piano', pitch=58, velocity=100)
        >>> parse_note_name("bass_synthetic_098-040-127")
        NoteName(instrument='bass_synthetic_098', pitch=40, velocity=127)
    """
    nsynth = _NSYNTH.match(stem)
    if nsynth and int(nsynth[2]) <= 127 and 1 <= int(nsynth[3]) <= 127:
        return NoteName(instrument=nsynth[1], pitch=int(nsynth[2]), velocity=int(nsynth[3]))
    rest = _ROUND_ROBIN.sub(" ", stem)
    rest, velocity = _take_velocity(rest)
    rest, pitch = _take_note(rest, middle_c)
    if pitch is None:
        rest, pitch = _take_number(_MIDI, rest, 0)
    if pitch is None:
        rest, pitch, velocity = _take_bare_numbers(rest, velocity)
    elif velocity is None:
        rest, velocity = _take_number(_NUMBER, rest, _SOFTEST_BARE_VELOCITY)
    if velocity is None:
        rest, velocity = _take_dynamic(rest)
    return NoteName(instrument=_tidy(rest), pitch=pitch, velocity=velocity)


def _take_velocity(text: str) -> tuple[str, int | None]:
    found = list(_VELOCITY.finditer(text))
    if found and 1 <= int(found[-1][1]) <= 127:
        return _without(text, found[-1]), int(found[-1][1])
    return text, None


def _take_note(text: str, middle_c: int) -> tuple[str, int | None]:
    for found in reversed(list(_NOTE.finditer(text))):
        letter, accidental, octave = found.groups()
        pitch = 60 + SEMITONES[letter.lower()] + ACCIDENTALS[accidental]
        pitch += 12 * (int(octave) - middle_c)
        if 0 <= pitch <= 127:
            return _without(text, found), pitch
    return text, None


def _take_number(pattern: re.Pattern[str], text: str, least: int) -> tuple[str, int | None]:
    for found in reversed(list(pattern.finditer(text))):
        if least <= int(found[1]) <= 127:
            return _without(text, found), int(found[1])
    return text, None


def _take_bare_numbers(text: str, velocity: int | None) -> tuple[str, int | None, int | None]:
    """Take the last number for the pitch, or the last two for pitch and velocity."""
    numbers = [found for found in _NUMBER.finditer(text) if int(found[1]) <= 127]
    if velocity is None and len(numbers) >= 2 and int(numbers[-1][1]) >= 1:
        velocity = int(numbers[-1][1])
        text = _without(text, numbers.pop())
    if not numbers:
        return text, None, velocity
    return _without(text, numbers[-1]), int(numbers[-1][1]), velocity


def _take_dynamic(text: str) -> tuple[str, int | None]:
    found = list(_DYNAMIC.finditer(text))
    if not found:
        return text, None
    return _without(text, found[-1]), DYNAMICS[found[-1][1].lower()]


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _tidy(text: str) -> str:
    """Join what is left of a name by single spaces."""
    return " ".join(text.replace("_", " ").split()).strip(" -.,()[]")
