"""The synthesizer, shaped like a plug-in: events in, blocks of stereo sound out.

The one module that sees both sides: the worker that generates notes and the audio thread that
plays them. Real time and offline run the same `render_block`; offline, `process` waits for the
frames that the block needs, so the same events give the same samples, bit for bit.

    with Engine(instrument, EngineConfig()) as engine:
        engine.prepare(48_000, 1024)
        engine.post(NoteOn(pitch=60, velocity=0.8))
        engine.process(out)
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from synth.blocks import interleaved
from synth.config import EngineConfig
from synth.errors import ConfigError
from synth.events import (
    N_PARTS,
    AllNotesOff,
    AllSoundOff,
    ChannelPressure,
    Event,
    KeyPressure,
    NoteExpression,
    NoteOff,
    NoteOn,
    PitchBend,
    SetParameter,
    SetTimbre,
    SetTuning,
    SoftPedal,
    SostenutoPedal,
    SustainPedal,
)
from synth.finishing import for_worker, make_finisher
from synth.first_start import compile_apart
from synth.frames import NoteFrames
from synth.held_keys import HeldKeys
from synth.notes.backends import n_onset_threads, open_backend
from synth.notes.cache import Note, NoteCache, allocate_pool
from synth.notes.generators import NoteGenerator
from synth.notes.instrument import Instrument
from synth.notes.latents import normalise
from synth.notes.priority import quick_interpreter
from synth.notes.worker import NoteWorker, WorkerConfig
from synth.outbox import Outbox
from synth.realtime import commands, queue
from synth.realtime.renderer import Renderer
from synth.run_log import NO_LOG, NoLog, RunLog, run_head
from synth.settings import Settings, as_number, expression, state_events
from synth.sounding import SoundingNotes
from synth.stats import EngineStats, collect_stats
from synth.units import semitones_to_ratio
from synth.velocity import layers_between, velocity_gain

TICK_S = 0.02  # how often slots are taken back and held notes follow their timbre
VOICE_GAIN = 3.7  # +11.4 dB: the median timbre's velocity 127 peaks at -12 dBFS at default volume

_log = logging.getLogger(__name__)


class Engine:
    """One instrument, sixteen parts, and the threads that make it sound.

    A context manager: the worker runs inside. `post` may be called from any thread; `process` from
    one, and never while an audio device calls `callback_address`.

    Args:
        instrument: what to play, or its folder.
        config: sizes and limits.
        generators: for first tiles and for all tiles; None opens the instrument's own.
        tell: takes one line where the engine cannot do as it was told.
    """

    latency_samples = 0  # an event at sample n sounds at sample n

    def __init__(
        self,
        instrument: Instrument | Path | str,
        config: EngineConfig | None = None,
        *,
        generators: tuple[NoteGenerator, NoteGenerator] | None = None,
        tell: Callable[[str], None] = _log.warning,
    ) -> None:
        if not isinstance(instrument, Instrument):
            instrument = Instrument.load(instrument)
        compile_apart(instrument.folder)
        self.instrument = instrument
        self.config = config or EngineConfig()
        self._tell = tell
        self._layers = self.config.velocity_layers or layers_between(instrument.velocity_layers)
        pool = allocate_pool(
            instrument, self.config.cache_bytes, n_least_slots=self.config.n_slots_of_voices
        )
        onsets, background = generators or open_backend(
            instrument,
            backend=self.config.backend,
            device=self.config.device,
            n_threads=self.config.n_threads,
            is_offline=self.config.is_offline,
            tell=tell,
        )
        self._finisher = make_finisher(instrument)
        self._worker = NoteWorker(
            instrument,
            NoteCache(pool),
            for_worker(self._finisher, self._on_finished),
            onset_generator=onsets,
            background_generator=background,
            config=WorkerConfig(
                is_offline=self.config.is_offline, n_onset_threads=n_onset_threads(onsets)
            ),
        )
        self._lock = threading.RLock()  # guards all below
        self._sounding = SoundingNotes(instrument, self._worker, self._layers, self._on_held)
        self._keys = [HeldKeys() for _ in range(N_PARTS)]
        self._settings = Settings(next(iter(instrument.timbres.values())).latent)
        self._log: RunLog | NoLog = NO_LOG
        self._ended = threading.Event()
        self._keeper: threading.Thread | None = None
        self._open = contextlib.ExitStack()
        self._renderer = self._make_renderer()
        self._outbox = Outbox(self._renderer.send)

    # --- life -----------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._finisher.compile()
        self._worker.__enter__()
        self._ended.clear()
        if not self.config.is_offline:
            self._open.enter_context(quick_interpreter())
            self._keeper = threading.Thread(target=self._keep, name="engine-keeper", daemon=True)
            self._keeper.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
        self._worker.__exit__(*exception)
        self._open.close()
        log, self._log = self._log, NO_LOG
        log.close()

    def prepare(self, sample_rate: int, max_block_size: int) -> None:
        """Get ready for a sample rate; what sounds is silenced, what is set stays.

        Args:
            sample_rate: Hz.
            max_block_size: samples, the most that `process` will be asked for.

        Raises:
            ConfigError: a value is out of range.

        Thread: control, and never while a device calls the callback.
        """
        self.config = replace(self.config, sample_rate=sample_rate, max_block_size=max_block_size)
        with self._lock:
            self._sounding.leave_all()
            self._renderer = self._make_renderer()
            self._outbox.redirect(self._renderer.send)

    def log_run(self, path: Path) -> Path:
        """Write down all that is played from the next `prepare` on, for `synth.replay`.

        Args:
            path: of the file; where one of that name is there already, NAME-2 is taken, and so on.

        Returns:
            The file's name.

        Raises:
            InputFileError: the file cannot be written.

        Thread: control.
        """
        self._log = RunLog(path, run_head(self.instrument, self.config), self._tell)
        return self._log.path

    # --- playing --------------------------------------------------------------------------------

    def post(self, event: Event, sample_offset: int = 0) -> None:
        """Let something happen in the next block.

        Args:
            event: what.
            sample_offset: samples from the start of the next block. Events take effect in the order
                in which they are posted; one that is late takes effect at once.

        Raises:
            ConfigError: there is no such parameter, or the latent does not fit the instrument.

        Thread: any but audio.
        """
        with self._lock:
            moment = self._renderer.clock + sample_offset
            if isinstance(event, SoftPedal | SetParameter | SetTimbre | SetTuning | PitchBend):
                self._set(event, moment)
            else:
                self._play(event, moment)

    def process(self, out: NDArray[np.float32]) -> None:
        """Render the next block; offline, wait for the frames that it needs.

        Args:
            out: [n_samples, 2] or [2, n_samples], float32; overwritten whole, in [-1, 1].

        Raises:
            ConfigError: `out` has another shape or type, or more samples than were prepared for.
            InstrumentError: offline: frames of a note could not be generated.

        Thread: audio; not while a device calls the callback.
        """
        block = interleaved(out, self.config.max_block_size)
        if self.config.is_offline:
            with self._lock:
                self._tick()
                self._sounding.await_frames()
        self._renderer.render(block)
        if block is not out:
            out[:] = block.T

    # --- asking ---------------------------------------------------------------------------------

    @property
    def sample_rate(self) -> int:
        """Hz, of the output.

        Thread: any.
        """
        return self.config.sample_rate

    @property
    def callback_address(self) -> int:
        """Address of a PaStreamCallback: two channels, interleaved, float32.

        Thread: any.
        """
        return self._renderer.callback_address

    @property
    def userdata(self) -> int:
        """Address that the callback gets as its last argument; valid until the next prepare.

        Thread: any.
        """
        return self._renderer.userdata_address

    @property
    def n_blocks(self) -> int:
        """Blocks rendered since `prepare`: stands still when a device is gone.

        Thread: any.
        """
        return self._renderer.n_blocks

    @property
    def n_voices(self) -> int:
        """Notes that sound or wait to.

        Thread: any.
        """
        return self._renderer.n_voices

    @property
    def frames(self) -> NoteFrames:
        """The pool that notes lie in, shared with the audio thread: to be read only.

        Thread: any.
        """
        return self._worker.cache.pool

    @property
    def n_waiting(self) -> int:
        """Notes that were struck and wait for their first frames.

        Thread: any.
        """
        return self._renderer.n_waiting

    def stats(self) -> EngineStats:
        """Return what happened so far.

        Thread: any.
        """
        return collect_stats(
            self._renderer.counters(),
            self._worker.cache.stats(),
            self._worker.stats(),
            n_shed=self._outbox.n_shed,
        )

    def save_state(self) -> dict[str, Any]:
        """Return everything that is set, as plain values for JSON; not what sounds.

        Thread: any but audio.
        """
        with self._lock:
            return self._settings.to_dict()

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Set everything as `save_state` returned it.

        Raises:
            PresetError: it is no such state, or one of another instrument; nothing has changed.

        Thread: any but audio.
        """
        events = state_events(state, self.instrument.latent_size)
        with self._lock:
            for event in events:
                self.post(event)

    # --- events ---------------------------------------------------------------------------------

    def _play(self, event: Event, moment: int) -> None:
        """Do what keys and pedals do to notes."""
        match event:
            case NoteOn():
                self._note_on(event, moment)
            case NoteOff():
                self._note_off(event, moment)
            case SustainPedal() | SostenutoPedal():
                kind = queue.PEDAL if isinstance(event, SustainPedal) else queue.SOSTENUTO
                self._send(kind=kind, time=moment, part=event.part, value=float(event.is_down))
            case ChannelPressure() | KeyPressure():
                self._press(event, moment)
            case NoteExpression():
                self._send(time=moment, **expression(event))
            case AllNotesOff() | AllSoundOff():
                self._forget_keys(event.part)
                is_soft = isinstance(event, AllNotesOff)
                kind = queue.RELEASE_ALL if is_soft else queue.SILENCE_ALL
                self._send(kind=kind, time=moment, part=as_number(event.part))

    def _set(self, event: Event, moment: int) -> None:
        """Change what parts are set to."""
        match event:
            case SoftPedal():
                self._settings.parts[event.part].is_soft = event.is_down
            case PitchBend():
                self._settings.parts[event.part].wheel = event.value
                self._send(time=moment, **self._settings.bend(event.part))
            case SetParameter():
                for command in self._settings.set_parameter(event):
                    self._send(time=moment, **command)
            case SetTimbre():
                self._set_timbre(event)
            case SetTuning():
                self._set_tuning(event, moment)

    def _note_on(self, event: NoteOn, moment: int) -> None:
        if event.velocity == 0.0:
            self._note_off(
                NoteOff(pitch=event.pitch, note_id=event.note_id, part=event.part), moment
            )
            return
        self._keys[event.part].press(event)
        self._strike(event, moment)

    def _strike(self, event: NoteOn, moment: int) -> None:
        if self._outbox.is_full:
            self._outbox.n_shed += 1
            return
        part = self._settings.parts[event.part]
        velocity = part.heard_velocity(event.velocity)
        key_pitch = event.pitch + part.transpose
        pitch = self._settings.tuned(key_pitch)
        struck = self._sounding.strike(event.part, part.latent, pitch, velocity, key_pitch)
        if struck is None:
            return
        key = struck.note.key
        self._send(
            kind=queue.START,
            time=moment,
            part=event.part,
            note_id=as_number(event.note_id),
            serial=struck.serial,
            slot=struck.slot,
            index=part.way,
            pitch=pitch,
            key=float(event.pitch),
            ratio=semitones_to_ratio(pitch - key.pitch) * self._unbent_step,
            value=VOICE_GAIN * velocity_gain(velocity, key.velocity, self._layers[0]),
        )

    def _note_off(self, event: NoteOff, moment: int) -> None:
        is_released, back = self._keys[event.part].lift(event)
        if self._settings.parts[event.part].way != queue.POLY and not is_released:
            if back is not None:
                self._strike(back, moment)
            return
        self._send(
            kind=queue.RELEASE,
            time=moment,
            part=event.part,
            note_id=as_number(event.note_id),
            key=0.0 if event.pitch is None else float(event.pitch),
        )

    def _press(self, event: ChannelPressure | KeyPressure, moment: int) -> None:
        where = {"time": moment, "part": event.part, "value": event.value}
        if isinstance(event, KeyPressure):
            self._send(kind=queue.PRESS_KEY, key=float(event.pitch), **where)
        else:
            self._send(kind=queue.SET_PART, index=commands.PRESSURE, **where)

    def _set_tuning(self, event: SetTuning, moment: int) -> None:
        self._settings.cents_of_pitch = event.cents_of_pitch
        if event.is_live:
            for command in self._sounding.retuned(self._settings.tuned, self._unbent_step):
                self._send(time=moment, **command)

    def _forget_keys(self, part: int | None) -> None:
        for keys in self._keys if part is None else [self._keys[part]]:
            keys.clear()

    def _set_timbre(self, event: SetTimbre) -> None:
        if len(event.latent) != (wanted := self.instrument.latent_size):
            raise ConfigError(
                f"a latent of {len(event.latent)} numbers: instrument {self.instrument.name!r}"
                f" has timbres of {wanted}"
            )
        latent = normalise(np.array(event.latent))
        part = self._settings.parts[event.part]
        if not np.array_equal(latent, part.latent):
            part.latent = latent
            self._sounding.timbre_moved()
            self._follow_timbres()

    def _send(self, **command: Any) -> None:
        self._outbox.send(command)

    # --- keeping --------------------------------------------------------------------------------

    def _keep(self) -> None:
        """Look after slots and timbres until the end.

        Thread: keeper.
        """
        while not self._ended.wait(TICK_S):
            self._worker.cache.prepare()
            with self._lock:
                self._tick()
                if self.config.is_prefetching:
                    self._sounding.make_in_advance(self._settings.parts)

    def _tick(self) -> None:
        self._outbox.flush(self._settings.everything)
        self._sounding.take_back(self._renderer.take_returned())
        self._follow_timbres()

    def _follow_timbres(self) -> None:
        if self._outbox.is_full:
            return  # they follow once there is room
        for command in self._sounding.follow(self._settings.parts, self._renderer.ending_notes):
            self._send(**command)

    # --- below ----------------------------------------------------------------------------------

    def _make_renderer(self) -> Renderer:
        spec = self.instrument.spec
        renderer = Renderer(
            self._worker.cache.pool,
            self.config,
            sample_rate=self.config.sample_rate,
            model_rate=spec.sample_rate,
            hop_length=spec.hop_length,
            on_sent=self._log.note_command,
        )
        self._log.begin(renderer, self.config.sample_rate)
        for command in self._settings.everything():
            renderer.send(**command)
        return renderer

    def _on_held(self, slot: int, note: Note) -> None:
        self._log.note_slot(slot, note)

    def _on_finished(self, frames: NoteFrames, slot: int, n_frames: int) -> None:
        if frames is self.frames:  # and not of a note made in advance
            self._log.note_frames(frames, slot, n_frames, self._worker.cache.key_of(slot))

    @property
    def _unbent_step(self) -> float:
        """Model samples per output sample at the pitch of the frames."""
        return self.instrument.spec.sample_rate / self.config.sample_rate
