"""From SoundFonts to notes: every melodic preset x pitch x velocity, as NSynth records them."""

import hashlib
import itertools
import json
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from functools import cache
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from synth.errors import ConfigError, InputFileError, SynthError
from training.data.families import FAMILIES, MELODIC_PROGRAMS, SOURCES
from training.data.fluid import OVERSAMPLING, NoteTiming, SoundFont

# Bump it when the same configuration gives other samples, so that no half set is continued.
RENDERER_VERSION: Final = 2
FULL_SCALE: Final = 32_767
MELODIC_BANK: Final = 0
PITCHES: Final = tuple(range(21, 109))
VELOCITIES: Final = (25, 50, 75, 100, 127)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFontConfig:
    """What is rendered of each SoundFont."""

    timing: NoteTiming = field(default_factory=NoteTiming)
    programs: tuple[int, ...] = tuple(MELODIC_PROGRAMS)
    pitches: tuple[int, ...] = PITCHES  # MIDI note numbers
    velocities: tuple[int, ...] = VELOCITIES  # 1-127
    # One gain for the whole set, so that differences in level are the instruments' own. At 1.0 the
    # loudest of Fluid R3's melodic notes, at velocity 127, peak at -1 dB of full scale.
    gain: float = 1.0
    silence_db: float = -60.0  # dB of full scale; a note whose peak lies below it is dropped

    def __post_init__(self) -> None:
        if not self.gain > 0:
            raise ConfigError(f"gain is {self.gain}, wanted a positive number")
        for name, values, wanted in (
            ("programs", self.programs, MELODIC_PROGRAMS),
            ("pitches", self.pitches, range(128)),
            ("velocities", self.velocities, range(1, 128)),
        ):
            strays = sorted(set(values) - set(wanted))
            if strays or not values:
                raise ConfigError(
                    f"{name} are {strays or 'none'}, wanted some of {min(wanted)}-{max(wanted)}"
                    + (" that hold a pitch" if name == "programs" else "")
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A preset of a SoundFont that becomes an instrument of the set."""

    soundfont: Path
    name: str  # as the SoundFont calls it; a number follows where an earlier one is called so
    label: str  # after NSynth's pattern, family_source_NNN
    program: int
    instrument: int  # index in the set

    @property
    def family(self) -> int:
        """Index into `FAMILIES`."""
        return MELODIC_PROGRAMS[self.program][0]

    @property
    def source(self) -> int:
        """Index into `SOURCES`."""
        return MELODIC_PROGRAMS[self.program][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPreset:
    """The notes of one preset that were kept, and why others were not."""

    notes: list[tuple[int, ...]]  # fields of prepared.NOTE_DTYPE
    audio: NDArray[np.int16]  # [n_notes, n_samples]
    n_silent: int  # the SoundFont maps nothing to the key, or next to nothing
    n_clipped: int


def list_presets(soundfonts: Iterable[Path], config: SoundFontConfig) -> list[Preset]:
    """List the melodic presets of General MIDI that the files hold.

    Raises:
        InputFileError: a file is missing, is no SoundFont, or holds no melodic preset.
        DeviceError: FluidSynth is not installed.
    """
    presets: list[Preset] = []
    numbers: Counter[str] = Counter()  # NSynth numbers the instruments of a family and source
    names: set[str] = set()
    for path in soundfonts:
        n_before = len(presets)
        with SoundFont(path, config.timing, config.gain) as soundfont:
            for program in config.programs:
                name = soundfont.preset_name(MELODIC_BANK, program)
                if name is None:
                    continue
                family, source = MELODIC_PROGRAMS[program]
                group = f"{FAMILIES[family]}_{SOURCES[source]}"
                name = _unused(name, names)
                names.add(name)
                preset = Preset(
                    soundfont=path,
                    name=name,
                    label=f"{group}_{numbers[group]:03d}",
                    program=program,
                    instrument=len(presets),
                )
                presets.append(preset)
                numbers[group] += 1
        if len(presets) == n_before:
            raise InputFileError(
                f"{path} holds none of the wanted presets in bank {MELODIC_BANK}; give a General "
                "MIDI SoundFont"
            )
    return presets


def _unused(name: str, taken: set[str]) -> str:
    """Number a name that is taken: most General MIDI SoundFonts have a Violin."""
    candidates = itertools.chain([name], (f"{name} {number}" for number in itertools.count(2)))
    return next(candidate for candidate in candidates if candidate not in taken)


def fingerprint(soundfonts: Iterable[Path], config: SoundFontConfig) -> str:
    """Digest everything that decides the samples of a set."""
    hashes = [file_sha256(path) for path in soundfonts]
    facts = [RENDERER_VERSION, OVERSAMPLING, hashes, asdict(config)]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def render_preset(preset: Preset, config: SoundFontConfig) -> RenderedPreset:
    """Render every note of a preset and keep those that are neither silent nor clipped."""
    soundfont = _open_soundfont(preset.soundfont, config.timing, config.gain)
    silence = FULL_SCALE * 10 ** (config.silence_db / 20)
    n_notes = len(config.pitches) * len(config.velocities)
    audio = np.empty((n_notes, config.timing.n_samples), np.int16)
    notes: list[tuple[int, ...]] = []
    n_silent = n_clipped = 0
    for pitch in config.pitches:
        for velocity in config.velocities:
            samples = np.rint(
                soundfont.note(MELODIC_BANK, preset.program, pitch, velocity) * FULL_SCALE
            )
            peak = float(np.abs(samples).max())
            if peak < silence:
                n_silent += 1
            elif peak > FULL_SCALE:
                n_clipped += 1
            else:
                audio[len(notes)] = samples
                labels = (pitch, velocity, preset.instrument, preset.family, preset.source)
                notes.append((*labels, int(peak)))
    return RenderedPreset(
        notes=notes, audio=audio[: len(notes)], n_silent=n_silent, n_clipped=n_clipped
    )


def render_presets(
    presets: Iterable[Preset], config: SoundFontConfig, n_processes: int
) -> Iterator[tuple[Preset, RenderedPreset]]:
    """Render presets in as many processes and yield them in their order.

    At most twice as many as there are processes wait in memory (some 56 MB each).
    """
    with ProcessPoolExecutor(n_processes, get_context("spawn"), _prepare_worker) as pool:
        waiting: deque[tuple[Preset, Future[RenderedPreset]]] = deque()
        try:
            for preset in presets:
                waiting.append((preset, pool.submit(render_preset, preset, config)))
                if len(waiting) >= 2 * n_processes:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        except BrokenProcessPool as err:
            raise SynthError(
                "a rendering process died (out of memory?); run the same command to go on, with "
                "fewer --processes"
            ) from err
        finally:
            pool.shutdown(cancel_futures=True)


@cache
def _open_soundfont(path: Path, timing: NoteTiming, gain: float) -> SoundFont:
    """Load a SoundFont once in each process."""
    return SoundFont(path, timing, gain)


def _prepare_worker() -> None:
    """Leave Ctrl-C to the parent, and end when the parent is killed (a pool waits for ever)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
