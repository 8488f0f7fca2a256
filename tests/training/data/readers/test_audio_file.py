import struct

import numpy as np
import pytest
import soundfile

from synth.errors import InputFileError
from training.data.readers.audio_file import EmbeddedKey, read_audio, read_embedded_key

TONE = 0.5 * np.sin(2 * np.pi * 440 * np.arange(480) / 48_000)


def chunk(name, body):
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def smpl(pitch, fraction=0):
    return chunk(b"smpl", struct.pack("<9I", 0, 0, 20_833, pitch, fraction, 0, 0, 0, 0))


def inst(pitch, cents, velocities):
    return chunk(b"inst", struct.pack("<BbbBBBB", pitch, cents, 0, 0, 127, *velocities))


@pytest.fixture
def tagged(tmp_path):
    """Write a WAV file of one tone with more chunks behind it."""

    def write(*chunks):
        path = tmp_path / "tone.wav"
        soundfile.write(path, TONE, 48_000, subtype="PCM_16")
        body = path.read_bytes()[8:] + b"".join(chunks)
        path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
        return path

    return write


@pytest.mark.parametrize(
    ("subtype", "step"),
    [
        *(("PCM_U8", 1 / 128), ("PCM_16", 2**-15), ("PCM_24", 2**-23)),
        *(("PCM_32", 1e-7), ("FLOAT", 1e-7), ("DOUBLE", 1e-7)),
    ],
)
def test_any_number_of_bits_is_read(tmp_path, subtype, step):
    soundfile.write(tmp_path / "tone.wav", TONE, 48_000, subtype=subtype)

    audio, rate = read_audio(tmp_path / "tone.wav")

    assert 48_000 == rate
    np.testing.assert_allclose(audio, TONE, atol=step)


def test_bytes_of_a_file_are_read_as_well(tmp_path):
    soundfile.write(tmp_path / "tone.flac", TONE, 44_100)

    audio, rate = read_audio((tmp_path / "tone.flac").read_bytes())

    assert (480, 44_100) == (audio.size, rate)


def test_stereo_becomes_the_mean_of_its_channels(tmp_path):
    soundfile.write(tmp_path / "tone.wav", np.stack([TONE, 0 * TONE], 1), 48_000, "FLOAT")

    np.testing.assert_allclose(read_audio(tmp_path / "tone.wav")[0], TONE / 2, atol=1e-7)


def test_channels_that_cancel_each_other_are_not_lost(tmp_path):
    soundfile.write(tmp_path / "tone.wav", np.stack([TONE, -0.9 * TONE], 1), 48_000, "FLOAT")

    np.testing.assert_allclose(read_audio(tmp_path / "tone.wav")[0], TONE, atol=1e-7)


def test_what_is_no_sound_is_refused(tmp_path):
    (tmp_path / "tone.wav").write_bytes(b"RIFF nothing")

    with pytest.raises(InputFileError, match="cannot be read as sound"):
        read_audio(tmp_path / "tone.wav")


def test_a_sampler_s_chunk_tells_the_key_and_how_far_it_is_off(tagged):
    expected = EmbeddedKey(pitch=57, detune_cents=25.0, velocity=None)

    assert expected == read_embedded_key(tagged(smpl(57, 1 << 30)))


def test_an_instrument_s_chunk_tells_key_tuning_and_velocities(tagged):
    expected = EmbeddedKey(pitch=60, detune_cents=10.0, velocity=80)

    assert expected == read_embedded_key(tagged(chunk(b"cue ", b"odd"), inst(60, -10, (64, 96))))


def test_files_without_such_chunks_tell_nothing(tagged, tmp_path):
    (tmp_path / "cut.wav").write_bytes(tagged(smpl(57)).read_bytes()[:-20])

    assert read_embedded_key(tagged()) is None
    assert read_embedded_key(tmp_path / "cut.wav") is None
    assert read_embedded_key(tmp_path / "none.wav") is None
