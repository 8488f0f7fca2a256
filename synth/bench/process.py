"""The player as a program: how long it takes to be ready, and how much memory it comes to."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pythonosc.osc_message_builder import OscMessageBuilder

from synth.bench.figures import rounded
from synth.errors import DeviceError

_PATIENCE_S = 300.0  # the very first start compiles
_NOTES_PER_S = 12.0
_PAD_MOVES_PER_NOTE = 5


def measure_start_s() -> float:
    """Start the player, and wait until it is ready; the second start counts, as all later ones."""
    for _ in range(2):
        started = time.perf_counter()
        with _playing():
            taken_s = time.perf_counter() - started
    return rounded(taken_s)


def measure_memory_mb(*, seconds: float) -> float:
    """Play notes all over the keyboard while the pad moves; return the most memory it held, MB."""
    with _playing() as (process, address), socket.socket(type=socket.SOCK_DGRAM) as sender:
        deadline = time.monotonic() + seconds
        n_played = 0
        while time.monotonic() < deadline:
            pitch = 24 + (n_played * 7) % 80
            sender.sendto(_message("/mnote", pitch, 100), address)
            for move in range(_PAD_MOVES_PER_NOTE):
                place = (n_played * _PAD_MOVES_PER_NOTE + move) % 100 / 100.0
                sender.sendto(_message("/timbre/xy", place, 1.0 - place), address)
                time.sleep(1.0 / _NOTES_PER_S / _PAD_MOVES_PER_NOTE)
            sender.sendto(_message("/mnote", pitch, 0), address)
            n_played += 1
        return rounded(peak_memory_mb(process.pid))


def peak_memory_mb(pid: int) -> float:
    """Return the most memory that a process has held, MB; where the system does not tell, 0."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return kilobytes / 1000.0


@contextmanager
def _playing() -> Iterator[tuple["subprocess.Popen[str]", tuple[str, int]]]:
    """Run `gansynth play` without a sound card; yield it and where it takes OSC."""
    command = [sys.executable, "-m", "synth.cli", "play", "--audio", "null", "--midi-in", "none"]
    command += ["--osc", "127.0.0.1:0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line.startswith("ready"):
                raise DeviceError("the player did not start; run `gansynth play` to see why")
            facts = dict(word.split("=", 1) for word in line.split() if "=" in word)
            host, _, port = facts["osc"].rpartition(":")
            yield process, (host, int(port))
        finally:
            process.terminate()
            process.wait(_PATIENCE_S)


def _message(address: str, *values: float) -> bytes:
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    return bytes(builder.build().dgram)
