"""Read a standard MIDI file into a song: events with their times in samples.

Times are computed in whole numbers (ticks x microseconds), so that a song of any length and any
resolution lands on the same samples every time. Source: Standard MIDI Files 1.0.
"""

import io
import itertools
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import mido
from mido.midifiles.meta import KeySignatureError

from synth.adapters.midi_messages import MidiInterpreter
from synth.errors import InputFileError
from synth.events import PlayerEvent, SelectProgram

_DEFAULT_TEMPO_US = 500_000  # a quarter, where the file names none: 120 beats a minute
_MAX_SONG_S = 24 * 3600  # a corrupt delta time can ask for years

# What mido raises on bytes that are no MIDI file (found by feeding it damaged ones).
_READ_ERRORS = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    struct.error,
    KeySignatureError,
)
_KEY_SIGNATURE = re.compile(rb"\xff\x59\x02..", re.DOTALL)
_C_MAJOR = b"\xff\x59\x02\x00\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Song:
    """A song in the time of one sample rate."""

    events: tuple[tuple[int, PlayerEvent], ...]  # (sample, event of a channel), in order
    n_samples: int  # from the start to the end of the longest track
    sample_rate: int  # Hz

    def without_programs(self) -> "Song":
        """Return the song without its program changes, for who has chosen a sound already."""
        kept = [(n, event) for n, event in self.events if not isinstance(event, SelectProgram)]
        return replace(self, events=tuple(kept))


def load_song(path: str | Path, sample_rate: int) -> Song:
    """Read a MIDI file of type 0 or 1.

    Args:
        path: the file.
        sample_rate: Hz, of the engine that will play it.

    Raises:
        InputFileError: the file is missing, is no MIDI file, or is longer than a day.
    """
    path = Path(path)
    file = _read(path)
    clock = _SampleClock(file.ticks_per_beat, sample_rate)
    limit = _MAX_SONG_S * sample_rate
    interpreter = MidiInterpreter()
    events: list[tuple[int, PlayerEvent]] = []
    for tick, message in _merge(file):
        sample = clock.sample_at(tick)
        if sample > limit:
            raise InputFileError(f"{path} lasts longer than a day; it looks damaged")
        if message.type == "set_tempo":
            clock.set_tempo(message.tempo)
        else:
            events += [(sample, event) for event in interpreter.events(message)]
    return Song(events=tuple(events), n_samples=clock.sample_at_last, sample_rate=sample_rate)


class _SampleClock:
    """Ticks to samples under changing tempo, exact in integers."""

    def __init__(self, division: int, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._tick = 0
        self._elapsed = 0  # in 1 / self._unit seconds
        if division > 0:
            # Ticks a quarter; a quarter lasts `tempo` microseconds.
            self._tempo = _DEFAULT_TEMPO_US
            self._unit = division * 1_000_000
            self._is_metrical = True
        else:
            # SMPTE: the high byte is minus the frame rate, the low byte ticks a frame. 29 means
            # 30000 / 1001 frames a second.
            rate, ticks = -(division >> 8), division & 0xFF
            self._tempo = 1001 if rate == 29 else 1000
            self._unit = (30 if rate == 29 else rate) * ticks * 1000
            self._is_metrical = False

    def sample_at(self, tick: int) -> int:
        """Move on to a tick and return its sample, rounded to the nearest."""
        self._elapsed += (tick - self._tick) * self._tempo
        self._tick = tick
        return self.sample_at_last

    @property
    def sample_at_last(self) -> int:
        """The sample of the latest tick."""
        return (self._elapsed * self._sample_rate + self._unit // 2) // self._unit

    def set_tempo(self, tempo_us: int) -> None:
        """Let a quarter last so many microseconds from here on; SMPTE time knows no tempo."""
        if self._is_metrical:
            self._tempo = tempo_us


def _read(path: Path) -> mido.MidiFile:
    try:
        data = path.read_bytes()
        try:
            file = _parse(data)
        except KeySignatureError:
            # Files with impossible keys are about; a key signature makes no sound.
            file = _parse(_KEY_SIGNATURE.sub(_C_MAJOR, data))
    except _READ_ERRORS as err:
        reason = (err.strerror if isinstance(err, OSError) else None) or str(err) or "it ends early"
        raise InputFileError(
            f"cannot read {path}: {reason}; expected a standard MIDI file (.mid)"
        ) from err
    if file.type not in (0, 1):
        raise InputFileError(f"{path} is a MIDI file of type {file.type}: expected type 0 or 1")
    if file.ticks_per_beat == 0 or (file.ticks_per_beat < 0 and not file.ticks_per_beat & 0xFF):
        raise InputFileError(f"{path} has a resolution of 0 ticks; it looks damaged")
    return file


def _parse(data: bytes) -> mido.MidiFile:
    # clip: data bytes above 127, as some old programs wrote, lose what they have too much.
    return mido.MidiFile(file=io.BytesIO(data), clip=True)


def _merge(file: mido.MidiFile) -> Iterator[tuple[int, mido.Message]]:
    """Walk all tracks by absolute tick; at one tick, in the order of the tracks."""
    timed = itertools.chain.from_iterable(
        zip(itertools.accumulate(message.time for message in track), track, strict=True)
        for track in file.tracks
    )
    return iter(sorted(timed, key=lambda pair: pair[0]))
