"""FluidSynth beside us: the same chord and the same song, through libfluidsynth if it is there.

48 kHz, reverb and chorus off, one core, its own default interpolation. What counts are notes, not
the two to four voices that its sound fonts layer for each.
"""

import ctypes
import ctypes.util
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from synth.adapters.midi_file import Song
from synth.bench.figures import rounded
from synth.events import NoteOff, NoteOn, PlayerEvent, SustainPedal
from synth.units import unit_to_midi

SAMPLE_RATE = 48_000
BLOCK_SIZE = 64
SOUND_FONTS = (
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "/usr/share/sounds/sf2/default-GM.sf2",
    "/usr/share/soundfonts/default.sf2",
    "/usr/share/soundfonts/FluidR3_GM.sf2",
)
_POLYPHONY = 4096
_SUSTAIN = 64  # controller


def find_sound_font() -> Path | None:
    """Return a General MIDI sound font that is installed, or None."""
    return next((Path(path) for path in SOUND_FONTS if Path(path).is_file()), None)


def is_installed() -> bool:
    """Tell whether the library is there."""
    return ctypes.util.find_library("fluidsynth") is not None


class FluidSynth:
    """A synthesiser of libfluidsynth. A context manager.

    Args:
        sound_font: to play.

    Raises:
        OSError: the library is not installed.
    """

    def __init__(self, sound_font: Path) -> None:
        name = ctypes.util.find_library("fluidsynth")
        if name is None:
            raise OSError("libfluidsynth is not installed")
        self._library: Any = ctypes.CDLL(name)
        for function in ("new_fluid_settings", "new_fluid_synth"):
            getattr(self._library, function).restype = ctypes.c_void_p
        self._settings = ctypes.c_void_p(self._library.new_fluid_settings())
        self._set_number(b"synth.sample-rate", SAMPLE_RATE)
        for setting in (b"synth.reverb.active", b"synth.chorus.active"):
            self._set_count(setting, 0)
        self._set_count(b"synth.polyphony", _POLYPHONY)
        self._synth = ctypes.c_void_p(self._library.new_fluid_synth(self._settings))
        self._library.fluid_synth_sfload(self._synth, str(sound_font).encode(), 1)
        self._out = np.zeros((2, BLOCK_SIZE), np.float32)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._library.delete_fluid_synth(self._synth)
        self._library.delete_fluid_settings(self._settings)

    def handle(self, event: PlayerEvent) -> None:
        """Play what a keyboard would; what is not of keys is left out."""
        library, synth = self._library, self._synth
        if isinstance(event, NoteOn) and event.velocity > 0.0:
            velocity = unit_to_midi(event.velocity)
            library.fluid_synth_noteon(synth, event.part, round(event.pitch), velocity)
        elif isinstance(event, (NoteOn, NoteOff)) and event.pitch is not None:
            library.fluid_synth_noteoff(synth, event.part, round(event.pitch))
        elif isinstance(event, SustainPedal):
            value = 127 if event.is_down else 0
            library.fluid_synth_cc(synth, event.part, _SUSTAIN, value)

    def render(self, n_samples: int) -> None:
        """Render in blocks, and throw them away."""
        left, right = (ctypes.c_void_p(row.ctypes.data) for row in self._out)
        for _ in range(n_samples // BLOCK_SIZE):
            self._library.fluid_synth_write_float(self._synth, BLOCK_SIZE, left, 0, 1, right, 0, 1)

    def _set_number(self, name: bytes, value: float) -> None:
        self._library.fluid_settings_setnum(self._settings, name, ctypes.c_double(value))

    def _set_count(self, name: bytes, value: int) -> None:
        self._library.fluid_settings_setint(self._settings, name, value)


def fluid_notes_per_core(sound_font: Path, chord: Sequence[NoteOn], *, seconds: float) -> float:
    """Count the held notes that FluidSynth plays in time on one core."""
    with FluidSynth(sound_font) as fluid:
        for event in chord:
            fluid.handle(event)
        fluid.render(SAMPLE_RATE // 10)
        started = time.thread_time()
        fluid.render(round(seconds * SAMPLE_RATE))
        taken_s = time.thread_time() - started
    return rounded(len(chord) * seconds / taken_s)


def fluid_song_factor(sound_font: Path, song: Song) -> float:
    """Return how many times as fast as it sounds FluidSynth renders a song."""
    with FluidSynth(sound_font) as fluid:
        started = time.perf_counter()
        n_done = 0
        for sample, event in song.events:
            fluid.render(sample - n_done)
            n_done += (sample - n_done) // BLOCK_SIZE * BLOCK_SIZE
            fluid.handle(event)
        fluid.render(song.n_samples - n_done)
        taken_s = time.perf_counter() - started
    return rounded(song.n_samples / song.sample_rate / taken_s)
