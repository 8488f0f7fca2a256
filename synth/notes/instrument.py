"""An instrument: a folder that holds an exported model, and the file that describes it.

`instrument.json` is written by `training.export` and read here; this module owns its format.
Nothing in the folder is ever unpickled: the graphs are ONNX and TorchScript, their names are plain,
and every file is as long as the description says and has its sha256, or the instrument is refused.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from synth.errors import ConfigError, InstrumentError
from synth.notes import latents
from synth.notes.latents import Latent, Prior, normalise
from synth.representation import SpectrogramSpec

FORMAT_VERSION = 1
DESCRIPTION = "instrument.json"

_MAXIMUM_DESCRIPTION_BYTES = 16_000_000
_MAXIMUM_FILE_BYTES = 1_000_000_000
_MAXIMUM_LATENT_SIZE = 4096

# Every key of instrument.json and the JSON type of its value; none may be missing, and none be
# added but the optional ones.
_KEYS: dict[str, type] = {
    "format_version": int,
    "name": str,
    "spec": dict,  # SpectrogramSpec.to_dict()
    "latent_size": int,
    "pitch_range": list,  # [lowest, highest] trained MIDI number, both inclusive
    "velocities": list,  # of the training data, 1..127, rising
    "tiles": list,  # of {first_frame, last_frame (exclusive), file}
    "whole": dict,  # {file}: all frames in one call
    "torchscript": dict,  # {file}: the same for torch
    "files": dict,  # name: {sha256, bytes}; every file of the folder but this one
    "timbres": dict,  # name: {latent, family}
    "prior": dict,  # Prior.to_dict()
    "provenance": dict,  # data, config, images seen, seeds, versions
    "metrics": dict,  # of training.metrics; may be empty
    "licence": str,
}
_OPTIONAL_KEYS: dict[str, type] = {
    "macros": list,  # of {name, direction, ...}; what else one measured of it is not read here
    "encoder": dict,  # {file, ...}: from a note's picture to its latent; the rest is measured
    "native": dict,  # {file}: where the native generator finds its weights
}
_TILE_KEYS: dict[str, type] = {"first_frame": int, "last_frame": int, "file": str}
_GRAPH_KEYS: dict[str, type] = {"file": str}
_FILE_KEYS: dict[str, type] = {"sha256": str, "bytes": int}
_TIMBRE_KEYS: dict[str, type] = {"latent": list, "family": str}
_JSON_WORDS = {int: "an integer", str: "a text", dict: "an object", list: "a list"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A run of frames that one graph generates."""

    first_frame: int
    last_frame: int  # exclusive
    file: str

    @property
    def n_frames(self) -> int:
        """Frames of the run."""
        return self.last_frame - self.first_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Timbre:
    """A named point of the latent space."""

    latent: Latent  # [latent_size], of length sqrt(latent_size)
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """A direction of the latent space that does one thing to the sound."""

    name: str
    direction: Latent  # [latent_size]; added to a timbre at +1


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What an instrument folder holds, verified.

    Attributes:
        identifier: sha256 of instrument.json, which holds the sha256 of all other files: two
            instruments of one identifier sound the same.
    """

    folder: Path
    identifier: str
    name: str
    spec: SpectrogramSpec
    latent_size: int
    pitch_range: tuple[int, int]  # lowest and highest trained MIDI number
    velocities: tuple[int, ...]  # trained ones, 1..127
    tiles: tuple[Tile, ...]  # in order; together all frames
    whole: str  # file name
    torchscript: str  # file name
    files: Mapping[str, str]  # name: sha256
    timbres: Mapping[str, Timbre]
    prior: Prior
    provenance: Mapping[str, Any]
    metrics: Mapping[str, Any]
    licence: str
    macros: tuple[Macro, ...] = ()
    encoder: str | None = None  # file name
    native: str | None = None  # file name

    @classmethod
    def load(cls, folder: Path | str) -> Instrument:
        """Read a folder and verify every byte of it.

        Raises:
            InstrumentError: it is missing, damaged, or of another format; names the file.
        """
        folder = Path(folder)
        content = _read_description(folder)
        instrument = _parse(folder, content)
        for name, entry in _decode_json(folder, content)["files"].items():
            _verify_file(folder / name, entry["sha256"], entry["bytes"])
        return instrument

    @property
    def latents(self) -> dict[str, Latent]:
        """Named latents, as `synth.notes.latents` takes them."""
        return {name: timbre.latent for name, timbre in self.timbres.items()}

    @property
    def timbre_names(self) -> tuple[str, ...]:
        """Names of the timbres, in the order of the file."""
        return tuple(self.timbres)

    def find_timbre(self, words: str) -> Latent:
        """Return the latent of a named timbre or of `seed:N`.

        Raises:
            ConfigError: no timbre has that name (the nearest is named), or N is no integer.
        """
        return latents.find_timbre(words, self.latents, self.prior)

    def pad_mix(self, corners: Sequence[Latent], x: float, y: float) -> Latent:
        """Mix four corners (bottom left, then clockwise) at a place of the pad, 0..1."""
        return latents.pad_mix(corners, x, y)

    @property
    def velocity_layers(self) -> tuple[float, ...]:
        """Trained velocities, 0..1, rising."""
        return tuple(velocity / 127.0 for velocity in self.velocities)

    def path(self, file: str) -> Path:
        """Return where one of its files lies."""
        return self.folder / file

    def read(self, file: str) -> bytes:
        """Return one of its files, which has to be as it was when the instrument was loaded.

        Raises:
            InstrumentError: it has gone or changed.
        """
        path = self.path(file)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise _bad(path, f"cannot be read ({error.strerror}); copy it again") from error
        if hashlib.sha256(content).hexdigest() != self.files[file]:
            raise _bad(path, "has changed while it was opened; load the instrument again")
        return content


def instrument_info(folder: Path | str) -> dict[str, Any]:
    """Return instrument.json as `gansynth instrument info --json` prints it: timbres as names.

    Raises:
        InstrumentError: as `Instrument.load`.
    """
    instrument = Instrument.load(folder)
    description = _decode_json(instrument.folder, _read_description(instrument.folder))
    return description | {"timbres": list(instrument.timbres)}


def file_entry(path: Path) -> dict[str, Any]:
    """Describe a file as `files` in instrument.json does."""
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _read_description(folder: Path) -> bytes:
    path = folder / DESCRIPTION
    if not folder.is_dir():
        raise InstrumentError(
            f"instrument {folder}: no such folder; --instrument wants one that holds {DESCRIPTION}"
        )
    try:
        size = path.stat().st_size
        if size > _MAXIMUM_DESCRIPTION_BYTES:
            raise _bad(path, f"has {size} bytes; at most {_MAXIMUM_DESCRIPTION_BYTES} are read")
        return path.read_bytes()
    except OSError as error:
        raise _bad(
            path, f"cannot be read ({error.strerror}); export the instrument again"
        ) from error


def _decode_json(folder: Path, content: bytes) -> dict[str, Any]:
    path = folder / DESCRIPTION
    try:
        description = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise _bad(path, f"is not JSON ({error})") from error
    if not isinstance(description, dict):
        raise _bad(path, "is not a JSON object")
    return description


def _parse(folder: Path, content: bytes) -> Instrument:
    path = folder / DESCRIPTION
    description = _decode_json(folder, content)
    version = description.get("format_version")
    if version != FORMAT_VERSION:
        raise _bad(
            path,
            f"has format version {version!r}, this player reads {FORMAT_VERSION}; export again",
        )
    extra = {key: kind for key, kind in _OPTIONAL_KEYS.items() if key in description}
    _require_keys(path, "it", description, _KEYS | extra)
    try:
        spec = SpectrogramSpec.from_dict(description["spec"])
        prior = Prior.from_dict(description["prior"])
    except ConfigError as error:
        raise _bad(path, str(error)) from error
    _check_files(path, description["files"])
    latent_size = description["latent_size"]
    if not 1 <= latent_size <= _MAXIMUM_LATENT_SIZE:
        raise _bad(path, f"has latent_size {latent_size}, wanted 1 to {_MAXIMUM_LATENT_SIZE}")
    return Instrument(
        folder=folder,
        identifier=hashlib.sha256(content).hexdigest(),
        name=description["name"],
        spec=spec,
        latent_size=latent_size,
        pitch_range=_pitch_range(path, description["pitch_range"]),
        velocities=_velocities(path, description["velocities"]),
        tiles=_tiles(path, description, spec.n_frames),
        whole=_graph_file(path, description, "whole"),
        torchscript=_graph_file(path, description, "torchscript"),
        files={name: entry["sha256"] for name, entry in description["files"].items()},
        timbres=_timbres(path, description["timbres"], latent_size),
        prior=prior,
        provenance=description["provenance"],
        metrics=description["metrics"],
        licence=description["licence"],
        macros=_macros(path, description.get("macros", []), latent_size),
        encoder=_encoder_file(path, description),
        native=_graph_file(path, description, "native") if "native" in description else None,
    )


def _require_keys(path: Path, what: str, values: Any, keys: Mapping[str, type]) -> None:
    if not isinstance(values, dict):
        raise _bad(path, f"{what} is not a JSON object")
    missing = sorted(set(keys) - set(values))
    unknown = sorted(set(values) - set(keys))
    if missing or unknown:
        parts = [f"lacks {', '.join(missing)}"] if missing else []
        parts += [f"has unknown {', '.join(unknown)}"] if unknown else []
        raise _bad(path, f"{what} {' and '.join(parts)}")
    for key, kind in keys.items():
        if not isinstance(values[key], kind) or isinstance(values[key], bool):
            raise _bad(path, f"{key} of {what} is {values[key]!r:.40}, wanted {_JSON_WORDS[kind]}")


def _check_files(path: Path, files: dict[str, Any]) -> None:
    for name, entry in files.items():
        # A name is no path: nothing outside of the folder is ever opened.
        if not name or name != Path(name).name or name.startswith(".") or "\\" in name:
            raise _bad(path, f"names the file {name!r}; a plain file name is wanted")
        _require_keys(path, f"file {name}", entry, _FILE_KEYS)
        if not 0 <= entry["bytes"] <= _MAXIMUM_FILE_BYTES:
            raise _bad(path, f"{name} has {entry['bytes']} bytes; at most {_MAXIMUM_FILE_BYTES}")


def _pitch_range(path: Path, values: list[Any]) -> tuple[int, int]:
    is_range = len(values) == 2 and all(type(value) is int for value in values)
    if not is_range or not 0 <= values[0] <= values[1] <= 127:
        raise _bad(path, f"has pitch_range {values!r:.40}, wanted [lowest, highest] within 0-127")
    return values[0], values[1]


def _velocities(path: Path, values: list[Any]) -> tuple[int, ...]:
    is_list = bool(values) and all(type(value) is int and 1 <= value <= 127 for value in values)
    if not is_list or values != sorted(set(values)):
        raise _bad(path, f"has velocities {values!r:.60}, wanted rising integers within 1-127")
    return tuple(values)


def _tiles(path: Path, description: dict[str, Any], n_frames: int) -> tuple[Tile, ...]:
    tiles = []
    expected = 0
    for number, entry in enumerate(description["tiles"]):
        _require_keys(path, f"tile {number}", entry, _TILE_KEYS)
        tile = Tile(**entry)
        if tile.first_frame != expected or tile.n_frames < 1:
            raise _bad(
                path,
                f"tile {number} holds the frames {tile.first_frame}-{tile.last_frame}; "
                f"it must begin at {expected} and hold at least one",
            )
        _require_listed(path, description, tile.file)
        tiles.append(tile)
        expected = tile.last_frame
    if expected != n_frames:
        raise _bad(path, f"tiles end at frame {expected}; the spec has {n_frames}")
    return tuple(tiles)


def _graph_file(path: Path, description: dict[str, Any], key: str) -> str:
    _require_keys(path, key, description[key], _GRAPH_KEYS)
    file: str = description[key]["file"]
    _require_listed(path, description, file)
    return file


def _encoder_file(path: Path, description: dict[str, Any]) -> str | None:
    if "encoder" not in description:
        return None
    file = description["encoder"].get("file")
    if not isinstance(file, str):
        raise _bad(path, f"names the encoder {file!r:.40}; a file name is wanted")
    _require_listed(path, description, file)
    return file


def _require_listed(path: Path, description: dict[str, Any], file: str) -> None:
    if file not in description["files"]:
        raise _bad(path, f"uses {file!r:.60}, which is not among its files")


def _timbres(path: Path, values: dict[str, Any], latent_size: int) -> dict[str, Timbre]:
    timbres = {}
    for name, entry in values.items():
        _require_keys(path, f"timbre {name!r:.60}", entry, _TIMBRE_KEYS)
        latent = entry["latent"]
        is_row = len(latent) == latent_size and all(type(x) in {int, float} for x in latent)
        if not is_row:
            raise _bad(path, f"timbre {name!r:.60} is no row of {latent_size} numbers")
        try:
            timbres[name] = Timbre(latent=normalise(np.array(latent)), family=entry["family"])
        except ConfigError as error:
            raise _bad(path, f"timbre {name!r:.60}: {error}") from error
    if not timbres:
        raise _bad(path, "has no timbres; at least one is wanted")
    return timbres


def _macros(path: Path, entries: list[Any], latent_size: int) -> tuple[Macro, ...]:
    macros = []
    for number, entry in enumerate(entries, 1):
        what = f"macro {number}"
        if not isinstance(entry, dict):
            raise _bad(path, f"{what} is not a JSON object")
        name, row = entry.get("name"), entry.get("direction")
        if not isinstance(name, str) or not name.strip() or not name.isprintable():
            raise _bad(path, f"{what} has the name {name!r:.40}, wanted one line of text")
        values = row if isinstance(row, list) else []
        is_row = all(type(x) in {int, float} and math.isfinite(x) for x in values)
        if len(values) != latent_size or not is_row:
            raise _bad(path, f"{what} has no direction of {latent_size} numbers")
        macros.append(Macro(name=name, direction=np.array(row, np.float32)))
    return tuple(macros)


def _verify_file(path: Path, sha256: str, n_bytes: int) -> None:
    try:
        # Looked at before it is read: a file that has grown beyond memory is only refused.
        size = path.stat().st_size
        if size != n_bytes:
            raise _bad(path, f"has {size} bytes instead of {n_bytes}; export or copy it again")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _bad(path, f"cannot be read ({error.strerror}); export or copy it again") from error
    if found != sha256:
        raise _bad(
            path, f"is damaged (sha256 {found:.12}… instead of {sha256:.12}…); copy it again"
        )


def _bad(path: Path, reason: str) -> InstrumentError:
    return InstrumentError(f"instrument file {path}: {reason}")
