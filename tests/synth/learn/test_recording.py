"""Recordings of any WAV format become the samples that they were made of."""

import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from synth.errors import InputFileError
from synth.learn.recording import Recording, read_wav, resample, trim
from synth.wav import WavWriter

RATE = 44_100


def sine(hz: float, seconds: float, sample_rate: float) -> np.ndarray:
    time_s = np.arange(round(seconds * sample_rate)) / sample_rate
    return (0.5 * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)


def write_pcm(path: Path, audio: np.ndarray, n_bytes: int, n_channels: int = 1) -> None:
    words = np.rint(np.asarray(audio, np.float64) * (2.0 ** (8 * n_bytes - 1) - 1)).astype("<i4")
    raw = words.view(np.uint8).reshape(-1, 4)[:, :n_bytes]
    if n_bytes == 1:
        raw = raw + np.uint8(128)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(n_channels)
        file.setsampwidth(n_bytes)
        file.setframerate(RATE)
        file.writeframes(raw.tobytes())


@pytest.mark.parametrize("n_bytes", [1, 2, 3, 4])
def test_pcm_of_every_width_is_read_to_its_last_bit(tmp_path, n_bytes):
    audio = sine(440.0, 0.1, RATE)
    write_pcm(tmp_path / "a.wav", audio, n_bytes)
    read = read_wav(tmp_path / "a.wav")
    assert RATE == read.sample_rate
    # Full scale is 2^(bits - 1) when read and one less when written.
    np.testing.assert_allclose(read.audio, audio, atol=1.1 / 2 ** (8 * n_bytes - 1) + 1e-7)


def test_floats_of_two_channels_are_mixed_down(tmp_path):
    audio = sine(440.0, 0.1, RATE)
    with WavWriter(tmp_path / "a.wav", RATE, sample_format="float32") as file:
        file.write(np.stack([audio, 0.5 * audio]))
    np.testing.assert_allclose(read_wav(tmp_path / "a.wav").audio, 0.75 * audio, atol=1e-7)


def test_the_extensible_format_is_read(tmp_path):
    audio = sine(440.0, 0.05, RATE)
    data = np.rint(audio * 32767).astype("<i2").tobytes()
    header = struct.pack("<HHIIHH", 0xFFFE, 1, RATE, 2 * RATE, 2, 16)
    header += struct.pack("<HHI", 22, 16, 4) + struct.pack("<H", 1) + bytes(14)
    chunks = b"fmt " + struct.pack("<I", len(header)) + header
    chunks += b"data" + struct.pack("<I", len(data)) + data
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    np.testing.assert_allclose(read_wav(path).audio, audio, atol=1e-4)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"fLaC and so on", "no WAV file"),
        (b"RIFF\0\0\0\0WAVE", "without format"),
        (b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + bytes(16) + b"data\0\0\0\0", "channels"),
        (b"", "no WAV file"),
    ],
)
def test_what_is_no_recording_is_refused_in_one_line(tmp_path, content, reason):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=reason) as caught:
        read_wav(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputFileError, match=r"nothing\.wav"):
        read_wav(tmp_path / "nothing.wav")


def test_samples_that_are_no_numbers_are_refused(tmp_path):
    with WavWriter(tmp_path / "a.wav", RATE, n_channels=1, sample_format="float32") as file:
        file.write(np.full((1, 100), np.nan, np.float32))
    with pytest.raises(InputFileError, match="no numbers"):
        read_wav(tmp_path / "a.wav")


@pytest.mark.parametrize(("before", "after"), [(48_000, 16_000), (44_100, 16_000), (8_000, 32_000)])
def test_a_tone_stays_itself_at_another_rate(before, after):
    read = resample(Recording(audio=sine(1_000.0, 0.5, before), sample_rate=before), after)
    expected = sine(1_000.0, 0.5, after)[: len(read.audio)]
    assert len(read.audio) >= 0.49 * after
    inside = slice(after // 20, len(read.audio) - after // 20)
    # -70 dB of the tone.
    np.testing.assert_allclose(read.audio[inside], expected[inside], atol=1.6e-4)


def test_what_the_lower_rate_cannot_hold_is_taken_away():
    high = resample(Recording(audio=sine(9_000.0, 0.5, 48_000), sample_rate=48_000), 16_000)
    assert np.abs(high.audio[800:-800]).max() < 1e-3 * 0.5


def test_silence_around_a_note_is_cut_and_its_attack_kept():
    note = np.concatenate([np.zeros(4410), sine(440.0, 0.5, RATE), np.zeros(8820)])
    trimmed = trim(Recording(audio=note.astype(np.float32), sample_rate=RATE))
    assert abs(trimmed.seconds - 0.502) < 0.004


def test_silence_alone_is_refused():
    with pytest.raises(InputFileError, match="silent"):
        trim(Recording(audio=np.zeros(1000, np.float32), sample_rate=RATE), "a.wav")
