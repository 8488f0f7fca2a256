"""Figures in `instrument.json`: what an evaluation found goes where the instrument goes.

Export writes an instrument without figures, so weights never carry those of others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synth.errors import InputFileError
from synth.notes.instrument import DESCRIPTION, Instrument
from training.export import description_text


def store_metrics(folder: Path, metrics: Mapping[str, Any]) -> None:
    """Write figures into an instrument's description; all else in it stays as it is.

    Args:
        folder: of the instrument.
        metrics: JSON-able.

    Raises:
        InstrumentError: there is no whole instrument.
        InputFileError: the description cannot be written; the old one is untouched.
    """
    Instrument.load(folder)
    path = folder / DESCRIPTION
    description = json.loads(path.read_text())
    description["metrics"] = dict(metrics)
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(description_text(description))
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InputFileError(
            f"cannot write {path}: {error.strerror}; evaluate with --no-store to leave it alone"
        ) from error
