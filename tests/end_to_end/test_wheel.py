"""The wheel, as a stranger gets it: installed into an empty environment, run in an empty folder."""

import os
import subprocess
import sys
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile

REPOSITORY = Path(__file__).resolve().parents[2]
MIDDLE_C_HZ = 261.626


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """Build the wheel, install it alone, and return the folder of the programs."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, REPOSITORY])
    (wheel,) = folder.glob("gansynth_live-*.whl")
    _run([sys.executable, "-m", "venv", folder / "venv"])
    programs = folder / "venv" / "bin"
    constraints = REPOSITORY / "constraints.txt"
    pip[0] = str(programs / "python")
    _run([*pip, "install", "--constraint", constraints, wheel])
    return programs


@pytest.mark.slow
def test_a_note_sounds_at_its_pitch_without_torch(installed, tmp_path):
    note = "note out.wav --pitch 60 --velocity 100 --seconds 1".split()
    finished = _run([installed / "gansynth", *note], cwd=tmp_path)
    assert finished.stderr == ""
    samples, sample_rate = soundfile.read(tmp_path / "out.wav", dtype="float32")
    mono = samples.mean(axis=1)
    assert sample_rate <= mono.size
    assert np.sqrt(np.mean(mono**2)) > 0.003
    held = mono[sample_rate // 4 : sample_rate]
    found_hz = np.median(librosa.yin(held, fmin=65.0, fmax=1000.0, sr=sample_rate))
    cents = 1200.0 * np.log2(found_hz / MIDDLE_C_HZ)
    # Half a semitone; an octave error of the tracker would be 1200.
    assert abs(cents) < 50.0


def test_torch_is_not_there(installed, tmp_path):
    finished = _run([installed / "python", "-c", "import torch"], cwd=tmp_path, is_checked=False)
    assert "No module named 'torch'" in finished.stderr


def test_training_says_which_extra_it_needs(installed, tmp_path):
    train = "train --config smoke --data data --run run".split()
    finished = _run([installed / "gansynth", *train], cwd=tmp_path, is_checked=False)
    assert finished.returncode == 2
    assert "pip install gansynth-live[train]" in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_the_factory_instrument_and_presets_came_along(installed, tmp_path):
    tell = "from synth.folders import demo_song; print(demo_song(), demo_song().is_file())"
    told = _run([installed / "python", "-c", tell], cwd=tmp_path).stdout
    assert told.startswith(str(installed.parent / "lib"))
    assert told.endswith("True\n")
    _run([installed / "gansynth", "instrument", "verify"], cwd=tmp_path)
    assert _run([installed / "gansynth", "presets", "list"], cwd=tmp_path).stdout


def _run(
    command: list[str | Path], cwd: Path | None = None, *, is_checked: bool = True
) -> subprocess.CompletedProcess[str]:
    # Nothing of the checkout may help: no PYTHONPATH, no environment of ours on the PATH.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    clean["PATH"] = os.pathsep.join(
        part for part in os.environ["PATH"].split(os.pathsep) if ".venv" not in part
    )
    finished = subprocess.run(
        command, cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )
    if is_checked:
        assert finished.returncode == 0, finished.stderr
    return finished
