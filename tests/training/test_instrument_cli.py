"""`gansynth train-encoder` and `gansynth macros` from the command line."""

import shutil

import pytest

from synth.cli import main
from synth.notes.instrument import Instrument


@pytest.fixture
def folder(tone_instrument, tmp_path):
    return shutil.copytree(tone_instrument, tmp_path / "instrument")


def test_an_encoder_is_trained_and_measured(folder, tone_set, capsys):
    words = ["train-encoder", "--instrument", str(folder), "--data", str(tone_set.path)]
    words += ["--notes", "40", "--random", "2", "--steps", "20", "--threads", "1"]
    assert main(words) == 0
    assert "notes held out" in capsys.readouterr().out
    assert Instrument.load(folder).encoder == "encoder.onnx"


def test_a_set_of_other_instruments_is_wrong_usage(folder, tmp_path, capsys):
    words = ["train-encoder", "--instrument", str(folder), "--data", str(tmp_path)]
    assert main(words) == 3
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("command", ["train-encoder", "macros"])
def test_no_threads_are_too_few(command, folder, tone_set, capsys):
    words = [command, "--instrument", str(folder), "--threads", "0"]
    words += ["--data", str(tone_set.path)] if command == "train-encoder" else []
    assert main(words) == 2
    assert "--threads" in capsys.readouterr().err


def test_macros_need_notes_to_learn_from(folder, capsys):
    assert main(["macros", "--instrument", str(folder), "--notes", "1"]) == 2
    assert "8 notes" in capsys.readouterr().err
