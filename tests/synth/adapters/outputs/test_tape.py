"""The tape holds what was played, driven by native code or by Python, and never in the way."""

import ctypes
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from synth.adapters.outputs.tape import Tape
from synth.adapters.outputs.tape_callback import record
from synth.errors import InputFileError
from synth.wav import WavWriter

POINTER, ULONG = ctypes.c_void_p, ctypes.c_ulong
STEP = 1 / 32767  # of 16 bits


class Staircase:
    """An engine whose sample n is n steps of 16 bits, left up and right down."""

    def __init__(self) -> None:
        kind = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, POINTER, ULONG, POINTER, ULONG, POINTER)
        self._callback = kind(self._call)
        self.callback_address = ctypes.cast(self._callback, POINTER).value or 0
        self.userdata = 0
        self.n_blocks = 0
        self.n_samples = 0

    def prepare(self, sample_rate: int, max_block_size: int) -> None:
        self.userdata += 1

    def process(self, out: NDArray[np.float32]) -> None:
        ramp = np.arange(self.n_samples, self.n_samples + len(out)) * STEP
        out[:, 0], out[:, 1] = ramp, -ramp
        self.n_samples += len(out)

    def _call(self, _in: int, out: int, n: int, _time: int, _flags: int, data: int) -> int:
        assert data == self.userdata
        self.n_blocks += 1
        self.process(
            np.ctypeslib.as_array(ctypes.cast(out, ctypes.POINTER(ctypes.c_float)), (n, 2))
        )
        return 0


def call_back(tape: Tape, n_samples: int) -> NDArray[np.float32]:
    out = np.full((n_samples, 2), np.nan, np.float32)
    assert 0 == record.ctypes(None, out.ctypes.data, n_samples, None, 0, tape.userdata)
    return out


def read(path: Path) -> NDArray[np.int16]:
    samples, _ = soundfile.read(path, dtype="int16")
    return np.asarray(samples)


def test_what_is_heard_is_what_is_on_the_tape(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    with Tape(Staircase(), path) as tape:
        tape.prepare(8_000, 8192)
        heard = [call_back(tape, n) for n in (64, 1, 1_000)]
        out = np.zeros((480, 2), np.float32)
        tape.process(out)  # the device was lost: Python drives the engine now
        heard.append(out)
        assert 3 == tape.n_blocks
    expected = np.rint(np.concatenate(heard) / STEP)
    np.testing.assert_array_equal(expected, read(path))
    assert 8_000 == soundfile.info(path).samplerate


def test_a_disk_that_stands_still_loses_nothing_within_the_ring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = WavWriter.write

    def slow(self: WavWriter, block: NDArray[np.float32]) -> None:
        time.sleep(0.5)
        write(self, block)

    monkeypatch.setattr(WavWriter, "write", slow)
    path = tmp_path / "take.wav"
    with Tape(Staircase(), path) as tape:
        tape.prepare(8_000, 8192)
        start = time.monotonic()
        for _ in range(300):
            call_back(tape, 64)
        assert time.monotonic() - start < 0.5  # nobody waited for the disk
        assert 0 == tape.n_lost
    np.testing.assert_array_equal(np.arange(300 * 64), read(path)[:, 0])


def test_a_full_ring_is_counted(tmp_path: Path) -> None:
    tape = Tape(Staircase(), tmp_path / "take.wav")
    tape.prepare(8_000, 8192)
    with tape._lock:  # the writer is held up
        for _ in range(11):
            call_back(tape, 8_000)
        assert 8_000 == tape.n_lost
    tape.close()


def test_another_rate_goes_on_in_another_file(tmp_path: Path) -> None:
    with Tape(Staircase(), tmp_path / "take.wav") as tape:
        tape.prepare(48_000, 8192)
        tape.prepare(44_100, 8192)  # nothing was played yet
        call_back(tape, 100)
        tape.prepare(48_000, 8192)
        call_back(tape, 50)
    assert [tmp_path / "take.wav", tmp_path / "take-2.wav"] == tape.paths
    assert [(44_100, 100), (48_000, 50)] == [
        (soundfile.info(path).samplerate, soundfile.info(path).frames) for path in tape.paths
    ]


def test_a_full_disk_ends_the_tape_and_not_the_music(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: WavWriter, block: NDArray[np.float32]) -> None:
        raise InputFileError("cannot write take.wav: No space left on device")

    monkeypatch.setattr(WavWriter, "write", full)
    lines: list[str] = []
    with Tape(Staircase(), tmp_path / "take.wav", lines.append) as tape:
        tape.prepare(8_000, 8192)
        for _ in range(3):
            call_back(tape, 64)
            time.sleep(0.15)
    assert ["recording ends: cannot write take.wav: No space left on device"] == lines


def test_an_unwritable_place_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot write"):
        Tape(Staircase(), tmp_path / "nowhere" / "take.wav")
