"""An engine without a sound card, for renderings: it waits for its frames."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from synth.config import Backend, Device, EngineConfig
from synth.control.part import timbre_preset
from synth.control.player import Player
from synth.control.presets import find_preset
from synth.engine import Engine
from synth.folders import default_instrument
from synth.notes.instrument import Instrument


@contextlib.contextmanager
def open_offline(
    instrument: Path | None = None,
    *,
    sample_rate: int = 48_000,
    preset: str | None = None,
    timbre: str | None = None,
    backend: Backend = "auto",
    device: Device = "cpu",
) -> Iterator[tuple[Engine, Player]]:
    """Open an engine that waits for its frames, and a player for it.

    Args:
        instrument: folder; None: the one that ships.
        sample_rate: Hz.
        preset: name, for all parts.
        timbre: name or `seed:N`, for all parts, in place of a preset.
        backend: runtime of the generator.
        device: where it runs.

    Raises:
        ConfigError: a value is out of range, or there is no such timbre.
        InstrumentError: the instrument cannot be used.
        PresetError: there is no such preset, or it is not for this instrument.
    """
    config = EngineConfig(sample_rate=sample_rate, is_offline=True, backend=backend, device=device)
    found = find_preset(preset) if preset else None
    loaded = Instrument.load(instrument or default_instrument())
    if timbre is not None:
        loaded.find_timbre(timbre)  # a wrong word on the command line is wrong usage
        found = timbre_preset(timbre)
    with Engine(loaded, config) as engine:
        player = Player(engine.post, loaded)
        if found is not None:
            player.load(found)
        yield engine, player
