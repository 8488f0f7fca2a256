"""Answers are kept at once, once, and by those who own the file."""

import contextlib
import sqlite3

import pytest

from synth.errors import InputFileError
from training.listening.store import Answer, AnswerStore

ANSWER = Answer(
    listener="Ada",
    test="pair",
    stimulus="Harp, pitch 60, velocity 100",
    first="mine",
    second="recording",
    score=-2,
    seconds=3.5,
    trial="t1",
)


def query(path, words):
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(words).fetchall()


def test_answers_outlive_the_program(tmp_path):
    path = tmp_path / "new" / "answers.sqlite3"
    with AnswerStore(path) as store:
        store.add(ANSWER)
        # Already on the disk, for a program that is killed now.
        assert query(path, "SELECT listener, score FROM answers") == [("Ada", -2)]
    with AnswerStore(path) as store:
        assert list(store.answers()) == [ANSWER]


def test_a_trial_is_answered_once(tmp_path):
    with AnswerStore(tmp_path / "answers.sqlite3") as store:
        store.add(ANSWER)
        store.add(Answer(**{name: getattr(ANSWER, name) for name in Answer.__slots__}))
        assert len(store.answers()) == 1


def test_another_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "other.sqlite3"
    query(path, "CREATE TABLE mine (x)")
    with pytest.raises(InputFileError, match="name a new file"):
        AnswerStore(path)
    assert query(path, "SELECT name FROM sqlite_master") == [("mine",)]


def test_what_is_no_database_is_refused(tmp_path):
    (tmp_path / "text").write_text("not a database, by any means " * 100)
    with pytest.raises(InputFileError, match="name another file"):
        AnswerStore(tmp_path / "text")
