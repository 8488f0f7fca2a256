import numpy as np
import pytest

from synth.config import EngineConfig
from synth.frames import NoteFrames
from synth.realtime import commands, limiter, queue, resample
from synth.realtime.renderer import Renderer

SAMPLE_RATE = 48_000
MODEL_RATE = 16_000
N_SLOTS = 12
MIDDLE = np.sqrt(0.5)  # gain of each side for what is panned to the middle


@pytest.fixture
def pool():
    """Slots whose whole sound is their onset: 4 s, a steady tone of 500 Hz times the slot."""
    pool = NoteFrames.allocate(
        n_slots=N_SLOTS, n_frames=132, n_bins=1024, n_fft=2048, hop_length=512, n_onset_frames=130
    )
    times = np.arange(pool.onset.shape[1]) / MODEL_RATE
    for slot in range(N_SLOTS):
        pool.onset[slot] = 0.1 * np.sin(2 * np.pi * 500 * slot * times)
    pool.onset[0] = 0.1
    pool.n_ready[:] = 132
    return pool


@pytest.fixture
def make_renderer(pool):
    def make(**values):
        values = {"n_voices": 4, "n_spare_voices": 4} | values
        return Renderer(
            pool,
            EngineConfig(**values),
            sample_rate=SAMPLE_RATE,
            model_rate=MODEL_RATE,
            hop_length=512,
        )

    return make


@pytest.fixture
def renderer(make_renderer):
    return make_renderer()


def start(renderer, slot, *, time=0, semitones=0.0, **values):
    ratio = MODEL_RATE / SAMPLE_RATE * 2 ** (semitones / 12)
    values = {"part": 0, "key": float(slot), "value": 1.0} | values
    assert renderer.send(queue.START, time=time, slot=slot, ratio=ratio, **values)


def rendered(renderer, n_samples, block_size=64):
    out = np.full((n_samples, 2), np.nan, np.float32)  # what is not written shows
    for first in range(0, n_samples, block_size):
        renderer.render(out[first : first + block_size])
    return out


def level_db(signal):
    return 10 * np.log10(np.mean(signal.astype(np.float64) ** 2) + 1e-30)


def frequency_hz(signal):
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(len(signal)), 64 * len(signal)))
    return np.argmax(spectrum) * SAMPLE_RATE / (64 * len(signal))


def test_without_notes_every_block_is_written_and_silent(renderer):
    for n_samples in (0, 1, 63, 64, 65, 1000):
        assert (rendered(renderer, n_samples, 1000) == 0.0).all()
    assert renderer.clock == 1193


def test_a_note_starts_at_its_sample_with_its_level(renderer):
    start(renderer, 0, time=777)
    out = rendered(renderer, 2048)
    assert (out[:777] == 0.0).all()
    assert out[777, 0] > 0.03  # the filter's own step response
    np.testing.assert_allclose(out[1200:], 0.1 * MIDDLE, rtol=2e-3)


def test_block_size_changes_nothing(make_renderer):
    renders = []
    for block_size in (64, 1, 333, 4096):
        renderer = make_renderer()
        start(renderer, 1, time=100)
        start(renderer, 2, time=500, semitones=3.3, part=1)
        renderer.send(queue.SET_PART, time=900, part=1, index=commands.BEND, value=2.0)
        renderer.send(queue.SET_PART, time=1100, part=0, index=commands.PAN, value=0.7)
        renderer.send(queue.SET_PART, time=1200, part=0, index=commands.VOLUME, value=0.3)
        renderer.send(queue.RELEASE, time=2000, part=0, key=1.0)
        renders.append(rendered(renderer, 4096, block_size))
    for other in renders[1:]:
        # -100 dB: a smoothed value counts as settled at slightly different samples.
        np.testing.assert_allclose(other, renders[0], atol=1e-5)


def test_same_commands_give_the_same_bits(make_renderer):
    renders = []
    for _ in range(2):
        renderer = make_renderer()
        for slot in range(8):
            start(renderer, slot, time=50 * slot, semitones=slot / 3)
        renders.append(rendered(renderer, 2000))
    assert (renders[0] == renders[1]).all()


@pytest.mark.parametrize("semitones", [-14.0, -0.37, 0.0, 5.5, 12.0, 19.0])
def test_pitch_is_a_ratio(renderer, semitones):
    start(renderer, 2, semitones=semitones)
    out = rendered(renderer, 24_000)[2400:, 0]
    assert frequency_hz(out) == pytest.approx(1000 * 2 ** (semitones / 12), rel=1e-4)


def test_bend_glides_without_a_click(renderer):
    start(renderer, 2)
    renderer.send(queue.SET_PART, time=4800, part=0, index=commands.BEND, value=2.0)
    out = rendered(renderer, 24_000)[:, 0]
    assert frequency_hz(out[12_000:]) == pytest.approx(1000 * 2 ** (2 / 12), rel=1e-4)
    steepest = 2 * np.pi * 1000 * 2 ** (2 / 12) / SAMPLE_RATE * 0.1 * MIDDLE
    assert np.abs(np.diff(out[200:])).max() < 1.01 * steepest


def test_volume_moves_without_zipper(renderer):
    start(renderer, 0)
    renderer.send(queue.SET_PART, time=1000, part=0, index=commands.VOLUME, value=0.0)
    out = rendered(renderer, 4000)[:, 0]
    assert abs(out[999] - 0.1 * MIDDLE) < 1e-3
    assert np.abs(np.diff(out[500:])).max() < 0.1 * MIDDLE / 200  # 5 ms are 240 samples
    assert out[-1] < 1e-4


def test_master_volume_scales_everything(renderer):
    start(renderer, 0)
    renderer.send(queue.SET_MASTER, value=0.5)
    np.testing.assert_allclose(rendered(renderer, 6000)[4000:], 0.05 * MIDDLE, rtol=2e-3)


def test_pan_is_equal_power(make_renderer):
    for pan in (-1.0, -0.4, 0.0, 1.0):
        renderer = make_renderer()
        renderer.send(queue.SET_PART, part=0, index=commands.PAN, value=pan)
        start(renderer, 0)
        left, right = rendered(renderer, 2000)[-1]
        assert np.hypot(left, right) == pytest.approx(0.1, rel=5e-3)
        assert np.arctan2(right, left) == pytest.approx((pan + 1) * np.pi / 4, abs=1e-4)


def test_expression_of_one_note_leaves_the_other(renderer):
    start(renderer, 2, note_id=5, key=60.0)
    start(renderer, 3, note_id=6, key=62.0)
    renderer.send(queue.EXPRESS, note_id=5, part=0, index=commands.NOTE_BEND, value=12.0)
    renderer.send(queue.EXPRESS, note_id=6, part=0, index=commands.NOTE_VOLUME, value=0.0)
    renderer.send(queue.EXPRESS, note_id=5, part=0, index=commands.NOTE_PAN, value=1.0)
    out = rendered(renderer, 24_000)[9600:]
    assert frequency_hz(out[:, 1]) == pytest.approx(2000, rel=1e-4)
    assert level_db(out[:, 0]) < -90
    spectrum = np.abs(np.fft.rfft(out[:, 1] * np.hanning(len(out))))
    assert spectrum[round(1500 * len(out) / SAMPLE_RATE)] < 1e-4 * spectrum.max()


def test_release_reaches_silence_within_its_time_and_the_slot_returns(renderer):
    renderer.send(queue.SET_PART, part=0, index=commands.RELEASE_S, value=0.05)
    start(renderer, 7, serial=41)
    renderer.send(queue.RELEASE, time=4800, part=0, key=7.0)
    out = rendered(renderer, 9600)
    assert level_db(out[4000:4800, 0]) > -30
    assert (out[4800 + 2400 :] == 0.0).all()
    assert list(renderer.take_returned()) == [(41, 7)]
    assert renderer.counters().n_voices == 0


def test_stealing_does_not_click(renderer):
    # Slow tones: a cut would be a jump far above the steepest slope of what plays.
    for n in range(12):
        start(renderer, 1, time=1000 * n, key=float(40 + n), value=0.5)
    out = rendered(renderer, 14_000)[:, 0]
    steepest = 4.2 * 2 * np.pi * 500 / SAMPLE_RATE * 0.05 * MIDDLE
    onsets = [1000 * n + offset for n in range(12) for offset in range(-2, 40)]
    jumps = np.abs(np.diff(out))
    jumps[[i for i in onsets if 0 <= i < len(jumps)]] = 0.0
    assert jumps.max() < steepest
    counters = renderer.counters()
    assert (counters.n_steals, counters.n_cuts, counters.n_voices) == (8, 0, 4)


def test_a_note_whose_frames_are_late_starts_with_its_first_sample(pool, renderer):
    pool.n_ready[3] = 0
    start(renderer, 3)
    assert (rendered(renderer, 640) == 0.0).all()
    pool.n_ready[3] = 8
    late = rendered(renderer, 640)
    start(renderer, 3, part=1)
    both = rendered(renderer, 640)
    assert np.abs(late).max() > 0.05
    assert np.abs(both).max() > np.abs(late).max()


def test_a_key_let_go_before_its_frames_came_still_sounds(pool, renderer):
    pool.n_ready[3] = 0
    start(renderer, 3)
    renderer.send(queue.RELEASE, time=960, part=0, key=3.0)
    rendered(renderer, 1920)
    pool.n_ready[3] = 8
    out = rendered(renderer, 9600)[:, 0]
    assert level_db(out[200:960]) > -30
    assert level_db(out[200:960]) - level_db(out[4800:5760]) > 20
    assert renderer.counters().n_voices == 0


def test_a_note_whose_frames_never_come_is_dropped_once_released(pool, renderer):
    pool.n_ready[3] = 0
    start(renderer, 3)
    rendered(renderer, 5 * SAMPLE_RATE, 4096)
    assert renderer.counters().n_voices == 1
    renderer.send(queue.RELEASE, part=0, key=3.0)
    rendered(renderer, 3 * SAMPLE_RATE, 4096)
    assert renderer.counters().n_dropped == 1
    assert [slot for _, slot in renderer.take_returned()] == [3]


@pytest.mark.parametrize("poison", [np.nan, np.inf, 1e30])
def test_a_broken_voice_is_reset_and_the_others_play_on(pool, make_renderer, poison):
    pool.onset[5, 2000:] = poison
    renderer, other = make_renderer(), make_renderer()
    start(renderer, 5, key=1.0)
    for each in (renderer, other):
        start(each, 2, key=2.0)
    out, expected = rendered(renderer, 12_000), rendered(other, 12_000)
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 1.0
    assert renderer.counters().n_non_finite == 1
    np.testing.assert_allclose(out[8000:], expected[8000:], atol=1e-6)
    assert 5 in [slot for _, slot in renderer.take_returned()]


def test_the_output_never_exceeds_full_scale(pool, renderer):
    pool.onset[:] *= 100.0
    for slot in range(1, 5):
        start(renderer, slot)
    out = rendered(renderer, 9600)
    assert 0.9 < np.abs(out).max() <= 1.0
    assert renderer.counters().n_limited > 0


def test_extreme_bends_stay_within_what_can_be_read(renderer):
    start(renderer, 2, semitones=19.0)
    for time, value in ((100, 500.0), (5000, -500.0), (9000, 0.0)):
        renderer.send(queue.SET_PART, time=time, part=0, index=commands.BEND, value=value)
    assert np.isfinite(rendered(renderer, 12_000)).all()


def test_slots_in_use_and_returned_are_all_slots(renderer):
    rng = np.random.default_rng(3)
    returned = []
    for n in range(200):
        start(renderer, n % N_SLOTS, key=float(rng.integers(0, 10)), part=int(rng.integers(0, 3)))
        if rng.random() < 0.5:
            renderer.send(queue.RELEASE, part=0, key=float(rng.integers(0, 10)))
        rendered(renderer, 256)
        returned += [slot for _, slot in renderer.take_returned()]
    renderer.send(queue.SILENCE_ALL, part=-1)
    rendered(renderer, 1024)
    returned += [slot for _, slot in renderer.take_returned()]
    assert sorted(returned) == sorted(n % N_SLOTS for n in range(200))
    assert renderer.counters().n_voices == 0


def test_reading_past_the_filters_reach_is_impossible():
    # The room for a voice's samples: what a quantum can consume, the filter's taps and two hops.
    assert resample.MAXIMUM_STEP * 64 + resample.N_TAPS < 4 * 512
    assert limiter.THRESHOLD < 1.0
