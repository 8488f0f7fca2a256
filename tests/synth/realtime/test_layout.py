import numpy as np

from synth.config import EngineConfig
from synth.frames import NoteFrames
from synth.realtime import layout, queue, resample
from synth.realtime.heads import NO_SLOT


def test_at_rest_nothing_sounds_and_gains_are_one(arrays):
    assert not arrays.voices["state"].any()
    assert (arrays.voices["serial"] == layout.NOBODY).all()
    assert (arrays.heads["slot"] == NO_SLOT).all()
    for field in ("volume", "expression", "gain", "sustain", "attack_step"):
        assert (arrays.parts[field] == 1.0).all(), field
    assert arrays.engine["master"] == arrays.engine["master_target"] == 1.0


def test_every_slot_fits_into_the_way_back(arrays):
    n_most = len(arrays.commands) + 3 * len(arrays.voices)
    assert len(arrays.retired) >= n_most
    assert len(arrays.retired) & (len(arrays.retired) - 1) == 0


def test_a_voice_has_room_for_what_it_needs_at_the_fastest_step(arrays):
    hop_length = arrays.geometry["hop_length"][0]
    n_needed = resample.N_TAPS + layout.QUANTUM * resample.MAXIMUM_STEP + 2 * hop_length
    assert arrays.samples.shape[1] >= n_needed


def test_records_lie_aligned_for_the_processor():
    for dtype in (
        layout.ENGINE_DTYPE,
        layout.VOICE_DTYPE,
        layout.PART_DTYPE,
        layout.CLOCK_DTYPE,
        queue.COMMAND_DTYPE,
    ):
        offsets = [offset for _, offset in dtype.fields.values()]
        assert all(offset % 8 == 0 for offset in offsets)


def test_counters_hold_more_than_a_day_and_than_a_century():
    # 32 bits of samples wrap after 24.8 hours at 48 kHz.
    counters = [
        *("clock", "n_steals", "n_cuts", "n_held_frames", "n_hops", "n_non_finite", "n_dropped"),
    ]
    for name in counters:
        assert layout.ENGINE_DTYPE[name] == np.int64
    assert layout.CLOCK_DTYPE["n_blocks"] == np.int64


def test_the_pools_frames_are_shared_and_not_copied():
    pool = NoteFrames.allocate(
        n_slots=2, n_frames=8, n_bins=32, n_fft=64, hop_length=16, n_onset_frames=4
    )
    arrays = layout.allocate_arrays(
        pool, config=EngineConfig(), sample_rate=48_000.0, model_rate=16_000.0, hop_length=16
    )
    pool.n_ready[1] = 5
    pool.magnitude[1, 2, 3] = 7
    assert arrays.n_ready[1] == 5
    assert arrays.magnitude[1, 2, 3] == 7
    assert arrays.geometry["n_onset_hops"] == 2
    assert arrays.geometry["n_onset_frames"] == 4


def test_constants_follow_from_times_and_the_sample_rate(arrays):
    # The fixture: 1000 samples per second, a fade of 10 ms, smoothing of 5 ms.
    assert arrays.engine["fade_step"] == 0.1
    np.testing.assert_allclose(arrays.engine["smoothing"], np.exp(-1 / 5))
