"""The journal: a log that other programs read, and a TensorBoard."""

import json
from pathlib import Path

from training.journal import BOARD_NAME, LOG_NAME, Journal


def entries(run_dir: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (run_dir / LOG_NAME).read_text().splitlines()]


def test_steps_and_measures_are_lines_of_json_and_scalars(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.step("reconstruction", 8, 1.26, 0.1, {"loss": 2.0, "band": 0.123456})
        journal.write(8, {"validation_distance_db": 7.5})
    assert entries(tmp_path) == [
        {"stage": "reconstruction", "images": 8, "seconds": 1.3, "loss": 2.0, "band": 0.1235},
        {"images": 8, "validation_distance_db": 7.5},
    ]
    assert list((tmp_path / BOARD_NAME).glob("events.*"))


def test_a_run_that_goes_on_keeps_its_log(tmp_path: Path) -> None:
    for n_images in (8, 16):
        with Journal(tmp_path) as journal:
            journal.step("reconstruction", n_images, 1.0, 0.1, {"loss": 1.0})
    assert [entry["images"] for entry in entries(tmp_path)] == [8, 16]


def test_a_silent_one_writes_nothing(tmp_path: Path, capsys) -> None:
    with Journal(tmp_path, is_silent=True) as journal:
        journal.step("reconstruction", 8, 1.0, 0.1, {"loss": 1.0})
        journal.tell("something")
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr().out == ""
