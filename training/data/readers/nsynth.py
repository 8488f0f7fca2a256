"""NSynth (Engel et al. 2017, arXiv:1704.01279) as it is published: json/wav or TFRecord, or a tar.

Notes are named `family_source_NNN-pitch-velocity`, which says everything; where an `examples.json`
lies beside the sounds, it is believed instead.
"""

import csv
import json
import re
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from synth.errors import ConfigError, InputFileError
from training.data.collect import SourceNote, Unreadable
from training.data.families import FAMILIES, SOURCES
from training.data.readers.audio_file import read_audio
from training.data.splits import PARTS

SAMPLE_RATE: Final = 16_000  # Hz; TFRecords do not say it
EXAMPLES_FILE: Final = "examples.json"
_TFRECORD: Final = re.compile(r"\.tfrecords?(-\d+-of-\d+)?$")
_NAME: Final = re.compile(
    rf"^(?P<family>{'|'.join(FAMILIES)})_(?P<source>{'|'.join(SOURCES)})_\d+"
    r"-(?P<pitch>\d{1,3})-(?P<velocity>\d{1,3})$"
)
_NO_NAME: Final = "is not named like bass_synthetic_098-040-100"


def find_notes(paths: Iterable[Path]) -> Iterator[SourceNote | Unreadable]:
    """Yield the notes of each path: a folder, a tar (compressed or not), or a TFRecord file.

    Notes of a path that is called after one of NSynth's parts (`nsynth-valid`) belong to it.

    Raises:
        InputFileError: a path is nothing of that kind.
    """
    for path in paths:
        part = next((part for part in PARTS if part in path.name.lower()), "")
        if path.is_dir():
            yield from _from_folder(path, part)
        elif _TFRECORD.search(path.name):
            yield from _from_tfrecord(path, path.name, part)
        else:
            yield from _from_tar(path, part)


def describe(paths: Iterable[Path]) -> dict[str, Any]:
    """Say what the notes are read from, for `set.json`.

    Raises:
        InputFileError: a path does not exist.
    """
    try:
        sizes = [[path.name, path.stat().st_size if path.is_file() else 0] for path in paths]
    except OSError as err:
        raise InputFileError(
            f"{err.filename} cannot be read ({err.strerror}); give NSynth's folder, tar or tfrecord"
        ) from err
    return {"kind": "nsynth", "files": sizes}


def read_split_file(path: Path) -> dict[str, str]:
    """Read a table of note names and parts, such as GANSynth's published `gansynth_splits.csv`.

    Args:
        path: Comma-separated, with columns `id` and `split` (train, valid or test).

    Returns:
        Part of each note, by the note's name.

    Raises:
        InputFileError: it is none.
    """
    try:
        with path.open(newline="") as file:
            rows = [(row["id"], row["split"]) for row in csv.DictReader(file)]
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as err:
        raise InputFileError(
            f"{path} is no table of splits ({err}); it must have the columns id and split"
        ) from err
    strays = sorted({part for _, part in rows} - set(PARTS))
    if strays or not rows:
        found = strays[0] if strays else "no row"
        raise InputFileError(f"{path} has {found!r} for a part; wanted {', '.join(PARTS)}")
    return dict(rows)


def name_of(note: SourceNote) -> str:
    """Return a note's own name, without folders and suffix."""
    return note.name.rpartition("/")[2].removesuffix(".wav")


def _from_folder(folder: Path, part: str) -> Iterator[SourceNote | Unreadable]:
    records = sorted(path for path in folder.rglob("*") if _TFRECORD.search(path.name))
    for path in records:
        yield from _from_tfrecord(path, str(path.relative_to(folder)), part)
    sounds = {path.stem: path for path in sorted(folder.rglob("*.wav"))}
    if not sounds and not records:
        raise InputFileError(
            f"{folder} holds neither .wav nor .tfrecord files; give NSynth's folder"
        )
    examples: dict[str, Any] = {}
    for path in sorted(folder.rglob(EXAMPLES_FILE)):
        examples |= _read_examples(path)
    for name in sorted(sounds.keys() | examples.keys()):
        file = sounds.get(name)
        if file is None:
            yield Unreadable(name=name, reason=f"is in {EXAMPLES_FILE} but has no .wav file")
            continue
        shown = str(file.relative_to(folder))
        if examples and name not in examples:
            yield Unreadable(name=shown, reason=f"is not in {EXAMPLES_FILE}")
        else:
            yield _note(shown, examples.get(name), partial(read_audio, file), part)


def _from_tar(path: Path, part: str) -> Iterator[SourceNote | Unreadable]:
    """Read a tar from front to end, once: a compressed one knows no other way."""
    try:
        with tarfile.open(path, "r|*") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isfile() else None
                if file is None:
                    continue
                if _TFRECORD.search(member.name):
                    with tempfile.NamedTemporaryFile(suffix=".tfrecord") as copy:
                        while block := file.read(1 << 20):
                            copy.write(block)
                        copy.flush()
                        yield from _from_tfrecord(Path(copy.name), member.name, part)
                elif member.name.lower().endswith(".wav"):
                    # The next member is out of reach once this one's turn is over.
                    yield _note(member.name, None, partial(read_audio, file.read()), part)
    except (OSError, EOFError, tarfile.TarError) as err:
        raise InputFileError(
            f"{path} cannot be read as a tar ({err}); give NSynth's folder, tar or tfrecord"
        ) from err


def _from_tfrecord(path: Path, shown: str, part: str) -> Iterator[SourceNote | Unreadable]:
    try:
        from tfrecord.reader import tfrecord_loader
    except ImportError as err:
        raise ConfigError(
            f"reading TFRecords needs a package ({err}); `pip install gansynth-live[train]`"
        ) from err
    wanted = {
        "note_str": "byte",
        "audio": "float",
        "pitch": "int",
        "velocity": "int",
        "instrument_family": "int",
        "instrument_source": "int",
    }
    n_read = 0
    try:
        for record in tfrecord_loader(str(path), None, wanted):
            n_read += 1
            yield _from_record(record, f"{shown}#{n_read}", part)
    # A damaged length or record ends the file; what came before it is sound.
    except (RuntimeError, KeyError, TypeError, ValueError, OSError, MemoryError) as err:
        reason = f"is damaged behind record {n_read}: {err}"
        yield Unreadable(name=shown, reason=reason.replace("\n", " "))


def _from_record(record: Mapping[str, Any], shown: str, part: str) -> SourceNote | Unreadable:
    name = bytes(record["note_str"]).decode("ascii", "replace")
    entry = {
        "instrument_str": name.rpartition("-")[0].rpartition("-")[0] or name,
        "instrument_family": int(record["instrument_family"][0]),
        "instrument_source": int(record["instrument_source"][0]),
        "pitch": int(record["pitch"][0]),
        "velocity": int(record["velocity"][0]),
    }
    audio = np.array(record["audio"], np.float32)
    return _note(f"{shown}/{name}", entry, lambda: (audio, float(SAMPLE_RATE)), part)


def _note(
    shown: str, entry: Mapping[str, Any] | None, read: Any, part: str
) -> SourceNote | Unreadable:
    """Describe a note by its entry of `examples.json`, or else by its name."""
    try:
        if entry is not None:
            return SourceNote(
                name=shown,
                instrument=str(entry["instrument_str"]),
                pitch=_within(entry["pitch"], 0),
                velocity=_within(entry["velocity"], 1),
                family=_named(entry, "instrument_family", FAMILIES),
                source=_named(entry, "instrument_source", SOURCES),
                read=read,
                part=part,
            )
        stem = shown.rpartition("/")[2][: -len(".wav")]
        found = _NAME.match(stem)
        if found is None:
            return Unreadable(name=shown, reason=_NO_NAME)
        return SourceNote(
            name=shown,
            instrument=stem[: found.start("pitch") - 1],
            pitch=_within(found["pitch"], 0),
            velocity=_within(found["velocity"], 1),
            family=found["family"],
            source=found["source"],
            read=read,
            part=part,
        )
    except (KeyError, IndexError, ValueError, TypeError) as err:
        return Unreadable(name=shown, reason=f"is labelled wrongly ({err})")


def _named(entry: Mapping[str, Any], key: str, names: Sequence[str]) -> str:
    """Read an index into `names`, or the name itself where there is none."""
    if key in entry:
        return names[_within(entry[key], 0)]
    return names[names.index(entry[f"{key}_str"])]


def _within(value: Any, least: int) -> int:
    number = int(value)
    if not least <= number <= 127:
        raise ValueError(f"{number} is not within {least}-127")
    return number


def _read_examples(path: Path) -> dict[str, Any]:
    try:
        examples = json.loads(path.read_text())
    except (OSError, ValueError) as err:
        raise InputFileError(f"{path} cannot be read ({err}); unpack NSynth again") from err
    if not isinstance(examples, dict):
        raise InputFileError(f"{path} holds no JSON object; unpack NSynth again")
    return examples
