"""Notices that the JACK server has gone, which rtmidi (1.5.8) does not tell.

Its ports go on being listed from memory that nobody writes any more, and a new client made beside
the dead ones frees these, so that closing them crashes (both tried with jackd2 killed). So a client
of our own, without ports, is told of the end by the very libjack that rtmidi has loaded.
"""

import ctypes
import re
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from synth.adapters.outputs.jack_callback import be_quiet

WATCH_NAME = "gansynth-live-watch"
_NO_START_SERVER = 0x01
_ON_SHUTDOWN = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class JackWatch:
    """A client that waits for the end of its server.

    Where libjack cannot be found in our memory, nothing is ever noticed.
    """

    def __init__(self) -> None:
        self._gone = threading.Event()
        self._client: int | None = None
        # On a thread of libjack's, which must find the function alive.
        self._on_shutdown = _ON_SHUTDOWN(lambda _: self._gone.set())
        path = find_libjack(Path("/proc/self/maps").read_text, "rtmidi")
        if path is None:
            return
        self._library = _load(path)
        status = ctypes.c_int()
        self._client = self._library.jack_client_open(
            WATCH_NAME.encode(), _NO_START_SERVER, ctypes.byref(status)
        )
        if self._client:
            self._library.jack_on_shutdown(self._client, self._on_shutdown, None)

    @property
    def is_gone(self) -> bool:
        """True when the server has ended."""
        return self._gone.is_set()

    def close(self) -> None:
        """Leave the server; it may be gone already."""
        if self._client:
            self._library.jack_client_close(self._client)
            self._client = None


def server_runs() -> bool:
    """Tell whether a JACK server runs; where rtmidi is not loaded yet, no."""
    path = find_libjack(Path("/proc/self/maps").read_text, "rtmidi")
    if path is None:
        return False
    library, status = _load(path), ctypes.c_int()
    client = library.jack_client_open(WATCH_NAME.encode(), _NO_START_SERVER, ctypes.byref(status))
    if client:
        library.jack_client_close(client)
    return bool(client)


def find_libjack(read_maps: Callable[[], str], owner: str) -> str | None:
    """Return the libjack in our memory; of several the one that came with a package.

    Args:
        read_maps: reads /proc/self/maps.
        owner: a word in the path of that package's.
    """
    try:
        maps = read_maps()
    except OSError:
        return None
    found = re.findall(r"(/\S.*/libjack[-.\w]*\.so[-.\w]*)$", maps, re.MULTILINE)
    paths = list(dict.fromkeys(found))
    own = [path for path in paths if owner in path]
    return next(iter([*own, *paths]), None)


@cache
def _load(path: str) -> Any:
    library = ctypes.CDLL(path)
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    library.jack_client_open.restype = pointer
    library.jack_client_open.argtypes = (text, ctypes.c_int, pointer)
    library.jack_on_shutdown.argtypes = (pointer, _ON_SHUTDOWN, pointer)
    library.jack_client_close.argtypes = (pointer,)
    # It prints a page when the server goes, and another for each look whether it is back.
    for function in (library.jack_set_error_function, library.jack_set_info_function):
        function.argtypes = (pointer,)
        function(be_quiet.address)
    return library
