"""Render the samples of a run again, from what `synth.run_log` wrote down.

The same compiled code as the live callback's, in blocks of the same lengths, sent the same commands
and shown the same frames at the same blocks. The frames are generated anew, with the instrument
that played. Every line that tells what a block saw carries a digest of all samples before it, so a
replay knows by itself whether it renders what was heard; and of every tile that was played the log
has a digest, so it also knows which notes are others.
"""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.config import EngineConfig
from synth.errors import ConfigError, InputFileError
from synth.finishing import for_worker, make_finisher
from synth.first_start import compile_apart
from synth.notes.backends import open_backend
from synth.notes.cache import Note, NoteKey, allocate_pool
from synth.notes.instrument import Instrument
from synth.notes.tiles import generate_tiles, place_tile, tile_number
from synth.realtime import queue
from synth.realtime.renderer import Renderer
from synth.run_log import FORMAT

Lines = Iterator[Any]  # as JSON gives them
_Made = tuple[str, int, float, int]  # timbre, pitch, velocity; how many frames
_SENT = frozenset({"timbre", "note", "command"})
_N_TILES_KEPT = 512  # generated ones: 30 to 500 kB each


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedBlock:
    """A block as it was heard."""

    samples: NDArray[np.float32]  # [n_samples, 2]
    sample_rate: int  # Hz
    section: int  # counts how often the engine was prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherNote:
    """A note that is not the one that was played."""

    pitch: int
    velocity: float  # 0..1
    n_frames: int  # among the first so many
    are_frames_other: bool  # False: they are the same, but not the onset or the plan


class Replay:
    """One run, to be rendered once.

    Args:
        path: of the log.
        instrument: that played.

    Raises:
        InputFileError: the file is no run log, or one of another instrument.
    """

    def __init__(self, path: Path, instrument: Instrument) -> None:
        self._path = path
        self._lines = _read_lines(path)
        head = next(self._lines, None)
        if not isinstance(head, dict) or head.get("gansynth_run") != FORMAT:
            raise InputFileError(
                f"{path} is no run log of format {FORMAT}; `play --log-run` makes one"
            )
        if head["instrument"] != instrument.identifier:
            raise InputFileError(
                f"run log {path} is of instrument {head['name']!r} ({head['instrument'][:12]}), got"
                f" {instrument.name!r} ({instrument.identifier[:12]}); use --instrument"
            )
        try:
            self._config = EngineConfig(**head["engine"])
        except (TypeError, ConfigError) as err:
            raise self._bad(f"its first line cannot be used: {err}") from err
        compile_apart(instrument.folder)
        self._slots = _Slots(instrument, self._config)
        self._instrument = instrument
        self._sent: deque[list[Any]] = deque()
        self._renderer: Renderer | None = None
        self._n_sent = self._n_block = self._section = 0
        self.sample_rate = self._config.sample_rate
        self.is_complete = False  # the log tells where the run ended
        self.differs_at_s: float | None = None  # where samples first were not those of the run

    @property
    def other_notes(self) -> list[OtherNote]:
        """Notes that were generated otherwise than in the run, as far as it was rendered."""
        return self._slots.others

    def blocks(self) -> Iterator[ReplayedBlock]:
        """Render block by block.

        Raises:
            InputFileError: a line cannot be read, or lines are missing.
        """
        for line in self._lines:
            self.is_complete = False
            match line:
                case [str(word), *_] if word in _SENT:
                    self._sent.append(line)
                case ["made", str(timbre), int(pitch), float(velocity), int(n_frames), *digests]:
                    self._slots.expect((timbre, pitch, velocity, n_frames), tuple(digests))
                case ["prepare", int(sample_rate)]:
                    self._prepare(sample_rate)
                case [
                    "block" | "commands" | "frames" | "end" as word,
                    int(clock),
                    int(digest),
                    *where,
                ]:
                    yield from self._render_until(clock)
                    self._compare(digest)
                    self._see(word, where)
                case ["lost", *_]:
                    raise self._bad("lines are missing where the run was too fast to be written")
                case _:
                    raise self._bad(f"a line of no known kind: {json.dumps(line)[:60]}")

    # --- below -----------------------------------------------------------------------------------

    def _prepare(self, sample_rate: int) -> None:
        spec = self._instrument.spec
        self.sample_rate = sample_rate
        # What was sent last and seen by no block went with the audio thread before.
        for word, *values in self._sent:
            if word != "command":
                self._slots.take(word, values)
        self._sent.clear()
        self._slots.forget_use()
        self._renderer = Renderer(
            self._slots.pool,
            self._config,
            sample_rate=sample_rate,
            model_rate=spec.sample_rate,
            hop_length=spec.hop_length,
            on_sent=_ignore,
        )
        self._n_sent = 0
        self._section += 1

    def _render_until(self, clock: int) -> Iterator[ReplayedBlock]:
        renderer = self._rendering
        self._slots.fill()
        while renderer.clock < clock:
            if renderer.clock + self._n_block > clock or self._n_block < 1:
                raise self._bad(f"blocks of {self._n_block} samples do not end at sample {clock}")
            samples = np.empty((self._n_block, 2), np.float32)
            renderer.render(samples)
            renderer.take_sightings()
            deque(renderer.take_returned(), maxlen=0)  # nobody waits for slots here
            yield ReplayedBlock(
                samples=samples, sample_rate=self.sample_rate, section=self._section
            )

    def _compare(self, digest: int) -> None:
        if self.differs_at_s is None and self._rendering.digest != digest:
            self.differs_at_s = self._rendering.clock / self.sample_rate

    def _see(self, word: str, where: list[Any]) -> None:
        """Let the next block see what the run's saw."""
        match word, where:
            case "block", [int(n_samples)]:
                self._n_block = n_samples
            case "commands", [int(n_commands)]:
                self._send_until(n_commands)
            case "frames", [int(slot), int(n_frames)]:
                self._slots.see(slot, n_frames)
            case "end", []:
                self.is_complete = True
            case _:
                raise self._bad(f"{word!r} with {where!r:.40}")

    def _send_until(self, n_commands: int) -> None:
        while self._n_sent < n_commands:
            if not self._sent:
                raise self._bad(f"{n_commands} commands were seen, {self._n_sent} are written")
            word, *values = self._sent.popleft()
            if word == "command":
                kind, slot = values[0], values[5]
                if kind in (queue.START, queue.MORPH):
                    self._slots.use(slot)
                if not self._rendering.push(tuple(values)):
                    raise self._bad("more commands at once than the run could hold")
                self._n_sent += 1
            else:
                self._slots.take(word, values)

    @property
    def _rendering(self) -> Renderer:
        if self._renderer is None:
            raise self._bad("something is heard before the engine is prepared")
        return self._renderer

    def _bad(self, reason: str) -> InputFileError:
        return InputFileError(f"run log {self._path} cannot be replayed: {reason}")


class _Slots:
    """The pool of frames, filled as far as voices look into it."""

    def __init__(self, instrument: Instrument, config: EngineConfig) -> None:
        self.pool = allocate_pool(instrument, config.cache_bytes)
        self._instrument = instrument
        self._generator, _ = open_backend(
            instrument,
            backend=config.backend,
            device=config.device,
            is_offline=True,
            tell=_ignore,
        )
        # What is there is told apart from what a block has seen: publishing is our own business.
        self._finisher = replace(for_worker(make_finisher(instrument)), publish=_ignore)
        self._timbres: dict[str, NDArray[np.float32]] = {}
        self._notes: dict[int, Note] = {}
        self._n_there: dict[int, int] = {}  # frames
        self._used: set[int] = set()  # a command has named them
        self._changed: set[int] = set()  # since they were filled
        self._generate = lru_cache(_N_TILES_KEPT)(self._generate_tile)
        self._expected: dict[_Made, tuple[str, ...]] = {}  # digests
        self.others: list[OtherNote] = []

    def forget_use(self) -> None:
        """Begin anew: no voice reads anything."""
        self._used.clear()
        self.pool.n_ready[:] = 0

    def take(self, word: str, values: list[Any]) -> None:
        """Take a `timbre` or a `note` line."""
        if word == "timbre":
            digest, latent = values
            self._timbres[digest] = np.frombuffer(bytes.fromhex(latent), "<f4").astype(np.float32)
            return
        slot, digest, pitch, velocity = values
        key = NoteKey(
            instrument=self._instrument.identifier,
            timbre=bytes.fromhex(digest),
            pitch=pitch,
            velocity=velocity,
        )
        self._notes[slot] = Note(key=key, latent=self._timbres[digest])
        self._n_there[slot] = 0
        self._used.discard(slot)

    def expect(self, made: _Made, digests: tuple[str, ...]) -> None:
        """Take a `made` line."""
        self._expected[made] = digests

    def use(self, slot: int) -> None:
        """Let a voice read a slot."""
        self._used.add(slot)
        self._changed.add(slot)

    def see(self, slot: int, n_frames: int) -> None:
        """Show the audio thread the first frames of a slot."""
        self.pool.n_ready[slot] = n_frames
        self._changed.add(slot)

    def fill(self) -> None:
        """Generate what voices may read and is not there."""
        for slot in self._changed & self._used:
            note = self._notes[slot]
            while (first := self._n_there[slot]) < self.pool.n_ready[slot]:
                number = tile_number(self._instrument, first)
                (tile,) = self._generate(number, note.key, note.latent.tobytes())
                self._n_there[slot] = place_tile(self.pool, slot, first, tile, self._finisher)
                self._compare(slot, note.key)
        self._changed.clear()

    def _compare(self, slot: int, key: NoteKey) -> None:
        n_frames = self._n_there[slot]
        made = (key.timbre.hex(), key.pitch, key.velocity, n_frames)
        wanted = self._expected.get(made)
        if wanted is None or wanted == (found := self.pool.digests(slot, n_frames)):
            return
        self.others.append(
            OtherNote(
                pitch=key.pitch,
                velocity=key.velocity,
                n_frames=n_frames,
                are_frames_other=found[0] != wanted[0],
            )
        )

    def _generate_tile(self, number: int, key: NoteKey, latent: bytes) -> Any:
        note = Note(key=key, latent=np.frombuffer(latent, np.float32))
        return generate_tiles(self._instrument, self._generator, number, [note])


def _read_lines(path: Path) -> Lines:
    """Yield the lines of a log; half a line at its end is where the player was killed."""
    try:
        with path.open() as file:
            for line in file:
                if not line.endswith("\n"):
                    return
                yield json.loads(line)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as err:
        reason = err.strerror if isinstance(err, OSError) else "it is no text of JSON lines"
        raise InputFileError(f"cannot read run log {path}: {reason}") from err


def _ignore(*_: object) -> None:
    pass
