import numpy as np
import pytest

from synth.config import EngineConfig
from synth.frames import NoteFrames, pack
from synth.realtime import queue
from synth.realtime.finish import Finisher
from synth.realtime.renderer import Renderer
from synth.representation import LIVE, encode, to_magnitude_and_advance

SAMPLE_RATE = 48_000
N_ONSET_FRAMES = 8
ONSET_S = 6 * 512 / 16_000  # what eight frames complete
PITCH_HZ = 220.0
SIDE = np.sqrt(0.5)  # gain of a side for what is panned to the middle

# Levels of three harmonics in each slot.
TIMBRES = ((0.2, 0.0, 0.1), (0.1, 0.15, 0.0), (0.05, 0.05, 0.05), (0.0, 0.2, 0.0))


@pytest.fixture(scope="module")
def frames():
    times = np.arange(LIVE.n_samples) / LIVE.sample_rate
    packed = []
    for levels in TIMBRES:
        audio = sum(
            level * np.sin(2 * np.pi * PITCH_HZ * (n + 1) * times) for n, level in enumerate(levels)
        )
        packed.append(pack(*to_magnitude_and_advance(encode(audio, LIVE), LIVE)))
    return packed


@pytest.fixture
def pool(frames):
    pool = NoteFrames.allocate(
        n_slots=len(frames),
        n_frames=LIVE.n_frames,
        n_bins=LIVE.n_linear_bins,
        n_fft=LIVE.n_fft,
        hop_length=LIVE.hop_length,
        n_onset_frames=N_ONSET_FRAMES,
    )
    finisher = Finisher(
        n_fft=LIVE.n_fft,
        hop_length=LIVE.hop_length,
        n_frames=LIVE.n_frames,
        n_onset_frames=N_ONSET_FRAMES,
        sample_rate=LIVE.sample_rate,
    )
    for slot, note in enumerate(frames):
        pool.clear(slot)
        pool.write(slot, 0, note)
        finisher.finish_onset(pool, slot)
        finisher.plan_sustain(pool, slot)
    pool.n_ready[:] = LIVE.n_frames
    return pool


@pytest.fixture
def make_renderer(pool):
    def make(**values):
        return Renderer(
            pool,
            EngineConfig(**values),
            sample_rate=SAMPLE_RATE,
            model_rate=LIVE.sample_rate,
            hop_length=LIVE.hop_length,
        )

    return make


@pytest.fixture
def renderer(make_renderer):
    return make_renderer()


def start(renderer, slot, **values):
    values = {"part": 0, "key": 60.0, "ratio": 1 / 3, "value": 1.0} | values
    assert renderer.send(queue.START, slot=slot, **values)


def rendered(renderer, seconds, block_size=64):
    out = np.full((round(seconds * SAMPLE_RATE / 64) * 64, 2), np.nan, np.float32)
    for first in range(0, len(out), block_size):
        renderer.render(out[first : first + block_size])
    assert np.isfinite(out).all()
    return out[:, 0] / SIDE


def harmonics(signal):
    """Levels of the three harmonics."""
    window = np.hanning(len(signal))
    times = np.arange(len(signal)) / SAMPLE_RATE
    turns = [np.exp(-2j * np.pi * PITCH_HZ * (n + 1) * times) for n in range(3)]
    return [2 * abs((signal * window * turn).sum()) / window.sum() for turn in turns]


def test_a_note_goes_on_behind_its_onset_without_a_seam(renderer):
    start(renderer, 0)
    out = rendered(renderer, 2.0)
    steepest = sum(
        2 * np.pi * PITCH_HZ * (n + 1) * level / SAMPLE_RATE for n, level in enumerate(TIMBRES[0])
    )
    assert np.abs(np.diff(out[4800:])).max() < 1.05 * steepest
    for second in (0.05, ONSET_S - 0.05, ONSET_S + 0.1, 1.0, 1.7):
        first = round(second * SAMPLE_RATE)
        # 0.5 dB: packing, locking and the window of the measure together.
        assert harmonics(out[first : first + 9600])[0] == pytest.approx(0.2, rel=0.06)
    assert renderer.counters().n_held_frames == 0


def test_a_note_sounds_for_as_long_as_its_key_is_held(renderer):
    start(renderer, 0)
    rendered(renderer, 10.0, 4096)
    levels = harmonics(rendered(renderer, 1.0))
    np.testing.assert_allclose(levels, TIMBRES[0], atol=0.02)


def test_late_is_never_silence(pool, renderer):
    pool.n_ready[0] = N_ONSET_FRAMES
    start(renderer, 0)
    out = rendered(renderer, 1.0)
    assert renderer.counters().n_held_frames > 10
    assert harmonics(out[-9600:])[0] == pytest.approx(0.2, rel=0.06)
    pool.n_ready[0] = LIVE.n_frames
    n_held = renderer.counters().n_held_frames
    out = rendered(renderer, 1.0)
    assert renderer.counters().n_held_frames <= n_held + 1
    assert harmonics(out[-9600:])[0] == pytest.approx(0.2, rel=0.06)


def test_pitch_can_leave_the_trained_range(renderer):
    start(renderer, 0, ratio=2 / 3)
    out = rendered(renderer, 1.0)[9600:]
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    assert np.argmax(spectrum) * SAMPLE_RATE / len(out) == pytest.approx(2 * PITCH_HZ, abs=2.0)


def test_a_held_note_crosses_to_another_timbre_and_returns_the_old_slot(renderer):
    start(renderer, 0, serial=9)
    rendered(renderer, 1.0)
    renderer.send(queue.MORPH, serial=9, slot=1, value=0.2)
    across = rendered(renderer, 0.5)
    assert list(renderer.take_returned()) == [(9, 0)]
    np.testing.assert_allclose(harmonics(rendered(renderer, 0.5)), TIMBRES[1], atol=0.012)
    # No dip on the way: the sum of the harmonics' powers stays between those of both ends.
    for first in range(0, len(across) - 4800, 2400):
        power = np.sum(np.square(harmonics(across[first : first + 4800])))
        assert 0.5 * sum(np.square(TIMBRES[1])) < power < 1.2 * sum(np.square(TIMBRES[0]))


def test_a_crossing_waits_for_its_frames_and_the_latest_target_wins(pool, renderer):
    pool.n_ready[[1, 2]] = N_ONSET_FRAMES
    start(renderer, 0, serial=9)
    rendered(renderer, 0.5)
    renderer.send(queue.MORPH, serial=9, slot=1, value=0.1)
    np.testing.assert_allclose(harmonics(rendered(renderer, 0.5)), TIMBRES[0], atol=0.012)
    renderer.send(queue.MORPH, serial=9, slot=2, value=0.1)
    rendered(renderer, 0.1)
    assert list(renderer.take_returned()) == [(9, 1)]
    pool.n_ready[2] = LIVE.n_frames
    rendered(renderer, 0.4)
    assert list(renderer.take_returned()) == [(9, 0)]
    np.testing.assert_allclose(harmonics(rendered(renderer, 0.5)), TIMBRES[2], atol=0.012)


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.5])
def test_a_note_that_ends_while_it_crosses_returns_all_its_slots(pool, renderer, seconds):
    pool.n_ready[2] = N_ONSET_FRAMES
    start(renderer, 0, serial=9)
    rendered(renderer, seconds)
    renderer.send(queue.MORPH, serial=9, slot=1, value=5.0)
    rendered(renderer, 0.2)
    renderer.send(queue.MORPH, serial=9, slot=2, value=5.0)
    renderer.send(queue.SILENCE_ALL, part=-1)
    rendered(renderer, 0.1)
    slots = sorted(slot for _, slot in renderer.take_returned())
    assert slots == [0, 1, 2]


def test_a_timbre_for_a_note_that_has_ended_comes_back_at_once(renderer):
    renderer.send(queue.MORPH, serial=77, slot=3, value=0.1)
    rendered(renderer, 0.01)
    assert list(renderer.take_returned()) == [(77, 3)]


def test_hops_of_a_chord_are_spread(make_renderer):
    renderer = make_renderer(n_voices=16)
    for key in range(16):
        start(renderer, key % 4, key=float(key))
    out = np.zeros((64, 2), np.float32)
    counts = [0]
    for _ in range(1500):
        renderer.render(out)
        counts.append(renderer.counters().n_hops)
    per_block = np.diff(counts)
    # 16 voices need two hops in three blocks; all of them fall due at the same sample.
    assert per_block[200:].mean() == pytest.approx(16 * 64 / 3 / 512, rel=0.1)
    assert per_block.max() <= 2


def test_a_voice_is_never_without_samples_at_any_pitch_and_block_size(make_renderer):
    renders = []
    for block_size in (64, 4096, 37):
        renderer = make_renderer()
        start(renderer, 0, ratio=8.0)
        start(renderer, 1, ratio=0.01, key=61.0)
        start(renderer, 2, ratio=1 / 3, key=62.0)
        renders.append(rendered(renderer, 1.0, block_size))
    for other in renders[1:]:
        n_same = min(len(other), len(renders[0]))
        np.testing.assert_allclose(other[:n_same], renders[0][:n_same], atol=1e-5)
