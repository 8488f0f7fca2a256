"""MIDI learn at work: a controller that has learned moves its parameter, and nothing else."""

from contextlib import AbstractContextManager
from typing import Protocol

from synth.control.midi_map import MidiMap
from synth.events import PlayerEvent
from synth.units import midi_to_unit


class Learner(Protocol):
    """What learning needs of the player (`synth.control.player.Player`)."""

    midi_map: MidiMap

    def edit(self) -> AbstractContextManager[None]:
        """Take what is done inside as one edit."""

    def value(self, name: str, part: int = 0) -> float:
        """Return a parameter's place on its way, 0..1."""

    def handle(self, event: PlayerEvent, sample_offset: int = 0, source: object = None) -> None:
        """Take an event."""

    def tell(self, part: int, addresses: tuple[str, ...]) -> None:
        """Tell listeners what is new."""


def turn_learned(
    player: Learner, channel: int, controller: int, value: int, source: object
) -> bool:
    """Let a controller move what it has learned; False where it has learned nothing.

    Args:
        player: whose parameters they are.
        channel: 0..15.
        controller: 0..127.
        value: 0..127.
        source: who turns it.
    """
    midi_map = player.midi_map
    with player.edit():
        was_waiting = midi_map.waiting is not None
        binding = midi_map.find(channel, controller)
        if binding is None:
            return False
        if was_waiting:
            player.tell(binding.part, ("/learn", "/learn/list"))
        present = player.value(binding.name, binding.part)
        event = midi_map.turn(binding, midi_to_unit(value), present)
        if event is not None:
            player.handle(event, 0, source)
    return True
