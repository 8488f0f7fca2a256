"""Songs: every note lands on its sample, whatever the resolution; bad files are one line."""

from pathlib import Path

import mido
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth.adapters.midi_file import load_song
from synth.errors import InputFileError
from synth.events import NoteOff, NoteOn, SustainPedal
from synth.folders import demo_song

SAMPLE_RATE = 48_000


def write(path: Path, *tracks: list[mido.Message], ticks: int = 480, type_: int = 1) -> Path:
    file = mido.MidiFile(type=type_, ticks_per_beat=ticks)
    file.tracks.extend(mido.MidiTrack(track) for track in tracks)
    file.save(path)
    return path


def note(pitch: int, time: int, velocity: int = 100, channel: int = 0) -> mido.Message:
    return mido.Message("note_on", note=pitch, velocity=velocity, time=time, channel=channel)


def end(time: int) -> mido.MetaMessage:
    return mido.MetaMessage("end_of_track", time=time)


@pytest.mark.parametrize("ticks", [1, 24, 96, 480, 960, 10_080, 32_767])
def test_a_quarter_is_half_a_second_at_every_resolution(tmp_path: Path, ticks: int) -> None:
    path = write(tmp_path / "a.mid", [note(60, 0), note(60, ticks, 0), end(ticks)], ticks=ticks)
    song = load_song(path, SAMPLE_RATE)
    assert [0, 24_000] == [sample for sample, _ in song.events]
    assert 48_000 == song.n_samples


def test_tempo_of_one_track_moves_the_notes_of_the_other(tmp_path: Path) -> None:
    tempo = [
        mido.MetaMessage("set_tempo", tempo=1_000_000, time=0),
        mido.MetaMessage("set_tempo", tempo=250_000, time=480),
        end(0),
    ]
    notes = [note(60, 480), note(61, 480), note(62, 480), end(0)]
    song = load_song(write(tmp_path / "a.mid", tempo, notes), SAMPLE_RATE)
    # 1 s for the first quarter, 0.25 s for each after it.
    assert [48_000, 60_000, 72_000] == [sample for sample, _ in song.events]


def test_a_long_song_does_not_drift(tmp_path: Path) -> None:
    # 10,001 notes, each 7 ticks of 10,080 at a tempo that is no round number of samples.
    track = [mido.MetaMessage("set_tempo", tempo=487_391), *(note(60, 7) for _ in range(10_001))]
    song = load_song(write(tmp_path / "a.mid", [*track, end(0)], ticks=10_080), SAMPLE_RATE)
    exact = 10_001 * 7 * 487_391 * SAMPLE_RATE / (10_080 * 1_000_000)
    assert song.events[-1][0] == pytest.approx(exact, abs=0.5)


def test_channels_are_parts_and_order_at_one_tick_is_kept(tmp_path: Path) -> None:
    first = [note(60, 0, channel=9), note(60, 480, 0, 9), end(0)]
    pedal = mido.Message("control_change", control=64, value=127, time=480, channel=15)
    second = [pedal, note(62, 0, channel=15), end(0)]
    song = load_song(write(tmp_path / "a.mid", first, second), SAMPLE_RATE)
    assert [
        NoteOn(pitch=60.0, velocity=100 / 127, part=9),
        NoteOff(pitch=60.0, velocity=64 / 127, part=9),
        SustainPedal(is_down=True, part=15),
        NoteOn(pitch=62.0, velocity=100 / 127, part=15),
    ] == [event for _, event in song.events]


def test_a_song_lasts_to_the_end_of_its_longest_track(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mid", [note(60, 0), end(480)], [end(960)])
    assert 48_000 == load_song(path, SAMPLE_RATE).n_samples


@pytest.mark.parametrize(("frames", "seconds"), [(25, 1.0), (30, 1.0), (29, 1.001)])
def test_film_time_counts_frames_and_not_beats(tmp_path: Path, frames: int, seconds: float) -> None:
    rate = 30 if frames == 29 else frames
    path = write(tmp_path / "a.mid", [note(60, rate * 40), end(0)])
    data = bytearray(path.read_bytes())
    data[12:14] = bytes([256 - frames, 40])
    path.write_bytes(bytes(data))
    assert round(seconds * SAMPLE_RATE) == load_song(path, SAMPLE_RATE).events[0][0]


def test_an_impossible_key_signature_silences_nothing(tmp_path: Path) -> None:
    key = mido.MetaMessage("key_signature", key="C")
    path = write(tmp_path / "a.mid", [key, note(60, 480), end(0)])
    path.write_bytes(path.read_bytes().replace(b"\xff\x59\x02\0\0", b"\xff\x59\x02\x0b\x07"))
    assert [24_000] == [sample for sample, _ in load_song(path, SAMPLE_RATE).events]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "expected a standard MIDI file"),
        (b"RIFF1234WAVEfmt ", "expected a standard MIDI file"),
        (b"MThd\0\0\0\6\0\1\0\1", "expected a standard MIDI file"),
        (b"MThd\0\0\0\6\0\1\0\1\0\0MTrk\0\0\0\4\0\xff\x2f\0", "0 ticks"),
        (b"MThd\0\0\0\6\0\2\0\1\0\x60MTrk\0\0\0\4\0\xff\x2f\0", "type 2"),
    ],
)
def test_what_is_no_song_is_refused_in_one_line(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "a.mid"
    path.write_bytes(data)
    with pytest.raises(InputFileError, match=message) as caught:
        load_song(path, SAMPLE_RATE)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_song_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="No such file"):
        load_song(tmp_path / "none.mid", SAMPLE_RATE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_song_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(demo_song().read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, min(len(whole), 300) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.mid"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        song = load_song(path, SAMPLE_RATE)
    except InputFileError:
        return
    samples = [sample for sample, _ in song.events]
    assert samples == sorted(samples)
