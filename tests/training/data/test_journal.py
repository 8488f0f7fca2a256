import json

import pytest

from synth.errors import InputFileError
from training.data.journal import Journal, is_finished, read_info


@pytest.fixture
def folder(tmp_path):
    journal = Journal(tmp_path / "set", "abc")
    journal.append({"name": "first"})
    journal.append({"name": "second"})
    journal.close()
    return tmp_path / "set"


def reopen(folder, fingerprint="abc"):
    journal = Journal(folder, fingerprint)
    journal.close()
    return journal


def test_finished_instruments_are_remembered(folder):
    assert ["first", "second"] == [record["name"] for record in reopen(folder).finished]


def test_a_record_cut_short_by_a_kill_does_not_count(folder):
    progress = folder / "progress.jsonl"
    progress.write_bytes(progress.read_bytes()[:-3])

    journal = Journal(folder, "abc")
    assert [{"name": "first"}] == journal.finished
    journal.append({"name": "again"})
    journal.close()
    assert ["first", "again"] == [record["name"] for record in reopen(folder).finished]


def test_a_kill_before_the_first_record_leaves_a_usable_folder(tmp_path):
    (tmp_path / "progress.jsonl").write_bytes(b'{"fingerpr')

    assert [] == reopen(tmp_path).finished


def test_half_of_another_set_is_refused(folder):
    with pytest.raises(InputFileError, match="half of another set"):
        reopen(folder, "xyz")
    assert 2 == len(reopen(folder).finished)


def test_damaged_progress_is_refused(folder):
    (folder / "progress.jsonl").write_bytes(b"\xff\n")

    with pytest.raises(InputFileError, match="damaged"):
        reopen(folder)


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")

    with pytest.raises(InputFileError, match="not empty"):
        Journal(tmp_path, "abc")
    assert ["thesis.txt"] == [file.name for file in tmp_path.iterdir()]


def test_two_processes_do_not_write_one_set(folder):
    journal = Journal(folder, "abc")

    with pytest.raises(InputFileError, match="another process"):
        Journal(folder, "abc")
    journal.close()


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(InputFileError, match=r"file/set cannot be written \(Not a directory\)"):
        Journal(tmp_path / "file" / "set", "abc")


def test_a_set_is_finished_when_its_description_is_there(folder):
    assert not is_finished(folder)
    with pytest.raises(InputFileError, match="no finished set"):
        read_info(folder)

    journal = Journal(folder, "abc")
    journal.finish({"n_notes": 3})
    journal.close()

    assert is_finished(folder)
    assert {"n_notes": 3} == read_info(folder)
    assert ["set.json"] == [file.name for file in folder.iterdir()]


@pytest.mark.parametrize("content", ["{", json.dumps([1])])
def test_a_damaged_description_is_refused(tmp_path, content):
    (tmp_path / "set.json").write_text(content)

    with pytest.raises(InputFileError, match=r"set\.json"):
        read_info(tmp_path)
