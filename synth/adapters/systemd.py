"""What a service manager is told (sd_notify(3)): ready, alive, reloading, stopping.

A datagram to the socket that $NOTIFY_SOCKET names; where there is none, nobody is told, and nothing
is imported for it.
"""

import os
import socket
import time
from collections.abc import Mapping


class ServiceManager:
    """The manager that started this process, or nobody.

    Args:
        environment: of the process.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        # A name that begins with @ lies in Linux's abstract namespace.
        self._address = environment.get("NOTIFY_SOCKET", "").replace("@", "\0", 1)
        microseconds = environment.get("WATCHDOG_USEC", "")
        is_meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        is_watched = bool(self._address) and is_meant and microseconds.isdecimal()
        self.watchdog_s: float | None = float(microseconds) / 1e6 if is_watched else None

    def ready(self, status: str) -> None:
        """Tell that the service can be used, after a start or a reload."""
        self._send("READY=1", f"STATUS={status}")

    def alive(self) -> None:
        """Tell the watchdog that all is well; to be called more often than `watchdog_s`."""
        self._send("WATCHDOG=1")

    def reloading(self) -> None:
        """Tell that the settings are read again; `ready` ends it."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """Tell that the end has begun."""
        self._send("STOPPING=1")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        text = "\n".join(" ".join(line.split()) for line in lines)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.setblocking(False)
            try:
                told.sendto(text.encode(), self._address)
            except OSError:
                # A manager that does not listen must not keep anyone from playing.
                return
