import argparse
import os
import signal
import subprocess
import sys
import time

import pytest

from training.cli import add_dataset_command, add_export_command, parse_numbers
from training.data.prepared import PreparedSet

RUN_COMMAND = "import sys; from synth.cli import main; sys.exit(main())"


def dataset(soundfont, out, *options):
    parser = argparse.ArgumentParser()
    add_dataset_command(parser.add_subparsers())
    words = ["dataset", "soundfont", str(soundfont), "--out", str(out), "--processes", "1"]
    args = parser.parse_args([*words, *options])
    return args.run(args)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("60", (60,)), ("21-24", (21, 22, 23, 24)), ("0-1,40,1", (0, 1, 40))],
)
def test_numbers_are_lists_of_numbers_and_ranges(text, expected):
    assert expected == parse_numbers(text)


@pytest.mark.parametrize("text", ["", "a", "1-", "-5", "9-8", "1,,2"])
def test_what_is_no_list_of_numbers_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError):
        parse_numbers(text)


def test_the_command_makes_a_set_and_says_what_is_in_it(sines_sf2, tmp_path, capsys):
    out = tmp_path / "set"

    exit_code = dataset(sines_sf2, out, "--pitches", "60-62", "--programs", "0")

    assert 0 == exit_code
    expected = f"{out} finished: 10 notes of 1 instruments; dropped 5 silent and 0 clipped\n"
    assert expected == capsys.readouterr().out
    assert 10 == len(PreparedSet.open(out))


def test_a_finished_set_says_so(sines_sf2, tmp_path, capsys):
    for _ in range(2):
        assert 0 == dataset(sines_sf2, tmp_path / "set", "--pitches", "60", "--velocities", "100")

    assert " was already finished: 3 notes" in capsys.readouterr().out


def test_a_killed_command_goes_on_and_leaves_no_process(sines_sf2, tmp_path):
    out = tmp_path / "set"
    words = ["dataset", "soundfont", str(sines_sf2), "--out", str(out), "--processes", "1"]
    command = [sys.executable, "-c", RUN_COMMAND, *words, "--pitches", "40-69"]
    victim = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    wait_until(lambda: n_lines(out / "progress.jsonl") >= 2)
    victim.kill()
    victim.wait()

    assert not (out / "set.json").exists()
    wait_until(lambda: not session_lives(victim.pid))
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert "finished: " in done.stdout
    found = PreparedSet.open(out)
    assert len(found) == found.info["n_notes"] == 4 * 30 * 5 - found.info["n_silent"]
    assert (abs(found.audio[::7].astype(int)).max(axis=1) == found.notes["peak"][::7]).all()


def wait_until(condition, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def n_lines(path):
    return len(path.read_bytes().splitlines()) if path.exists() else 0


def session_lives(process_group):
    try:
        os.killpg(process_group, signal.SIGCONT)
    except ProcessLookupError:
        return False
    return True


def test_export_takes_a_run_and_says_how_well_the_forms_agree(monkeypatch, tmp_path, capsys):
    from training import export

    def export_run(run_dir, folder, **options):
        assert (run_dir, folder) == (tmp_path / "run", tmp_path / "out")
        assert options == {"name": "Mine", "licence": None, "boundaries": (8, 32)}
        return export.ExportReport(
            folder=folder,
            n_bytes=18_700_000,
            onnx_error=3e-6,
            torchscript_error=0.0,
            tile_error=0.0,
            rounding_error=2e-3,
        )

    monkeypatch.setattr(export, "export_run", export_run)
    parser = argparse.ArgumentParser()
    add_export_command(parser.add_subparsers())
    words = ["--run", str(tmp_path / "run"), "--out", str(tmp_path / "out"), "--name", "Mine"]
    args = parser.parse_args(["export", *words, "--tiles", "8,32"])
    assert args.run(args) == 0
    assert "18.7 MB; largest errors: ONNX 3.0e-06" in capsys.readouterr().out
