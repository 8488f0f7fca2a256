"""The prepared set: what training reads, whatever the notes came from.

A folder of these files:

* `audio.npy`: int16 [n_notes, n_samples], to be memory-mapped; full scale 32,767.
* `notes.npy`: one `NOTE_DTYPE` record for each row of `audio.npy`.
* `set.json`: format version, timing, instruments, counts, provenance and licence.
* `split.npy`, where the set has a split of its own: uint8 [n_notes], the part of each row as an
  index into `splits.PARTS`.

`journal` tells how a half-made one is continued.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from synth.errors import InputFileError
from training.data.journal import Journal, read_info, unwritable
from training.data.splits import Split

FORMAT_VERSION: Final = 1
AUDIO_FILE, NOTES_FILE, SPLIT_FILE = "audio.npy", "notes.npy", "split.npy"
BYTES_PER_SAMPLE: Final = 2

NOTE_DTYPE: Final = np.dtype(
    [
        ("pitch", np.uint8),  # MIDI note number
        ("velocity", np.uint8),  # 1-127
        ("instrument", np.int32),  # index into instrument_names
        ("family", np.uint8),  # index into families.FAMILIES
        ("source", np.uint8),  # index into families.SOURCES
        ("peak", np.uint16),  # largest absolute sample
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedSet:
    """A finished set, open for reading. The audio stays on the disk until it is touched."""

    path: Path
    audio: NDArray[np.int16]  # [n_notes, n_samples], memory-mapped, full scale 32,767
    notes: NDArray[np.void]  # [n_notes] of NOTE_DTYPE
    info: Mapping[str, Any]  # set.json
    split: Split | None = None  # the set's own; None leaves it to the run

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open the set in a folder.

        Raises:
            InputFileError: there is no finished set, or its files do not fit each other.
        """
        path = Path(path)
        info = read_info(path)
        found = (info.get("layout"), info.get("format_version"))
        if found != ("prepared", FORMAT_VERSION):
            raise InputFileError(
                f"{path} holds a set of layout {found[0]!r}, version {found[1]}, wanted "
                f"'prepared', version {FORMAT_VERSION}; make one with `gansynth dataset`"
            )
        try:
            audio = np.load(path / AUDIO_FILE, mmap_mode="r")
            notes = np.load(path / NOTES_FILE)
            has_split = (path / SPLIT_FILE).exists()
            codes = np.load(path / SPLIT_FILE) if has_split else np.zeros(notes.shape, np.uint8)
        except (OSError, ValueError, EOFError) as err:
            raise InputFileError(f"{path} is a damaged set ({err}); make it again") from err
        wanted = (info["n_notes"], info["n_samples"])
        is_whole = audio.shape == wanted and notes.shape == codes.shape == wanted[:1]
        if not is_whole or audio.dtype != np.int16:
            raise InputFileError(
                f"{path} holds {audio.dtype} audio of shape {audio.shape} and {notes.size} notes, "
                f"wanted int16 {wanted}; make it again"
            )
        split = Split.from_codes(codes) if has_split else None
        return cls(path=path, audio=audio, notes=notes, info=info, split=split)

    def __len__(self) -> int:
        return int(self.notes.size)

    @property
    def pitch(self) -> NDArray[np.uint8]:
        """MIDI note numbers: [n_notes]."""
        return self.notes["pitch"]

    @property
    def velocity(self) -> NDArray[np.uint8]:
        """MIDI velocities, 1-127: [n_notes]."""
        return self.notes["velocity"]

    @property
    def instrument(self) -> NDArray[np.int32]:
        """Indices into `instrument_names`: [n_notes]."""
        return self.notes["instrument"]

    @property
    def family(self) -> NDArray[np.uint8]:
        """Indices into `families.FAMILIES`: [n_notes]."""
        return self.notes["family"]

    @property
    def source(self) -> NDArray[np.uint8]:
        """Indices into `families.SOURCES`: [n_notes]."""
        return self.notes["source"]

    @property
    def instrument_names(self) -> tuple[str, ...]:
        """What each instrument is called where it came from."""
        return tuple(instrument["name"] for instrument in self.info["instruments"])

    @property
    def instrument_families(self) -> tuple[str, ...]:
        """Family of each instrument, one of `families.FAMILIES`."""
        return tuple(instrument["family"] for instrument in self.info["instruments"])

    @property
    def sample_rate(self) -> int:
        """Samples per second."""
        return int(self.info["sample_rate"])

    @property
    def n_samples(self) -> int:
        """Length of every note."""
        return int(self.audio.shape[1])

    def note_name(self, row: int) -> str:
        """Name of a note after NSynth's pattern, `family_source_NNN-pitch-velocity`."""
        note = self.notes[row]
        label = self.info["instruments"][note["instrument"]]["label"]
        return f"{label}-{note['pitch']:03d}-{note['velocity']:03d}"


class PreparedWriter:
    """Writes a prepared set instrument by instrument, and goes on where an earlier run stopped.

    Args:
        path: folder of the set; made where it does not exist.
        fingerprint: says what the set is made of. Half a set of another fingerprint is refused.
        n_samples: length of every note.

    Raises:
        InputFileError: the folder cannot be written, or holds something else.
    """

    layout: Final = "prepared"

    def __init__(self, path: Path, fingerprint: str, n_samples: int) -> None:
        self.path = path
        self.n_samples = n_samples
        self.journal = Journal(path, fingerprint)
        n_rows = sum(len(record["notes"]) for record in self.journal.finished)
        try:
            (path / AUDIO_FILE).touch()
            self._audio = (path / AUDIO_FILE).open("r+b")
            n_header_bytes = self._write_header(n_rows)
            # Cut off what no record speaks of.
            self._audio.truncate(n_header_bytes + n_rows * n_samples * BYTES_PER_SAMPLE)
            self._audio.seek(0, os.SEEK_END)
        except OSError as err:
            self.journal.close()
            raise unwritable(path, err) from err

    def append(self, record: Mapping[str, Any], audio: NDArray[np.int16]) -> None:
        """Add an instrument: its audio first, then the record that makes it count.

        Args:
            record: of the journal; `notes` lists the fields of NOTE_DTYPE for each row of `audio`.
            audio: [n_rows, n_samples].
        """
        try:
            self._audio.write(np.ascontiguousarray(audio, "<i2").data)
            self._audio.flush()
            os.fsync(self._audio.fileno())
        except OSError as err:
            raise unwritable(self.path, err) from err
        self.journal.append(record)

    def finish(self, info: Mapping[str, Any], split: Split | None = None) -> None:
        """Write the table, the split where there is one and, last of all, `set.json`."""
        rows = [tuple(note) for record in self.journal.finished for note in record["notes"]]
        try:
            self._write_header(len(rows))
            self._audio.flush()
            os.fsync(self._audio.fileno())
            np.save(self.path / NOTES_FILE, np.array(rows, NOTE_DTYPE))
            if split is not None:
                np.save(self.path / SPLIT_FILE, split.to_codes())
        except OSError as err:
            raise unwritable(self.path, err) from err
        facts = {"layout": self.layout, "format_version": FORMAT_VERSION}
        self.journal.finish({**facts, **info, "n_samples": self.n_samples})

    def close(self) -> None:
        """Close the files; what was appended stays."""
        self._audio.close()
        self.journal.close()

    def _write_header(self, n_rows: int) -> int:
        # Numpy pads its header with spaces so that the first axis can grow in place.
        self._audio.seek(0)
        shape = (n_rows, self.n_samples)
        header = {"descr": "<i2", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self._audio, header)
        return self._audio.tell()
