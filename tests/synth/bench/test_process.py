import os
import subprocess
import sys

import pytest

from synth.bench import process
from synth.errors import DeviceError


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell it elsewhere")
def test_a_process_holds_some_memory():
    assert 5.0 < process.peak_memory_mb(os.getpid()) < 100_000.0
    assert process.peak_memory_mb(2**30) == 0.0


def test_a_player_that_does_not_start_is_one_line(monkeypatch):
    started = subprocess.Popen
    monkeypatch.setattr(
        subprocess,
        "Popen",
        lambda command, **options: started([sys.executable, "-c", "print('no')"], **options),
    )
    with pytest.raises(DeviceError, match="did not start"):
        process.measure_start_s()
