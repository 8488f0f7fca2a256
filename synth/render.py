"""Render songs and single notes to WAV files, faster than they sound and the same every time.

The engine is offline: it waits for its worker's frames, so events and blocks alone decide the
samples.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from synth.adapters.midi_file import Song
from synth.control.channels import Channels, Hearing
from synth.events import N_PARTS, AllNotesOff, Event, NoteOff, NoteOn, PlayerEvent, SustainPedal
from synth.wav import SampleFormat, WavWriter

BLOCK_SIZE = 1024  # samples; the engine cuts it at every event, so its size is not heard
MAX_TAIL_S = 20.0  # the longest release, and some
N_CHANNELS = 2


class OfflineEngine(Protocol):
    """What rendering needs of the engine."""

    @property
    def sample_rate(self) -> float:
        """Hz."""

    @property
    def latency_samples(self) -> int:
        """Between an event and its sound."""

    @property
    def n_voices(self) -> int:
        """Notes that still sound."""

    def process(self, out: NDArray[np.float32]) -> None:
        """Fill [n_samples, 2]."""


class Playable(Hearing, Protocol):
    """What rendering needs of the player (`synth.control.player.Player`)."""

    def handle(self, event: PlayerEvent, sample_offset: int = 0, source: object = None) -> None:
        """Take an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What came out."""

    n_samples: int
    sample_rate: int  # Hz
    peak: float  # 0..1

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.n_samples / self.sample_rate


Progress = Callable[[float], None]  # 0..1 of the song


def note_song(pitch: float, velocity: float, seconds: float, sample_rate: int) -> Song:
    """Make a song of one note on part 1.

    Args:
        pitch: MIDI note number.
        velocity: 0..1.
        seconds: for which its key is held.
        sample_rate: Hz.
    """
    n_samples = round(seconds * sample_rate)
    return Song(
        events=(
            (0, NoteOn(pitch=pitch, velocity=velocity)),
            (n_samples, NoteOff(pitch=pitch)),
        ),
        n_samples=n_samples,
        sample_rate=sample_rate,
    )


def render_song(
    engine: OfflineEngine,
    player: Playable,
    song: Song,
    path: str | Path,
    *,
    sample_format: SampleFormat = "int16",
    progress: Progress | None = None,
) -> Rendered:
    """Render a song and what rings on after it.

    Args:
        engine: offline, at the song's sample rate, silent.
        player: of that engine.
        song: what to play.
        path: of the WAV file; it appears when it is complete.
        sample_format: of its samples.
        progress: is told how far it is.

    Raises:
        InputFileError: the file cannot be written.
    """
    assert round(engine.sample_rate) == song.sample_rate
    peak = 0.0
    with WavWriter(path, song.sample_rate, sample_format=sample_format) as file:
        n_skipped = engine.latency_samples
        for start, block in _blocks(engine, player, song):
            heard = block[n_skipped:]
            n_skipped -= len(block) - len(heard)
            if len(heard):
                peak = max(peak, float(np.abs(heard).max()))
                file.write(heard.T)
            if progress is not None:
                progress(min(1.0, start / max(1, song.n_samples)))
    return Rendered(n_samples=file.n_samples, sample_rate=song.sample_rate, peak=peak)


def measure_speed(engine: OfflineEngine, player: Playable, song: Song) -> float:
    """Render a song to nowhere; return how many times as fast as it sounds."""
    started_s = time.perf_counter()
    n_samples = sum(len(block) for _, block in _blocks(engine, player, song))
    return n_samples / song.sample_rate / (time.perf_counter() - started_s)


def _blocks(
    engine: OfflineEngine, player: Playable, song: Song
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Play a song to its end and until the last note has died away."""
    channels = Channels(player)
    out = np.zeros((BLOCK_SIZE, N_CHANNELS), np.float32)
    events = iter([*song.events, *_ending(song.n_samples)])
    pending = next(events, None)
    start = 0
    limit = song.n_samples + engine.latency_samples + round(MAX_TAIL_S * song.sample_rate)
    while start < limit:
        while pending is not None and pending[0] < start + BLOCK_SIZE:
            sample, event = pending
            for heard in channels.route(event):
                player.handle(heard, sample - start)
            pending = next(events, None)
        engine.process(out)
        start += BLOCK_SIZE
        yield start, out
        is_over = start >= song.n_samples + engine.latency_samples
        if pending is None and is_over and engine.n_voices == 0:
            return


def _ending(n_samples: int) -> Iterator[tuple[int, Event]]:
    """Let go of everything when the song is over: files forget note-offs and pedals."""
    for part in range(N_PARTS):
        yield n_samples, SustainPedal(is_down=False, part=part)
    yield n_samples, AllNotesOff()
