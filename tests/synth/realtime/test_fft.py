"""Our transform equals numpy's, both ways, for every power of two, and allocates nothing."""

import numpy as np
import pytest
from numba import njit

from synth.errors import ConfigError
from synth.realtime import fft
from synth.realtime.fft import inverse_real_fft, make_fft_tables, make_fft_work, real_fft

# float32 has 24 bits; log2(n) passes lose about half a bit each: -130 dB of the largest value.
TOLERANCE = 10 ** (-130 / 20)

ALL_LENGTHS = [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192]
INTERPRETED_LENGTHS = [8, 16, 64, 2048]  # strides of every branch, without numba


@pytest.fixture(params=["jitted", "python"])
def kernels(request, monkeypatch):
    """Both ways of running: compiled, and as the plain Python that coverage sees."""
    if request.param == "jitted":
        return inverse_real_fft, real_fft, ALL_LENGTHS
    for name in ("_pass", "_first_pass", "_last_pass_of_two", "inverse_complex_fft"):
        monkeypatch.setattr(fft, name, getattr(fft, name).py_func)
    return inverse_real_fft.py_func, real_fft.py_func, INTERPRETED_LENGTHS


def inverse(kernel, spectrum):
    n_fft = 2 * (len(spectrum) - 1)
    tables, work = make_fft_tables(n_fft), make_fft_work(n_fft)
    real, imaginary = spectrum.real.astype(np.float32), spectrum.imag.astype(np.float32)
    row = kernel(real, imaginary, tables.twiddles, tables.split, work)
    return np.stack([work[row], work[row + 1]], axis=1).ravel()


def forward(kernel, signal):
    n_fft = len(signal)
    tables, work = make_fft_tables(n_fft), make_fft_work(n_fft)
    real, imaginary = np.zeros((2, n_fft // 2 + 1), np.float32)
    kernel(signal, tables.twiddles, tables.split, work, real, imaginary)
    return real + 1j * imaginary


def random_signal(n_fft):
    return np.random.default_rng(n_fft).standard_normal(n_fft).astype(np.float32)


def test_the_inverse_equals_numpys_for_every_power_of_two(kernels):
    inverse_kernel, _, lengths = kernels
    for n_fft in lengths:
        signal = random_signal(n_fft)
        found = inverse(inverse_kernel, np.fft.rfft(signal)) / n_fft
        assert np.max(np.abs(found - signal)) <= TOLERANCE * np.max(np.abs(signal)), n_fft


def test_the_forward_transform_equals_numpys_for_every_power_of_two(kernels):
    _, forward_kernel, lengths = kernels
    for n_fft in lengths:
        signal = random_signal(n_fft)
        expected = np.fft.rfft(signal)
        found = forward(forward_kernel, signal)
        assert np.max(np.abs(found - expected)) <= TOLERANCE * np.max(np.abs(expected)), n_fft


def test_one_bin_becomes_one_cosine():
    n_fft, k = 2048, 5
    spectrum = np.zeros(n_fft // 2 + 1, complex)
    spectrum[k] = 0.5
    expected = np.cos(2 * np.pi * k * np.arange(n_fft) / n_fft)
    assert np.max(np.abs(inverse(inverse_real_fft, spectrum) - expected)) <= 1e-6


def test_dc_and_nyquist_come_through_alone():
    spectrum = np.zeros(9, complex)
    spectrum[0], spectrum[8] = 1.0, 2.0
    expected = 1.0 + 2.0 * np.array([1.0, -1.0] * 8)
    assert np.array_equal(inverse(inverse_real_fft, spectrum), expected.astype(np.float32))


@pytest.mark.parametrize("n_fft", [0, 4, 100, 2047])
def test_a_length_that_is_no_power_of_two_is_refused(n_fft):
    with pytest.raises(ConfigError, match="power of two"):
        make_fft_tables(n_fft)


@pytest.mark.parametrize("kernel", [inverse_real_fft, real_fft])
def test_the_transforms_allocate_nothing(kernel):
    if kernel is inverse_real_fft:
        inverse(kernel, np.zeros(9, complex))
    else:
        forward(kernel, np.zeros(16, np.float32))
    # Compiled afresh: code from numba's cache cannot be looked into.
    fresh = njit(kernel.signatures, error_model="numpy")(kernel.py_func)
    for code in fresh.inspect_llvm().values():
        assert "NRT_MemInfo_alloc" not in code
