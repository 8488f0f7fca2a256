"""The end of a JACK server is noticed; which libjack is asked."""

import time
from typing import Any

import pytest
import rtmidi

from synth.adapters.midi.jack_watch import JackWatch, find_libjack, server_runs

PATIENCE_S = 20.0
MAPS = """7f00-7f01 r-xp 00000000 08:01 77  /usr/lib/x86_64-linux-gnu/libjack.so.0.1.0
7f01-7f02 r--p 00001000 08:01 77  /usr/lib/x86_64-linux-gnu/libjack.so.0.1.0
7f02-7f03 r-xp 00000000 08:01 78  /my home/lib/python_rtmidi.libs/libjack-5305d520.so.0.1.0
7f03-7f04 r-xp 00000000 08:01 79  /usr/lib/libjackserver_plugin.txt
"""


def test_the_libjack_of_rtmidi_goes_before_others() -> None:
    own = "/my home/lib/python_rtmidi.libs/libjack-5305d520.so.0.1.0"
    assert own == find_libjack(lambda: MAPS, "rtmidi")
    assert "/usr/lib/x86_64-linux-gnu/libjack.so.0.1.0" == find_libjack(lambda: MAPS, "nobody")


def test_without_a_libjack_or_a_map_there_is_nothing_to_watch() -> None:
    def fail() -> str:
        raise FileNotFoundError

    assert find_libjack(fail, "rtmidi") is None
    assert find_libjack(lambda: "", "rtmidi") is None


@pytest.mark.parametrize("is_killed", [True, False])
def test_the_end_of_the_server_is_noticed(jack_server: Any, is_killed: bool) -> None:
    port = rtmidi.MidiIn(rtapi=rtmidi.API_UNIX_JACK, name="some-client")
    watch = JackWatch()
    try:
        assert not watch.is_gone
        (jack_server.stop if is_killed else jack_server.close)()
        deadline = time.monotonic() + PATIENCE_S
        while not watch.is_gone:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        watch.close()
        port.delete()
    jack_server.start()  # a killed one is forgotten by JACK only when one of its name ends in peace


def test_whether_a_server_runs_is_told_without_a_word(
    jack_server: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    assert server_runs()
    jack_server.close()
    assert not server_runs()
    jack_server.start()
    assert server_runs()
    assert ("", "") == capfd.readouterr()
