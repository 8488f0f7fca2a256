"""A session at the instrument: engine, player, audio, MIDI and OSC joined for as long as it lives.

with Session(SessionConfig()) as session:
    print(session.ready_line())
    ...
"""

import contextlib
import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Self

from synth.adapters.audio_out import AudioOut
from synth.adapters.closing import close_within
from synth.adapters.discovery import Announcer, Service
from synth.adapters.midi_in import MidiIn
from synth.adapters.osc import LOOPBACK, OscServer, parse_endpoint
from synth.adapters.oscquery import DEFAULT_HTTP, OscQueryServer
from synth.adapters.outputs.source import Source
from synth.adapters.outputs.switch import Switch
from synth.adapters.outputs.tape import Tape
from synth.config import EngineConfig
from synth.control.assignment import assign, read_assignment
from synth.control.player import Player
from synth.control.presets import find_preset
from synth.engine import Engine
from synth.errors import DeviceError, SynthError
from synth.events import AllSoundOff
from synth.folders import default_instrument
from synth.notes.instrument import DESCRIPTION
from synth.rig.audition import audition
from synth.rig.crash_marker import loading
from synth.rig.last_state import LastState
from synth.rig.session_config import NO_HTTP, SessionConfig

CLOSE_S = 0.4  # for a port or server; usual are milliseconds, and one period of waiting
FADE_OUT_S = 0.05  # longer than the engine's shortest fade and any usual block
_log = logging.getLogger(__name__)


class Session:
    """Everything that plays, opened in order and closed in reverse.

    Args:
        config: what to open.
        tell: takes one line about what goes on (a device lost, a file finished).
        state: where the last state is kept; None: nowhere.

    Raises:
        InstrumentError: the instrument cannot be used.
        PresetError: there is no such preset, or it is not for this instrument.
        DeviceError: no MIDI port of the name given, or the OSC port is taken.
        InputFileError: the recording cannot be written.
    """

    def __init__(
        self,
        config: SessionConfig,
        tell: Callable[[str], None] = _log.warning,
        *,
        state: Path | None = None,
    ) -> None:
        self.config = config
        self._tell = tell
        self._started_s = time.monotonic()
        self._stack = contextlib.ExitStack()
        self.midi: MidiIn | None = None
        self.osc: OscServer | None = None
        self.http: OscQueryServer | None = None
        self._announcer: Announcer | None = None
        last_state = LastState(state, tell)
        # Whatever fails, what was opened before it is closed.
        with contextlib.ExitStack() as opening:
            # Looked up first: a wrong name should not cost the time of an instrument's start.
            preset = find_preset(config.preset) if config.preset else None
            self.engine = self._open_engine(config.instrument)
            opening.callback(self._close_engine)
            self.player = Player(self.engine.post, self.engine.instrument)
            opening.callback(last_state.settle)
            restored = last_state.restore(
                self.player, with_presets=preset is None, instrument=self.engine.instrument.name
            )
            self._remembered = restored.get("subscribers", [])
            if preset is not None:
                self.player.load(preset)
            self._assign(config)
            self._switch = Switch(self.engine)
            source: Source = self._switch
            if config.record is not None:
                source = opening.enter_context(Tape(source, config.record, tell))
            self.audio = opening.enter_context(
                AudioOut(
                    source,
                    config.audio,
                    sample_rate=self.engine.sample_rate,
                    block_size=config.block_size,
                    tell=tell,
                )
            )
            opening.callback(self._fade_out)
            opening.callback(self._close_midi)
            self._open_midi(config)
            opening.callback(self._close_osc)
            self._open_osc(config)
            opening.enter_context(last_state.kept(self.player, self._extra_state))
            last_state.settle()
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

    # --- asking ----------------------------------------------------------------------------------

    @property
    def n_blocks(self) -> int:
        """Blocks rendered so far, wherever they went; stands still only when something hangs."""
        return self._switch.n_blocks

    @property
    def osc_address(self) -> str:
        """HOST:PORT that OSC listens on."""
        # The server may be asked for the status before we have it.
        return ":".join(map(str, self.osc.address)) if self.osc else self.config.osc

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
            "midi": (",".join(self.midi.names) if self.midi else "") or "none",
            "osc": self.osc_address,
            "http": ":".join(map(str, self.http.address)) if self.http else "none",
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
            "non_finite": stats.non_finite,
            "cache": asdict(stats.cache),
            "audio": self.audio.status.device,
            "midi": list(self.midi.names) if self.midi else [],
            "midi_messages": self.midi.stats.n_messages if self.midi else 0,
            "osc": self.osc_address,
            "osc_packets": self.osc.stats.n_packets if self.osc else 0,
            "osc_denied": self.osc.stats.n_denied if self.osc else 0,
            "http": ":".join(map(str, self.http.address)) if self.http else None,
            "instrument": self.engine.instrument.name,
            "preset": self.player.preset().name,
            "last_error": stats.worker.last_error,
            "uptime_s": round(time.monotonic() - self._started_s, 1),
        }

    # --- changing --------------------------------------------------------------------------------

    def reload(self, config: SessionConfig) -> None:
        """Follow changed settings while everything plays on; what did not change is not touched.

        Not to be called from two threads at once.

        Raises:
            SynthError: the first setting that could not be followed; the others are.
        """
        errors: list[SynthError] = []
        for is_changed, follow, names in (
            (self._is_other_instrument(config.instrument), self._follow_instrument, "instrument"),
            (config.preset not in {None, self.config.preset}, self._follow_preset, "preset"),
            (config.set != self.config.set, self._assign, "set"),
            (config.audio != self.config.audio, self._follow_audio, "audio"),
            (config.block_size != self.config.block_size, self._follow_audio, "block_size"),
            (config.midi_in != self.config.midi_in, self._follow_midi, "midi_in"),
            (config.midi_api != self.config.midi_api, self._follow_midi, "midi_api"),
            (config.osc != self.config.osc, self._follow_osc, "osc"),
            (config.osc_allow != self.config.osc_allow, self._follow_osc, "osc_allow"),
            (config.osc_feedback != self.config.osc_feedback, self._follow_osc, "osc_feedback"),
            (config.http != self.config.http, self._follow_osc, "http"),
        ):
            if not is_changed:
                continue
            wanted = replace(self.config, **{names: getattr(config, names)})
            try:
                follow(wanted)
            except SynthError as error:
                errors.append(error)
            else:
                self.config = wanted
                self._tell(f"{names}: {getattr(config, names)}")
        for name in ("record", "log_run"):
            if getattr(config, name) != getattr(self.config, name):
                self._tell(f"{name}: takes effect at the next start")
        if errors:
            raise errors[0]

    def load_instrument(self, folder: Path | None) -> None:
        """Play another instrument from now on, if it is in order; until then the old one plays.

        Its files are verified, its graphs opened and one of its notes is heard, all beside the
        playing engine; then it takes over between two blocks. Notes that sound fade out.

        Args:
            folder: of the instrument; None: the one that ships.

        Raises:
            InstrumentError: it cannot be used; the old one plays on.
        """
        engine = self._open_engine(folder)
        old = self.engine
        # From here on events go to the new engine, which keeps them until it is heard.
        self.player.play_on(engine.post, engine.instrument)
        old.post(AllSoundOff())
        time.sleep(FADE_OUT_S)
        try:
            self._switch.switch_to(engine)
        except SynthError:
            self.player.play_on(old.post, old.instrument)
            engine.__exit__(None, None, None)
            raise
        self.engine = engine
        old.__exit__(None, None, None)

    # --- below -----------------------------------------------------------------------------------

    def _open_engine(self, folder: Path | None) -> Engine:
        """Start an engine and hear a note of it, before it reaches anyone's ears."""
        folder = folder or default_instrument()
        is_foreign = folder != default_instrument()
        marked = loading(folder) if is_foreign else contextlib.nullcontext()
        with marked, contextlib.ExitStack() as opening:
            engine = opening.enter_context(Engine(folder, self._engine_config(), tell=self._tell))
            audition(engine)
            if self.config.log_run is not None:
                self._tell(f"run log: {engine.log_run(self.config.log_run)}")
            opening.pop_all()
        return engine

    def _engine_config(self) -> EngineConfig:
        return EngineConfig(backend=self.config.backend, device=self.config.device)

    def _close_engine(self) -> None:
        self.engine.__exit__(None, None, None)

    def _open_midi(self, config: SessionConfig) -> None:
        self.midi = MidiIn(self.player, config.midi_in, config.midi_api, self._tell)

    def _close_midi(self) -> None:
        midi, self.midi = self.midi, None
        if midi is not None:  # rtmidi waits for ever where a JACK server has died
            close_within(CLOSE_S, midi.close, "MIDI")

    def _open_osc(self, config: SessionConfig) -> None:
        """Open OSC, the same address space over HTTP, and tell the network if it may come in."""
        allow = (*LOOPBACK, *config.osc_allow)
        feedback = [parse_endpoint(endpoint) for endpoint in config.osc_feedback]
        host, port = parse_endpoint(config.osc)
        self.osc = OscServer(
            self.player, host, port, allow=allow, feedback=feedback, status=self.status
        )
        self.osc.listeners.restore(self._remembered)
        try:
            self.http = self._open_http(config, self.osc, allow)
        except DeviceError:
            self._close_osc()
            raise
        services = [Service(kind="_osc._udp", host=self.osc.address[0], port=self.osc.address[1])]
        if self.http is not None:
            host, port = self.http.address
            services.append(Service(kind="_oscjson._tcp", host=host, port=port))
        self._announcer = Announcer(services)

    def _open_http(
        self, config: SessionConfig, osc: OscServer, allow: tuple[str, ...]
    ) -> OscQueryServer | None:
        if config.http == NO_HTTP:
            return None
        host, port = parse_endpoint(config.http or DEFAULT_HTTP)
        try:
            return OscQueryServer(osc, self.player, host, port, allow=allow)
        except DeviceError as error:
            if config.http is not None:
                raise  # what was asked for has to be there
            self._tell(f"http: {error}")
            return None

    def _close_osc(self) -> None:
        announcer, self._announcer = self._announcer, None
        http, self.http = self.http, None
        osc, self.osc = self.osc, None
        if osc is not None:
            self._remembered = osc.listeners.to_list()
        for server in (announcer, http, osc):
            if server is not None:
                server.close()

    def _extra_state(self) -> dict[str, Any]:
        """Return what belongs to the last state besides the player's."""
        listeners = self.osc.listeners.to_list() if self.osc else self._remembered
        return {"subscribers": listeners, "instrument": self.engine.instrument.name}

    def _fade_out(self) -> None:
        self.engine.post(AllSoundOff())
        time.sleep(FADE_OUT_S)

    # --- following settings ----------------------------------------------------------------------

    def _is_other_instrument(self, folder: Path | None) -> bool:
        """Tell whether another folder is wanted, or the same folder holds another instrument."""
        if folder != self.config.instrument:
            return True
        try:
            description = ((folder or default_instrument()) / DESCRIPTION).read_bytes()
        except OSError:
            return False  # it plays on without its folder
        return hashlib.sha256(description).hexdigest() != self.engine.instrument.identifier

    def _follow_instrument(self, config: SessionConfig) -> None:
        self.load_instrument(config.instrument)

    def _follow_preset(self, config: SessionConfig) -> None:
        self.player.load(find_preset(str(config.preset)))

    def _assign(self, config: SessionConfig) -> None:
        assign(self.player, map(read_assignment, config.set))

    def _follow_audio(self, config: SessionConfig) -> None:
        self.audio.choose(config.audio, config.block_size)

    def _follow_midi(self, config: SessionConfig) -> None:
        self._close_midi()
        try:
            self._open_midi(config)
        except DeviceError:
            self._open_midi(self.config)
            raise

    def _follow_osc(self, config: SessionConfig) -> None:
        self._close_osc()
        try:
            self._open_osc(config)
        except SynthError:
            self._open_osc(self.config)
            raise


def _quote(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if " " in value else value
