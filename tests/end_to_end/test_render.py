"""Songs from outside: many channels, pedals, odd resolutions and every pitch become a WAV file."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from synth.folders import demo_song

GANSYNTH = Path(sys.executable).with_name("gansynth")
TIMEOUT_S = 280
TAIL_S = 20.0

Timed = tuple[int, mido.Message]  # tick, message


def write_song(path: Path, tracks: Sequence[Sequence[Timed]], ticks: int, n_ticks: int) -> Path:
    """Write a file of type 1 that lasts n_ticks at 120 beats a minute."""
    file = mido.MidiFile(ticks_per_beat=ticks)
    for events in tracks:
        track = file.add_track()
        now = 0
        for tick, message in sorted(events, key=lambda pair: pair[0]):
            track.append(message.copy(time=tick - now))
            now = tick
        track.append(mido.MetaMessage("end_of_track", time=n_ticks - now))
    file.save(path)
    return path


def note(tick: int, length: int, pitch: int, channel: int, velocity: int = 90) -> list[Timed]:
    on = mido.Message("note_on", note=pitch, velocity=velocity, channel=channel)
    off = mido.Message("note_on", note=pitch, velocity=0, channel=channel)
    return [(tick, on), (tick + length, off)]


def crowded_song(path: Path) -> Path:
    """8 s on 16 channels at 10,080 ticks a quarter: overlaps, pedals, bends, every pitch."""
    ticks = 10_080
    tracks = []
    for channel in range(16):
        events: list[Timed] = []
        for n in range(7):
            pitch = (channel * 8 + n * 37) % 128
            tick = n * 2 * ticks + channel * 601
            events += note(tick, 3 * ticks, pitch, channel, 20 + 5 * channel)
            events += note(tick + ticks, ticks // 2, pitch, channel)  # over the same key
            pedal = mido.Message("control_change", control=64, channel=channel)
            events += [(tick, pedal.copy(value=127)), (tick + 2 * ticks - 1, pedal.copy(value=0))]
            bend = mido.Message("pitchwheel", channel=channel)
            events += [(tick, bend.copy(pitch=-8192)), (tick + ticks, bend.copy(pitch=8191))]
        tracks.append(events)
    return write_song(path, tracks, ticks, 16 * ticks)


def render(*words: str | Path) -> float:
    """Run `gansynth render` and return how long it took."""
    start = time.monotonic()
    finished = subprocess.run(
        [GANSYNTH, "render", *words], capture_output=True, text=True, check=False, timeout=TIMEOUT_S
    )
    assert 0 == finished.returncode, finished.stderr
    return time.monotonic() - start


def test_a_crowded_song_is_complete_finite_and_the_same_every_time(tmp_path: Path) -> None:
    song = crowded_song(tmp_path / "song.mid")
    for name in ("a.wav", "b.wav"):
        render(song, tmp_path / name)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    audio, sample_rate = soundfile.read(tmp_path / "a.wav")
    assert np.isfinite(audio).all()
    assert 0.05 < np.abs(audio).max() <= 1.0
    seconds = len(audio) / sample_rate
    assert 8.0 <= seconds <= 8.0 + TAIL_S
    loud = [
        np.abs(audio[n : n + sample_rate]).max() for n in range(0, 8 * sample_rate, sample_rate)
    ]
    assert min(loud) > 1e-3  # nothing fell silent on the way


def test_the_demo_renders_faster_than_it_sounds(tmp_path: Path) -> None:
    elapsed = render(demo_song(), tmp_path / "demo.wav", "--preset", "Grand Piano")
    info = soundfile.info(tmp_path / "demo.wav")
    assert info.frames / info.samplerate > mido.MidiFile(demo_song()).length
    # With the start of the program and an empty cache; a first start compiles, so warm that up.
    if elapsed > info.frames / info.samplerate:
        elapsed = render(demo_song(), tmp_path / "demo.wav", "--preset", "Grand Piano")
    assert elapsed < info.frames / info.samplerate


@pytest.mark.parametrize("sample_rate", ["44100", "16000"])
def test_a_song_keeps_its_length_at_every_rate(tmp_path: Path, sample_rate: str) -> None:
    song = write_song(tmp_path / "song.mid", [note(0, 480, 60, 0)], 480, 960)
    render(song, tmp_path / "a.wav", "--sample-rate", sample_rate, "--timbre", "seed:3")
    info = soundfile.info(tmp_path / "a.wav")
    assert int(sample_rate) == info.samplerate
    assert 1.0 <= info.frames / info.samplerate <= 1.0 + TAIL_S
