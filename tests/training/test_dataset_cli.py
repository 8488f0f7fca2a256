import argparse
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from synth.errors import ConfigError
from training.data.prepared import PreparedSet
from training.dataset_cli import add_dataset_command

RUN_COMMAND = "import sys; from synth.cli import main; sys.exit(main())"


def run(*words):
    parser = argparse.ArgumentParser()
    add_dataset_command(parser.add_subparsers())
    args = parser.parse_args(["dataset", *map(str, words)])
    return args.run(args)


def dataset(soundfont, out, *options):
    return run("soundfont", soundfont, "--out", out, "--processes", "1", *options)


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


@pytest.fixture
def nsynth(sines_sf2, tmp_path):
    """NSynth's layout: one acoustic and one electronic instrument, three notes each."""
    words = ("--layout", "nsynth", "--pitches", "22,40,60", "--velocities", "100")
    dataset(sines_sf2, tmp_path / "nsynth", "--programs", "0,19", *words)
    examples = tmp_path / "nsynth/examples.json"
    text = examples.read_text()
    for file in (tmp_path / "nsynth/audio").glob("organ_acoustic_000*.wav"):
        file.rename(file.with_name(file.name.replace("acoustic", "electronic")))
    text = text.replace("organ_acoustic_000", "organ_electronic_000")
    values = json.loads(text)
    for name, entry in values.items():
        entry["instrument_source"] = int("electronic" in name)
    examples.write_text(json.dumps(values))
    return tmp_path / "nsynth"


def test_nsynth_becomes_a_set(nsynth, tmp_path, capsys):
    assert 0 == run("nsynth", nsynth, "--out", tmp_path / "set")

    assert "6 notes of 2 instruments; left out 0" in capsys.readouterr().out
    assert 64_000 == PreparedSet.open(tmp_path / "set").n_samples


def test_the_paper_s_filter_and_split_are_options(nsynth, tmp_path):
    assert 0 == run("nsynth", nsynth, "--out", tmp_path / "set", "--pitches", "0-127", "--paper")
    assert 0 == run("nsynth", nsynth, "--out", tmp_path / "part", "--sources", "electronic")

    paper, part = (PreparedSet.open(tmp_path / name) for name in ("set", "part"))
    assert [22, 40, 60] == sorted(paper.pitch)
    assert ("keyboard_acoustic_000",) == paper.instrument_names
    assert [1, 1, 1] == [
        len(rows) for rows in (paper.split.train, paper.split.valid, paper.split.test)
    ]
    assert ("organ_electronic_000",) == part.instrument_names


def test_a_table_tells_the_split(nsynth, tmp_path):
    table = tmp_path / "splits.csv"
    table.write_text(
        "id,split\nkeyboard_acoustic_000-040-100,valid\nkeyboard_acoustic_000-060-100,train\n"
    )

    assert 0 == run("nsynth", nsynth, "--out", tmp_path / "set", "--paper", "--split", table)

    found = PreparedSet.open(tmp_path / "set")
    assert [40, 60] == found.pitch.tolist()
    assert ([1], [0]) == (found.split.train.tolist(), found.split.valid.tolist())


def test_an_unknown_split_is_refused(nsynth, tmp_path):
    with pytest.raises(ConfigError, match="'half'"):
        run("nsynth", nsynth, "--out", tmp_path / "set", "--split", "half")


def test_a_folder_becomes_a_set_and_says_what_it_skipped(tmp_path, capsys):
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(4_800) / 48_000)
    soundfile.write(sounds / "flute_A4_v90.wav", np.stack([tone, tone], 1), 48_000, "PCM_24")
    (sounds / "broken_C3.wav").write_bytes(b"RIFF")

    assert 0 == run("folder", sounds, "--out", tmp_path / "set", "--keys", "68-70")

    captured = capsys.readouterr()
    assert "skipped broken_C3.wav: cannot be read as sound" in captured.err
    assert "3 notes of 1 instruments, 2 of them resampled" in captured.out
    found = PreparedSet.open(tmp_path / "set")
    assert ([69, 68, 70], [90] * 3) == (found.pitch.tolist(), found.velocity.tolist())
    assert ("flute",) == found.instrument_families


@pytest.mark.parametrize("options", [("--keys", "x"), ("--family", "drums"), ("--middle-c", "9")])
def test_what_a_folder_cannot_be_is_a_usage_error(tmp_path, options):
    with pytest.raises(SystemExit, match="2"):
        run("folder", tmp_path, "--out", tmp_path / "set", *options)
