"""MIDI ports by python-rtmidi: a virtual one of our own, and those of keyboards.

The virtual port is always opened, for a patch bay or DAW to connect to; keyboards are connected by
name. A machine without an ALSA sequencer (a container) gets one line, and goes on with OSC.

What rtmidi (1.5.8) is known for: it calls back on a thread of its own, with the interpreter's lock;
its libraries print to stderr; its wheel brings a libjack of its own, so JACK is tried only when it
is asked for, or when there is no ALSA sequencer.
"""

import contextlib
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Protocol, Self

import mido

from synth.adapters.midi_messages import to_events
from synth.errors import DeviceError, SynthError
from synth.events import Event
from synth.parameters import Parameter

MidiApi = Literal["alsa", "jack", "auto"]

CLIENT_NAME = "gansynth-live"
# JACK gives the audio client this name; a second one of the same name would become '-01'.
JACK_CLIENT_NAME = "gansynth-live-midi"
PORT_NAME = "midi_in"
ALL_PORTS = "all"
NO_PORTS = "none"
_LOOP = "Midi Through"  # ALSA's: what comes from there was sent to somebody else
SOURCE = "midi"  # who moved a parameter, for the player's listeners
_log = logging.getLogger(__name__)


class Playable(Protocol):
    """What MIDI needs of the player (`synth.player.Player`)."""

    def handle(self, event: Event, sample_offset: int = 0, source: object = None) -> None:
        """Take an event."""

    def home(self, parameter: Parameter, part: int) -> float:
        """Return where the part's preset has a parameter."""


@dataclass(slots=True)
class MidiStats:
    """What has come in so far."""

    n_messages: int = 0
    n_malformed: int = 0


class MidiIn:
    """Plays the player by MIDI.

    Args:
        player: what it plays.
        ports: a keyboard's name or a part of it (case does not matter), "all" or "none".
        api: "auto" takes ALSA, and JACK where there is no ALSA sequencer.

    Raises:
        DeviceError: no MIDI system, or no port of that name.
    """

    def __init__(self, player: Playable, ports: str = ALL_PORTS, api: MidiApi = "auto") -> None:
        self.stats = MidiStats()
        self._player = player
        self._inputs: list[Any] = []
        self.names: tuple[str, ...] = ()  # of the open ports, ours first
        try:
            self.api = self._open_virtual(api)
            self._connect(ports)
        except DeviceError:
            self.close()
            raise

    def close(self) -> None:
        """Close all ports."""
        for port in self._inputs:
            port.cancel_callback()
            port.close_port()
            port.delete()
        self._inputs = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open_virtual(self, api: MidiApi) -> MidiApi:
        """Open the port of our own; return the API that it came from."""
        reasons = []
        for name in _order(api):
            try:  # rtmidi's errors are OSErrors
                port = _make_input(name)
                port.set_callback(self._receive)
                with _quiet_stderr():
                    port.open_virtual_port(PORT_NAME)
            except OSError as err:
                reasons.append(f"{name}: {str(err).rstrip('.')}")
            else:
                self._inputs.append(port)
                self.names = (f"{_client_name(name)}:{PORT_NAME}",)
                return name
        raise DeviceError(f"no MIDI ({'; '.join(reasons)}); try `modprobe snd-seq`, or JACK")

    def _connect(self, wanted: str) -> None:
        """Connect keyboards."""
        if wanted == NO_PORTS:
            return
        known = [name for name in self._inputs[0].get_ports() if CLIENT_NAME not in name]
        for name in match_ports(known, wanted):
            port = _make_input(self.api)
            port.set_callback(self._receive)
            try:
                port.open_port(port.get_ports().index(name), name=f"from {name}")
            except (OSError, ValueError) as err:
                _log.warning("MIDI port %s does not open: %s", name, err)
                port.delete()
                continue
            self._inputs.append(port)
            self.names += (name,)

    def _receive(self, message: tuple[Sequence[int], float], _data: object = None) -> None:
        """Play one message; on rtmidi's thread."""
        try:
            parsed = mido.Message.from_bytes(message[0])
            for event in to_events(parsed, self._player.home):
                self._player.handle(event, 0, SOURCE)
        except (ValueError, SynthError) as err:
            self.stats.n_malformed += 1
            _log.info("MIDI message %s: %s", list(message[0]), err)
        else:
            self.stats.n_messages += 1


def match_ports(known: Sequence[str], wanted: str) -> list[str]:
    """Return the ports that a name means.

    Raises:
        DeviceError: it means none.
    """
    if wanted == ALL_PORTS:
        return [name for name in known if not name.startswith(_LOOP)]
    found = [name for name in known if wanted.casefold() in name.casefold()]
    if not found:
        there = ", ".join(known) or "none"
        raise DeviceError(f"no MIDI port {wanted!r}; there are: {there}; run `gansynth devices`")
    return found


def list_ports(api: MidiApi = "auto") -> list[str]:
    """Return the names of the ports that can be played from; none without a MIDI system."""
    for name in _order(api):
        try:
            port = _make_input(name)
        except OSError:
            continue
        names = list(port.get_ports())
        port.delete()
        return names
    return []


def _order(api: MidiApi) -> list[MidiApi]:
    return ["alsa", "jack"] if api == "auto" else [api]


def _make_input(api: MidiApi) -> Any:
    import rtmidi

    codes = {"alsa": rtmidi.API_LINUX_ALSA, "jack": rtmidi.API_UNIX_JACK}
    with _quiet_stderr():
        return rtmidi.MidiIn(rtapi=codes[api], name=_client_name(api))


def _client_name(api: MidiApi) -> str:
    return JACK_CLIENT_NAME if api == "jack" else CLIENT_NAME


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Keep the C libraries' own complaints from the terminal; our one line says it."""
    with contextlib.ExitStack() as stack:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        stack.callback(os.close, kept)
        stack.callback(os.dup2, kept, 2)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        yield
