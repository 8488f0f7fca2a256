"""What listeners answered: one SQLite file, one row a trial, written the moment it is answered."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from synth.errors import InputFileError

SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE answers (
    listener TEXT NOT NULL,
    test TEXT NOT NULL,               -- 'pair' or 'abx'
    stimulus TEXT NOT NULL,           -- the note, as 'Harp, pitch 60, velocity 100'
    first TEXT NOT NULL,              -- system that was called A
    second TEXT NOT NULL,             -- system that was called B
    score INTEGER NOT NULL,           -- pair: -2 (A much better) .. 2 (B); abx: 1 right, 0 wrong
    seconds REAL NOT NULL,            -- from the first look to the answer
    answered_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    trial TEXT NOT NULL UNIQUE        -- an answer that is sent twice counts once
);
"""

TestKind = Literal["pair", "abx"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One trial, answered."""

    listener: str
    test: TestKind
    stimulus: str
    first: str
    second: str
    score: int
    seconds: float
    trial: str


class AnswerStore:
    """The file of answers, open; any thread may call, one at a time."""

    def __init__(self, path: Path) -> None:
        """Open a file, or begin one.

        Raises:
            InputFileError: it cannot be written, or holds something else.
        """
        self.path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise InputFileError(f"answers {path}: {error}; name another file") from error
        try:
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            is_new = not self._connection.execute("SELECT name FROM sqlite_master").fetchall()
            if is_new:
                self._connection.executescript(_SCHEMA)
                self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                self._connection.commit()
        except sqlite3.Error as error:
            self._connection.close()
            raise InputFileError(f"answers {path}: {error}; name another file") from error
        if not is_new and version != SCHEMA_VERSION:
            self._connection.close()
            raise InputFileError(
                f"answers {path} are of version {version}, wanted {SCHEMA_VERSION}; name a new file"
            )

    def add(self, answer: Answer) -> None:
        """Keep an answer; one to a trial that is answered already changes nothing."""
        values = (
            answer.listener,
            answer.test,
            answer.stimulus,
            answer.first,
            answer.second,
            answer.score,
            answer.seconds,
            answer.trial,
        )
        with self._lock, self._connection:
            self._connection.execute(
                "INSERT OR IGNORE INTO answers (listener, test, stimulus, first, second, score,"
                " seconds, trial) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )

    def answers(self) -> Sequence[Answer]:
        """Return all answers, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT listener, test, stimulus, first, second, score, seconds, trial"
                " FROM answers ORDER BY rowid"
            ).fetchall()
        names = tuple(Answer.__slots__)
        return [Answer(**dict(zip(names, row, strict=True))) for row in rows]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._connection.close()
