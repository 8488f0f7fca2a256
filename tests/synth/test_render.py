"""Songs become files: every event on its sample, the tail complete, the same bytes each time."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from synth.adapters.midi_file import Song
from synth.control.channels import Ear
from synth.errors import InputFileError
from synth.events import AllNotesOff, Event, NoteOff, NoteOn, SustainPedal
from synth.render import BLOCK_SIZE, MAX_TAIL_S, note_song, render_song

SAMPLE_RATE = 8_000


class Clicks:
    """An engine whose every event is a click on its sample, and whose notes ring for a while."""

    sample_rate = float(SAMPLE_RATE)

    def __init__(self, tail: int = 0, latency_samples: int = 0) -> None:
        self.latency_samples = latency_samples
        self._tail = tail
        self._clock = 0
        self._clicks: list[int] = []
        self.events: list[Event] = []
        self.end = 0

    @property
    def n_voices(self) -> int:
        return int(self._clock < self.end)

    def ears(self, channel: int) -> tuple[Ear, ...]:
        return (Ear(part=channel, keys=(0, 127), velocities=(1, 127)),)

    def handle(self, event: Event, sample_offset: int = 0, source: object = None) -> None:
        assert 0 <= sample_offset < BLOCK_SIZE
        self.events.append(event)
        if isinstance(event, NoteOn):
            self._clicks.append(self._clock + sample_offset + self.latency_samples)
        if isinstance(event, NoteOff | AllNotesOff):
            self.end = max(self.end, self._clock + sample_offset + self._tail)

    def process(self, out: NDArray[np.float32]) -> None:
        out[:] = 0.0
        for click in self._clicks:
            if 0 <= click - self._clock < len(out):
                out[click - self._clock] = 0.5
        self._clock += len(out)


def strike(*samples: int, n_samples: int | None = None) -> Song:
    events = tuple((sample, NoteOn(pitch=60.0, velocity=1.0)) for sample in samples)
    return Song(
        events=events,
        n_samples=max(samples) if n_samples is None else n_samples,
        sample_rate=SAMPLE_RATE,
    )


@pytest.mark.parametrize("latency", [0, 7, BLOCK_SIZE, BLOCK_SIZE + 9])
def test_every_note_lands_on_its_sample(tmp_path: Path, latency: int) -> None:
    samples = [0, 1, BLOCK_SIZE - 1, BLOCK_SIZE, 5_000]
    engine = Clicks(latency_samples=latency)
    render_song(engine, engine, strike(*samples), tmp_path / "a.wav")
    audio, _ = soundfile.read(tmp_path / "a.wav")
    assert samples == np.flatnonzero(audio[:, 0] > 0.4).tolist()


def test_the_file_holds_the_song_and_its_tail_and_little_more(tmp_path: Path) -> None:
    engine = Clicks(tail=3_000)
    rendered = render_song(engine, engine, strike(0, n_samples=10_000), tmp_path / "a.wav")
    assert 13_000 <= rendered.n_samples < 13_000 + BLOCK_SIZE
    assert 0.5 == rendered.peak
    assert rendered.n_samples == soundfile.info(tmp_path / "a.wav").frames


def test_a_note_that_never_ends_is_cut_off_somewhere(tmp_path: Path) -> None:
    engine = Clicks(tail=10**9)
    rendered = render_song(engine, engine, strike(0), tmp_path / "a.wav")
    assert rendered.seconds == pytest.approx(MAX_TAIL_S, abs=0.2)


def test_what_a_song_forgets_is_let_go_at_its_end(tmp_path: Path) -> None:
    engine = Clicks()
    render_song(engine, engine, strike(0, n_samples=4_000), tmp_path / "a.wav")
    pedals = [event.part for event in engine.events if isinstance(event, SustainPedal)]
    assert list(range(16)) == pedals
    assert AllNotesOff() == engine.events[-1]


def test_an_empty_song_is_a_short_silence(tmp_path: Path) -> None:
    engine = Clicks()
    song = Song(events=(), n_samples=0, sample_rate=SAMPLE_RATE)
    assert 0 < render_song(engine, engine, song, tmp_path / "a.wav").n_samples <= BLOCK_SIZE


def test_the_same_song_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        engine = Clicks(tail=100)
        render_song(engine, engine, strike(5, 2_000), tmp_path / name)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_a_note_is_held_for_its_seconds() -> None:
    song = note_song(60.0, 0.5, 1.5, SAMPLE_RATE)
    assert (
        (0, NoteOn(pitch=60.0, velocity=0.5)),
        (12_000, NoteOff(pitch=60.0)),
    ) == song.events


def test_an_unwritable_place_is_refused_before_anything_is_rendered(tmp_path: Path) -> None:
    engine = Clicks()
    with pytest.raises(InputFileError, match="cannot write"):
        render_song(engine, engine, strike(0), tmp_path / "nowhere" / "a.wav")
    assert not engine.events


def test_progress_runs_to_the_end(tmp_path: Path) -> None:
    told: list[float] = []
    engine = Clicks()
    render_song(engine, engine, strike(20_000), tmp_path / "a.wav", progress=told.append)
    assert told == sorted(told)
    assert 1.0 == told[-1]
