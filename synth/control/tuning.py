"""Tunings: Scala scales (.scl) and keyboard maps (.kbm), as the pitches of all 128 keys.

A tuning is asked for by its name, and lies in the user's `tunings` folder or the factory's;
NAME.kbm beside NAME.scl is used with it. Source: Scala's file formats (huygens-fokker.org/scala);
as there, what follows a number on its line is ignored.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import platformdirs

from synth.errors import PresetError
from synth.events import N_PITCHES, SetTuning
from synth.folders import factory_presets
from synth.parameters import nearest
from synth.units import A4_HZ, hz_to_pitch

MIDDLE_C = 60
_MAX_BYTES = 100_000
_MAX_DEGREES = 1024
_HIGHEST_CENTS, _LOWEST_CENTS = 25_600.0, -12_800.0  # what the engine takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """The pitches of all keys."""

    name: str
    cents_of_pitch: tuple[float, ...]  # [128] cents above key 0 of equal temperament at 440 Hz
    is_live: bool = True  # sounding notes follow

    @property
    def event(self) -> SetTuning:
        """What the engine is to be told."""
        return SetTuning(cents_of_pitch=self.cents_of_pitch, is_live=self.is_live)


EQUAL = Tuning(name="equal", cents_of_pitch=tuple(100.0 * key for key in range(N_PITCHES)))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyboardMap:
    """Which key plays which degree of a scale."""

    first: int = 0  # keys outside of first..last keep equal temperament
    last: int = N_PITCHES - 1
    middle: int = MIDDLE_C  # the key of degree 0
    reference: int = MIDDLE_C
    reference_hz: float = A4_HZ * 2.0 ** ((MIDDLE_C - 69) / 12.0)
    octave_degree: int = 0  # degrees after which the pattern repeats; 0: the whole scale
    degrees: tuple[int | None, ...] = ()  # of the keys from `middle` on; empty: one after the other


def tuning_folders() -> tuple[Path, ...]:
    """Return where tunings lie: the user's own first, then the factory's."""
    own = Path(platformdirs.user_data_dir("gansynth-live", False)) / "tunings"
    return own, factory_presets() / "tunings"


def tuning_names(folders: Iterable[Path] | None = None) -> list[str]:
    """Return the names that `load_tuning` takes."""
    return [EQUAL.name, *_files(folders)]


def load_tuning(name: str, folders: Iterable[Path] | None = None) -> Tuning:
    """Read a tuning by its name.

    Args:
        name: as `tuning_names` lists it; case does not matter.
        folders: where to look; None: the user's and the factory's.

    Raises:
        PresetError: there is none of that name, or its file is bad.
    """
    plain = name.casefold().removesuffix(".scl")
    if plain == EQUAL.name:
        return EQUAL
    files = {stem.casefold(): path for stem, path in _files(folders).items()}
    path = files.get(plain)
    if path is None:
        known = [EQUAL.name, *files]
        raise PresetError(
            f"no tuning {name!r}{nearest(plain, known) or '; there are ' + ', '.join(known)}"
        )
    scale = parse_scale(_read(path), str(path))
    map_path = path.with_suffix(".kbm")
    keyboard = KeyboardMap()
    if map_path.is_file():
        keyboard = parse_keyboard_map(_read(map_path), str(map_path))
    return Tuning(name=path.stem, cents_of_pitch=key_cents(scale, keyboard))


def parse_scale(text: str, source: str = "scale") -> tuple[float, ...]:
    """Read a .scl file.

    Returns:
        Cents of degree 1, 2, ... above degree 0; the last is the interval of repetition.

    Raises:
        PresetError: it is no scale.
    """
    lines = [line.strip() for line in text.splitlines() if not line.lstrip().startswith("!")]
    if len(lines) < 2:
        raise PresetError(f"{source} is no scale: expected a description and a number of notes")
    count = _integer(lines[1], source)
    if not 1 <= count <= _MAX_DEGREES or len(lines) < 2 + count:
        raise PresetError(f"{source}: {lines[1]!r} notes, and {len(lines) - 2} lines of them")
    return tuple(_interval_cents(line, source) for line in lines[2 : 2 + count])


def parse_keyboard_map(text: str, source: str = "keyboard map") -> KeyboardMap:
    """Read a .kbm file.

    Raises:
        PresetError: it is no keyboard map.
    """
    lines = [line.split() for line in text.splitlines() if not line.lstrip().startswith("!")]
    words = [line[0] for line in lines if line]
    if len(words) < 7:
        raise PresetError(f"{source} is no keyboard map: expected 7 numbers, then the degrees")
    size, first, last, middle, reference = (_integer(word, source) for word in words[:5])
    hz = _number(words[5], source)
    if not 0 <= size <= _MAX_DEGREES or not 1.0 <= hz <= 100_000.0:
        raise PresetError(f"{source}: {size} degrees, reference {hz:g} Hz: expected others")
    keys = (first, last, middle, reference)
    if not all(0 <= key < N_PITCHES for key in keys):
        raise PresetError(f"{source}: keys {keys}: expected 0 to {N_PITCHES - 1}")
    rows = words[7 : 7 + size]
    degrees = [None if word.casefold() == "x" else _integer(word, source) for word in rows]
    return KeyboardMap(
        first=first,
        last=last,
        middle=middle,
        reference=reference,
        reference_hz=hz,
        octave_degree=_integer(words[6], source),
        degrees=tuple(degrees + [None] * (size - len(degrees))),
    )


def key_cents(scale: Sequence[float], keyboard: KeyboardMap) -> tuple[float, ...]:
    """Compute the pitch of every key, in cents above key 0 of equal temperament at 440 Hz.

    Args:
        scale: as `parse_scale` returns it.
        keyboard: which key plays which degree; keys without one keep equal temperament.
    """
    reference = _key_interval(scale, keyboard, keyboard.reference)
    if reference is None:
        reference = _key_interval(scale, keyboard, keyboard.middle) or 0.0
    shift = 100.0 * hz_to_pitch(keyboard.reference_hz) - reference
    cents = []
    for key in range(N_PITCHES):
        interval = _key_interval(scale, keyboard, key)
        is_played = interval is not None and keyboard.first <= key <= keyboard.last
        place = shift + (interval or 0.0) if is_played else 100.0 * key
        cents.append(min(max(place, _LOWEST_CENTS), _HIGHEST_CENTS))
    return tuple(cents)


def _key_interval(scale: Sequence[float], keyboard: KeyboardMap, key: int) -> float | None:
    """Return the cents from the map's middle key up to a key; None where it has no degree."""
    steps = key - keyboard.middle
    if not keyboard.degrees:
        return _degree_cents(scale, steps)
    octave, place = divmod(steps, len(keyboard.degrees))
    degree = keyboard.degrees[place]
    if degree is None:
        return None
    per_octave = keyboard.octave_degree or len(scale)
    return octave * _degree_cents(scale, per_octave) + _degree_cents(scale, degree)


def _degree_cents(scale: Sequence[float], degree: int) -> float:
    octave, place = divmod(degree, len(scale))
    return octave * scale[-1] + (scale[place - 1] if place else 0.0)


def _interval_cents(line: str, source: str) -> float:
    """Read cents (with a period) or a ratio."""
    found = re.match(r"(-?\d*\.\d*)|(\d+\s*/\s*\d+)|(\d+)", line)
    if found is None or found[0] == ".":
        raise PresetError(f"{source}: {line!r}: expected cents (100.0) or a ratio (3/2)")
    if found[1]:
        return min(max(float(found[1]), -1e5), 1e5)
    words = found[0].replace(" ", "").split("/")
    if any(int(word) == 0 for word in words) or len(found[0]) > 40:
        raise PresetError(f"{source}: {line!r}: a ratio of something above 0 is expected")
    ratio = Fraction(int(words[0]), int(words[-1]) if len(words) > 1 else 1)
    return 1200.0 * (math.log2(ratio.numerator) - math.log2(ratio.denominator))


def _integer(text: str, source: str) -> int:
    found = re.match(r"-?\d{1,9}", text)
    if found is None:
        raise PresetError(f"{source}: {text!r}: expected a whole number")
    return int(found[0])


def _number(text: str, source: str) -> float:
    try:
        return float(text)
    except ValueError as err:
        raise PresetError(f"{source}: {text!r}: expected a number") from err


def _files(folders: Iterable[Path] | None) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in tuning_folders() if folders is None else folders:
        for path in sorted(folder.glob("*.scl")):
            found.setdefault(path.stem, path)
    return found


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_BYTES).decode("latin-1")  # what Scala writes
    except OSError as err:
        raise PresetError(f"cannot read {path}: {err.strerror or err}") from err
