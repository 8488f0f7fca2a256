"""The process ends in time although the interpreter hangs."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from synth.rig import leaving
from synth.rig.leaving import hurry, pass_on

PATIENCE_S = 60.0
HANGING_S = 2 * PATIENCE_S

# A foreign call that keeps the interpreter's lock, as rtmidi's does: no Python runs any more.
HANGING = f"""
import ctypes
from synth.commands.signals import Signals
signals = Signals(0.2)
print("ready", flush=True)
ctypes.PyDLL(None).usleep({HANGING_S * 1e6:.0f})
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_comes_while_a_library_holds_the_interpreters_lock(number):
    with subprocess.Popen([sys.executable, "-c", HANGING], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout.readline() == b"ready\n"
            time.sleep(0.2)  # until it hangs
            process.send_signal(signal.SIGHUP)
            process.send_signal(number)
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()


def test_numbers_pass_until_their_source_ends():
    source, writer = socket.socketpair()
    passed = pass_on(source, PATIENCE_S)
    passed.settimeout(PATIENCE_S)
    with source, passed:
        writer.send(bytes([signal.SIGHUP]))
        assert passed.recv(1) == bytes([signal.SIGHUP])
        writer.close()
        assert passed.recv(1) == b""


def test_those_that_wait_come_before_other_programs_and_those_that_compute_do_not(monkeypatch):
    ended = threading.Event()
    block = bytes(2**22)

    def compute() -> None:
        while not ended.is_set():
            hashlib.sha256(block)  # without the interpreter

    threads = [threading.Thread(target=target) for target in (compute, ended.wait)]
    for thread in threads:
        thread.start()
    computing, waiting = (thread.native_id for thread in threads)
    stat = Path(f"/proc/self/task/{waiting}/stat")
    while ") S " not in stat.read_text():  # it has started and does not wait yet
        time.sleep(0.01)
    rounds = []
    for _ in range(20):  # who computes is between two blocks now and then
        rounds.append(set())
        monkeypatch.setattr(leaving, "_run_in_real_time", rounds[-1].add)
        hurry()
        time.sleep(0.01)
    ended.set()
    for thread in threads:
        thread.join()
    assert all({waiting, os.getpid()} <= hurried for hurried in rounds)
    assert any(computing not in hurried for hurried in rounds)


HURRIED = """
import os
from synth.rig.leaving import hurry
def is_real_time():
    return os.sched_getscheduler(0) == os.SCHED_RR
hurry()
before = is_real_time()
try:
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
except OSError:
    pass
print(before == is_real_time())
"""


def test_real_time_is_taken_where_it_is_permitted():
    finished = subprocess.run(
        [sys.executable, "-c", HURRIED], capture_output=True, text=True, check=True
    )
    assert finished.stdout == "True\n"
