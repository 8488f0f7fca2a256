"""What the programs under test need before the clock runs."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _compiled(tmp_path_factory) -> None:
    """Compile the audio thread, as the very first start does; it may take a minute."""
    gansynth = Path(sys.executable).with_name("gansynth")
    out = tmp_path_factory.mktemp("first") / "first.wav"
    subprocess.run([gansynth, "note", out, "--pitch", "60", "--seconds", "0.1"], check=True)
