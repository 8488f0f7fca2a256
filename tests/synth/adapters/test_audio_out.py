"""Sound finds its way: to JACK by its raw callback, to nothing without it, and back."""

import ctypes
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np
import pytest
from numpy.typing import NDArray

from synth.adapters import audio_out
from synth.adapters.audio_out import AudioOut, list_outputs
from synth.adapters.outputs.jack import JackOutput
from synth.errors import DeviceError

PATIENCE_S = 20.0


class Server(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def ports(self) -> list[str]: ...


class Counter:
    """Stands in for the engine: counts blocks, native ones and those of `process`."""

    def __init__(self) -> None:
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_ulong,
            ctypes.c_void_p,
            ctypes.c_ulong,
            ctypes.c_void_p,
        )
        self._callback = kind(self._call)
        self.callback_address = ctypes.cast(self._callback, ctypes.c_void_p).value or 0
        self.userdata = 0x1234
        self.n_blocks = 0
        self.n_null_blocks = 0
        self.sample_rates: list[int] = []

    def prepare(self, sample_rate: int, max_block_size: int) -> None:
        self.sample_rates.append(sample_rate)

    def process(self, out: NDArray[np.float32]) -> None:
        out[:] = 0.0
        self.n_null_blocks += 1

    def _call(self, _in: int, out: int, n: int, _time: int, _flags: int, data: int | None) -> int:
        ctypes.memset(out, 0, n * 8)
        self.n_blocks += 1
        return 0


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def quick_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_out, "SEARCH_S", 0.5)


@pytest.fixture
def no_jack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody-there")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_jack_is_taken_when_it_runs(jack_server: Server, counter: Counter) -> None:
    lines: list[str] = []
    with AudioOut(counter, tell=lines.append) as out:
        wait_until(lambda: counter.n_blocks > 20)
        assert ("jack", 48_000, 256) == (
            out.status.device,
            out.status.sample_rate,
            out.status.block_size,
        )
        assert out.status.latency_ms >= 256 / 48.0
    assert [48_000] == counter.sample_rates
    assert [] == lines  # nothing that was expected is worth a word


def test_the_servers_rate_is_taken(jack_server: Server, counter: Counter) -> None:
    with AudioOut(counter, sample_rate=44_100) as out:
        assert 48_000 == out.status.sample_rate
    assert [44_100, 48_000] == counter.sample_rates


@pytest.mark.usefixtures("quick_search")
def test_a_server_that_dies_and_comes_back_is_found_again(
    jack_server: Server, counter: Counter
) -> None:
    lines: list[str] = []
    with AudioOut(counter, tell=lines.append) as out:
        for _ in range(2):
            n_blocks, n_null_blocks = counter.n_blocks, counter.n_null_blocks
            wait_until(lambda: counter.n_blocks > n_blocks + 5)  # noqa: B023 - waits here
            jack_server.stop()
            wait_until(lambda: out.status.is_null)
            wait_until(lambda: counter.n_null_blocks > n_null_blocks + 5)  # noqa: B023
            jack_server.start()
            wait_until(lambda: not out.status.is_null)
    assert [48_000] == counter.sample_rates  # notes were not cut off by preparing again
    heads = [line.split(";")[0] for line in lines]
    assert ["audio: jack has stopped", "audio: jack, 48000 Hz"] * 2 == heads


@pytest.mark.usefixtures("no_jack", "quick_search")
def test_without_a_device_it_says_so_once_and_keeps_the_clock(counter: Counter) -> None:
    lines: list[str] = []
    with AudioOut(counter, "no such card", tell=lines.append) as out:
        wait_until(lambda: counter.n_null_blocks > 150)  # through some more looks
        assert out.status.is_null
    (line,) = lines
    assert "no audio device 'no such card'" in line
    assert "playing into nothing, looking again" in line


def test_null_is_nobodys_fault(counter: Counter) -> None:
    lines: list[str] = []
    with AudioOut(counter, "null", tell=lines.append) as out:
        wait_until(lambda: counter.n_null_blocks > 5)
        assert ("null", 480) == (out.status.device, out.status.block_size)
    assert [] == lines
    n_blocks = counter.n_null_blocks
    time.sleep(0.1)
    assert n_blocks == counter.n_null_blocks


def test_outputs_are_listed_with_jack_first(jack_server: Server) -> None:
    first = list_outputs()[0]
    assert ("jack", "JACK", 48_000) == (first.name, first.host_api, first.sample_rate)


@pytest.mark.usefixtures("no_jack")
def test_no_output_at_all_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_out, "list_devices", list)
    with pytest.raises(DeviceError, match="no audio device"):
        list_outputs()


@pytest.mark.usefixtures("quick_search")
def test_another_device_is_chosen_while_it_plays(jack_server: Server, counter: Counter) -> None:
    lines: list[str] = []
    with AudioOut(counter, "null", tell=lines.append) as out:
        wait_until(lambda: counter.n_null_blocks > 5)
        out.choose("jack")
        wait_until(lambda: out.status.device == "jack")
        out.choose("no such card")
        wait_until(lambda: out.status.is_null)
        n_null_blocks = counter.n_null_blocks
        wait_until(lambda: counter.n_null_blocks > n_null_blocks + 5)
        out.choose(None)
        wait_until(lambda: out.status.device == "jack")
    assert [48_000] == counter.sample_rates
    assert 1 == sum("no audio device 'no such card'" in line for line in lines)


@pytest.mark.usefixtures("quick_search")
def test_xruns_are_counted_across_devices(jack_server: Server, counter: Counter) -> None:
    with AudioOut(counter) as out:
        wait_until(lambda: counter.n_blocks > 5)
        output = out._output
        assert isinstance(output, JackOutput)
        output._link["n_xruns"] += 7
        assert out.status.n_xruns >= 7
        out.choose("null")
        wait_until(lambda: out.status.is_null)
        assert out.status.n_xruns >= 7


@pytest.mark.usefixtures("no_jack", "quick_search")
def test_looks_for_a_device_become_rare_and_stay_regular(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []

    def look(_devices: object, _wanted: object) -> list[object]:
        looks.append(time.monotonic())
        raise DeviceError("nothing")

    monkeypatch.setattr(audio_out, "SLOWEST_SEARCH_S", 1.0)
    monkeypatch.setattr(audio_out, "choose_devices", look)
    with AudioOut(counter, "card", tell=lambda line: None):
        wait_until(lambda: len(looks) >= 5)
    pauses = np.diff(looks)
    assert pauses[0] >= 0.5
    assert pauses[-1] >= 1.0  # as slow as it may get, and no slower: it did come
