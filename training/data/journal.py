"""What of a set is finished: the file that makes `gansynth dataset` resumable.

`progress.jsonl` lies in the folder of the set while it is being made: a line with the fingerprint
of what is being made, then one record for each finished instrument. A record is written after the
audio it speaks of is on the disk, so a kill at any moment costs the instruments in work, no more.
"""

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synth.errors import InputFileError

PROGRESS_FILE = "progress.jsonl"
SET_FILE = "set.json"  # written last: a folder without it is not finished


class Journal:
    """The open `progress.jsonl` of one folder, locked against a second process.

    Args:
        path: folder of the set; made where it does not exist.
        fingerprint: says what the set is made of.

    Attributes:
        finished: the records of an earlier run and of this one, in order.

    Raises:
        InputFileError: the folder cannot be written, is in use, or holds something else.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            if not (path / PROGRESS_FILE).exists():
                _refuse_foreign_files(path)
            self._file = (path / PROGRESS_FILE).open("a+b")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as err:
            self._file.close()
            raise InputFileError(
                f"{path} is being written by another process; wait for it, or choose another --out"
            ) from err
        except OSError as err:
            raise unwritable(path, err) from err
        try:
            self.finished = self._read(fingerprint)
        except InputFileError:
            self._file.close()
            raise

    def append(self, record: Mapping[str, Any]) -> None:
        """Count an instrument as finished."""
        self._write(record)
        self.finished.append(dict(record))

    def finish(self, info: Mapping[str, Any]) -> None:
        """Write `set.json`, whole or not at all, and forget the progress."""
        scratch = self.path / f".{SET_FILE}.part"
        try:
            with scratch.open("w") as file:
                json.dump(info, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(self.path / SET_FILE)
            (self.path / PROGRESS_FILE).unlink()
        except OSError as err:
            raise unwritable(self.path, err) from err

    def close(self) -> None:
        """Close the file and give up the lock; what was appended stays."""
        self._file.close()

    def _read(self, fingerprint: str) -> list[dict[str, Any]]:
        self._file.seek(0)
        # A line that was cut short by a kill does not count.
        lines = [line for line in self._file if line.endswith(b"\n")]
        self._file.truncate(sum(map(len, lines)))
        if not lines:
            self._write({"fingerprint": fingerprint})
            return []
        try:
            first, *records = map(json.loads, lines)
        except ValueError as err:
            raise InputFileError(
                f"{self.path / PROGRESS_FILE} is damaged ({err}); remove the folder and begin again"
            ) from err
        if first.get("fingerprint") != fingerprint:
            raise InputFileError(
                f"{self.path} holds half of another set; repeat the command that began it, or "
                "choose another --out folder"
            )
        return records

    def _write(self, record: Mapping[str, Any]) -> None:
        try:
            self._file.write(json.dumps(record).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as err:
            raise unwritable(self.path, err) from err


def read_info(path: Path) -> dict[str, Any]:
    """Read `set.json`.

    Raises:
        InputFileError: there is no finished set in the folder, or the file is damaged.
    """
    try:
        info = json.loads((path / SET_FILE).read_text())
    except FileNotFoundError as err:
        raise InputFileError(
            f"{path} holds no finished set (no {SET_FILE}); make it, or go on where it stopped, "
            "with `gansynth dataset`"
        ) from err
    except (OSError, ValueError) as err:
        raise InputFileError(f"{path / SET_FILE} cannot be read ({err}); make it again") from err
    if not isinstance(info, dict):
        raise InputFileError(f"{path / SET_FILE} holds no JSON object; make it again")
    return info


def is_finished(path: Path) -> bool:
    """Tell whether a folder holds a finished set."""
    return (path / SET_FILE).exists()


def unwritable(path: Path, err: OSError) -> InputFileError:
    """Say in one line that a set cannot be written."""
    return InputFileError(
        f"{path} cannot be written ({err.strerror}); free it, then run the same command to go on, "
        "or choose another --out folder"
    )


def _refuse_foreign_files(path: Path) -> None:
    if any(path.iterdir()):
        raise InputFileError(
            f"{path} is not empty and no set was begun in it; choose an empty --out folder"
        )
