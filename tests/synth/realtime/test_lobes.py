"""Phases move at peaks, lobes follow them, and lean as the level changes."""

import numpy as np
import pytest

from synth.realtime import lobes

TURN = 2**32
HOP_LENGTH, N_FFT = 64, 256


def steps(turns):
    """Angles as int32 that wrap."""
    return (
        (np.round(np.asarray(turns) * TURN).astype(np.int64) % TURN)
        .astype(np.uint32)
        .view(np.int32)
    )


def turns(angles):
    return angles.astype(np.float64) / TURN


def lock(magnitude, advance, phase):
    phase = phase.copy()
    leans = np.zeros(len(phase), np.int32)
    marks = np.zeros((2, len(phase)), np.int32)
    lobes.lock_phases(np.float32(magnitude), advance, leans, marks, phase)
    return phase


def test_a_region_follows_its_peak(both_ways):
    magnitude = [1, 4, 2, 1, 3, 9, 3, 1]
    advance = steps([0.9, 0.25, 0.9, 0.9, 0.9, -0.125, 0.9, 0.9])
    phase = steps([0.3, 0.0, 0.3, 0.3, 0.3, 0.5, 0.3, 0.3])
    expected = steps([0.25] * 4 + [0.375] * 4)
    assert np.array_equal(expected, lock(magnitude, advance, phase))


PEAKS = [  # magnitudes, and the peak that each bin follows
    ([3, 1], [0, 0]),
    ([1, 3], [1, 1]),
    ([1, 3, 3, 1], [1, 1, 1, 1]),
    ([5, 4, 5, 4, 5], [0, 0, 2, 2, 4]),
    ([0, 0, 2, 2, 0, 1], [0, 0, 2, 2, 2, 5]),
]


@pytest.mark.parametrize(("magnitude", "expected"), PEAKS)
def test_a_valley_belongs_to_the_peak_below_it(both_ways, magnitude, expected):
    own = steps(np.arange(len(magnitude)) / 16)
    followed = turns(lock(magnitude, np.zeros(len(magnitude), np.int32), own)) * 16
    assert followed.tolist() == expected


def test_errors_of_the_frequency_beside_a_peak_change_nothing(both_ways):
    rng = np.random.default_rng(1)
    magnitude = np.hanning(17)
    noisy = steps(0.1 + 0.02 * rng.standard_normal(17))
    noisy[8] = steps(0.1)
    clean = lock(magnitude, steps(np.full(17, 0.1)), np.zeros(17, np.int32))
    assert np.array_equal(clean, lock(magnitude, noisy, np.zeros(17, np.int32)))


def test_phases_wrap_instead_of_overflowing(both_ways):
    phase = np.zeros(3, np.int32)
    for _ in range(10):
        phase = lock([1, 2, 1], steps([0.3, 0.3, 0.3]), phase)
    assert abs(turns(phase[1])) < 1e-8  # 3 whole turns


def test_silence_has_phases_too(both_ways):
    lock(np.zeros(5), np.zeros(5, np.int32), np.zeros(5, np.int32))


def test_plain_accumulation_moves_every_bin_by_itself(both_ways):
    phase = steps([0.125, 0.25, 0.5])
    lobes.accumulate_phases(steps([0.5, 0.25, 0.625]), phase)
    assert np.array_equal(steps([0.625, 0.5, 0.125]), phase)


def lean(before, after):
    n_bins = len(before)
    leans = np.zeros(n_bins, np.int32)
    slope = np.zeros(n_bins, np.float32)
    factor = lobes.lean_factor(N_FFT, HOP_LENGTH)
    lobes.lean_phases(np.float32(before), np.float32(after), factor, slope, leans)
    return turns(leans)


def test_a_steady_level_leaves_lobes_upright(both_ways):
    assert np.array_equal(np.zeros(4), lean([1, 2, 3, 0], [1, 2, 3, 0]))


@pytest.mark.parametrize("ln_per_hop", [-0.3, 0.15, 0.3])
def test_a_partial_that_grows_or_fades_leans_as_its_spectrum_does(both_ways, ln_per_hop):
    """The phase slope of a Hann-windowed exponential, against the one laid from magnitudes."""
    n = np.arange(N_FFT) - N_FFT / 2
    window = 0.5 + 0.5 * np.cos(2 * np.pi * n / N_FFT)
    k = 20
    partial = np.exp(ln_per_hop * n / HOP_LENGTH + 2j * np.pi * k * n / N_FFT)
    spectrum = np.fft.fft(np.fft.ifftshift(window * partial))
    true_slope = np.angle(spectrum[k + 1] / spectrum[k - 1]) / 2 / (2 * np.pi)
    magnitude = np.abs(spectrum[:64])
    leans = lean(magnitude * np.exp(-ln_per_hop), magnitude * np.exp(ln_per_hop))
    # What is laid is 1.4 times the slope of a steady exponential, which suits levels that bend.
    assert -leans[k] == pytest.approx(1.4 * true_slope, rel=0.2)


def test_a_sudden_change_leans_by_less_than_half_a_turn(both_ways):
    leans = lean([0.0, 1e9, 0.0], [1e9, 0.0, 1e9])
    assert np.all(np.abs(leans) < 0.5)


def test_the_kernels_allocate_nothing(compiled_text):
    lock([1, 2, 1], np.zeros(3, np.int32), np.zeros(3, np.int32))
    lean([1, 2], [2, 1])
    lobes.accumulate_phases(np.zeros(2, np.int32), np.zeros(2, np.int32))
    for kernel in (lobes.lock_phases, lobes.lean_phases, lobes.accumulate_phases):
        assert "NRT_MemInfo_alloc" not in compiled_text(kernel)
