"""The short form of `scripts/soak`: all at once, at random; and whoever attacks meanwhile."""

import importlib.util
import os
import random
import socket
import sys
import time
from pathlib import Path

import pytest

from synth.adapters.osc_packet import build_message

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = 120.0
PATIENCE_S = 600.0  # with a start on a machine that has other things to do, and all let go
FLOOD_S = 10.0
PACKETS_PER_S = 10_000
N_SUBSCRIBERS = 100


@pytest.fixture(scope="module")
def soaking():
    spec = importlib.util.spec_from_file_location("soak", REPOSITORY / "scripts" / "soak.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["soak"] = module  # its dataclass looks itself up there
    spec.loader.exec_module(module)
    yield module
    del sys.modules["soak"]


@pytest.fixture(autouse=True)
def _own_folders(monkeypatch, tmp_path):
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE_S)
def test_nothing_breaks_or_sticks_when_all_is_played_at_random(jack_server, soaking):
    figures = soaking.soak(SECONDS, seed=3)
    print(figures)
    assert figures.faults == []
    assert figures.actions > 0


@pytest.mark.slow
def test_a_flood_of_malformed_packets_and_dead_subscribers_do_not_stop_the_music(
    jack_server, soaking
):
    player = soaking.Player(random.Random(5), [], has_keyboard=False)
    try:
        living = _subscribe(player.port)
        player.osc("/preset/load", "Organ Loft")  # a piano would have died away by then
        player.osc("/mnote", 60, 100)
        _wait_for_voices(player, 1)
        n_sent = _flood(player.port)
        time.sleep(1.0)  # until what one host may send is not used up any more
        player.osc("/param/amp/pan", 0.25)
        assert player.status()["voices"] == 1  # it sounds on, and it answers
        assert player.status()["non_finite"] == 0
        told = [_hears_of(client, b"/param/amp/pan") for client in living]
        assert any(told), "feedback reaches whoever is still there"
        player.osc("/allsoundoff")
        _wait_for_voices(player, 0)
        print(
            f"{n_sent} malformed packets in {FLOOD_S:g} s, {len(living)} of {N_SUBSCRIBERS} lived"
        )
    finally:
        code, _ = player.stop()
        for client in locals().get("living", []):
            client.close()
    assert code == 0


def _subscribe(port: int) -> list[socket.socket]:
    """Let a hundred subscribe; every other one is gone when it is told something."""
    living = []
    for number in range(N_SUBSCRIBERS):
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.settimeout(0.5)
        client.sendto(build_message("/subscribe", []), ("127.0.0.1", port))
        if number % 2:
            client.close()
        else:
            living.append(client)
    return living


def _flood(port: int) -> int:
    """Send packets that are none, as fast as was promised or as this machine can."""
    dice, n_sent = random.Random(1), 0
    started_s = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        while (passed_s := time.monotonic() - started_s) < FLOOD_S:
            while n_sent < passed_s * PACKETS_PER_S:
                head = dice.choice((b"", b"/mnote\0\0,ff\0", b"#bundle\0", b"/q/all_params"))
                # An odd number of bytes: never by chance a note.
                tail = os.urandom(2 * dice.randrange(32) + 1)
                client.sendto(head + tail, ("127.0.0.1", port))
                n_sent += 1
            time.sleep(0.001)
    return n_sent


def _hears_of(client: socket.socket, address: bytes) -> bool:
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        try:
            if client.recv(65_535).startswith(address):
                return True
        except TimeoutError:
            return False
    return False


def _wait_for_voices(player, n_voices: int) -> None:
    deadline = time.monotonic() + 60.0
    while (status := player.status()) is None or status["voices"] != n_voices:
        assert time.monotonic() < deadline, status
        time.sleep(0.1)
