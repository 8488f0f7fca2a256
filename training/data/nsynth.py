"""NSynth's own layout (Engel et al. 2017, arXiv:1704.01279): `examples.json` and `audio/*.wav`."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from synth.wav import WavWriter
from training.data.families import FAMILIES, SOURCES
from training.data.journal import Journal, unwritable

AUDIO_FOLDER, EXAMPLES_FILE = "audio", "examples.json"
# Bright, dark, distortion, fast decay, long release, multiphonic, non-linear envelope, percussive,
# reverb, tempo-synced: judged by ear in NSynth. We do not know them, so none is claimed.
N_QUALITIES: Final = 10
FULL_SCALE: Final = 32_767


class NSynthWriter:
    """Writes notes in NSynth's layout, and goes on where an earlier run stopped.

    Beside NSynth's own there is `set.json`, with the counts, provenance and licence.

    Args:
        path: folder of the set; made where it does not exist.
        fingerprint: says what the set is made of. Half a set of another fingerprint is refused.
        sample_rate: Hz.

    Raises:
        InputFileError: the folder cannot be written, or holds something else.
    """

    layout: Final = "nsynth"

    def __init__(self, path: Path, fingerprint: str, sample_rate: int) -> None:
        self.path = path
        self.sample_rate = sample_rate
        self.journal = Journal(path, fingerprint)
        try:
            (path / AUDIO_FOLDER).mkdir(exist_ok=True)
        except OSError as err:
            self.journal.close()
            raise unwritable(path, err) from err

    def append(self, record: Mapping[str, Any], audio: NDArray[np.int16]) -> None:
        """Add an instrument: its audio first, then the record that makes it count.

        Args:
            record: of the journal; `notes` lists the fields of NOTE_DTYPE for each row of `audio`.
            audio: [n_rows, n_samples].
        """
        for note, samples in zip(record["notes"], audio, strict=True):
            file = self.path / AUDIO_FOLDER / f"{_note_name(record, note)}.wav"
            with WavWriter(file, self.sample_rate, n_channels=1) as wav:
                # Exact: the writer multiplies by the same full scale and rounds.
                wav.write(samples[np.newaxis] / np.float32(FULL_SCALE))
        self.journal.append(record)

    def finish(self, info: Mapping[str, Any]) -> None:
        """Write `examples.json` and, last of all, `set.json`."""
        examples = dict(_examples(self.journal.finished, self.sample_rate))
        scratch = self.path / f".{EXAMPLES_FILE}.part"
        try:
            with scratch.open("w") as file:
                json.dump(examples, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(self.path / EXAMPLES_FILE)
        except OSError as err:
            raise unwritable(self.path, err) from err
        self.journal.finish({"layout": self.layout, **info})

    def close(self) -> None:
        """Close the files; what was appended stays."""
        self.journal.close()


def _examples(
    records: list[dict[str, Any]], sample_rate: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    n_notes = 0
    for record in records:
        for note in record["notes"]:
            pitch, velocity, instrument, family, source, _peak = note
            name = _note_name(record, note)
            yield (
                name,
                {
                    "note": n_notes,
                    "note_str": name,
                    "instrument": instrument,
                    "instrument_str": record["label"],
                    "pitch": pitch,
                    "velocity": velocity,
                    "sample_rate": sample_rate,
                    "qualities": [0] * N_QUALITIES,
                    "qualities_str": [],
                    "instrument_family": family,
                    "instrument_family_str": FAMILIES[family],
                    "instrument_source": source,
                    "instrument_source_str": SOURCES[source],
                },
            )
            n_notes += 1


def _note_name(record: Mapping[str, Any], note: tuple[int, ...]) -> str:
    """Name a note `family_source_NNN-pitch-velocity`."""
    return f"{record['label']}-{note[0]:03d}-{note[1]:03d}"
