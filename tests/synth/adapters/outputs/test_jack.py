"""JACK calls our native code back, under our name, and may die without taking us along."""

import ctypes
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import pytest
from numba import carray, cfunc, types

from synth.adapters.outputs.jack import JackOutput
from synth.errors import DeviceError

PATIENCE_S = 20.0


class Server(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def ports(self) -> list[str]: ...


class Ramp:
    """Stands in for the engine: counts blocks."""

    def __init__(self) -> None:
        pointer, ulong = ctypes.c_void_p, ctypes.c_ulong
        kind = ctypes.CFUNCTYPE(ctypes.c_int, pointer, pointer, ulong, pointer, ulong, pointer)
        self._callback = kind(self._call)
        self.callback_address = ctypes.cast(self._callback, pointer).value or 0
        self.userdata = 0x1234
        self.calls: list[tuple[int, int | None]] = []

    def _call(self, _in: int, out: int, n: int, _time: int, _flags: int, data: int | None) -> int:
        ctypes.memset(out, 0, n * 8)
        self.calls.append((n, data))
        return 0


class NativeCounter:
    """An engine in native code: counts blocks without Python."""

    def __init__(self) -> None:
        self.n_blocks = np.zeros(1, np.int64)
        self.callback_address = count_block.address
        self.userdata = self.n_blocks.ctypes.data


@cfunc(
    types.intc(types.voidptr, types.voidptr, types.ulong, types.voidptr, types.ulong, types.voidptr)
)
def count_block(_in: Any, out: Any, n: Any, _time: Any, _flags: Any, userdata: Any) -> int:
    block = carray(out, (np.int64(n), 2), np.float32)
    for sample in range(np.int64(n)):
        block[sample, 0] = block[sample, 1] = 0.0
    carray(userdata, (1,), np.int64)[0] += 1
    return 0


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_our_ports_are_named_connected_and_called_with_our_userdata(jack_server: Server) -> None:
    source = Ramp()
    output = JackOutput()
    assert (48_000, 256) == (output.sample_rate, output.block_size)
    output.start(source)
    wait_until(lambda: len(source.calls) > 20)
    assert {"gansynth-live:out_left", "gansynth-live:out_right"} < set(jack_server.ports())
    assert {(256, 0x1234)} == set(source.calls)
    assert output.is_active
    assert output.latency_ms >= 256 / 48.0
    output.close()
    assert not [port for port in jack_server.ports() if port.startswith("gansynth-live")]


def test_sound_goes_on_while_python_is_stopped(jack_server: Server) -> None:
    source = NativeCounter()
    output = JackOutput()
    output.start(source)
    wait_until(lambda: source.n_blocks[0] > 20)
    holding_the_lock = ctypes.PyDLL(None)
    before = int(source.n_blocks[0])
    holding_the_lock.usleep(500_000)  # a C function called with the interpreter's lock held
    n_blocks = int(source.n_blocks[0]) - before
    output.close()
    # 94 blocks of 256 samples last half a second; a busy machine may lose some.
    assert n_blocks > 60


def test_two_of_us_get_names_of_their_own(jack_server: Server) -> None:
    first, second = JackOutput(), JackOutput()
    for output in (first, second):
        output.start(Ramp())
    ports = [port for port in jack_server.ports() if port.startswith("gansynth-live")]
    assert 4 == len(set(ports))
    first.close()
    second.close()


def test_the_end_of_the_server_is_noticed_and_survived(jack_server: Server) -> None:
    for _ in range(2):
        output = JackOutput()
        output.start(Ramp())
        jack_server.stop()
        wait_until(lambda: not output.is_active)  # noqa: B023 - waits here
        output.close()
        with pytest.raises(DeviceError, match="no JACK server runs"):
            JackOutput()
        jack_server.start()


def test_no_server_is_one_quiet_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody-there")
    with pytest.raises(DeviceError, match="no JACK server runs"):
        JackOutput()
    assert ("", "") == capfd.readouterr()
