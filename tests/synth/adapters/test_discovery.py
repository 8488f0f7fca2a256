"""Announcing: only what others can reach; a real announcement is found again."""

import socket
import time

import pytest
import zeroconf

from synth.adapters.discovery import Announcer, Service, is_open

PATIENCE_S = 30.0


@pytest.mark.parametrize(
    ("host", "others_reach_it"),
    [
        ("127.0.0.1", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),
        ("192.168.1.5", True),
    ],
)
def test_loopback_is_not_open(host: str, others_reach_it: bool) -> None:
    assert others_reach_it == is_open(host)


def test_nobody_is_told_of_loopback() -> None:
    services = [Service(kind="_osc._udp", host="127.0.0.1", port=9000)]
    with Announcer(services) as announcer:
        assert not announcer.is_announcing


def test_what_is_open_is_found_by_others() -> None:
    services = [
        Service(kind="_osc._udp", host="0.0.0.0", port=54_321),
        Service(kind="_oscjson._tcp", host="127.0.0.1", port=9001),
    ]
    found: list[str] = []

    def take(zeroconf: object, service_type: str, name: str, state_change: object) -> None:
        found.append(name)

    with Announcer(services) as announcer, zeroconf.Zeroconf() as other:
        assert announcer.is_announcing
        zeroconf.ServiceBrowser(other, ["_osc._udp.local.", "_oscjson._tcp.local."], [take])
        host = socket.gethostname().partition(".")[0]
        deadline = time.monotonic() + PATIENCE_S
        while not any(host in name for name in found) and time.monotonic() < deadline:
            time.sleep(0.05)
        (name,) = [name for name in set(found) if host in name]
        info = other.get_service_info("_osc._udp.local.", name, timeout=5000)
        assert info is not None
        assert 54_321 == info.port
