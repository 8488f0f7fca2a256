"""scripts/train-gpu says what it lacks before it begins; its whole way takes minutes."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def checkout(tmp_path):
    """A folder that holds nothing but the script."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPTS / "train-gpu", tmp_path / "scripts")
    return tmp_path


def train_gpu(checkout, *words):
    script = checkout / "scripts" / "train-gpu"
    return subprocess.run([script, *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "exit_code", "message"),
    [
        ((), 2, "wanted MINUTES and OUT_DIR, got 0 arguments"),
        (("ten", "out"), 2, "MINUTES is 'ten', wanted a whole number"),
        (("10", "out", "-5"), 2, "TOTAL_MINUTES is '-5', wanted a whole number"),
        (("10", "out"), 3, "gpu-pack is missing: run scripts/pack-gpu"),
    ],
)
def test_what_is_missing_is_said_in_one_line(checkout, words, exit_code, message):
    done = train_gpu(checkout, *words)

    assert exit_code == done.returncode
    assert message in done.stderr
    assert 1 == len(done.stderr.splitlines())
    assert not (checkout / "out").exists()


@pytest.mark.parametrize("name", ["pack-gpu", "train-gpu"])
def test_the_scripts_are_well_formed_and_can_be_run(name):
    assert (SCRIPTS / name).stat().st_mode & 0o111
    subprocess.run(["bash", "-n", SCRIPTS / name], check=True)


def test_the_packs_are_no_part_of_the_repository():
    ignored = (SCRIPTS.parent / ".gitignore").read_text().split()
    assert {"gpu-pack/", "gpu-sounds/"} <= set(ignored)
