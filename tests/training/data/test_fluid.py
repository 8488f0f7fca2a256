import sys

import numpy as np
import pytest

from synth.errors import ConfigError, DeviceError, InputFileError
from training.data.fluid import NoteTiming, SoundFont, decimate, remove_offset

TONE, LASTING, ULTRASONIC = 0, 19, 40
SAMPLE_RATE = 16_000


@pytest.fixture
def sines(sines_sf2):
    with SoundFont(sines_sf2, NoteTiming(), 1.0) as soundfont:
        yield soundfont


def spectrum_db(audio, frequency_hz):
    """Level of a partial in dB of full scale, through a Hann window."""
    window = np.hanning(audio.size)
    turns = np.exp(-2j * np.pi * frequency_hz * np.arange(audio.size) / SAMPLE_RATE)
    return 20 * np.log10(2 * abs(np.sum(audio * window * turns)) / window.sum() + 1e-12)


def frequency_hz(audio):
    """Frequency of a sine, from the phase between its two halves."""
    spectra = [np.fft.rfft(half * np.hanning(half.size)) for half in np.split(audio, 2)]
    peak = np.argmax(abs(spectra[0]))
    n_half = audio.size // 2
    turns = np.angle(spectra[1][peak] / spectra[0][peak]) / (2 * np.pi)
    return (peak + (turns + 0.5) % 1 - 0.5) * SAMPLE_RATE / n_half


def test_twice_the_rate_is_the_same_note(sines_sf2):
    tones = []
    for timing in (NoteTiming(), NoteTiming(sample_rate=2 * SAMPLE_RATE)):
        with SoundFont(sines_sf2, timing, 1.0) as soundfont:
            tones.append(soundfont.note(0, TONE, 69, 100))
    narrow, wide = tones
    assert len(wide) == 2 * len(narrow)
    held, every_other = narrow[4_000:40_000], wide[8_000:80_000:2]
    assert abs(1200 * np.log2(frequency_hz(every_other) / frequency_hz(held))) < 0.1  # cents
    assert np.std(every_other) == pytest.approx(np.std(held), rel=1e-3)


def test_a_rate_that_fluidsynth_cannot_render_is_refused():
    with pytest.raises(ConfigError, match="32000"):
        NoteTiming(sample_rate=44_100)


@pytest.mark.parametrize(("pitch", "expected_hz"), [(69, 440.0), (57, 220.0), (96, 2093.005)])
def test_a_note_has_the_frequency_of_its_pitch(sines, pitch, expected_hz):
    held = sines.note(0, TONE, pitch, 100)[8_000:40_000]

    assert abs(1200 * np.log2(frequency_hz(held) / expected_hz)) < 0.5  # cents


def test_a_note_is_as_long_as_nsynths(sines):
    audio = sines.note(0, TONE, 69, 100)

    assert (64_000,) == audio.shape
    assert np.float32 == audio.dtype


def test_a_note_starts_at_the_first_sample(sines):
    audio = sines.note(0, TONE, 69, 127)

    period = SAMPLE_RATE // 440 + 1
    assert np.abs(audio[:period]).max() > 0.5 * np.abs(audio).max()


def test_the_key_is_let_go_after_the_hold(sines):
    audio = sines.note(0, TONE, 69, 127)

    assert np.abs(audio[47_900:48_000]).max() > 0.9 * np.abs(audio).max()
    # The SoundFont's default release is 1 ms; FluidSynth's shortest is a few.
    assert np.abs(audio[49_600:]).max() < 1e-4


def test_a_note_is_the_same_whatever_was_played_before(sines, sines_sf2):
    first = sines.note(0, LASTING, 60, 100)
    for program, pitch in ((LASTING, 90), (TONE, 30), (LASTING, 61)):
        sines.note(0, program, pitch, 127)
        assert np.array_equal(first, sines.note(0, LASTING, 60, 100))

    with SoundFont(sines_sf2, NoteTiming(), 1.0) as fresh:
        assert np.array_equal(first, fresh.note(0, LASTING, 60, 100))


def test_what_lies_above_nyquist_does_not_fold_back(sines):
    octave_lower = sines.note(0, ULTRASONIC, 57, 127)[8_000:40_000]
    above = sines.note(0, ULTRASONIC, 69, 127)[8_000:40_000]

    # FluidSynth's interpolation leaves images at -60 dB; rendered at 16 kHz, the tone itself folds.
    assert spectrum_db(octave_lower, 5_000) > -20
    assert spectrum_db(above, SAMPLE_RATE - 10_000) < spectrum_db(octave_lower, 5_000) - 50
    assert np.abs(above).max() < 1e-3


def test_level_is_proportional_to_gain(sines, sines_sf2):
    with SoundFont(sines_sf2, NoteTiming(), 4.0) as loud:
        expected = 4 * sines.note(0, TONE, 69, 100)
        assert np.abs(expected).max() > 0.5
        np.testing.assert_allclose(loud.note(0, TONE, 69, 100), expected, atol=1e-6)


def test_presets_are_found_by_program(sines):
    assert "Lasting" == sines.preset_name(0, LASTING)
    assert sines.preset_name(0, 1) is None


def test_decimation_keeps_what_the_new_rate_can_hold():
    seconds = np.arange(48_000) / 48_000
    tone = np.sin(2 * np.pi * 7_200 * seconds).astype(np.float32)

    middle = decimate(tone, 3, 48_000)[4_000:12_000]

    assert abs(spectrum_db(middle, 7_200)) < 0.01


def test_decimation_removes_what_the_new_rate_cannot_hold():
    seconds = np.arange(48_000) / 48_000
    tone = np.sin(2 * np.pi * 8_050 * seconds).astype(np.float32)

    # Away from the ends: where a tone begins or ends it is wide.
    assert np.abs(decimate(tone, 3, 48_000)[4_000:12_000]).max() < 1e-4


def test_decimation_does_not_move_the_onset():
    click = np.zeros(48_000, np.float32)
    click[3_000] = 1

    assert 1_000 == np.argmax(np.abs(decimate(click, 3, 48_000)))


def test_the_end_of_a_note_does_not_reach_its_start():
    step = np.zeros(48_000, np.float32)
    step[24_000:] = 1

    assert np.abs(decimate(step, 3, 48_000)[:4_000]).max() < 1e-3


def test_an_offset_is_removed_and_the_lowest_key_kept():
    lowest_hz, offset = 27.5, 0.3
    seconds = np.arange(64_000) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * lowest_hz * seconds).astype(np.float32)

    settled = remove_offset(tone + np.float32(offset), SAMPLE_RATE)[-32_000:]  # 55 periods

    assert abs(settled.mean()) < 1e-3
    assert abs(spectrum_db(settled, lowest_hz)) < 0.5


def test_removing_the_offset_puts_nothing_before_the_onset():
    step = np.zeros(1_000, np.float32)
    step[500:] = 1

    filtered = remove_offset(step, SAMPLE_RATE)

    assert not filtered[:500].any()
    assert filtered[500] > 0.99


def test_a_missing_fluidsynth_says_what_to_install(sines_sf2, monkeypatch):
    monkeypatch.setitem(sys.modules, "fluidsynth", None)

    with pytest.raises(DeviceError, match="install libfluidsynth3"):
        SoundFont(sines_sf2, NoteTiming(), 1.0)


def test_a_soundfont_without_its_second_half_is_refused(sines_sf2, tmp_path):
    half = tmp_path / "half.sf2"
    content = sines_sf2.read_bytes()
    half.write_bytes(content[: len(content) // 2])

    with pytest.raises(InputFileError, match=r"half\.sf2 cannot be loaded"):
        SoundFont(half, NoteTiming(), 1.0)


@pytest.mark.parametrize(
    "timing", [{"hold_s": 0.0}, {"release_s": -1.0}, {"sample_rate": 0}, {"hold_s": 0.0001}]
)
def test_impossible_timing_is_refused(timing):
    with pytest.raises(ConfigError):
        NoteTiming(**timing)
