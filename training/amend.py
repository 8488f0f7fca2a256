"""Add to an instrument that is there: measured things that need no new export.

The folder is verified first, and described anew last: whoever loads it in between is told that a
file does not fit, never given half of the old and half of the new.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synth.errors import InputFileError
from synth.notes.instrument import DESCRIPTION, Instrument, file_entry
from training.export import description_text


def amend_instrument(folder: Path, key: str, value: Any, files: Mapping[str, bytes]) -> Instrument:
    """Write files into an instrument's folder, and one key into its description.

    Args:
        folder: of the instrument.
        key: of instrument.json: `metrics`, or an optional one.
        value: for it.
        files: name: content; listed with their sha256.

    Returns:
        The instrument, loaded and verified again.

    Raises:
        InstrumentError: it was damaged before, or is not one with what is added.
        InputFileError: the folder cannot be written.
    """
    Instrument.load(folder)
    path = folder / DESCRIPTION
    description = json.loads(path.read_text())
    try:
        for name, content in files.items():
            _replace(folder / name, content)
            description["files"][name] = file_entry(folder / name)
        description["files"] = dict(sorted(description["files"].items()))
        description[key] = value
        _replace(path, description_text(description).encode())
    except OSError as error:
        raise InputFileError(f"cannot write {folder}: {error.strerror or error}") from error
    return Instrument.load(folder)


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
