"""A thousand mixed control messages a second while 16 notes sound: no block is late.

Late by the engine's own clock: a block for which the audio thread had the processor longer than it
lasts. Other programs on the machine cannot make one late, so the test may be strict; what they can
do (blocks that took longer on the wall, xruns) is printed beside it.
"""

import importlib.util
import itertools
import math
import random
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from synth.adapters.osc_packet import build_message

REPOSITORY = Path(__file__).resolve().parents[2]
MESSAGES_PER_S = 1_000
N_MESSAGES = 5_000
_N_OSC = N_MESSAGES * 7 // 10  # seven of ten gestures
_PACE = 50  # messages between two pings
N_NOTES = 16
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def soaking() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("soak", REPOSITORY / "scripts" / "soak.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["soak"] = module  # its dataclass looks itself up there
    spec.loader.exec_module(module)
    yield module
    del sys.modules["soak"]


@pytest.fixture(autouse=True)
def _own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


def gestures(player: Any) -> Iterator[Callable[[], None]]:
    """Yield what tablets, sequencers and keyboards send, in turn; sweeps, as hands make them."""
    for step in itertools.count():
        way = 0.5 + 0.5 * math.sin(step / 50.0)
        seven_bits, part = round(127 * way), 1 + step // 10 % 16
        for send, *words in (
            (player.osc, "/timbre/xy", way, 1.0 - way),
            (player.osc, f"/part/{part}/param/amp/pan", way),
            (player.osc, "/param/amp/attack/raw", 0.2 * way),
            (player.osc, "/ne/pitch", 1 + step % N_NOTES, way - 0.5),
            (player.osc, "/ne/timbre", 1 + step % N_NOTES, way),
            (player.osc, "/param/reverb/send", 0.5 * way),
            (player.osc, "/q/param/amp/pan"),
            (player.midi, 0xE0, seven_bits, seven_bits),
            (player.midi, 0xB0, 1 + 10 * (step % 2), seven_bits),
            (player.midi, 0xD0, seven_bits),
        ):
            yield lambda send=send, words=words: send(*words)


def play_a_storm(player: Any) -> float:
    """Send the messages in their time, never far ahead of who reads them; return the seconds.

    A player that has no processor falls behind; what a socket cannot keep meanwhile would be lost.
    """
    storm, started_s = gestures(player), time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(PATIENCE_S)
        for n_sent in range(N_MESSAGES):
            if n_sent % _PACE == 0:
                if n_sent >= 2 * _PACE:
                    asking.recv(65_535)  # the pong of the time before last
                asking.sendto(build_message("/ping", []), ("127.0.0.1", player.port))
            ahead_s = started_s + n_sent / MESSAGES_PER_S - time.monotonic()
            if ahead_s > 0.0:
                time.sleep(ahead_s)
            next(storm)()
    return time.monotonic() - started_s


def wait_for(player: Any, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        status: dict[str, Any] | None = player.status()
        if status is not None and is_so(status):
            return status
        assert time.monotonic() < deadline, status
        time.sleep(0.1)


def test_a_thousand_messages_a_second_make_no_block_late(
    jack_server: object, soaking: ModuleType
) -> None:
    words = ["--preset", "Organ Loft"]  # holds its notes
    player = soaking.Player(random.Random(1), words, has_keyboard=True)
    try:
        for number in range(N_NOTES):
            player.osc("/mnote", 36 + 3 * number, 90, number + 1)
        wait_for(player, lambda status: status["voices"] == N_NOTES)
        before = wait_for(player, lambda status: len(status["midi"]) == 2)
        took_s = play_a_storm(player)
        after = wait_for(player, lambda status: status["osc_packets"] >= _N_OSC)
    finally:
        code, _ = player.stop()
    keys = ("osc_packets", "midi_messages", "late_blocks", "overrun_blocks", "xruns")
    told = {key: after[key] - before[key] for key in keys}
    print(f"{N_MESSAGES / took_s:.0f} messages/s, load {after['callback_load']:.2f}: {told}")
    assert told["osc_packets"] > _N_OSC
    assert told["midi_messages"] > (N_MESSAGES - _N_OSC) / 2  # a late JACK server skips some
    assert N_NOTES == after["voices"]
    assert 0 == told["late_blocks"]
    assert 0 == after["non_finite"]
    assert 0 == code
