"""WAV files: readable by others, complete or absent."""

import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from synth.errors import ConfigError, InputFileError
from synth.wav import WavWriter

SAMPLE_RATE = 48_000
TONE = np.stack([np.sin(np.arange(1000) * 0.1), np.cos(np.arange(1000) * 0.05)]).astype(np.float32)


def test_another_reader_finds_the_samples_that_were_written(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    with WavWriter(path, SAMPLE_RATE) as out:
        out.write(TONE[:, :300])
        out.write(TONE[:, 300:])
    audio, sample_rate = soundfile.read(path)
    assert sample_rate == SAMPLE_RATE
    assert audio.shape == (1000, 2)
    # Half a step of 16 bits.
    np.testing.assert_allclose(TONE.T, audio * 32768 / 32767, atol=0.5 / 32767 + 1e-7)


def test_float_files_keep_every_bit(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    with WavWriter(path, SAMPLE_RATE, sample_format="float32") as out:
        out.write(TONE * 3.0)
    audio, _ = soundfile.read(path, dtype="float32")
    np.testing.assert_array_equal(TONE.T * 3.0, audio)


def test_full_scale_and_beyond_stay_inside_16_bits(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    with WavWriter(path, SAMPLE_RATE, n_channels=1) as out:
        out.write(np.array([[1.0, -1.0, 2.0, -2.0]], dtype=np.float32))
    with wave.open(str(path)) as reader:
        samples = np.frombuffer(reader.readframes(4), dtype="<i2")
    assert [32767, -32767, 32767, -32767] == samples.tolist()


def test_nothing_is_there_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    with WavWriter(path, SAMPLE_RATE) as out:
        out.write(TONE)
        assert not path.exists()
    assert [path] == list(tmp_path.iterdir())


def test_a_failure_leaves_the_older_file_and_no_part(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    path.write_bytes(b"older")

    def render() -> None:
        with WavWriter(path, SAMPLE_RATE) as out:
            out.write(TONE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        render()
    assert path.read_bytes() == b"older"
    assert [path] == list(tmp_path.iterdir())


def test_a_folder_that_is_missing_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"cannot write .*No such file") as caught:
        WavWriter(tmp_path / "nowhere" / "tone.wav", SAMPLE_RATE)
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="is a folder"):
        WavWriter(tmp_path, SAMPLE_RATE)


def test_blocks_of_another_shape_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="shape"), WavWriter(tmp_path / "a.wav", 8000) as out:
        out.write(np.zeros(8, np.float32))


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="int16 or float32"):
        WavWriter(tmp_path / "a.wav", 8000, sample_format="int24")  # type: ignore[arg-type]


def test_a_long_recording_can_be_opened_while_it_grows(tmp_path: Path) -> None:
    out = WavWriter(tmp_path / "long.wav", SAMPLE_RATE)
    second = np.zeros((2, SAMPLE_RATE), np.float32)
    for _ in range(7):
        out.write(second)
    (part,) = tmp_path.iterdir()
    with wave.open(str(part)) as reader:
        assert reader.getnframes() >= 5 * SAMPLE_RATE
    out.close()
