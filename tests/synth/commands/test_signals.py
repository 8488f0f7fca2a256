import signal
import subprocess
import sys
import threading
import time

import pytest

from synth.commands.signals import Signals

STORM = """
import os, signal, threading
from synth.commands.signals import Signals
signals = Signals()
def storm():
    for _ in range(2000):
        os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=storm).start()
while not signals.wait(0.0001):
    pass
print("ended", signals.take_reload(), signals.take_reload())
"""

TOLD = """
import signal, time
from synth.commands.signals import Signals
signals = Signals(on_end=lambda: print("told", flush=True))
for _ in range(2):
    signal.raise_signal(signal.SIGTERM)
    signals.wait(60.0)
signals.close()
"""


@pytest.fixture
def signals():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    made = Signals()
    yield made
    made.close()
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_end_is_seen_at_once_and_from_then_on(signals, number):
    # Raised on another thread, which is where the kernel may put it.
    threading.Timer(0.1, signal.raise_signal, [number]).start()
    started_s = time.monotonic()
    assert signals.wait(60.0)
    assert time.monotonic() - started_s < 30.0
    assert signals.wait(0.0)


def test_the_end_cuts_a_start_short_and_nothing_else(signals):
    with pytest.raises(KeyboardInterrupt), signals.interrupting():
        signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGTERM)  # a second one does not disturb the tidying
    assert signals.wait(60.0)


def test_whoever_is_to_be_told_of_the_end_is_told_once():
    finished = subprocess.run(
        [sys.executable, "-c", TOLD], capture_output=True, text=True, check=True, timeout=120
    )
    assert finished.stdout == "told\n"


def test_a_reload_is_no_end_and_is_taken_once(signals):
    signal.raise_signal(signal.SIGHUP)
    assert not signals.wait(0.05)
    assert signals.take_reload()
    assert not signals.take_reload()


def test_a_storm_of_signals_neither_hangs_nor_is_lost():
    finished = subprocess.run(
        [sys.executable, "-c", STORM], capture_output=True, text=True, check=True, timeout=120
    )
    assert finished.stdout == "ended True False\n"
