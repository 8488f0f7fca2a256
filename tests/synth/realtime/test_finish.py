import threading

import numpy as np
import pytest

from synth.frames import NoteFrames, pack
from synth.realtime.finish import Finisher
from synth.representation import LIVE, encode, to_magnitude_and_advance

N_ONSET_FRAMES = 8


@pytest.fixture
def pool():
    return NoteFrames.allocate(
        n_slots=4,
        n_frames=LIVE.n_frames,
        n_bins=LIVE.n_linear_bins,
        n_fft=LIVE.n_fft,
        hop_length=LIVE.hop_length,
        n_onset_frames=N_ONSET_FRAMES,
    )


@pytest.fixture
def finisher():
    finisher = Finisher(
        n_fft=LIVE.n_fft,
        hop_length=LIVE.hop_length,
        n_frames=LIVE.n_frames,
        n_onset_frames=N_ONSET_FRAMES,
        sample_rate=LIVE.sample_rate,
    )
    finisher.compile()
    return finisher


def write_tone(pool, slot, frequency_hz):
    times = np.arange(LIVE.n_samples) / LIVE.sample_rate
    audio = 0.3 * np.sin(2 * np.pi * frequency_hz * times)
    frames = pack(*to_magnitude_and_advance(encode(audio, LIVE), LIVE))
    pool.clear(slot)
    pool.write(slot, 0, frames)


def test_a_finished_note_has_its_onset_its_plan_and_its_frames(pool, finisher):
    write_tone(pool, 2, 440.0)
    finisher.finish_onset(pool, 2)
    finisher.plan_sustain(pool, 2)
    finisher.publish(pool, 2, LIVE.n_frames)
    assert pool.n_ready.tolist() == [0, 0, LIVE.n_frames, 0]
    assert 0 <= pool.plan["loop_first"][2] < pool.plan["loop_last"][2] < LIVE.n_frames
    spectrum = np.abs(np.fft.rfft(pool.onset[2] * np.hanning(pool.onset.shape[1])))
    found_hz = np.argmax(spectrum) * LIVE.sample_rate / pool.onset.shape[1]
    assert found_hz == pytest.approx(440.0, abs=LIVE.sample_rate / pool.onset.shape[1])
    assert np.abs(pool.onset[2]).max() == pytest.approx(0.3, rel=0.2)


def test_threads_do_not_disturb_each_other(pool, finisher):
    frequencies = (220.0, 330.0, 550.0, 770.0)
    for slot, frequency in enumerate(frequencies):
        write_tone(pool, slot, frequency)
    for slot in range(4):
        finisher.finish_onset(pool, slot)
    expected = pool.onset.copy()
    pool.onset[:] = 0.0

    def finish_many(slot):
        for _ in range(5):
            finisher.finish_onset(pool, slot)

    threads = [threading.Thread(target=finish_many, args=(slot,)) for slot in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (pool.onset == expected).all()
