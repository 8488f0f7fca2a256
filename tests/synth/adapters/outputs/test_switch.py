"""Another source takes over between two blocks, while a device calls back without a pause."""

import ctypes
import itertools
import threading
import time
from collections.abc import Iterator
from typing import Self

import numpy as np
import pytest
from numpy.typing import NDArray

from synth.adapters.outputs import switch as switch_module
from synth.adapters.outputs.switch import Switch
from synth.adapters.outputs.switch_callback import forward

POINTER, ULONG = ctypes.c_void_p, ctypes.c_ulong
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, POINTER, ULONG, POINTER, ULONG, POINTER)
PATIENCE_S = 20.0


class Tone:
    """An engine that renders one value everywhere, and minds being called when it is closed."""

    def __init__(self, value: float) -> None:
        self.value = value
        self.is_closed = False
        self.prepared: list[tuple[int, int]] = []
        self.n_blocks = 0
        self._callback = CALLBACK(self._call)
        self.callback_address = ctypes.cast(self._callback, POINTER).value or 0
        self.userdata = int(value)

    def prepare(self, sample_rate: int, max_block_size: int) -> None:
        self.prepared.append((sample_rate, max_block_size))

    def process(self, out: NDArray[np.float32]) -> None:
        time.sleep(0.005)  # long enough to be closed meanwhile, where nobody waits for the block
        out[:] = np.nan if self.is_closed else self.value

    def _call(self, _in: int, out: int, n: int, _time: int, _flags: int, data: int | None) -> int:
        block = np.ctypeslib.as_array(ctypes.cast(out, ctypes.POINTER(ctypes.c_float)), (n, 2))
        self.process(block)
        if data != int(self.value):
            block[:] = np.inf
        return 0


class Device:
    """Calls back as fast as it can, natively or by Python, and keeps what it heard."""

    def __init__(self, switch: Switch, *, is_native: bool) -> None:
        self.heard: list[float] = []
        self._switch, self._is_native = switch, is_native
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        out = np.zeros((64, 2), np.float32)
        while not self._ended.is_set():
            if self._is_native:
                forward.ctypes(None, out.ctypes.data, len(out), None, 0, self._switch.userdata)
            else:
                self._switch.process(out)
            self.heard += {*out.ravel().tolist()}
            time.sleep(0)

    def wait_for(self, value: float) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self.heard[-1:] != [value]:
            assert time.monotonic() < deadline, "it was never heard"
            time.sleep(0.001)


@pytest.fixture(params=[True, False], ids=["native", "python"])
def is_native(request) -> Iterator[bool]:
    return request.param


def test_sources_take_over_whole_and_are_not_called_afterwards(is_native: bool) -> None:
    sources = [Tone(value) for value in (1.0, 2.0, 3.0, 4.0)]
    switch = Switch(sources[0])
    switch.prepare(48_000, 8192)
    with Device(switch, is_native=is_native) as device:
        device.wait_for(1.0)
        for old, new in itertools.pairwise(sources):
            switch.switch_to(new)
            old.is_closed = True
            device.wait_for(new.value)
    changes = [a for a, b in zip(device.heard, [*device.heard[1:], 0.0], strict=True) if a != b]
    assert changes == [1.0, 2.0, 3.0, 4.0]  # neither a mixture, nor a step back, nor a closed one
    assert [source.prepared for source in sources] == [[(48_000, 8192)]] * 4


def test_blocks_are_counted_across_sources() -> None:
    switch = Switch(Tone(1.0))
    out = np.zeros((64, 2), np.float32)
    switch.process(out)
    first = switch.n_blocks
    with Device(switch, is_native=True):
        switch.switch_to(Tone(2.0))
    assert switch.n_blocks > first


def test_without_a_device_a_source_takes_over_all_the_same(monkeypatch) -> None:
    monkeypatch.setattr(switch_module, "_PATIENCE_S", 0.1)
    switch = Switch(Tone(1.0))
    switch.switch_to(Tone(2.0))
    out = np.zeros((64, 2), np.float32)
    switch.process(out)
    assert np.all(out == 2.0)
