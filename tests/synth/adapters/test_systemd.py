import os
import socket

import pytest

from synth.adapters.systemd import ServiceManager


@pytest.fixture
def manager_socket(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5.0)
        yield listening


def test_the_manager_is_told_in_its_own_words(manager_socket):
    manager = ServiceManager({"NOTIFY_SOCKET": manager_socket.getsockname()})
    manager.ready("ready audio=jack\nosc=127.0.0.1:9000")
    assert manager_socket.recv(999) == b"READY=1\nSTATUS=ready audio=jack osc=127.0.0.1:9000"
    manager.alive()
    assert manager_socket.recv(999) == b"WATCHDOG=1"
    manager.reloading()
    assert manager_socket.recv(999).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
    manager.stopping()
    assert manager_socket.recv(999) == b"STOPPING=1"


def test_an_abstract_socket_is_reached():
    name = f"gansynth-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}")
        listening.settimeout(5.0)
        ServiceManager({"NOTIFY_SOCKET": f"@{name}"}).alive()
        assert listening.recv(999) == b"WATCHDOG=1"


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "/nowhere/notify"}])
def test_without_a_manager_nothing_happens(environment):
    ServiceManager(environment).ready("fine")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 20.0),
        ({"WATCHDOG_PID": "1"}, None),  # meant for another process
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"NOTIFY_SOCKET": ""}, None),
    ],
)
def test_the_watchdog_is_known_where_it_is_meant_for_us(changes, expected):
    environment = {
        "NOTIFY_SOCKET": "/run/notify",
        "WATCHDOG_USEC": "20000000",
        "WATCHDOG_PID": str(os.getpid()),
    }
    assert expected == ServiceManager(environment | changes).watchdog_s
