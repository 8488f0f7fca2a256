"""Onsets are made as the first frames ask for: sharp where these are loud, slow where not."""

import numpy as np
import pytest

from synth.errors import ConfigError
from synth.frames import NoteFrames, pack
from synth.realtime import decode, heads, onset
from synth.realtime.decode import Frames, make_decoder
from synth.realtime.onset import build_onset, make_onset_builder
from synth.representation import LIVE, stft
from training.metrics.sound import envelope, rise_time_s, start_s

RATE = LIVE.sample_rate
N_ONSET_FRAMES = 8


def struck(delay_s, decay_db_per_s=30.0, rise_s=0.001, hz=220.0):
    """Twelve partials that begin together and die away, the higher the faster."""
    time_s = np.arange(32_000) / RATE - delay_s
    rise = np.clip(time_s / rise_s, 0.0, 1.0)
    phases = np.random.default_rng(4).uniform(0, 2 * np.pi, 12)
    partials = [
        np.sin(2 * np.pi * k * hz * time_s + phases[k - 1])
        * 10 ** (-decay_db_per_s * (1 + 0.1 * k) * time_s / 20)
        / k
        for k in range(1, 13)
    ]
    return 0.2 * rise * sum(partials)


def as_generated(audio, noise=0.15):
    """Frames as a generator makes them: no phase to begin with, and errors of the frequency."""
    spectrum = stft(audio, LIVE)
    advance = np.zeros(spectrum.shape)
    advance[1:] = np.angle(spectrum[1:] * np.conj(spectrum[:-1]))
    rng = np.random.default_rng(2)
    advance += rng.normal(0.0, noise, advance.shape)
    advance[0] = rng.uniform(-np.pi, np.pi, len(advance[0]))
    return pack(np.abs(spectrum).astype(np.float32), advance.astype(np.float32))


def empty_pool():
    return NoteFrames.allocate(
        n_slots=1,
        n_frames=LIVE.n_frames,
        n_bins=LIVE.n_bins,
        n_fft=LIVE.n_fft,
        hop_length=LIVE.hop_length,
        n_onset_frames=N_ONSET_FRAMES,
    )


def build(audio):
    pool = empty_pool()
    pool.write(0, 0, as_generated(audio))
    builder = make_onset_builder(LIVE.n_fft, LIVE.hop_length, N_ONSET_FRAMES)
    build_onset(builder, pool, 0)
    return pool


def play(pool, n_hops):
    """The onset, and what a voice decodes behind it."""
    pool.n_ready[0] = LIVE.n_frames
    pool.plan["loop_last"] = -1
    frames = Frames(pool.magnitude, pool.frame_scale, pool.phase_advance, pool.plan, pool.n_ready)
    pair = np.zeros(2, heads.HEAD_DTYPE)
    heads.start_voice(pair, 0, N_ONSET_FRAMES)
    phase, overlap = pool.phase[0].copy(), pool.overlap[0].copy()
    decoder = make_decoder(LIVE.n_fft, LIVE.hop_length)
    hops = np.zeros((n_hops, LIVE.hop_length), np.float32)
    for hop in hops:
        decode.decode_voice_hop(pair, phase, overlap, frames, decoder, hop)
    return np.concatenate([pool.onset[0], hops.ravel()])


@pytest.mark.parametrize("delay_ms", [0.0, 1.5, 3.0, 6.0])
def test_a_struck_note_starts_when_the_original_does(delay_ms):
    original = struck(delay_ms / 1000)
    made = play(build(original), 10)
    assert abs(start_s(made, RATE) - start_s(original, RATE)) <= 0.005


@pytest.mark.parametrize("hz", [110.0, 220.0, 440.0, 880.0])
def test_a_struck_note_rises_as_fast_as_the_original(hz):
    original = struck(0.005, hz=hz)
    made = play(build(original), 10)
    # 3 ms: the resolution of the envelope, and half a step of the delays that are tried.
    assert rise_time_s(made, RATE) <= 2.0 * max(rise_time_s(original, RATE), 0.003)


def test_a_locked_start_without_it_would_be_ten_times_slower():
    """What the made onset is for: hops decoded from frame 0, phases locked, are smeared."""
    original = struck(0.005)
    pool = empty_pool()
    pool.write(0, 0, as_generated(original))
    pool.onset[:] = 0.0
    frames = Frames(pool.magnitude, pool.frame_scale, pool.phase_advance, pool.plan, pool.n_ready)
    pool.n_ready[0], pool.plan["loop_last"] = LIVE.n_frames, -1
    pair = np.zeros(2, heads.HEAD_DTYPE)
    heads.start_voice(pair, 0, 1)  # behind frame 0
    phase, overlap = np.zeros(LIVE.n_bins, np.int32), np.zeros(LIVE.n_fft, np.float32)
    decoder = make_decoder(LIVE.n_fft, LIVE.hop_length)
    hops = np.zeros((14, LIVE.hop_length), np.float32)
    for hop in hops:
        decode.decode_voice_hop(pair, phase, overlap, frames, decoder, hop)
    smeared = hops.ravel()[LIVE.hop_length :]  # frame 1 is centred on sample 512
    assert rise_time_s(smeared, RATE) > 10.0 * rise_time_s(original, RATE)


def test_nothing_sounds_before_the_note():
    made = play(build(struck(0.009)), 4)
    before = made[: round(0.002 * RATE)]
    assert np.max(np.abs(before)) < 0.01 * np.max(np.abs(made))


def test_a_blurred_first_frame_does_not_slow_the_attack():
    """A generator's first frames may be some decibels low; that alone is no slow attack."""
    original = struck(0.002)
    frames = as_generated(original)
    frames.frame_scale[:2] *= 10 ** (-5.0 / 20)
    pool = empty_pool()
    pool.write(0, 0, frames)
    build_onset(make_onset_builder(LIVE.n_fft, LIVE.hop_length, N_ONSET_FRAMES), pool, 0)
    assert rise_time_s(play(pool, 10), RATE) <= 2.0 * max(rise_time_s(original, RATE), 0.003)


@pytest.mark.parametrize("rise_s", [0.1, 0.25])
def test_a_slow_attack_stays_slow(rise_s):
    original = struck(0.0, decay_db_per_s=0.0, rise_s=rise_s)
    made = play(build(original), 30)
    ratio = rise_time_s(made, RATE) / rise_time_s(original, RATE)
    assert 0.6 < ratio < 1.5


def test_the_level_of_the_first_100_ms_is_the_originals():
    original = struck(0.005)
    made = play(build(original), 10)
    first, last = round(0.010 * RATE), round(0.1 * RATE)
    energy_db = [10 * np.log10(np.mean(x[first:last] ** 2)) for x in (made, original)]
    assert abs(energy_db[0] - energy_db[1]) < 1.5


def test_decoding_goes_on_behind_the_onset_without_a_seam():
    pool = build(struck(0.005, decay_db_per_s=3.0))
    audio = play(pool, 10)
    seam = pool.onset.shape[1]
    steps = np.abs(np.diff(audio))
    assert steps[seam - 2 : seam + 2].max() <= steps[1024 : seam - 2].max()
    level_db = 20 * np.log10(np.maximum(envelope(audio, RATE), 1e-6))
    assert np.ptp(level_db[seam - 400 : seam + 400]) <= np.ptp(level_db[2048 : seam - 400]) + 3.0


def test_an_onset_is_the_same_bits_every_time():
    audio = struck(0.005)
    first, second = build(audio), build(audio)
    assert np.array_equal(first.onset, second.onset)
    assert np.array_equal(first.overlap, second.overlap)
    assert np.array_equal(first.phase, second.phase)


def test_silence_has_a_silent_onset():
    pool = build(np.zeros(32_000))
    assert np.max(np.abs(pool.onset)) < 1e-6
    assert np.all(np.isfinite(pool.overlap))


def test_a_tile_too_short_for_an_onset_is_refused():
    with pytest.raises(ConfigError, match="makes no onset"):
        make_onset_builder(2048, 512, 3)


def test_a_tiny_onset_starts_at_its_delay(both_ways):
    n_fft, hop_length, n_frames = 64, 16, 6
    pool = NoteFrames.allocate(
        n_slots=1,
        n_frames=n_frames,
        n_bins=32,
        n_fft=n_fft,
        hop_length=hop_length,
        n_onset_frames=n_frames,
    )
    tone = np.sin(2 * np.pi * np.arange(200) / 8) * (np.arange(200) >= 8)
    padded = np.pad(tone, (n_fft // 2, n_fft))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    frames = [padded[j * hop_length :][:n_fft] * window for j in range(n_frames)]
    magnitude = np.abs(np.fft.rfft(frames, axis=1))[:, 1:].astype(np.float32)
    advance = np.full_like(magnitude, 2 * np.pi * hop_length / 8)
    pool.write(0, 0, pack(magnitude, advance))
    build_onset(make_onset_builder(n_fft, hop_length, n_frames), pool, 0)
    loud = np.abs(pool.onset[0]) > 0.3
    assert 2 <= np.argmax(loud) <= 12
    assert np.mean(pool.onset[0, 24:] ** 2) == pytest.approx(0.5, rel=0.3)


def test_building_allocates_nothing(compiled_text):
    build(struck(0.005))
    assert "NRT_MemInfo_alloc" not in compiled_text(onset._build_onset)
