"""A real player over timbres that are easy to add up; and a real engine, played by every edge."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from synth.adapters.midi.port import MidiStats, Port
from synth.adapters.osc import OscServer
from synth.adapters.osc_addresses import OscAddresses
from synth.adapters.osc_packet import Argument, Message
from synth.config import EngineConfig
from synth.control.bank import PresetBank
from synth.control.change import Change
from synth.control.player import Player
from synth.control.presets import Preset, fill_corners, save_preset
from synth.engine import Engine
from synth.errors import ConfigError
from synth.events import AllSoundOff, Event

SAMPLE_RATE, BLOCK_SIZE = 48_000, 256
MAX_VOICES = 8
Latent = NDArray[np.float32]


class FlatMacro:
    name = "bright"
    direction = np.array([0.0, 10.0], np.float32)


class FlatTimbres:
    """Timbres on a plane: a name's latent is its place in the list, the pad mixes straight."""

    timbre_names = ("bell", "flute", "harp", "oboe", "viola")
    macros = (FlatMacro(),)

    def find_timbre(self, words: str) -> Latent:
        if words.startswith("seed:"):
            return np.array([float(words[5:]), 1.0], np.float32)
        if words.casefold() not in self.timbre_names:
            raise ConfigError(f"no timbre {words!r}")
        return np.array([self.timbre_names.index(words.casefold()), 0.5], np.float32)

    def pad_mix(self, corners: Sequence[Latent], x: float, y: float) -> Latent:
        bottom_left, top_left, top_right, bottom_right = corners
        bottom = (1 - x) * bottom_left + x * bottom_right
        return np.asarray((1 - y) * bottom + y * ((1 - x) * top_left + x * top_right))


class Desk:
    """Addresses over a player, what it posts and tells, and a short way to send."""

    def __init__(self, folder: Path) -> None:
        self.events: list[Event] = []
        self.changes: list[Change] = []
        self.player = Player(
            lambda event, offset: self.events.append(event), FlatTimbres(), PresetBank([folder])
        )
        self.player.listen(self.changes.append)
        self.events.clear()
        self.osc = OscAddresses(self.player, lambda: {"voices": 3})

    def send(self, address: str, *arguments: Argument, source: object = "me") -> list[Message]:
        return self.osc.dispatch(Message(address, arguments), source)

    def ask(self, address: str) -> tuple[Argument, ...]:
        (answer,) = self.send(f"/q{address}")
        assert answer.address == address
        return answer.arguments

    def told(self) -> list[Message]:
        """Take the feedback of what has moved since."""
        messages = [m for change in self.changes for m in self.osc.feedback(change)]
        self.changes.clear()
        return messages


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    for number, (name, timbre) in enumerate(
        [("Bell Garden", "bell"), ("Oboe Alone", "oboe"), ("Viola Dusk", "viola")], 1
    ):
        preset = Preset(name=name, corners=fill_corners([timbre]), program=number, tags=("test",))
        save_preset(preset, tmp_path / f"{name.lower().replace(' ', '-')}.toml")
    return Desk(tmp_path)


class LiveRig:
    """An engine that is asked for its blocks, and the edges that play it."""

    def __init__(self, folder: Path) -> None:
        config = EngineConfig(sample_rate=SAMPLE_RATE, is_offline=True, n_voices=MAX_VOICES)
        self.engine = Engine(folder, config)
        self.engine.__enter__()
        self.player = Player(self.engine.post, self.engine.instrument)
        self.port = Port(self.player, MidiStats())
        self.server = OscServer(self.player, port=0)
        self.block = np.zeros((BLOCK_SIZE, 2), np.float32)

    def render(self, n_blocks: int) -> None:
        for _ in range(n_blocks):
            self.engine.process(self.block)
            assert np.all(np.isfinite(self.block))
            assert np.abs(self.block).max() <= 1.0
            assert self.engine.stats().voices <= MAX_VOICES + self.engine.config.n_spare_voices

    def silence(self) -> None:
        """Let everything end at once; nothing may stick."""
        self.player.handle(AllSoundOff())
        for _ in range(50):
            self.render(1)
            if self.engine.n_voices == 0:
                return
        raise AssertionError("a note sticks after all sound off")

    def close(self) -> None:
        self.server.close()
        self.engine.__exit__(None, None, None)


@pytest.fixture(scope="module")
def live(tiny_instrument_folder: Path) -> Iterator[LiveRig]:
    """An engine on the tiny instrument; its blocks are asked for, and looked at, by the test."""
    made = LiveRig(tiny_instrument_folder)
    yield made
    made.close()
