"""MIDI ports by python-rtmidi: a virtual one of our own, and those of keyboards.

The virtual port is always opened, for a patch bay or DAW to connect to; keyboards are connected by
name. A machine without an ALSA sequencer (a container) gets one line, and goes on with OSC; its
sequencer or JACK server may come later.

What rtmidi (1.5.8) is known for: it calls back on a thread of its own, with the interpreter's lock;
its libraries print to stderr; its wheel brings a libjack of its own, so JACK is tried only when it
is asked for, or when there is no ALSA sequencer. A JACK server may end and come back: all ports are
closed before any is opened again, as libjack does not survive another order.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Self

from synth.adapters.midi.jack_watch import JackWatch, server_runs
from synth.adapters.midi.port import MidiStats, Playable, Port
from synth.errors import DeviceError
from synth.notes.priority import PromptThread

MidiApi = Literal["alsa", "jack", "auto"]

CLIENT_NAME = "gansynth-live"
# JACK gives the audio client this name; a second one of the same name would become '-01'.
JACK_CLIENT_NAME = "gansynth-live-midi"
PORT_NAME = "midi_in"
ALL_PORTS = "all"
NO_PORTS = "none"
_LOOP = "Midi Through"  # ALSA's: what comes from there was sent to somebody else
LOOK_PERIOD_S = 1.0  # rtmidi does not say when a port comes or goes
_SENSE_PERIOD_S = 0.1
_log = logging.getLogger(__name__)


class MidiIn:
    """Plays the player by MIDI.

    Keyboards may come and go, and a JACK server too: ports are looked at every second, and known
    by their names. A system that is not there yet is waited for, unless a keyboard was asked for.

    Args:
        player: what it plays.
        ports: a keyboard's name or a part of it (case does not matter), "all" or "none".
        api: "auto" takes ALSA, and JACK where there is no ALSA sequencer.
        tell: takes one line about keyboards that come and go.

    Raises:
        DeviceError: no port of that name, or none at all where a name was given.
    """

    def __init__(
        self,
        player: Playable,
        ports: str = ALL_PORTS,
        api: MidiApi = "auto",
        tell: Callable[[str], None] = _log.info,
    ) -> None:
        self.stats = MidiStats()
        self._player = player
        self._wanted = ports
        self._tell = tell
        self._own: tuple[Any, Port] | None = None  # the virtual port: rtmidi's object, and ours
        self._keyboards: dict[str, tuple[Any, Port]] = {}  # by name; replaced, never changed
        self._jack: JackWatch | None = None  # of the server that the ports belong to
        self._wanted_api = api
        self._was_open = False
        self._ended = threading.Event()
        self._watcher: threading.Thread | None = None
        self.api: MidiApi = api
        try:
            self._open(ports)
        except DeviceError:
            self.close()
            raise
        self._watcher = threading.Thread(target=self._watch, name="midi-watch", daemon=True)
        self._watcher.start()

    @property
    def names(self) -> tuple[str, ...]:
        """The open ports, ours first."""
        own = () if self._own is None else (f"{_client_name(self.api)}:{PORT_NAME}",)
        return (*own, *self._keyboards)

    def close(self) -> None:
        """Let go of everything, and close all ports."""
        self._ended.set()
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None
        self._close_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # --- coming and going ------------------------------------------------------------------------

    def _open(self, ports: str) -> None:
        try:
            self.api = self._open_virtual(self._wanted_api)
        except DeviceError as error:
            if ports not in {ALL_PORTS, NO_PORTS}:
                raise  # what was asked for by name has to be there
            self._tell(f"midi: {error}; looking again until it is there")
            return
        self._connect(match_ports(self._known(), ports) if ports != NO_PORTS else [])

    def _open_virtual(self, api: MidiApi) -> MidiApi:
        """Open the port of our own; return the API that it came from."""
        reasons = []
        for name in _order(api):
            try:  # rtmidi's errors are OSErrors
                port, played = self._make_port(name)
                with _quiet_stderr():
                    port.open_virtual_port(PORT_NAME)
            except OSError as err:
                reasons.append(f"{name}: {str(err).rstrip('.')}")
            else:
                self._own = (port, played)
                self._was_open = True
                self._jack = JackWatch() if name == "jack" else None
                return name
        raise DeviceError(f"no MIDI ({'; '.join(reasons)}); try `modprobe snd-seq`, or JACK")

    def _make_port(self, api: MidiApi) -> tuple[Any, Port]:
        played = Port(self._player, self.stats)
        port = _make_input(api)
        port.ignore_types(sysex=False, timing=True, active_sense=False)
        prompt = PromptThread()

        def receive(message: tuple[Sequence[int], float], data: object) -> None:
            prompt.keep()
            played.receive(message, data)

        port.set_callback(receive)
        return port, played

    def _close_all(self) -> None:
        """Close all ports, and release what they hold."""
        opened = [*self._keyboards.values(), *([] if self._own is None else [self._own])]
        self._keyboards, self._own = {}, None
        if self._jack is not None:
            self._jack.close()
            self._jack = None
        for port, played in opened:
            played.let_go()  # first: closing may take a second where the server has gone
            _close(port)

    def _known(self) -> list[str]:
        # Always asked of the same object: each new one would be a client of the sequencer.
        assert self._own is not None
        return [name for name in self._own[0].get_ports() if CLIENT_NAME not in name]

    def _watch(self) -> None:
        """Look after keyboards until the end."""
        looked_s = time.monotonic()
        while not self._ended.wait(_SENSE_PERIOD_S):
            for _, played in [*self._keyboards.values(), *([self._own] if self._own else [])]:
                played.watch()
            if self._jack is not None and self._jack.is_gone:
                self._close_all()
                self.stats.n_lost_ports += 1
                self._tell("midi: JACK has gone; its notes are released")
            if time.monotonic() - looked_s >= LOOK_PERIOD_S:
                looked_s = time.monotonic()
                self._come_back()
                self._look()

    def _come_back(self) -> None:
        """Open the port of our own, if its server is there by now, or is back."""
        if self._own is not None or not any(map(_is_there, _order(self._wanted_api))):
            return
        was_open = self._was_open
        with contextlib.suppress(DeviceError):
            self.api = self._open_virtual(self._wanted_api)
            self._tell("midi: JACK is back" if was_open else f"midi: {self.names[0]} is open")

    def _look(self) -> None:
        """Open keyboards that have come, and let go of those that have gone."""
        if self._own is None or self._wanted == NO_PORTS:
            return
        try:
            known = self._known()
        except OSError as err:
            _log.info("MIDI ports cannot be listed: %s", err)
            return
        for name in [name for name in self._keyboards if name not in known]:
            port, played = self._keyboards[name]
            self._keyboards = {n: pair for n, pair in self._keyboards.items() if n != name}
            _close(port)
            played.let_go()
            self.stats.n_lost_ports += 1
            self._tell(f"midi: {name} has gone; its notes are released")
        wanted = [name for name in known if is_wanted(name, self._wanted)]
        for name in self._connect([name for name in wanted if name not in self._keyboards]):
            self._tell(f"midi: {name} is connected")

    def _connect(self, names: Sequence[str]) -> list[str]:
        """Connect keyboards; return those that could be."""
        connected = []
        for name in names:
            try:
                port, played = self._make_port(self.api)
            except OSError as err:
                _log.warning("MIDI port %s does not open: %s", name, err)
                continue
            try:
                port.open_port(port.get_ports().index(name), name=f"from {name}")
            except (OSError, ValueError) as err:
                _log.warning("MIDI port %s does not open: %s", name, err)
                _close(port)
                continue
            self._keyboards = {**self._keyboards, name: (port, played)}
            connected.append(name)
        return connected


def is_wanted(name: str, wanted: str) -> bool:
    """True for a port that a name means."""
    if wanted == ALL_PORTS:
        return not name.startswith(_LOOP)
    return wanted != NO_PORTS and wanted.casefold() in name.casefold()


def match_ports(known: Sequence[str], wanted: str) -> list[str]:
    """Return the ports that a name means.

    Raises:
        DeviceError: it means none.
    """
    found = [name for name in known if is_wanted(name, wanted)]
    if not found and wanted != ALL_PORTS:
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


def _is_there(api: MidiApi) -> bool:
    """Tell whether a port could be opened, without a word and without rtmidi."""
    return Path("/dev/snd/seq").exists() if api == "alsa" else server_runs()


def _make_input(api: MidiApi) -> Any:
    import rtmidi

    codes = {"alsa": rtmidi.API_LINUX_ALSA, "jack": rtmidi.API_UNIX_JACK}
    with _quiet_stderr():
        return rtmidi.MidiIn(rtapi=codes[api], name=_client_name(api))


def _close(port: Any) -> None:
    port.cancel_callback()
    port.close_port()
    port.delete()


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
