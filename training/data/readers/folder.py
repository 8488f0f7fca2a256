"""A folder of samples as notes: names, sampler chunks and SFZ files say what was played.

An instrument is what its samples' names have in common; one file a key and layer is usual, so keys
that nobody recorded are made from the nearest recording by resampling, as a sampler does.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from synth.errors import ConfigError, InputFileError
from training.data.collect import Audio, SourceNote, Unreadable
from training.data.families import guess_family
from training.data.readers.audio_file import (
    SUFFIXES,
    EmbeddedKey,
    read_audio,
    read_embedded_key,
)
from training.data.readers.note_names import parse_note_name
from training.data.readers.sfz import Region, read_sfz

ONSET_DB: Final = -50.0  # below a recording's peak; what is softer in front of it is cut off
PRE_ROLL_S: Final = 0.002  # kept in front of the onset
WHAT_TO_NAME: Final = "name it like piano_C4_v100.wav or 060.wav"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderConfig:
    """How the names of samples are understood."""

    velocity: int = 100  # where nothing tells it, 1-127
    middle_c: int = 4  # octave number of MIDI note 60 in names
    family: str | None = None  # of all instruments; None guesses it from their names
    keys: tuple[int, int] | None = (21, 108)  # filled from first to last; None: recorded ones only

    def __post_init__(self) -> None:
        if not 1 <= self.velocity <= 127:
            raise ConfigError(f"velocity is {self.velocity}, wanted 1-127")
        if self.keys is not None and not 0 <= self.keys[0] <= self.keys[1] <= 127:
            raise ConfigError(f"keys are {self.keys[0]}-{self.keys[1]}, wanted some of 0-127")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One recording and what was played."""

    path: Path
    instrument: str
    pitch: int
    velocity: int
    detune_cents: float = 0.0  # how much higher than `pitch` it sounds
    gain: float = 1.0
    first_sample: int = 0
    n_samples: int | None = None


def find_notes(
    folder: Path,
    config: FolderConfig,
    on_progress: Callable[[int], None] = lambda _n_read: None,
) -> tuple[list[SourceNote | Unreadable], dict[str, Any]]:
    """List the notes of a folder and of the folders in it.

    Every file is read once here, so that no key is filled from a recording that is none.

    Args:
        folder: Holds sound files and SFZ files; hidden ones are left alone.
        config: How names are understood.
        on_progress: Called with the number of files read.

    Returns:
        notes: in the order of their names, filled keys behind the recorded ones of an instrument.
        facts: of the source, for `set.json`.

    Raises:
        InputFileError: there is no such folder, or no sound file in it.
    """
    if not folder.is_dir():
        raise InputFileError(f"{folder} is no folder; give one that holds sound files")
    found = list(_find_samples(folder, config))
    if not found:
        raise InputFileError(
            f"{folder} holds no sound file ({' '.join(SUFFIXES)}) and no .sfz file"
        )
    notes: list[SourceNote | Unreadable] = []
    samples: list[Sample] = []
    for index, entry in enumerate(found):
        on_progress(index + 1)
        if isinstance(entry, Unreadable):
            notes.append(entry)
            continue
        try:
            read_sample(entry)
            samples.append(entry)
        except InputFileError as err:
            notes.append(Unreadable(name=_short(entry.path, folder), reason=str(err)))
    n_recorded = len(samples)
    filled = [] if config.keys is None else list(fill_keys(samples, *config.keys))
    ordered = sorted(samples + filled, key=lambda sample: sample.instrument)
    notes.extend(_note(sample, folder, config) for sample in ordered)
    listing = [[str(sample.path), sample.path.stat().st_size] for sample in samples]
    digest = hashlib.sha256(json.dumps([listing, asdict(config)]).encode()).hexdigest()
    facts = {"kind": "folder", "folder": folder.name, "listing": digest}
    return notes, facts | {"n_recorded": n_recorded, "n_filled": len(filled)}


def fill_keys(samples: Iterable[Sample], first: int, last: int) -> Iterator[Sample]:
    """Make the keys of every instrument and velocity that were not recorded.

    Args:
        samples: Recordings.
        first: Lowest key wanted.
        last: Highest key wanted.

    Yields:
        Samples that name the nearest recording, the lower of two equally near ones (played faster,
        it loses nothing of its spectrum), and its distance as a detuning.
    """
    layers: dict[tuple[str, int], dict[int, Sample]] = {}
    for sample in samples:
        layers.setdefault((sample.instrument, sample.velocity), {}).setdefault(sample.pitch, sample)
    for (instrument, velocity), recorded in layers.items():
        for pitch in range(first, last + 1):
            if pitch in recorded:
                continue
            nearest = recorded[min(recorded, key=lambda key: (abs(key - pitch), key))]
            yield Sample(
                path=nearest.path,
                instrument=instrument,
                pitch=pitch,
                velocity=velocity,
                detune_cents=nearest.detune_cents + 100.0 * (nearest.pitch - pitch),
                gain=nearest.gain,
                first_sample=nearest.first_sample,
                n_samples=nearest.n_samples,
            )


def read_sample(sample: Sample) -> tuple[Audio, float]:
    """Read a recording from its onset, in tune.

    Returns:
        audio: [n_samples], mono, full scale 1.
        rate: Hz at which it sounds at `sample.pitch`.

    Raises:
        InputFileError: it is no sound, or silent.
    """
    audio, rate = read_audio(sample.path)
    last = None if sample.n_samples is None else sample.first_sample + sample.n_samples
    audio = audio[sample.first_sample : last] * np.float32(sample.gain)
    if not np.isfinite(audio).all():
        raise InputFileError("holds samples that are no numbers")
    loud = np.flatnonzero(np.abs(audio) > np.abs(audio).max(initial=0.0) * 10 ** (ONSET_DB / 20))
    if not loud.size:
        raise InputFileError("is silent")
    audio = audio[max(0, int(loud[0]) - round(PRE_ROLL_S * rate)) :]
    return audio, rate * 2.0 ** (-sample.detune_cents / 1200.0)


def _find_samples(folder: Path, config: FolderConfig) -> Iterator[Sample | Unreadable]:
    """Yield what the SFZ files name, then every other sound file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path))
    used: set[Path] = set()
    for path in files:
        if path.suffix.lower() == ".sfz":
            for entry in _from_sfz(path, folder, config):
                if isinstance(entry, Sample):
                    used.add(entry.path.resolve())
                yield entry
    for path in files:
        if path.suffix.lower() in SUFFIXES and path.resolve() not in used:
            yield _from_name(path, folder, config)


def _from_sfz(path: Path, folder: Path, config: FolderConfig) -> Iterator[Sample | Unreadable]:
    try:
        regions = read_sfz(path)
    except InputFileError as err:
        yield Unreadable(name=_short(path, folder), reason=str(err))
        return
    seen: set[Region] = set()
    for region in regions:
        # The same recording on several keys or in several groups is one recording.
        if region in seen:
            continue
        seen.add(region)
        embedded = read_embedded_key(region.sample) if region.pitch is None else None
        pitch = embedded.pitch if embedded else region.pitch
        if pitch is None:
            name = _short(region.sample, folder)
            yield Unreadable(
                name=name, reason="has no smpl chunk, though its SFZ file counts on it"
            )
            continue
        yield Sample(
            path=region.sample,
            instrument=path.stem,
            pitch=pitch,
            velocity=region.velocity or config.velocity,
            detune_cents=region.detune_cents + (embedded.detune_cents if embedded else 0.0),
            gain=region.gain,
            first_sample=region.first_sample,
            n_samples=region.n_samples,
        )


def _from_name(path: Path, folder: Path, config: FolderConfig) -> Sample | Unreadable:
    name = parse_note_name(path.stem, config.middle_c)
    embedded = read_embedded_key(path)
    pitch = name.pitch
    if pitch is None and embedded is not None:
        pitch = embedded.pitch
    if pitch is None:
        reason = f"neither its name nor a smpl chunk tells its pitch; {WHAT_TO_NAME}"
        return Unreadable(name=_short(path, folder), reason=reason)
    velocity = name.velocity or (embedded.velocity if embedded else None) or config.velocity
    return Sample(
        path=path,
        instrument=_instrument(name.instrument, path.parent, folder),
        pitch=pitch,
        velocity=velocity,
        detune_cents=_fine_tuning(embedded, pitch),
    )


def _fine_tuning(embedded: EmbeddedKey | None, pitch: int) -> float:
    """Believe a chunk's detuning only where it speaks of the same key as the name."""
    return embedded.detune_cents if embedded is not None and embedded.pitch == pitch else 0.0


def _instrument(rest: str, parent: Path, folder: Path) -> str:
    """Name an instrument by its folder below `folder` and by what is left of the file's name."""
    parts = [*parent.relative_to(folder).parts, rest]
    return "/".join(part for part in parts if part) or folder.resolve().name


def _note(sample: Sample, folder: Path, config: FolderConfig) -> SourceNote:
    return SourceNote(
        name=_short(sample.path, folder),
        instrument=sample.instrument,
        pitch=sample.pitch,
        velocity=sample.velocity,
        family=config.family or guess_family(sample.instrument),
        source="acoustic",
        read=partial(read_sample, sample),
    )


def _short(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".")
