"""Presets: a timbre pad and parameter values in a TOML file that people read and edit.

    format_version = 1
    name = "Bell choir"
    tags = ["bells", "soft"]

    [timbre]
    corners = ["celesta", "vibraphone", "seed:12", "church_organ"]
    x = 0.25

    [amp]
    release = 1.5

Keys are those of the parameter table, values are real ones (seconds, dB, semitones). Corners are
named timbres of the instrument, or `seed:N`; they go round from the bottom left clockwise. One
corner fills the pad, two lie left and right. What a file does not name keeps its default.

Three keys more, for those who need them:

    program = 12                        # what a keyboard's program change calls it, from 1

    [timbre]
    latent = [0.4, -1.2, ...]           # sounds in place of the pad, until the pad is moved

    [timbres]
    "My voice" = [0.1, 0.9, ...]        # timbres of the preset's own, for its corners
"""

import contextlib
import json
import math
import os
import re
import shutil
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from synth.errors import ConfigError, PresetError
from synth.folders import factory_presets
from synth.parameters import PARAMETERS, PARAMETERS_BY_NAME, nearest

FORMAT_VERSION = 1
N_CORNERS = 4
_MAX_STEM_BYTES = 120  # file systems take 255, and backups like to add to a name
_MAX_BYTES = 100_000  # a preset is a page; anything larger is another file
MAX_PROGRAM = 128 * 16_384  # a program of each bank that MIDI can name
_HEAD_KEYS = ("format_version", "name", "description", "tags", "program")
_OWN_TIMBRES = "timbres"
_MAX_LATENT_SIZE = 4096
_PRESET_PARAMETERS = tuple(p for p in PARAMETERS if not p.is_global)
_GROUPS = tuple(dict.fromkeys(p.group for p in _PRESET_PARAMETERS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What a part needs to sound as somebody left it."""

    name: str
    corners: tuple[
        str, str, str, str
    ]  # timbre words: bottom left, top left, top right, bottom right
    description: str = ""
    tags: tuple[str, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)  # parameter name -> real value
    program: int | None = None  # from 1
    timbres: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # own: name -> latent
    latent: tuple[float, ...] | None = None  # sounds in place of the pad


def fill_corners(words: Iterable[str]) -> tuple[str, str, str, str]:
    """Lay one, two or four timbre words out on the pad.

    Raises:
        ConfigError: another number of words.
    """
    given = tuple(words)
    if len(given) == 1:
        given *= N_CORNERS
    elif len(given) == 2:
        given = (given[0], given[0], given[1], given[1])
    if len(given) != N_CORNERS:
        raise ConfigError(f"{len(given)} corners: expected 1, 2 or 4 timbres")
    return given[0], given[1], given[2], given[3]


# --- finding ---------------------------------------------------------------------------------


def preset_folders() -> tuple[Path, ...]:
    """Return where presets lie: the user's own first, then the factory's."""
    return Path(platformdirs.user_data_dir("gansynth-live", False)) / "presets", factory_presets()


def preset_files(folders: Iterable[Path] | None = None) -> dict[str, Path]:
    """List presets by file name without its ending; an earlier folder hides a later one's."""
    found: dict[str, Path] = {}
    for folder in preset_folders() if folders is None else folders:
        for path in sorted(folder.glob("*.toml")):
            found.setdefault(path.stem, path)
    return found


def find_preset(name: str, folders: Iterable[Path] | None = None) -> Preset:
    """Load a preset by its name (or the name of its file); case and punctuation do not matter.

    Raises:
        PresetError: no such preset, or its file is bad.
    """
    files = preset_files(folders)
    path = files.get(file_stem(name))
    if path is None:
        known = ", ".join(files) or "none"
        hint = nearest(file_stem(name), list(files))
        raise PresetError(f"no preset {name!r}{hint or f'; there are: {known}'}")
    return load_preset(path)


def file_stem(name: str) -> str:
    """Turn a preset's name into the name of its file: 'Bell Choir!' -> 'bell-choir'.

    Raises:
        PresetError: nothing is left of the name.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    stem = re.sub(r"[\W_]+", "-", plain).strip("-")
    if not stem:
        raise PresetError(f"preset name {name!r}: expected at least one letter or digit")
    return stem.encode()[:_MAX_STEM_BYTES].decode(errors="ignore")


# --- reading ---------------------------------------------------------------------------------


def load_preset(path: str | Path) -> Preset:
    """Read a preset from its file.

    Raises:
        PresetError: the file is missing, is no preset, or says something that cannot be.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_BYTES + 1).decode()
    except OSError as err:
        raise PresetError(f"cannot read preset {path}: {err.strerror or err}") from err
    except UnicodeDecodeError as err:
        raise PresetError(f"{path} is no preset: not UTF-8 text") from err
    if len(text) > _MAX_BYTES:
        raise PresetError(f"{path} is no preset: larger than {_MAX_BYTES} bytes")
    return parse_preset(text, str(path))


def parse_preset(text: str, source: str = "preset") -> Preset:
    """Read a preset from its text.

    Args:
        text: TOML.
        source: named in messages.

    Raises:
        PresetError: as for `load_preset`.
    """
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as err:
        raise PresetError(f"{source} is no preset: {err}") from err
    _check_version(document.get("format_version"), source)
    known = [*_HEAD_KEYS, *_GROUPS, _OWN_TIMBRES]
    for key in document:
        if key not in known:
            raise PresetError(f"{source}: unknown key {key!r}{nearest(key, known)}")
    tables = {group: _read_table(document.get(group, {}), group, source) for group in _GROUPS}
    latent = tables["timbre"].pop("latent", None)
    return Preset(
        name=_read_text(document.get("name"), "name", source),
        program=_read_program(document.get("program"), source),
        timbres=_read_own_timbres(document.get(_OWN_TIMBRES, {}), source),
        latent=None if latent is None else _read_latent(latent, "[timbre] latent", source),
        description=_read_text(document.get("description", ""), "description", source),
        tags=_read_texts(document.get("tags", []), "tags", source),
        corners=_read_corners(tables["timbre"].pop("corners", None), source),
        values={
            f"{group}/{key}": _read_number(value, f"{group}/{key}", source)
            for group, table in tables.items()
            for key, value in table.items()
        },
    )


def _check_version(version: object, source: str) -> None:
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise PresetError(
            f"{source}: format_version {version!r}: expected {FORMAT_VERSION};"
            " it was made by another version of gansynth"
        )


def _read_table(table: object, group: str, source: str) -> dict[str, object]:
    if not isinstance(table, dict):
        raise PresetError(f"{source}: {group} = {table!r}: expected a table [{group}]")
    known = [p.key for p in _PRESET_PARAMETERS if p.group == group]
    if group == "timbre":
        known += ["corners", "latent"]
    for key in table:
        if key not in known:
            hint = nearest(key, known) or f"; there are {', '.join(known)}"
            raise PresetError(f"{source}: unknown key {key!r} in [{group}]{hint}")
    return dict(table)


def _read_number(value: object, name: str, source: str) -> float:
    parameter = PARAMETERS_BY_NAME[name]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # Written so that NaN fails as well.
    if not is_number or not parameter.minimum <= value <= parameter.maximum:  # type: ignore[operator]
        raise PresetError(
            f"{source}: {name} = {value!r}: expected a number from {parameter.minimum:g}"
            f" to {parameter.maximum:g} {parameter.unit}".rstrip()
        )
    return float(value)  # type: ignore[arg-type]


def _read_text(value: object, key: str, source: str) -> str:
    if not isinstance(value, str) or not (value.isprintable()):
        raise PresetError(f"{source}: {key} = {value!r}: expected one line of text")
    if key == "name" and not value.strip():
        raise PresetError(f"{source}: the name is empty")
    return value


def _read_texts(value: object, key: str, source: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise PresetError(f"{source}: {key} = {value!r}: expected a list of texts")
    return tuple(_read_text(item, key, source) for item in value)


def _read_corners(value: object, source: str) -> tuple[str, str, str, str]:
    words = _read_texts([] if value is None else value, "corners", source)
    try:
        return fill_corners(words)
    except ConfigError as err:
        raise PresetError(f"{source}: [timbre] corners: {err}") from err


def _read_program(value: object, source: str) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if value is not None and not (is_number and 1 <= value <= MAX_PROGRAM):  # type: ignore[operator]
        raise PresetError(f"{source}: program = {value!r}: expected 1 to {MAX_PROGRAM}")
    return value  # type: ignore[return-value]


def _read_own_timbres(table: object, source: str) -> dict[str, tuple[float, ...]]:
    if not isinstance(table, dict):
        raise PresetError(f"{source}: {_OWN_TIMBRES} = {table!r}: expected a table")
    return {
        _read_text(name, "name of a timbre", source): _read_latent(
            value, f"timbre {name!r}", source
        )
        for name, value in table.items()
    }


def _read_latent(value: object, what: str, source: str) -> tuple[float, ...]:
    is_row = isinstance(value, list) and 1 <= len(value) <= _MAX_LATENT_SIZE
    if not is_row or not all(type(x) in {int, float} and abs(x) < 1e6 for x in value):  # type: ignore[attr-defined]
        raise PresetError(f"{source}: {what}: expected a row of numbers")
    row = tuple(float(x) for x in value)  # type: ignore[attr-defined]
    if math.hypot(*row) < 1e-9:
        raise PresetError(f"{source}: {what} is zero and points nowhere")
    return row


# --- writing ---------------------------------------------------------------------------------


def save_preset(preset: Preset, path: str | Path) -> None:
    """Write a preset's file; a failure leaves an older one as it was, a success keeps it as NAME~.

    Raises:
        PresetError: the file cannot be written, or the preset could not be read back.
    """
    path = Path(path)
    text = format_preset(preset)
    parse_preset(text, str(path))  # never write what would not load
    part, kept = (path.with_name(f".{path.name}.{os.getpid()}.{end}") for end in ("part", "kept"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copy2(path, kept)
            kept.replace(path.with_name(f"{path.name}~"))
        part.replace(path)
    except OSError as err:
        for left in (part, kept):
            with contextlib.suppress(OSError):
                left.unlink()
        raise PresetError(f"cannot write preset {path}: {err.strerror or err}") from err


def format_preset(preset: Preset) -> str:
    """Say a preset in TOML, with the unit and meaning of each value beside it."""
    lines = [f"format_version = {FORMAT_VERSION}", f"name = {_quote(preset.name)}"]
    if preset.description:
        lines.append(f"description = {_quote(preset.description)}")
    lines.append(f"tags = [{', '.join(map(_quote, preset.tags))}]")
    if preset.program is not None:
        lines.append(f"program = {preset.program}")
    for group in _GROUPS:
        rows = [
            f"{p.key} = {float(preset.values[p.name])!r}  # {_note(p.unit, p.description)}"
            for p in _PRESET_PARAMETERS
            if p.group == group and p.name in preset.values
        ]
        if group == "timbre":
            rows.insert(0, f"corners = [{', '.join(map(_quote, preset.corners))}]")
            if preset.latent is not None:
                rows.insert(1, f"latent = {_row(preset.latent)}")
        if rows:
            lines += ["", f"[{group}]", *rows]
    if preset.timbres:
        lines += ["", f"[{_OWN_TIMBRES}]"]
        lines += [f"{_quote(name)} = {_row(latent)}" for name, latent in preset.timbres.items()]
    return "\n".join(lines) + "\n"


def _row(latent: Iterable[float]) -> str:
    return f"[{', '.join(f'{value:.6g}' for value in map(float, latent))}]"


def _note(unit: str, description: str) -> str:
    return f"{unit}: {description}" if unit else description


def _quote(text: str) -> str:
    # A JSON string is a TOML basic string, as long as it holds no escaped surrogates.
    return json.dumps(text, ensure_ascii=False)
