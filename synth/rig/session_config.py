"""What a session is told: by flags of `gansynth play`, and by a settings file of the same keys.

    # ~/.config/gansynth-live/settings.toml
    preset = "Organ Loft"
    audio = "jack"
    osc = "0.0.0.0:9000"
    osc_allow = ["192.168.1.0/24"]

A flag on the command line goes before the file. Every field of `SessionConfig` is a key and a flag.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints

import platformdirs

from synth.adapters.midi_in import ALL_PORTS, MidiApi
from synth.adapters.osc import DEFAULT_HOST, DEFAULT_PORT, parse_endpoint, parse_networks
from synth.config import BACKENDS, DEVICES, Backend, Device
from synth.control.assignment import read_assignment
from synth.errors import ConfigError, InputFileError
from synth.parameters import nearest

APPLICATION = "gansynth-live"
NO_HTTP = "none"
MAX_BLOCK_SIZE = 8192  # samples
_MAX_FILE_BYTES = 100_000  # settings are a page; anything larger is another file


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig:
    """What `gansynth play` can be told."""

    preset: str | None = None  # by name; None: a pad of the instrument's own timbres
    set: tuple[str, ...] = ()  # parameters after the preset: "amp/release=1.5", "part/2/key/low=60"
    instrument: Path | None = None  # folder; None: the one that ships
    audio: str | None = None  # device, or "null"; None: JACK if it runs, else the best card
    midi_in: str = ALL_PORTS  # keyboard, "all" or "none"
    midi_api: MidiApi = "auto"
    osc: str = f"{DEFAULT_HOST}:{DEFAULT_PORT}"  # HOST:PORT; port 0: any free one
    osc_allow: tuple[str, ...] = ()  # networks, besides this machine
    osc_feedback: tuple[str, ...] = ()  # HOST:PORT that are told of every change unasked
    http: str | None = None  # HOST:PORT or "none"; None: 127.0.0.1:9001, if it is free
    block_size: int = 0  # samples; 0: as the device likes
    backend: Backend = "auto"  # runtime of the generator
    device: Device = "cpu"  # where it runs
    record: Path | None = None  # WAV file
    log_run: Path | None = None  # file from which `gansynth replay` renders the same samples

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ConfigError: a value is outside of what is possible.
        """
        if not 0 <= self.block_size <= MAX_BLOCK_SIZE:
            raise ConfigError(
                f"block size {self.block_size}: expected 1 to {MAX_BLOCK_SIZE} samples,"
                " or 0 for what the device likes"
            )
        if self.midi_api not in get_args(MidiApi):
            known = ", ".join(get_args(MidiApi))
            raise ConfigError(f"MIDI API {self.midi_api!r}: expected one of {known}")
        for name, words in (("backend", BACKENDS), ("device", DEVICES)):
            if getattr(self, name) not in words:
                raise ConfigError(
                    f"{name} {getattr(self, name)!r}: expected one of {', '.join(words)}"
                )
        if self.audio == "" or not self.midi_in:
            raise ConfigError("a device's name is empty; run `gansynth devices`, or leave it out")
        for assignment in self.set:
            read_assignment(assignment)
        parse_endpoint(self.osc)
        parse_networks(self.osc_allow)
        for endpoint in (
            *self.osc_feedback,
            *([self.http] if self.http not in {None, NO_HTTP} else []),
        ):
            parse_endpoint(str(endpoint))


def settings_path() -> Path:
    """Return where the settings file lies, if there is one."""
    return Path(platformdirs.user_config_dir(APPLICATION, False)) / "settings.toml"


def load_settings(path: Path | None = None) -> dict[str, Any]:
    """Read a settings file.

    Args:
        path: the file; None: the user's own, which need not exist.

    Returns:
        Fields of `SessionConfig`, as far as the file names them.

    Raises:
        InputFileError: it cannot be read, or names or holds what it may not.
    """
    found = path or settings_path()
    if path is None and not found.exists():
        return {}
    try:
        with found.open("rb") as file:
            text = file.read(_MAX_FILE_BYTES + 1)
        document = tomllib.loads(text.decode())
    except OSError as err:
        raise InputFileError(f"cannot read settings {found}: {err.strerror or err}") from err
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as err:
        raise InputFileError(f"settings {found} are no TOML: {err}") from err
    if len(text) > _MAX_FILE_BYTES:
        raise InputFileError(f"settings {found}: larger than {_MAX_FILE_BYTES} bytes")
    return read_settings(document, found)


def read_settings(document: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Turn a settings file's keys into fields of `SessionConfig`.

    Args:
        document: as TOML gives it.
        path: of the file: relative paths in it start at its folder.

    Raises:
        InputFileError: an unknown key, or a value of another kind.
    """
    hints = get_type_hints(SessionConfig)
    names = [field.name for field in fields(SessionConfig)]
    values = {}
    for key, value in document.items():
        if key not in hints:
            hint = nearest(key, names) or f"; there are {', '.join(names)}"
            raise InputFileError(f"settings {path}: unknown key {key!r}{hint}")
        values[key] = _convert(value, hints[key], key, path)
    try:
        SessionConfig(**values)
    except ConfigError as err:
        raise InputFileError(f"settings {path}: {err}") from err
    return values


def _convert(value: Any, hint: Any, key: str, path: Path) -> Any:
    kinds = set(get_args(hint)) if isinstance(hint, UnionType) else {hint}
    if Path in kinds and isinstance(value, str):
        return path.parent / Path(value).expanduser()
    if tuple[str, ...] in kinds:
        if isinstance(value, list) and all(isinstance(word, str) for word in value):
            return tuple(value)
        raise _bad(path, key, value, "a list of texts")
    for kind, words in ((bool, "true or false"), (int, "a whole number")):
        if kind in kinds:
            if type(value) is not kind:
                raise _bad(path, key, value, words)
            return value
    if not isinstance(value, str):
        raise _bad(path, key, value, "a text")
    return value


def _bad(path: Path, key: str, value: Any, wanted: str) -> InputFileError:
    return InputFileError(f"settings {path}: {key} = {value!r:.60}: expected {wanted}")
