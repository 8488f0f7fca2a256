"""One MIDI port: its messages are played, and let go of when it falls silent or is pulled out."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import mido

from synth.adapters.midi.held import HeldNotes
from synth.adapters.midi.learned import Learner, turn_learned
from synth.adapters.midi_messages import MidiInterpreter
from synth.control.channels import Channels, Hearing
from synth.errors import SynthError

SOURCE = "midi"  # who moved a parameter, for the player's listeners
SENSING_S = 0.42  # silence after which a keyboard that senses is gone: 300 ms (MIDI 1.0), and grace
_log = logging.getLogger(__name__)


class Playable(Learner, Hearing, Protocol):
    """What MIDI needs of the player (`synth.control.player.Player`)."""


@dataclass(slots=True)
class MidiStats:
    """What has come in so far."""

    n_messages: int = 0
    n_malformed: int = 0
    n_lost_ports: int = 0  # pulled out, switched off, or silent


class Port:
    """Plays what one port sends.

    Args:
        player: what it plays.
        stats: of all ports.
        clock: seconds, rising.
    """

    def __init__(
        self, player: Playable, stats: MidiStats, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._player = player
        self._stats = stats
        self._clock = clock
        self._interpreter = MidiInterpreter()
        self._channels = Channels(player)
        self._held = HeldNotes()
        self._lock = threading.Lock()
        self._sensed_s: float | None = None  # when it last spoke, once it has sent active sensing

    def receive(self, message: tuple[Sequence[int], float], _data: object = None) -> None:
        """Play one message; on rtmidi's thread."""
        try:
            parsed = mido.Message.from_bytes(message[0])
        except (ValueError, IndexError) as err:  # mido's, of a pitch wheel that is cut off
            self._refuse(message[0], err)
            return
        with self._lock:
            self._sense(parsed.type)
            try:
                self._play(parsed)
            except SynthError as err:
                self._refuse(message[0], err)
            else:
                self._stats.n_messages += 1

    def let_go(self) -> None:
        """Release what the port holds: it has gone."""
        with self._lock:
            self._channels.forget()
            for event in self._held.let_go():
                self._player.handle(event, 0, SOURCE)

    def watch(self) -> None:
        """Let go of everything where active sensing has stopped without a word."""
        with self._lock:
            is_gone = self._sensed_s is not None and self._clock() - self._sensed_s > SENSING_S
        if is_gone:
            self._sensed_s = None
            self._stats.n_lost_ports += 1
            self.let_go()

    def _sense(self, kind: str) -> None:
        if self._sensed_s is not None or kind == "active_sensing":
            self._sensed_s = self._clock()

    def _play(self, message: mido.Message) -> None:
        if message.type == "control_change":
            control = (message.channel, message.control, message.value)
            if turn_learned(self._player, *control, SOURCE):
                return
        for event in self._interpreter.events(message):
            for heard in self._channels.route(event):
                self._held.watch(heard)
                self._player.handle(heard, 0, SOURCE)

    def _refuse(self, data: Sequence[int], reason: Exception) -> None:
        self._stats.n_malformed += 1
        _log.info("MIDI message %s: %s", list(data)[:40], reason)
