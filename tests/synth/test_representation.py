"""The representation: sounds survive it; settings that cannot work are refused."""

from dataclasses import replace

import numpy as np
import pytest

from synth.errors import ConfigError
from synth.representation import (
    GANSYNTH,
    GANSYNTH_LINEAR,
    LIVE,
    WIDE,
    SpectrogramSpec,
    decode,
    encode,
    mel_matrices,
    to_magnitude_and_advance,
)

# What a plain accumulation must give back of a note at -20 dBFS, between its edges.
MINIMUM_SNR_DB = 40.0
OTHER = SpectrogramSpec(
    sample_rate=32_000, n_fft=1024, hop_length=256, n_frames=64, n_bins=512, front_padding=512
)


def harmonic_note(spec: SpectrogramSpec, f0_hz: float = 220.0) -> np.ndarray:
    """A decaying note of 19 harmonics, peak at -20 dBFS."""
    seconds = np.arange(spec.n_samples) / spec.sample_rate
    note = sum(np.sin(2 * np.pi * f0_hz * h * seconds + h) / h for h in range(1, 20))
    note = note * np.exp(-seconds)
    return 0.1 * note / np.abs(note).max()


def snr_db(expected: np.ndarray, actual: np.ndarray) -> float:
    return 10 * np.log10(np.sum(expected**2) / np.sum((expected - actual) ** 2))


@pytest.mark.parametrize(
    "spec", [LIVE, WIDE, GANSYNTH_LINEAR, OTHER], ids=["live", "wide", "gansynth", "other"]
)
def test_a_note_survives_the_linear_scale(spec: SpectrogramSpec) -> None:
    note = harmonic_note(spec)
    interior = slice(spec.n_fft, -2 * spec.n_fft)
    assert snr_db(note[interior], decode(encode(note, spec), spec)[interior]) > MINIMUM_SNR_DB


def test_the_mel_scale_keeps_the_level_and_the_pitch() -> None:
    # Its inverse is a projection, so the waveform differs; the paper pays this price too.
    note = harmonic_note(GANSYNTH, 440.0)
    decoded = decode(encode(note, GANSYNTH), GANSYNTH)
    spectra = [np.abs(np.fft.rfft(x[8000:24000] * np.hanning(16000))) for x in (note, decoded)]
    assert [s.argmax() for s in spectra] == [440, 440]
    assert spectra[1].max() == pytest.approx(spectra[0].max(), rel=0.15)


def test_a_full_scale_sine_peaks_at_a_quarter_of_the_window() -> None:
    tone = np.sin(2 * np.pi * 1000.0 * np.arange(LIVE.n_samples) / LIVE.sample_rate)
    magnitude, _ = to_magnitude_and_advance(encode(tone, LIVE), LIVE)
    assert magnitude[64].argmax() == 127  # bin b is FFT bin b + 1; 1000 Hz is FFT bin 128
    assert magnitude[64].max() == pytest.approx(LIVE.n_fft / 4, rel=1e-3)


def test_the_instantaneous_frequency_of_a_sine_is_its_own() -> None:
    frequency_hz = 1003.0
    tone = 0.5 * np.sin(2 * np.pi * frequency_hz * np.arange(LIVE.n_samples) / LIVE.sample_rate)
    _, advance = to_magnitude_and_advance(encode(tone, LIVE), LIVE)
    turns = frequency_hz * LIVE.hop_length / LIVE.sample_rate
    expected = 2 * np.pi * (turns - round(turns))
    assert advance[40:60, 127] == pytest.approx(expected, abs=1e-3)


def test_frame_j_is_centred_on_sample_j_hops() -> None:
    click = np.zeros(LIVE.n_samples)
    click[20 * LIVE.hop_length] = 1.0
    magnitude, _ = to_magnitude_and_advance(encode(click, LIVE), LIVE)
    assert magnitude.sum(axis=1).argmax() == 20


def test_both_bandwidths_give_a_tone_one_level_and_silence_another():
    images = []
    for spec in (LIVE, WIDE):
        turns = 1000.0 * np.arange(spec.n_samples) / spec.sample_rate
        images.append(encode(0.3 * np.sin(2 * np.pi * turns), spec)[0, 64])
    live, wide = images
    assert wide.max() == pytest.approx(live.max(), abs=1e-3)
    assert wide.argmax() == live.argmax()  # bins are as wide
    assert WIDE.silence == pytest.approx(LIVE.silence, abs=1e-3)


@pytest.mark.parametrize("spec", [LIVE, WIDE, GANSYNTH, GANSYNTH_LINEAR])
def test_silence_is_the_floor_and_decodes_to_silence(spec: SpectrogramSpec) -> None:
    image = encode(np.zeros(spec.n_samples), spec)
    assert image.shape == spec.shape
    np.testing.assert_allclose(image[0], max(spec.silence, -1.0), atol=2e-4)
    assert np.abs(decode(image, spec)).max() < 10 ** (-60 / 20)


def test_gansynths_floor_is_minus_four_fifths() -> None:
    # The published constants map ln(1e-6) to -0.8: a margin below silence.
    assert pytest.approx(-0.8, abs=1e-6) == GANSYNTH.silence


def test_short_audio_is_filled_and_long_audio_cut() -> None:
    note = harmonic_note(LIVE)
    long = np.concatenate([note, np.ones(5000)])
    np.testing.assert_array_equal(encode(note, LIVE), encode(long, LIVE))
    assert encode(note[:100], LIVE).shape == LIVE.shape


def test_every_linear_bin_reaches_the_mel_scale() -> None:
    to_mel, to_linear = mel_matrices(GANSYNTH)
    assert (to_mel[1:-1].sum(axis=1) > 0).all()
    assert to_mel.shape == to_linear.T.shape == (1024, 1024)


def test_a_spec_survives_its_dictionary() -> None:
    assert SpectrogramSpec.from_dict(GANSYNTH.to_dict()) == GANSYNTH


@pytest.mark.parametrize(
    "changes",
    [
        {"n_fft": 1000},
        {"hop_length": 600},
        {"n_bins": 512},
        {"scale": "bark"},
        {"if_format": "phase"},
        {"front_padding": -1},
        {"n_frames": 0},
    ],
)
def test_settings_that_do_not_fit_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        replace(LIVE, **changes)


def test_unknown_keys_and_wrong_shapes_are_refused() -> None:
    with pytest.raises(ConfigError, match="overlap"):
        SpectrogramSpec.from_dict(LIVE.to_dict() | {"overlap": 0.75})
    with pytest.raises(ConfigError, match="mono"):
        encode(np.zeros((2, 100)), LIVE)
    with pytest.raises(ConfigError, match="shape"):
        to_magnitude_and_advance(np.zeros((2, 128, 1024)), LIVE)


def test_the_gate_silences_what_lies_little_above_the_floor_and_nothing_else() -> None:
    image = encode(harmonic_note(LIVE), LIVE)
    image[0] += 0.02  # a generator's silence: 1 dB above the floor
    plain, _ = to_magnitude_and_advance(image, LIVE)
    gated, _ = to_magnitude_and_advance(image, LIVE, gate=2.0)
    loud = plain > 1.0
    np.testing.assert_allclose(gated[loud], plain[loud], rtol=1e-4)
    assert np.mean(plain == 0.0) < 0.01
    assert np.mean(gated == 0.0) > 0.5


def test_nothing_is_louder_than_a_recording_can_be() -> None:
    image = encode(harmonic_note(LIVE), LIVE)
    loudest, far_beyond = image.copy(), image.copy()
    loudest[0] = 1.0
    far_beyond[0] = 4.55  # as a timbre far from all that was learned came out of the generator
    expected, _ = to_magnitude_and_advance(loudest, LIVE)
    magnitude, _ = to_magnitude_and_advance(far_beyond, LIVE)
    np.testing.assert_array_equal(magnitude, expected)
    assert magnitude.max() == pytest.approx(LIVE.n_fft / 4, rel=0.01)  # a full-scale sine's
