"""A run of the engine, written down so that the same samples can be rendered again.

The audio thread is a function of what it is sent and of what it sees published at the start of each
block. So a run is a list of the commands, of the notes that lay in the slots which they name, and
of the blocks at which things were seen (`synth.realtime.intake`). Frames are not kept: the
generator makes them again. `synth.replay` reads the file.

One JSON array a line: people can read it, and a killed player leaves all but its last moment.

    {"gansynth_run": 1, "instrument": ..., "engine": {...}}
    ["prepare", sample rate]               the audio thread begins anew
    ["timbre", digest, latent]             float32, little-endian, hexadecimal
    ["note", slot, digest, pitch, velocity]    lies in the slot from here on
    ["command", ...]                       as `Renderer.push` takes it; they are counted
    ["block", clock, digest, samples]      blocks are as long as this from here on
    ["commands", clock, digest, n]         the first n commands are seen
    ["frames", clock, digest, slot, n]     n frames of the slot are seen
    ["made", digest, pitch, velocity, n, digest, digest]    of a timbre's note n frames are there:
                                           digests of them, and of the onset and plan made of them
    ["end", clock, digest]                 of what `prepare` began
    ["lost", n]                            lines that are missing here: it cannot be replayed
"""

import json
import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

from synth.config import EngineConfig
from synth.errors import InputFileError
from synth.frames import NoteFrames
from synth.notes.cache import Note, NoteKey
from synth.notes.instrument import Instrument
from synth.realtime import intake
from synth.realtime.renderer import CommandRow, Renderer

FORMAT = 1
_SETTINGS = (
    *("n_voices", "n_spare_voices", "steal_fade_ms", "max_hops_per_block"),
    *("cache_bytes", "n_commands", "backend", "device"),
)
_PULL_S = 0.1  # between two writes
_MOST_WAITING = 100_000  # lines; more are lost rather than kept in memory
_MOST_TIMBRES = 1024  # that are not written again
_WORDS = {intake.BLOCK: "block", intake.COMMANDS: "commands", intake.FRAMES: "frames"}
_log = logging.getLogger(__name__)


def run_head(instrument: Instrument, config: EngineConfig) -> dict[str, Any]:
    """Return what a replay has to know: the instrument, and the settings that samples depend on."""
    return {
        "name": instrument.name,
        "instrument": instrument.identifier,
        "engine": {name: getattr(config, name) for name in _SETTINGS},
    }


class NoLog:
    """In place of a log where none is kept."""

    note_command = None

    def begin(self, renderer: Renderer, sample_rate: int) -> None:
        """Do nothing."""

    def note_slot(self, slot: int, note: Note) -> None:
        """Do nothing."""

    def note_frames(
        self, frames: NoteFrames, slot: int, n_frames: int, key: NoteKey | None
    ) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


NO_LOG = NoLog()


class RunLog:
    """Writes a run down, from the next `begin` on, until it is closed.

    Args:
        path: of the file; where one of that name is there already, NAME-2 is taken, and so on.
        head: what a replay has to know of the engine, plain values.
        tell: takes one line where the log has to end early, or misses something.

    Raises:
        InputFileError: the file cannot be written.
    """

    def __init__(
        self, path: Path, head: Mapping[str, Any], tell: Callable[[str], None] = _log.warning
    ) -> None:
        self.path = _free_name(path)
        self._tell = tell
        self._waiting: deque[tuple[Any, ...]] = deque()
        self._n_lost = 0
        self._notes: dict[int, NoteKey] = {}  # by slot
        self._timbres: OrderedDict[bytes, None] = OrderedDict()  # written lately
        self._lock = threading.Lock()  # of the file and the renderer; no audio thread takes it
        self._renderer: Renderer | None = None
        self._file: TextIO | None = self._open({"gansynth_run": FORMAT, **head})
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="run-log", daemon=True)
        self._thread.start()

    # --- what happens ----------------------------------------------------------------------------

    def begin(self, renderer: Renderer, sample_rate: int) -> None:
        """Follow another audio thread; the one before has ended, this one has not begun.

        Args:
            renderer: made with `note_command`; nothing was sent to it yet.
            sample_rate: Hz.

        Thread: control.
        """
        with self._lock:
            self._end_section()
            self._renderer = renderer
            self._write([("prepare", sample_rate)])

    def note_command(self, command: CommandRow) -> None:
        """Take down a command that is about to be pushed.

        Thread: control (one at a time).
        """
        self._wait(("command", *command))

    def note_slot(self, slot: int, note: Note) -> None:
        """Take down which note a slot holds, before a command names the slot.

        Thread: control (one at a time).
        """
        key = note.key
        if self._notes.get(slot) == key:
            return
        self._notes[slot] = key
        if key.timbre not in self._timbres:
            self._timbres[key.timbre] = None
            if len(self._timbres) > _MOST_TIMBRES:
                self._timbres.popitem(last=False)
            latent = note.latent.astype("<f4").tobytes().hex()
            self._wait(("timbre", key.timbre.hex(), latent))
        self._wait(("note", slot, key.timbre.hex(), key.pitch, key.velocity))

    def note_frames(
        self, frames: NoteFrames, slot: int, n_frames: int, key: NoteKey | None
    ) -> None:
        """Take down what a note's frames are, so that a replay can tell which are others.

        Args:
            frames: the pool.
            slot: where the note lies.
            n_frames: that are written.
            key: of the note; None: it could not be generated, and nobody plays it.

        Thread: worker, control.
        """
        if key is None:
            return
        digests = frames.digests(slot, n_frames)
        self._wait(("made", key.timbre.hex(), key.pitch, key.velocity, n_frames, *digests))

    def close(self) -> None:
        """Write the rest; nothing may be calling back.

        Thread: control.
        """
        self._ended.set()
        self._thread.join()
        with self._lock:
            self._end_section()
            if self._file is not None:
                self._file.close()
                self._file = None

    # --- the file --------------------------------------------------------------------------------

    def _wait(self, line: tuple[Any, ...]) -> None:
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(line)
        else:
            self._n_lost += 1

    def _run(self) -> None:
        while not self._ended.wait(_PULL_S):
            with self._lock:
                self._pull()

    def _pull(self) -> None:
        """Write what came since the last time; what is seen comes behind what was sent."""
        sightings = [] if self._renderer is None else self._renderer.take_sightings().tolist()
        lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
        for clock, kind, slot, value, digest in sightings:
            where = (slot, value) if kind == intake.FRAMES else (value,)
            lines.append((_WORDS[kind], clock, digest, *where))
        self._write(lines)
        n_unseen = 0 if self._renderer is None else self._renderer.n_unseen
        if self._n_lost or n_unseen:
            self._give_up(f"{self._n_lost + n_unseen} lines were lost")

    def _end_section(self) -> None:
        self._pull()
        if self._renderer is not None:
            self._write([("end", self._renderer.clock, self._renderer.digest)])

    def _open(self, head: Mapping[str, Any]) -> TextIO:
        try:
            file = self.path.open("x")
            file.write(json.dumps(head) + "\n")
            file.flush()
        except OSError as err:
            raise InputFileError(
                f"cannot write run log {self.path}: {err.strerror or err}; choose another file"
            ) from err
        return file

    def _write(self, lines: list[tuple[Any, ...]]) -> None:
        if self._file is None or not lines:
            return
        try:
            self._file.write("".join(json.dumps(line) + "\n" for line in lines))
            self._file.flush()
        except OSError as err:
            self._give_up(err.strerror or str(err))

    def _give_up(self, reason: str) -> None:
        """Leave what is written, marked as incomplete; the engine plays on."""
        file, self._file = self._file, None
        if file is None:
            return
        self._tell(f"run log {self.path} ends early and cannot be replayed: {reason}")
        try:
            file.write(json.dumps(["lost", 1]) + "\n")
            file.close()
        except OSError as err:
            _log.debug("run log %s: %s", self.path, err)


def _free_name(path: Path) -> Path:
    """Return the path, or the first of NAME-2, NAME-3, ... that is free."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free
