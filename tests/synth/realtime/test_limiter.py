import numpy as np

from synth.realtime import limiter

LIMITER = np.dtype([("peak", np.float64), ("release_factor", np.float64), ("n_limited", np.int64)])
RATE = 48_000


def limited(left, right=None, block_size=64):
    record = np.zeros(1, LIMITER)
    record["release_factor"] = limiter.release_factor(RATE)
    mix = np.stack([left, left if right is None else right]).astype(np.float32)
    out = np.zeros((mix.shape[1], 2), np.float32)
    for first in range(0, len(out), block_size):
        last = first + block_size
        limiter.limit(record[0], np.ascontiguousarray(mix[:, first:last]), out[first:last])
    return out, record


def tone(gain, n_samples=RATE):
    return gain * np.sin(2 * np.pi * 440 * np.arange(n_samples) / RATE)


def test_what_is_below_the_threshold_is_not_touched():
    signal = tone(0.9).astype(np.float32)
    out, record = limited(signal)
    assert (out[:, 0] == signal).all()
    assert record["n_limited"] == 0


def test_nothing_exceeds_full_scale():
    noise = np.random.default_rng(2).standard_normal(RATE) * 30.0
    out, _ = limited(noise, noise[::-1])
    assert 0.9 < np.abs(out).max() <= limiter.THRESHOLD + 1e-6


def test_gain_has_no_step_where_limiting_begins():
    # A tone that swells through the threshold: no sample-to-sample jump above the input's own.
    swell = tone(1.0) * np.linspace(0.5, 3.0, RATE)
    out, _ = limited(swell)
    assert np.abs(np.diff(out[:, 0])).max() <= np.abs(np.diff(swell)).max()


def test_gain_recovers():
    loud_then_soft = np.concatenate([tone(4.0, 4800), tone(0.5, 2 * RATE)])
    out, _ = limited(loud_then_soft)
    np.testing.assert_allclose(out[-4800:, 0], loud_then_soft[-4800:], atol=1e-6)


def test_distortion_of_a_loud_tone_is_low():
    out, _ = limited(tone(2.0))
    spectrum = np.abs(np.fft.rfft(out[RATE // 2 :, 0] * np.hanning(RATE // 2)))
    fundamental = spectrum[215:225].max()
    spectrum[210:230] = 0.0
    assert spectrum.max() < fundamental * 10 ** (-45 / 20)


def test_both_channels_share_the_gain():
    out, _ = limited(tone(4.0), tone(0.4))
    np.testing.assert_allclose(out[100:, 1], 0.1 * out[100:, 0], atol=1e-6)


def test_what_is_no_number_becomes_silence():
    broken = tone(0.5, 256)
    broken[10], broken[20], broken[30] = np.nan, np.inf, -np.inf
    out, record = limited(broken)
    assert np.isfinite(out).all()
    assert (out[[10, 20, 30]] == 0.0).all()
    np.testing.assert_allclose(out[40:, 0], broken[40:], atol=1e-6)
    assert np.isfinite(record["peak"]).all()
