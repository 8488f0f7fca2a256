"""A session at the instrument: engine, player, audio, MIDI and OSC joined for as long as it lives.

with Session(SessionConfig()) as session:
    print(session.ready_line())
    ...
"""

import contextlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from synth.adapters.audio_out import AudioOut
from synth.adapters.midi_in import ALL_PORTS, NO_PORTS, MidiApi, MidiIn
from synth.adapters.osc import DEFAULT_HOST, DEFAULT_PORT, LOOPBACK, OscServer, parse_endpoint
from synth.adapters.outputs.tape import Tape
from synth.config import EngineConfig
from synth.engine import Engine
from synth.errors import DeviceError
from synth.events import AllSoundOff
from synth.folders import default_instrument
from synth.player import Player
from synth.presets import find_preset

FADE_OUT_S = 0.05  # longer than the engine's shortest fade and any usual block
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig:
    """What `gansynth play` can be told."""

    preset: str | None = None  # by name; None: a pad of the instrument's own timbres
    instrument: Path | None = None  # folder; None: the one that ships
    audio: str | None = None  # device, or "null"; None: JACK if it runs, else the best card
    midi_in: str = ALL_PORTS  # keyboard, "all" or "none"
    midi_api: MidiApi = "auto"
    osc: str = f"{DEFAULT_HOST}:{DEFAULT_PORT}"  # HOST:PORT; port 0: any free one
    osc_allow: tuple[str, ...] = ()  # networks, besides this machine
    block_size: int = 0  # samples; 0: as the device likes
    record: Path | None = None  # WAV file


class Session:
    """Everything that plays, opened in order and closed in reverse.

    Args:
        config: what to open.
        tell: takes one line about what goes on (a device lost, a file finished).

    Raises:
        InstrumentError: the instrument cannot be used.
        PresetError: there is no such preset, or it is not for this instrument.
        DeviceError: no MIDI port of the name given, or the OSC port is taken.
        InputFileError: the recording cannot be written.
    """

    def __init__(self, config: SessionConfig, tell: Callable[[str], None] = _log.warning) -> None:
        self.config = config
        self._tell = tell
        self._started_s = time.monotonic()
        self._stack = contextlib.ExitStack()
        self.midi: MidiIn | None = None
        self.osc: OscServer | None = None
        # Whatever fails, what was opened before it is closed.
        with contextlib.ExitStack() as opening:
            # Looked up first: a wrong name should not cost the time of an instrument's start.
            preset = find_preset(config.preset) if config.preset else None
            engine_config = EngineConfig()
            self.engine = opening.enter_context(
                Engine(config.instrument or default_instrument(), engine_config)
            )
            self.player = Player(self.engine.post, self.engine.instrument)
            if preset is not None:
                self.player.load(preset)
            source: Engine | Tape = self.engine
            if config.record is not None:
                source = opening.enter_context(Tape(self.engine, config.record, tell))
            self.audio = opening.enter_context(
                AudioOut(
                    source,
                    config.audio,
                    sample_rate=engine_config.sample_rate,
                    block_size=config.block_size,
                    tell=tell,
                )
            )
            opening.callback(self._fade_out)
            self._open_midi(opening)
            host, port = parse_endpoint(config.osc)
            allow = (*LOOPBACK, *config.osc_allow)
            self.osc = opening.enter_context(
                OscServer(self.player, host, port, allow=allow, status=self.status)
            )
            self._stack = opening.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Fade out and close everything.

        Raises:
            InputFileError: the end of the recording could not be written.
        """
        self._stack.close()

    @property
    def latency_ms(self) -> float:
        """From an event to the socket: half of it is ours to choose, by the block."""
        ours = 1000.0 * self.engine.latency_samples / self.engine.sample_rate
        return ours + self.audio.status.latency_ms

    def ready_line(self) -> str:
        """Say in one line what can be played, where, and how late."""
        audio = self.audio.status
        facts = {
            "audio": audio.device,
            "sample_rate": str(audio.sample_rate),
            "block_size": str(audio.block_size),
            "midi": ",".join(self.midi.names) if self.midi else "none",
            "osc": self._osc_address,
            "preset": self.player.preset().name,
            "latency_ms": f"{self.latency_ms:.1f}",
        }
        return "ready " + " ".join(f"{key}={_quote(value)}" for key, value in facts.items())

    def status(self) -> dict[str, Any]:
        """Return what `/status` tells, as plain values for JSON."""
        stats = self.engine.stats()
        return {
            "voices": stats.voices,
            "late_blocks": stats.late_blocks,
            "overrun_blocks": stats.overrun_blocks,
            "xruns": self.audio.status.n_xruns,
            "held_frames": stats.held_frames,
            "callback_load": round(stats.callback_load, 4),
            "cache": asdict(stats.cache),
            "audio": self.audio.status.device,
            "midi": list(self.midi.names) if self.midi else [],
            "osc": self._osc_address,
            "preset": self.player.preset().name,
            "uptime_s": round(time.monotonic() - self._started_s, 1),
        }

    @property
    def _osc_address(self) -> str:
        # The server may be asked for the status before we have it.
        return ":".join(map(str, self.osc.address)) if self.osc else self.config.osc

    def _open_midi(self, opening: contextlib.ExitStack) -> None:
        """Open MIDI; a machine that has none is still played by OSC."""
        config = self.config
        try:
            self.midi = opening.enter_context(MidiIn(self.player, config.midi_in, config.midi_api))
        except DeviceError as error:
            if config.midi_in not in {ALL_PORTS, NO_PORTS} or config.midi_api != "auto":
                raise  # what was asked for by name has to be there
            self._tell(f"midi: {error}")

    def _fade_out(self) -> None:
        self.engine.post(AllSoundOff())
        time.sleep(FADE_OUT_S)


def _quote(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if " " in value else value
