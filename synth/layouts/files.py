"""All layouts as files."""

from pathlib import Path

from synth.errors import InputFileError
from synth.layouts.max_patch import max_patch
from synth.layouts.pd_patch import pd_patch
from synth.layouts.reference import reference_html, reference_markdown
from synth.layouts.touchosc import touchosc_layout


def layouts() -> dict[str, bytes]:
    """Return the content of every file by its name; the same tables give the same bytes."""
    return {
        "gansynth.tosc": touchosc_layout(),
        "gansynth.pd": pd_patch().encode(),
        "gansynth.maxpat": max_patch().encode(),
        "reference.md": reference_markdown().encode(),
        "reference.html": reference_html().encode(),
    }


def write_layouts(folder: Path) -> list[Path]:
    """Write every layout into a folder; return the files.

    Raises:
        InputFileError: a file cannot be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in layouts().items():
            path = folder / name
            path.write_bytes(content)
            written.append(path)
    except OSError as err:
        raise InputFileError(
            f"cannot write layouts into {folder}: {err.strerror or err};"
            " give a folder that you may write to, by --out"
        ) from err
    return written
