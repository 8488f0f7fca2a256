import librosa
import pytest

from synth import units


@pytest.mark.parametrize("pitch", [0.0, 21.0, 60.5, 69.0, 108.0, 127.0])
def test_pitches_agree_with_librosa(pitch):
    assert units.pitch_to_hz(pitch) == pytest.approx(librosa.midi_to_hz(pitch))
    assert units.hz_to_pitch(units.pitch_to_hz(pitch)) == pytest.approx(pitch)


def test_concert_pitch_moves_everything():
    assert units.pitch_to_hz(69, a4_hz=442.0) == pytest.approx(442.0)
    assert units.hz_to_pitch(442.0, a4_hz=442.0) == pytest.approx(69.0)


def test_an_octave_doubles_and_a_fifth_is_nearly_three_halves():
    assert units.semitones_to_ratio(12) == 2.0
    assert units.ratio_to_semitones(1.5) == pytest.approx(7.01955, abs=1e-5)
    assert units.semitones_to_cents(0.5) == 50.0


def test_decibels_agree_with_librosa_and_have_a_floor():
    assert units.db_to_gain(-20.0) == pytest.approx(0.1)
    assert units.gain_to_db(0.25) == pytest.approx(float(librosa.amplitude_to_db([0.25])[0]))
    assert units.gain_to_db(0.0) == -200.0


def test_milliseconds_and_samples():
    assert units.ms_to_samples(2.5, 48_000) == 120.0
    assert units.samples_to_ms(64, 48_000) == pytest.approx(1.3333, abs=1e-4)


@pytest.mark.parametrize("value", [0, 1, 64, 100, 127])
def test_seven_bit_values_survive_the_inside(value):
    assert units.unit_to_midi(units.midi_to_unit(value)) == value


def test_seven_bit_values_are_clipped():
    assert units.midi_to_unit(200) == 1.0
    assert units.unit_to_midi(-0.5) == 0
