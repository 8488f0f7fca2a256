"""Zeroconf: tablets and patches on the network find the player by its name.

Announced only where OSC or HTTP is opened to the network; on loopback there is nobody to tell.
Types: `_osc._udp` (OSC 1.1's TXT keys) and `_oscjson._tcp` (OSCQuery).
"""

import ipaddress
import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

NAME = "gansynth-live"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What is announced."""

    kind: str  # "_osc._udp" or "_oscjson._tcp"
    host: str  # that it listens on
    port: int


def is_open(host: str) -> bool:
    """True for a host that others on the network can reach."""
    try:
        return not ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host != "localhost"


class Announcer:
    """Announces services until it is closed; on a thread, as the first announcement takes seconds.

    Args:
        services: those on loopback are left out.
    """

    def __init__(self, services: list[Service]) -> None:
        self._services = [service for service in services if is_open(service.host)]
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        if self._services:
            self._thread = threading.Thread(target=self._run, name="zeroconf", daemon=True)
            self._thread.start()

    @property
    def is_announcing(self) -> bool:
        """True where there is somebody to tell."""
        return self._thread is not None

    def close(self) -> None:
        """Take the announcements back."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _run(self) -> None:
        try:
            import zeroconf
        except ImportError as err:
            _log.warning("not announced on the network: %s; install zeroconf", err)
            return
        try:
            with zeroconf.Zeroconf() as announcer:
                for service in self._services:
                    announcer.register_service(_info(service), allow_name_change=True)
                self._ended.wait()
        except (OSError, zeroconf.Error) as err:
            _log.warning("not announced on the network: %s", err)


def _info(service: Service) -> Any:
    import zeroconf

    kind = f"{service.kind}.local."
    host_name = socket.gethostname().partition(".")[0]
    txt = {"txtvers": "1", "version": "1.1", "types": "ihfdTFs"} if "_osc." in kind else {}
    return zeroconf.ServiceInfo(
        kind,
        f"{NAME} on {host_name}.{kind}",
        port=service.port,
        addresses=[socket.inet_aton(address) for address in _own_addresses(service.host)],
        properties=txt,
        server=f"{host_name}.local.",
    )


def _own_addresses(host: str) -> Iterator[str]:
    """Yield the IPv4 addresses that others reach a host by."""
    import ifaddr

    if host not in {"0.0.0.0", "::"}:  # noqa: S104 - looked at, not bound
        yield socket.gethostbyname(host)
        return
    for adapter in ifaddr.get_adapters():
        for found in adapter.ips:
            if isinstance(found.ip, str) and not found.ip.startswith("127."):
                yield found.ip
