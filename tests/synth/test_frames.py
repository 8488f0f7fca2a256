"""The pool holds a note within its bytes and gives back what was packed."""

import numpy as np
import pytest

from synth.errors import ConfigError
from synth.frames import NoteFrames, onset_hops, pack, unpack

LIVE = {"n_frames": 128, "n_bins": 1024, "n_fft": 2048, "hop_length": 512, "n_onset_frames": 8}


def random_frames(n_frames: int = 4, n_bins: int = 32) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    magnitude = np.exp(rng.normal(-3.0, 2.0, (n_frames, n_bins))).astype(np.float32)
    advance = rng.uniform(-40.0, 40.0, (n_frames, n_bins)).astype(np.float32)
    return magnitude, advance


def test_packed_magnitudes_are_within_half_a_step_of_96_db() -> None:
    magnitude, advance = random_frames()
    unpacked, _ = unpack(pack(magnitude, advance))
    step = magnitude.max(axis=1, keepdims=True) / 65535
    assert np.all(np.abs(unpacked - magnitude) <= 0.51 * step)


def test_packed_phase_advances_are_the_same_angles() -> None:
    magnitude, advance = random_frames()
    _, unpacked = unpack(pack(magnitude, advance))
    error = np.angle(np.exp(1j * (unpacked - advance)))
    assert np.max(np.abs(error)) <= 2 * np.pi / 65536


def test_half_a_turn_wraps_instead_of_overflowing() -> None:
    advance = np.array([[np.pi, -np.pi, 3 * np.pi]], np.float32)
    packed = pack(np.ones((1, 3), np.float32), advance)
    assert np.all(np.abs(packed.phase_advance.astype(int)) >= 32767)


def test_a_silent_frame_packs_to_silence() -> None:
    magnitude, _ = unpack(pack(np.zeros((2, 8), np.float32), np.zeros((2, 8), np.float32)))
    assert np.array_equal(magnitude, np.zeros((2, 8), np.float32))


def test_a_whole_note_takes_at_most_0_6_megabytes() -> None:
    assert NoteFrames.allocate(n_slots=1, **LIVE).bytes_per_slot <= 600_000


def test_the_first_tile_of_8_frames_completes_192_milliseconds() -> None:
    pool = NoteFrames.allocate(n_slots=2, **LIVE)
    assert pool.onset.shape == (2, 6 * 512)
    assert 6 * 512 / 16000 == 0.192


def test_a_first_tile_that_completes_no_audio_is_refused() -> None:
    with pytest.raises(ConfigError, match="completes no audio"):
        onset_hops(2, 2048, 512)


def test_a_pool_without_slots_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least 1 slot"):
        NoteFrames.allocate(n_slots=0, **LIVE)


def test_a_written_tile_lands_at_its_frames_and_is_not_published_by_itself() -> None:
    pool = NoteFrames.allocate(
        n_slots=2, n_frames=8, n_bins=32, n_fft=64, hop_length=16, n_onset_frames=4
    )
    frames = pack(*random_frames(n_frames=4))
    pool.write(1, 2, frames)
    assert np.array_equal(pool.magnitude[1, 2:6], frames.magnitude)
    assert not pool.magnitude[0].any()
    assert not pool.magnitude[1, :2].any()
    assert pool.n_ready[1] == 0


def test_a_cleared_slot_has_nothing_ready_and_no_plan() -> None:
    pool = NoteFrames.allocate(
        n_slots=1, n_frames=8, n_bins=32, n_fft=64, hop_length=16, n_onset_frames=4
    )
    pool.n_ready[0] = 8
    pool.plan["loop_last"][0] = 5
    pool.clear(0)
    assert pool.n_ready[0] == 0
    assert pool.plan["loop_last"][0] == -1


def test_digests_tell_frames_from_what_was_made_of_them() -> None:
    pool = NoteFrames.allocate(n_slots=2, **LIVE)
    before = pool.digests(1, 8)
    assert pool.digests(0, 8) == before
    pool.magnitude[1, 8, 0] = 1  # beyond
    pool.plan["loop_last"][1] = 7
    assert pool.digests(1, 8) == before
    pool.phase_advance[1, 7, 1023] += 1
    frames, made = pool.digests(1, 8)
    assert (frames != before[0], made == before[1]) == (True, True)
    pool.onset[1, 5] = 0.5
    assert pool.digests(1, 8)[1] != before[1]
    whole = pool.digests(1, 128)
    pool.plan["loop_last"][1] = 8
    assert pool.digests(1, 128)[1] != whole[1]
