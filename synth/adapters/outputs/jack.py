"""The way to a JACK server (or PipeWire as one), by libjack itself and not through PortAudio.

PortAudio does not outlive its server: closing the stream hangs, and Pa_Terminate aborts the process
(pa_jack.c, `Assertion err == 0`, 19.6.0; tried with jackd2 killed). libjack tells us of the
end, closes, and opens again when the server is back. The process callback is native code; it calls
the engine's callback and takes its samples apart into the two ports.
"""

import ctypes
import ctypes.util
from functools import cache, partial
from typing import Any

import numpy as np

from synth.adapters.closing import close_within
from synth.adapters.outputs.jack_callback import (
    LINK_DTYPE,
    SCRATCH_SAMPLES,
    be_quiet,
    count_xrun,
    note_shutdown,
    process,
)
from synth.adapters.outputs.source import CallbackSource
from synth.errors import DeviceError

CLIENT_NAME = "gansynth-live"
PORT_NAMES = ("out_left", "out_right")
DEVICE_NAME = "jack"

_NO_START_SERVER = 0x01
_PORT_IS_INPUT, _PORT_IS_OUTPUT, _PORT_IS_PHYSICAL = 0x1, 0x2, 0x4
_PLAYBACK_LATENCY = 1
_AUDIO_TYPE = b"32 bit float mono audio"
_CLOSE_S = 0.3  # a server that stands still is not waited for; one that runs takes milliseconds


class JackOutput:
    """A client of the JACK server: opened silent, it plays from `start` on.

    Raises:
        DeviceError: no server runs, or libjack is missing.
    """

    def __init__(self) -> None:
        self._library = _load_library()
        status = ctypes.c_int()
        self._client = self._library.jack_client_open(
            CLIENT_NAME.encode(), _NO_START_SERVER, ctypes.byref(status)
        )
        if not self._client:
            raise DeviceError("no JACK server runs")
        self.sample_rate = int(self._library.jack_get_sample_rate(self._client))
        self.block_size = int(self._library.jack_get_buffer_size(self._client))
        self._scratch = np.zeros((SCRATCH_SAMPLES, 2), np.float32)
        self._link = np.zeros(1, LINK_DTYPE)
        self._ports: list[int] = []
        self._source: CallbackSource | None = None

    @property
    def name(self) -> str:
        """How `gansynth devices` calls it."""
        return DEVICE_NAME

    @property
    def is_active(self) -> bool:
        """False when the server has gone."""
        return not self._link["is_down"][0]

    @property
    def n_xruns(self) -> int:
        """Times the server was late, whoever's fault it was."""
        return int(self._link["n_xruns"][0])

    @property
    def latency_ms(self) -> float:
        """From our block to the socket, as the server tells it."""
        latency = _LatencyRange()
        for port in self._ports:
            self._library.jack_port_get_latency_range(
                port, _PLAYBACK_LATENCY, ctypes.byref(latency)
            )
        n_samples = max(latency.maximum, self.block_size)
        return 1000.0 * n_samples / self.sample_rate

    def start(self, source: CallbackSource) -> None:
        """Begin to call the engine back, and connect to the first sockets.

        Raises:
            DeviceError: the server refuses.
        """
        self._source = source  # keeps alive what lies at its addresses
        self._ports = [self._register(name) for name in PORT_NAMES]
        link = self._link
        link["callback"], link["userdata"] = source.callback_address, source.userdata
        link["get_buffer"] = ctypes.cast(self._library.jack_port_get_buffer, ctypes.c_void_p).value
        link["left_port"], link["right_port"] = self._ports
        link["scratch"] = self._scratch.ctypes.data
        address = link.ctypes.data
        library, client = self._library, self._client
        library.jack_set_process_callback(client, process.address, address)
        library.jack_set_xrun_callback(client, count_xrun.address, address)
        library.jack_on_shutdown(client, note_shutdown.address, address)
        if library.jack_activate(client):
            self.close()
            raise DeviceError("the JACK server refuses to start us; look into its log")
        self._connect()

    def close(self) -> None:
        """Leave the server; it may be gone already, or stand still."""
        client, self._client = self._client, None
        if client:
            close_within(_CLOSE_S, partial(self._leave, client), "the JACK client")

    def _leave(self, client: int) -> None:
        # A method, not the library's function: what the callback reads lives until it returns.
        self._library.jack_client_close(client)

    def _register(self, name: str) -> int:
        port = self._library.jack_port_register(
            self._client, name.encode(), _AUDIO_TYPE, _PORT_IS_OUTPUT, 0
        )
        if not port:
            self.close()
            raise DeviceError(f"the JACK server refuses the port {name}; it has too many")
        return int(port)

    def _connect(self) -> None:
        """Connect to the first two sockets; without any, whoever wants us connects."""
        library = self._library
        sockets = library.jack_get_ports(
            self._client, None, _AUDIO_TYPE, _PORT_IS_INPUT | _PORT_IS_PHYSICAL
        )
        if not sockets:
            return
        for port, socket in zip(self._ports, sockets, strict=False):
            if socket is None:
                break
            library.jack_connect(self._client, library.jack_port_name(port), socket)
        library.jack_free(sockets)


class _LatencyRange(ctypes.Structure):
    _fields_ = (("minimum", ctypes.c_uint32), ("maximum", ctypes.c_uint32))


@cache  # looking for it starts programs, and a server is looked for every few seconds
def _load_library() -> Any:
    name = ctypes.util.find_library("jack")
    if name is None:
        raise DeviceError("no libjack; install it, for example: apt install libjack-jackd2-0")
    try:
        library = ctypes.CDLL(name)
    except OSError as err:
        raise DeviceError(f"libjack does not load: {err}") from err
    pointer, text, integer = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    ulong = ctypes.c_ulong
    for function, result, *arguments in (
        ("jack_client_open", pointer, text, integer, pointer),
        ("jack_client_close", integer, pointer),
        ("jack_get_sample_rate", ctypes.c_uint32, pointer),
        ("jack_get_buffer_size", ctypes.c_uint32, pointer),
        ("jack_set_process_callback", integer, pointer, pointer, pointer),
        ("jack_set_xrun_callback", integer, pointer, pointer, pointer),
        ("jack_on_shutdown", None, pointer, pointer, pointer),
        ("jack_port_register", pointer, pointer, text, text, ulong, ulong),
        ("jack_port_name", text, pointer),
        ("jack_port_get_latency_range", None, pointer, integer, pointer),
        ("jack_port_get_buffer", pointer, pointer, ctypes.c_uint32),
        ("jack_activate", integer, pointer),
        ("jack_get_ports", ctypes.POINTER(text), pointer, text, text, ulong),
        ("jack_connect", integer, pointer, text, text),
        ("jack_free", None, pointer),
        ("jack_set_error_function", None, pointer),
        ("jack_set_info_function", None, pointer),
    ):
        entry = getattr(library, function)
        entry.restype, entry.argtypes = result, arguments
    # It prints each failed look for a server; our own line says it once.
    library.jack_set_error_function(be_quiet.address)
    library.jack_set_info_function(be_quiet.address)
    return library
