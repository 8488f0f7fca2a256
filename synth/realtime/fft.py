"""A real FFT of our own and its inverse: any power of two, no allocation, no lock.

Library transforms take a mutex and allocate, so they cannot run in the callback. This one is
Stockham's self-sorting radix-4 transform (Van Loan, Computational Frameworks for the Fast Fourier
Transform, 1992, §1.7 and §2.4; one radix-2 pass where the length asks for it) on separate real and
imaginary arrays, whose loops become vector code, with all twiddles precomputed. The real transform
of length n_fft is a complex one of half the length and one extra pass (ibid., §4.3).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth.errors import ConfigError
from synth.realtime.kernel import REORDERED, realtime

Float32 = NDArray[np.float32]


class FftTables(NamedTuple):
    """Constants of one length.

    Attributes:
        twiddles: [2, n_twiddles] float32; cosines and sines of all radix-4 passes in turn.
        split: [2, n_fft / 2] float32; cosines and sines that part a real transform into even and
            odd samples.
    """

    twiddles: Float32
    split: Float32


def make_fft_tables(n_fft: int) -> FftTables:
    """Precompute the constants of one length.

    Args:
        n_fft: length of the real signal, a power of two of at least 8.

    Raises:
        ConfigError: n_fft is no such number.
    """
    if n_fft < 8 or n_fft & (n_fft - 1):
        raise ConfigError(f"n_fft is {n_fft}; it must be a power of two of at least 8")
    angles = []
    length = n_fft // 2
    while length >= 4:
        step = 2.0 * np.pi / length * np.arange(length // 4)
        angles += [step, 2.0 * step, 3.0 * step]
        length //= 4
    twiddles = np.concatenate(angles)
    split = 2.0 * np.pi / n_fft * np.arange(n_fft // 2)
    return FftTables(
        twiddles=np.stack([np.cos(twiddles), np.sin(twiddles)]).astype(np.float32),
        split=np.stack([np.cos(split), np.sin(split)]).astype(np.float32),
    )


def make_fft_work(n_fft: int) -> Float32:
    """Allocate the memory that a transform works in: [4, n_fft / 2] float32."""
    return np.zeros((4, n_fft // 2), np.float32)


@realtime(fastmath=REORDERED)
def inverse_real_fft(
    real: Float32, imaginary: Float32, twiddles: Float32, split: Float32, work: Float32
) -> int:
    """Transform half a spectrum into a real signal, times n_fft (no normalisation).

    The signal is left where the last pass writes it: its even samples in row r of `work`, its odd
    ones in row r + 1, where r is returned. Interleaving is left to whoever reads them anyway.

    Args:
        real: [n_fft / 2 + 1], from DC to Nyquist.
        imaginary: [n_fft / 2 + 1]; 0 at DC and Nyquist.
        twiddles: `FftTables.twiddles`.
        split: `FftTables.split`.
        work: [4, n_fft / 2], overwritten.

    Thread: any.
    """
    half = work.shape[1]
    even = work[0]
    odd = work[1]
    # Spectrum of even + i odd samples: E = X + X*, O = (X - X*) e^{2 pi i k / n_fft}, where X* is
    # the conjugate at half - k.
    for k in range(half):
        sum_real = real[k] + real[half - k]
        sum_imaginary = imaginary[k] - imaginary[half - k]
        difference_real = real[k] - real[half - k]
        difference_imaginary = imaginary[k] + imaginary[half - k]
        cosine = split[0, k]
        sine = split[1, k]
        even[k] = sum_real - (difference_real * sine + difference_imaginary * cosine)
        odd[k] = sum_imaginary + (difference_real * cosine - difference_imaginary * sine)
    return inverse_complex_fft(twiddles, work)


@realtime(fastmath=REORDERED)
def real_fft(
    signal: Float32,
    twiddles: Float32,
    split: Float32,
    work: Float32,
    real: Float32,
    imaginary: Float32,
) -> None:
    """Transform a real signal into half its spectrum.

    Args:
        signal: [n_fft].
        twiddles: `FftTables.twiddles`.
        split: `FftTables.split`.
        work: [4, n_fft / 2], overwritten.
        real: [n_fft / 2 + 1], written; from DC to Nyquist.
        imaginary: [n_fft / 2 + 1], written.

    Thread: any.
    """
    half = work.shape[1]
    # A forward transform is an inverse one with real and imaginary parts swapped, in and out.
    for i in range(half):
        work[1, i] = signal[2 * i]
        work[0, i] = signal[2 * i + 1]
    row = inverse_complex_fft(twiddles, work)
    packed_real = work[row + 1]
    packed_imaginary = work[row]
    real[0] = packed_real[0] + packed_imaginary[0]
    imaginary[0] = np.float32(0.0)
    real[half] = packed_real[0] - packed_imaginary[0]
    imaginary[half] = np.float32(0.0)
    for k in range(1, half):
        even_real = packed_real[k] + packed_real[half - k]
        even_imaginary = packed_imaginary[k] - packed_imaginary[half - k]
        odd_real = packed_imaginary[k] + packed_imaginary[half - k]
        odd_imaginary = packed_real[half - k] - packed_real[k]
        cosine = split[0, k]
        sine = split[1, k]
        real[k] = np.float32(0.5) * (even_real + odd_real * cosine + odd_imaginary * sine)
        imaginary[k] = np.float32(0.5) * (even_imaginary + odd_imaginary * cosine - odd_real * sine)


@realtime(fastmath=REORDERED)
def inverse_complex_fft(twiddles: Float32, work: Float32) -> int:
    """Transform rows 0 (real) and 1 (imaginary) of `work`; return the row of the result.

    Thread: any.
    """
    length = work.shape[1]
    row = 0
    stride = 1
    first = 0
    while length >= 4:
        x, y = row, 2 - row
        # The stride is spelled out where it is small, so that the inner loop has a known length:
        # 2 us for the whole transform of 1,024 instead of 4.
        if stride == 1:
            _first_pass(length, work[x], work[x + 1], work[y], work[y + 1], twiddles)
        elif stride == 4:
            _pass(length, 4, work[x], work[x + 1], work[y], work[y + 1], twiddles, first)
        elif stride == 16:
            _pass(length, 16, work[x], work[x + 1], work[y], work[y + 1], twiddles, first)
        elif stride == 64:
            _pass(length, 64, work[x], work[x + 1], work[y], work[y + 1], twiddles, first)
        else:
            _pass(length, stride, work[x], work[x + 1], work[y], work[y + 1], twiddles, first)
        row = y
        first += 3 * (length // 4)
        stride *= 4
        length //= 4
    if length == 2:
        _last_pass_of_two(stride, work[row], work[row + 1], work[2 - row], work[3 - row])
        row = 2 - row
    return row


@realtime(fastmath=REORDERED)
def _pass(
    length: int,
    stride: int,
    x_real: Float32,
    x_imaginary: Float32,
    y_real: Float32,
    y_imaginary: Float32,
    twiddles: Float32,
    first: int,
) -> None:
    quarter = length // 4
    for p in range(quarter):
        cos_1, sin_1 = twiddles[0, first + p], twiddles[1, first + p]
        cos_2, sin_2 = twiddles[0, first + quarter + p], twiddles[1, first + quarter + p]
        cos_3, sin_3 = twiddles[0, first + 2 * quarter + p], twiddles[1, first + 2 * quarter + p]
        in_0 = stride * p
        in_1 = stride * (p + quarter)
        in_2 = stride * (p + 2 * quarter)
        in_3 = stride * (p + 3 * quarter)
        out = 4 * stride * p
        for q in range(stride):
            sum_02_r = x_real[in_0 + q] + x_real[in_2 + q]
            sum_02_i = x_imaginary[in_0 + q] + x_imaginary[in_2 + q]
            dif_02_r = x_real[in_0 + q] - x_real[in_2 + q]
            dif_02_i = x_imaginary[in_0 + q] - x_imaginary[in_2 + q]
            sum_13_r = x_real[in_1 + q] + x_real[in_3 + q]
            sum_13_i = x_imaginary[in_1 + q] + x_imaginary[in_3 + q]
            dif_13_r = x_real[in_1 + q] - x_real[in_3 + q]
            dif_13_i = x_imaginary[in_1 + q] - x_imaginary[in_3 + q]
            y_real[out + q] = sum_02_r + sum_13_r
            y_imaginary[out + q] = sum_02_i + sum_13_i
            b_r, b_i = dif_02_r - dif_13_i, dif_02_i + dif_13_r
            y_real[out + stride + q] = b_r * cos_1 - b_i * sin_1
            y_imaginary[out + stride + q] = b_r * sin_1 + b_i * cos_1
            c_r, c_i = sum_02_r - sum_13_r, sum_02_i - sum_13_i
            y_real[out + 2 * stride + q] = c_r * cos_2 - c_i * sin_2
            y_imaginary[out + 2 * stride + q] = c_r * sin_2 + c_i * cos_2
            d_r, d_i = dif_02_r + dif_13_i, dif_02_i - dif_13_r
            y_real[out + 3 * stride + q] = d_r * cos_3 - d_i * sin_3
            y_imaginary[out + 3 * stride + q] = d_r * sin_3 + d_i * cos_3


@realtime(fastmath=REORDERED)
def _first_pass(
    length: int,
    x_real: Float32,
    x_imaginary: Float32,
    y_real: Float32,
    y_imaginary: Float32,
    twiddles: Float32,
) -> None:
    # `_pass` with stride 1, written as one loop: its vectors run along p.
    quarter = length // 4
    for p in range(quarter):
        sum_02_r = x_real[p] + x_real[p + 2 * quarter]
        sum_02_i = x_imaginary[p] + x_imaginary[p + 2 * quarter]
        dif_02_r = x_real[p] - x_real[p + 2 * quarter]
        dif_02_i = x_imaginary[p] - x_imaginary[p + 2 * quarter]
        sum_13_r = x_real[p + quarter] + x_real[p + 3 * quarter]
        sum_13_i = x_imaginary[p + quarter] + x_imaginary[p + 3 * quarter]
        dif_13_r = x_real[p + quarter] - x_real[p + 3 * quarter]
        dif_13_i = x_imaginary[p + quarter] - x_imaginary[p + 3 * quarter]
        y_real[4 * p] = sum_02_r + sum_13_r
        y_imaginary[4 * p] = sum_02_i + sum_13_i
        cosine, sine = twiddles[0, p], twiddles[1, p]
        b_r, b_i = dif_02_r - dif_13_i, dif_02_i + dif_13_r
        y_real[4 * p + 1] = b_r * cosine - b_i * sine
        y_imaginary[4 * p + 1] = b_r * sine + b_i * cosine
        cosine, sine = twiddles[0, quarter + p], twiddles[1, quarter + p]
        c_r, c_i = sum_02_r - sum_13_r, sum_02_i - sum_13_i
        y_real[4 * p + 2] = c_r * cosine - c_i * sine
        y_imaginary[4 * p + 2] = c_r * sine + c_i * cosine
        cosine, sine = twiddles[0, 2 * quarter + p], twiddles[1, 2 * quarter + p]
        d_r, d_i = dif_02_r + dif_13_i, dif_02_i - dif_13_r
        y_real[4 * p + 3] = d_r * cosine - d_i * sine
        y_imaginary[4 * p + 3] = d_r * sine + d_i * cosine


@realtime(fastmath=REORDERED)
def _last_pass_of_two(
    stride: int, x_real: Float32, x_imaginary: Float32, y_real: Float32, y_imaginary: Float32
) -> None:
    for q in range(stride):
        y_real[q] = x_real[q] + x_real[stride + q]
        y_imaginary[q] = x_imaginary[q] + x_imaginary[stride + q]
        y_real[stride + q] = x_real[q] - x_real[stride + q]
        y_imaginary[stride + q] = x_imaginary[q] - x_imaginary[stride + q]
