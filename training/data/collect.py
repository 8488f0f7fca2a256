"""Make a prepared set of notes that exist already, whatever reader found them: resumable.

Readers (`training.data.readers`) yield notes lazily, always in the same order; what is read here is
resampled, cut, rounded to int16 and appended in chunks, each of which is a record of the journal.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import soxr
from numpy.typing import NDArray

from synth.errors import ConfigError, InputFileError
from training.data.families import FAMILIES, SOURCES
from training.data.journal import is_finished, read_info
from training.data.prepared import PreparedWriter
from training.data.splits import PARTS, Split, split_instruments, split_notes

# Bump it when the same source gives other samples, so that no half set is continued.
COLLECTOR_VERSION: Final = 1
N_CHUNK_NOTES: Final = 64
FULL_SCALE: Final = 32_768  # so that 16-bit sources at the set's own rate come out bit for bit
FADE_S: Final = 0.01  # at the end of a recording that is longer than the set's notes

Audio = NDArray[np.float32]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNote:
    """One note as a reader found it; its audio is read when it is wanted."""

    name: str  # of the file or record
    instrument: str
    pitch: int  # MIDI note number
    velocity: int  # 1-127
    family: str  # one of FAMILIES
    source: str  # one of SOURCES
    read: Callable[[], tuple[Audio, float]]  # mono [n_samples] full scale 1, and its rate in Hz
    part: str = ""  # "train", "valid" or "test" where the source has a split of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """What a reader cannot use, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectConfig:
    """What becomes of the notes that a reader finds."""

    sample_rate: int = 16_000  # Hz
    seconds: float = 4.0  # of every note; longer ones are faded out, shorter ones filled
    gain: float = 1.0
    pitches: tuple[int, ...] = ()  # kept; empty: all
    families: tuple[str, ...] = ()  # kept; empty: all
    sources: tuple[str, ...] = ()  # kept; empty: all
    # The set's own: drawn by note, by instrument, or given by the source (notes of no part are
    # then left out). None leaves it to the training run.
    split: Literal["notes", "instruments", "given"] | None = None
    valid_fraction: float = 0.05
    test_fraction: float = 0.05
    seed: int = 1  # of a split that is drawn

    def __post_init__(self) -> None:
        if self.sample_rate <= 0 or not 0 < self.seconds < 60 or not self.gain > 0:
            raise ConfigError(
                f"notes of {self.seconds} s at {self.sample_rate} Hz times {self.gain}: wanted "
                "a positive rate and gain, and less than 60 s"
            )
        for name, values, wanted in (
            ("families", self.families, FAMILIES),
            ("sources", self.sources, SOURCES),
        ):
            strays = sorted(set(values) - set(wanted))
            if strays:
                raise ConfigError(f"{name} has {strays[0]!r}, wanted some of {', '.join(wanted)}")

    @property
    def n_samples(self) -> int:
        """Length of every note in samples."""
        return round(self.seconds * self.sample_rate)

    def keeps(self, note: SourceNote) -> bool:
        """Tell whether the filter lets a note through."""
        return (
            (not self.pitches or note.pitch in self.pitches)
            and (not self.families or note.family in self.families)
            and (not self.sources or note.source in self.sources)
            and (self.split != "given" or bool(note.part))
        )


def collect(
    notes: Iterable[SourceNote | Unreadable],
    path: Path,
    config: CollectConfig,
    facts: Mapping[str, Any],
    on_progress: Progress = lambda _n_read: None,
) -> Mapping[str, Any]:
    """Write the notes of a reader into a prepared set, or go on where an earlier call was stopped.

    Args:
        notes: in the same order at every call.
        path: folder of the set; new, empty, or begun by the same call.
        config: what is kept, and in which form.
        facts: of the source, for `set.json`; the same facts mean the same notes.
        on_progress: called with the number of notes read.

    Returns:
        info: `set.json`, of an earlier call where the set was already finished. Under `skipped` it
        lists what could not be used as [name, reason].

    Raises:
        InputFileError: no note is left, or the folder holds something else or is not writable.
    """
    digest = json.dumps([COLLECTOR_VERSION, asdict(config), dict(facts)], sort_keys=True)
    mark = f"collected-{hashlib.sha256(digest.encode()).hexdigest()}"
    if is_finished(path):
        info = read_info(path)
        if info.get("fingerprint") != mark:
            raise InputFileError(
                f"{path} holds another finished set; choose another --out folder, or remove that"
            )
        return info
    writer = PreparedWriter(path, mark, config.n_samples)
    try:
        chunk = _Chunk(writer, config)
        for index, note in enumerate(notes):
            if index < chunk.n_read:
                continue
            chunk.add(note)
            on_progress(index + 1)
        chunk.write()
        records = writer.journal.finished
        info = {**facts, **_set_info(records, config), "fingerprint": mark}
        if not info["n_notes"]:
            raise InputFileError(_nothing_left(info, path))
        writer.finish(info, _split(records, config))
    finally:
        writer.close()
    return {**read_info(path)}


class _Chunk:
    """Notes that are read but not yet on the disk."""

    def __init__(self, writer: PreparedWriter, config: CollectConfig) -> None:
        self.writer = writer
        self.config = config
        records = writer.journal.finished
        self.n_read = sum(record["n_read"] for record in records)
        self.instruments = {
            name: index
            for index, name in enumerate(
                entry["name"] for record in records for entry in record["instruments"]
            )
        }
        self._clear()

    def add(self, note: SourceNote | Unreadable) -> None:
        """Read one note, or note down why it is left out."""
        self.n_added += 1
        if isinstance(note, Unreadable):
            self.skipped.append([note.name, note.reason])
        elif not self.config.keeps(note):
            self.n_filtered += 1
        else:
            try:
                self._keep(note)
            except InputFileError as err:
                self.skipped.append([note.name, str(err)])
        if self.n_added == N_CHUNK_NOTES:
            self.write()

    def write(self) -> None:
        """Append what was read to the set."""
        if not self.n_added:
            return
        record = {
            "n_read": self.n_added,
            "n_filtered": self.n_filtered,
            "skipped": self.skipped,
            "instruments": self.new_instruments,
            "notes": self.notes,
            "names": self.names,
            "parts": self.parts,
        }
        audio = np.stack(self.audio) if self.audio else np.empty((0, self.config.n_samples), "<i2")
        self.writer.append(record, audio)
        self._clear()

    def _keep(self, note: SourceNote) -> None:
        audio = to_int16(*note.read(), self.config)
        family, source = FAMILIES.index(note.family), SOURCES.index(note.source)
        if note.instrument not in self.instruments:
            self.instruments[note.instrument] = len(self.instruments)
            self.new_instruments.append(
                {"name": note.instrument, "family": note.family, "source": note.source}
            )
        instrument = self.instruments[note.instrument]
        peak = int(np.abs(audio.astype(np.int32)).max())
        self.notes.append([note.pitch, note.velocity, instrument, family, source, peak])
        self.names.append(note.name)
        self.parts.append(note.part)
        self.audio.append(audio)

    def _clear(self) -> None:
        self.n_added = self.n_filtered = 0
        self.skipped: list[list[str]] = []
        self.new_instruments: list[dict[str, str]] = []
        self.notes: list[list[int]] = []
        self.names: list[str] = []
        self.parts: list[str] = []
        self.audio: list[NDArray[np.int16]] = []


def to_int16(audio: Audio, rate_hz: float, config: CollectConfig) -> NDArray[np.int16]:
    """Bring a recording to the set's rate, length and sample format.

    Args:
        audio: [n], mono, full scale 1.
        rate_hz: of `audio`; need not be a whole number.
        config: what is wanted.

    Returns:
        [config.n_samples].

    Raises:
        InputFileError: it holds no numbers, no sound, or more than full scale.
    """
    if not audio.size or not np.isfinite(audio).all():
        raise InputFileError("holds no samples, or some that are no numbers")
    # What lies beyond the note's end need not be resampled.
    audio = audio[: math.ceil((config.seconds + 0.1) * rate_hz)]
    if rate_hz != config.sample_rate:
        audio = soxr.resample(audio, rate_hz, config.sample_rate, quality="VHQ")
    samples = np.zeros(config.n_samples)
    n_samples = min(config.n_samples, audio.size)
    samples[:n_samples] = config.gain * audio[:n_samples]
    if audio.size > config.n_samples:
        n_fade = min(round(FADE_S * config.sample_rate), n_samples)
        samples[n_samples - n_fade :] *= np.linspace(1.0, 0.0, n_fade)
    peak = np.abs(samples).max()
    # Resampling overshoots a little where a recording touches full scale.
    if peak > 1.0:
        if peak > 1.1:
            raise InputFileError(f"peaks at {peak:.2f} of full scale; lower --gain")
        samples /= peak
    rounded = np.clip(np.rint(samples * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    if not rounded.any():
        raise InputFileError("is silent")
    return rounded


def _set_info(records: Sequence[Mapping[str, Any]], config: CollectConfig) -> dict[str, Any]:
    instruments = [entry for record in records for entry in record["instruments"]]
    notes = [note for record in records for note in record["notes"]]
    n_notes = [0] * len(instruments)
    for note in notes:
        n_notes[note[2]] += 1
    return {
        "n_notes": len(notes),
        "n_filtered": sum(record["n_filtered"] for record in records),
        "skipped": [entry for record in records for entry in record["skipped"]],
        "sample_rate": config.sample_rate,
        "gain": config.gain,
        "pitches": sorted({note[0] for note in notes}),
        "velocities": sorted({note[1] for note in notes}),
        "instruments": [
            {**entry, "label": _label(index, instruments), "n_notes": n_notes[index]}
            for index, entry in enumerate(instruments)
        ],
    }


def _split(records: Sequence[Mapping[str, Any]], config: CollectConfig) -> Split | None:
    fractions = {"valid_fraction": config.valid_fraction, "test_fraction": config.test_fraction}
    notes = [note for record in records for note in record["notes"]]
    if config.split == "notes":
        return split_notes(len(notes), config.seed, **fractions)
    if config.split == "instruments":
        return split_instruments([note[2] for note in notes], config.seed, **fractions)
    if config.split == "given":
        parts = [part for record in records for part in record["parts"]]
        return Split.from_codes(np.array([PARTS.index(part) for part in parts], np.uint8))
    return None


def _label(index: int, instruments: Sequence[Mapping[str, str]]) -> str:
    """Name an instrument after NSynth's pattern, `family_source_NNN`."""
    groups = [f"{entry['family']}_{entry['source']}" for entry in instruments[: index + 1]]
    return f"{groups[-1]}_{groups.count(groups[-1]) - 1:03d}"


def _nothing_left(info: Mapping[str, Any], path: Path) -> str:
    skipped = info["skipped"]
    example = f", the first: {skipped[0][0]}: {skipped[0][1]}" if skipped else ""
    return (
        f"no note is left for {path}: {info['n_filtered']} were filtered out, {len(skipped)} "
        f"cannot be used{example}; choose another source or filter, and another --out folder"
    )
