"""The commands as they are typed: what they print, where they keep it, what they refuse."""

import argparse
import json
import shutil

import pytest

from synth.errors import ConfigError, InputFileError
from training.classifier import save_classifier
from training.evaluate_cli import (
    _COLUMNS,
    CLASSIFIER_FILE,
    Progress,
    add_evaluate_command,
    add_train_classifier_command,
    find_classifier,
    metrics_table,
)


def command(*words):
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    add_evaluate_command(subparsers)
    add_train_classifier_command(subparsers)
    args = parser.parse_args([str(word) for word in words])
    return args.run(args)


@pytest.fixture
def judge(tone_classifier, tmp_path):
    save_classifier(tone_classifier, tmp_path / "judge.safetensors")
    return tmp_path / "judge.safetensors"


@pytest.fixture
def words(tone_instrument, tone_set, judge, tmp_path):
    folder = shutil.copytree(tone_instrument, tmp_path / "instrument")
    places = ["--instrument", folder, "--data", tone_set.path, "--classifier", judge]
    quick = ["--samples", 12, "--tracker-notes", 0, "--inversion-notes", 0, "--threads", 1]
    return ["evaluate", *places, *quick]


def test_json_is_what_the_instrument_keeps_and_a_report_is_written(words, tmp_path, capsys):
    assert command(*words, "--json", "--report", tmp_path / "report") == 0
    printed = json.loads(capsys.readouterr().out)
    kept = json.loads((tmp_path / "instrument" / "instrument.json").read_text())["metrics"]
    assert printed == kept
    assert printed["model"]["n_samples"] == 12
    page = (tmp_path / "report" / "index.html").read_text()
    assert "<audio" in page
    for kind in ("recording", "instrument"):
        assert (tmp_path / "report" / f"note-00-{kind}.wav").is_file()
        assert (tmp_path / "report" / f"note-00-{kind}.png").is_file()


def test_runs_are_compared_without_an_instrument(words, tone_run, paper_run, capsys):
    where, quick = words[3:7], words[7:]
    runs = ["--run", tone_run, "--run", paper_run]
    assert command("evaluate", *where, *quick, *runs) == 0
    _, *rows = (line.split() for line in capsys.readouterr().out.splitlines())
    assert ["real", tone_run.name, paper_run.name] == [row[0] for row in rows]
    # A network that knows no velocity has no figure for it.
    velocity = 1 + list(_COLUMNS).index("velocity_rank_correlation")
    assert rows[1][velocity] != "-"
    assert rows[2][velocity] == "-"

    with pytest.raises(ConfigError, match="--run of a run of --config live"):
        command("evaluate", *where, *quick, "--run", paper_run)
    with pytest.raises(ConfigError, match="--report tells of an instrument"):
        command("evaluate", *where, *quick, *runs, "--report", "there")


def test_people_get_a_table_and_no_store_leaves_the_instrument_alone(words, tmp_path, capsys):
    before = (tmp_path / "instrument" / "instrument.json").read_bytes()
    assert command(*words, "--no-store") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["real", "model", "random", "mid_points"]
    assert before == (tmp_path / "instrument" / "instrument.json").read_bytes()


def test_a_report_into_a_file_is_refused_before_anything_is_measured(words, judge):
    with pytest.raises(InputFileError, match="is a file"):
        command(*words, "--report", judge)


def test_a_missing_judge_is_refused(words, tmp_path):
    with pytest.raises(InputFileError, match="train-classifier"):
        command(*words, "--classifier", tmp_path / "none.safetensors")


def test_the_judge_beside_the_data_is_taken_where_the_shipped_one_is_of_others(
    tone_set, tone_classifier
):
    path = tone_set.path / CLASSIFIER_FILE
    save_classifier(tone_classifier, path)
    with Progress() as progress:
        assert find_classifier(tone_set, None, progress).facts["fingerprint"] == "tones"
    path.unlink()
    path.with_suffix(".json").unlink()


def test_a_set_too_small_to_learn_from_is_judged_by_the_shipped_one(tone_set):
    with Progress() as progress:
        facts = find_classifier(tone_set, None, progress).facts
    assert facts["fingerprint"].startswith("prepared-")
    assert facts["held_out_pitch_accuracy"] > 0.97


def test_a_judge_is_trained_and_says_how_good_it_is(tone_set, tmp_path, capsys):
    out = tmp_path / "new.safetensors"
    assert command("train-classifier", "--data", tone_set.path, "--out", out, "--images", 64) == 0
    assert "right about held-out notes: pitch" in capsys.readouterr().out
    assert out.is_file()
    assert json.loads(out.with_suffix(".json").read_text())["fingerprint"] == "tones"


def test_no_threads_are_refused(words):
    with pytest.raises(ConfigError, match="--threads is 0"):
        command(*words, "--threads", 0)


def test_no_images_are_refused(tone_set):
    with pytest.raises(ConfigError, match="--images is 0"):
        command("train-classifier", "--data", tone_set.path, "--images", 0)


def test_without_the_tracker_the_default_goes_on_and_a_number_is_refused(
    words, monkeypatch, capsys
):
    def refuse(_tracker):
        raise ConfigError("torchcrepe is not installed")

    monkeypatch.setattr("training.metrics.pitch_tracker.PitchTracker.__init__", refuse)
    asked = words.index("--tracker-notes")
    with pytest.raises(ConfigError, match="not installed"):
        command(*words[: asked + 1], 5, *words[asked + 2 :])
    assert command(*words[:asked], *words[asked + 2 :], "--json", "--no-store") == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["real"]["f0_within_50_cents"] is None
    assert "going on without it" in printed.err


def test_a_figure_that_was_not_measured_is_a_dash():
    table = metrics_table({"real": {"fid": 1.5}, "runs": {"mine": {"fid": None}}})
    assert "1.5" in table
    assert table.splitlines()[-1].split() == ["mine", *["-"] * 13]
