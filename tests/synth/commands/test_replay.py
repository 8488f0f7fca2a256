import json
import wave

import numpy as np
import pytest

from synth.cli import main
from synth.config import EngineConfig
from synth.engine import Engine
from synth.events import NoteOn


@pytest.fixture(scope="module")
def run(tiny_instrument, tmp_path_factory):
    """A run at two sample rates: its log, and what was heard of each."""
    path = tmp_path_factory.mktemp("run") / "run.jsonl"
    heard = []
    config = EngineConfig(is_offline=True, cache_bytes=16_000_000)
    with Engine(tiny_instrument, config) as engine:
        engine.log_run(path)
        for sample_rate in (48_000, 44_100):
            engine.prepare(sample_rate, 64)
            engine.post(NoteOn(pitch=60, velocity=0.8))
            blocks = np.zeros((50, 64, 2), np.float32)
            for block in blocks:
                engine.process(block)
            heard.append(blocks.reshape(-1, 2))
    return path, heard


def read(path):
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return file.getframerate(), samples.reshape(-1, 2)


def test_a_run_is_rendered_again(run, tiny_instrument_folder, tmp_path, capsys):
    log, heard = run
    out = tmp_path / "out.wav"
    words = ["replay", str(log), str(out), "--instrument", str(tiny_instrument_folder)]
    assert main(words) == 0
    assert "every sample is the one that was heard" in capsys.readouterr().out
    for name, rate, samples in zip(("out", "out-2"), (48_000, 44_100), heard, strict=True):
        found_rate, found = read(tmp_path / f"{name}.wav")
        assert rate == found_rate
        assert np.abs(samples).max() > 0.01
        assert np.abs(found / 32767.0 - samples).max() < 1 / 32767.0


def test_other_samples_are_one_line_and_the_code_of_a_bad_file(
    run, tiny_instrument_folder, tmp_path, capsys
):
    lines = [json.loads(line) for line in run[0].read_text().splitlines()]
    end = next(line for line in lines[1:] if line[0] == "end")
    end[2] += 1
    made = next(line for line in lines[1:] if line[0] == "made")
    made[6] = "0" * 16
    log = tmp_path / "changed.jsonl"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    out = tmp_path / "out.wav"
    words = ["replay", str(log), str(out), "--instrument", str(tiny_instrument_folder)]
    assert main(words) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert "not those of the run (notes that are others: 1; the first: pitch 60, velocity" in line
    assert f"by frame {made[4]}, not in its frames but in its onset or plan)" in line


def test_a_run_of_another_instrument_writes_nothing(run, tmp_path, capsys):
    assert main(["replay", str(run[0]), str(tmp_path / "out.wav")]) == 3
    assert "is of instrument 'tiny'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
