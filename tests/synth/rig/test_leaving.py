"""The process ends in time although the interpreter hangs."""

import signal
import socket
import subprocess
import sys
import time

import pytest

from synth.rig.leaving import pass_on

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
