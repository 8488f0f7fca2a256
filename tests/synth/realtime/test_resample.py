import numpy as np
import pytest

from synth.realtime import resample

FILTERS = resample.design_filters()
MODEL_RATE = 16_000


def resampled(model, step, n_out, block_size=64):
    samples = np.concatenate([np.zeros(resample.N_BEFORE), model]).astype(np.float32)
    samples = np.concatenate([samples, np.zeros(resample.N_TAPS, np.float32)])
    out = np.zeros(n_out, np.float32)
    read, fraction = resample.N_BEFORE, 0.0
    band = FILTERS[resample.choose_band(step)]
    for first in range(0, n_out, block_size):
        block = out[first : first + block_size]
        steps = np.full(len(block), step)
        read, fraction = resample.resample_block(samples, read, fraction, steps, band, block)
    return out


def tone(frequency_hz, n_samples, rate=MODEL_RATE):
    return np.sin(2 * np.pi * frequency_hz * np.arange(n_samples) / rate + 0.3)


def level_db_at(signal, frequency_hz, rate):
    window = np.blackman(len(signal))
    turns = np.exp(-2j * np.pi * frequency_hz * np.arange(len(signal)) / rate)
    return 20 * np.log10(2 * abs((signal * window * turns).sum()) / window.sum() + 1e-12)


@pytest.mark.parametrize("frequency_hz", [50.0, 1000.0, 3500.0, 6000.0, 7000.0])
def test_pass_band_is_flat_within_a_tenth_of_a_db(frequency_hz):
    out = resampled(tone(frequency_hz, 8000), 1 / 3, 20_000)
    assert abs(level_db_at(out[2000:18_000], frequency_hz, 48_000)) < 0.1


@pytest.mark.parametrize("frequency_hz", [300.0, 4000.0, 7000.0, 7400.0, 7900.0])
def test_images_are_60_db_below(frequency_hz):
    out = resampled(tone(frequency_hz, 8000), 1 / 3, 20_000)[2000:18_000]
    for image_hz in (MODEL_RATE - frequency_hz, MODEL_RATE + frequency_hz):
        assert level_db_at(out, image_hz, 48_000) < -60.0


def test_a_tone_keeps_its_wave_form_at_any_ratio():
    for step in (0.2717, 1 / 3, 0.36281, 0.9):
        out = resampled(tone(440.0, 4000), step, 3000)
        expected = np.sin(2 * np.pi * 440.0 * step * np.arange(3000) / MODEL_RATE + 0.3)
        # -74 dB: ripple of the pass band and interpolation of the table together.
        assert np.abs(out - expected)[200:].max() < 2e-4


def test_reading_fast_does_not_alias():
    # Two octaves up at 16 kHz: 5 kHz would come back from 20 kHz as 4 kHz.
    out = resampled(tone(5000.0, 16_000), 4.0, 3500)[500:3000]
    assert np.abs(out).max() < 10 ** (-55 / 20)


def test_bands_follow_the_step():
    assert [resample.choose_band(step) for step in (0.1, 1.0, 1.4, 2.0, 4.0, 8.0)] == [
        0, 0, 1, 2, 4, 6,
    ]  # fmt: skip


def test_block_size_changes_nothing():
    model = np.random.default_rng(1).standard_normal(2000)
    assert (resampled(model, 0.3391, 4000, 64) == resampled(model, 0.3391, 4000, 17)).all()


def test_not_a_number_is_not_hidden():
    model = np.full(200, np.nan)
    assert np.isnan(resampled(model, 1 / 3, 300)[150:]).all()
