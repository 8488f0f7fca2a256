import numpy as np
import pytest

from synth.realtime import reverb

RATE = 48_000.0


@pytest.fixture
def room():
    record = np.zeros(1, reverb.REVERB_DTYPE)
    reverb.initialise_reverb(record, RATE)
    size = reverb.line_size(RATE)
    return (
        record[0],
        np.zeros((reverb.N_LINES, size), np.float32),
        np.zeros((reverb.N_DIFFUSERS, size), np.float32),
    )


def answer(room, sends, n_samples):
    out = np.zeros((2, n_samples), np.float32)
    padded = np.zeros((2, n_samples), np.float32)
    padded[:, : sends.shape[1]] = sends
    for first in range(0, n_samples, 64):
        block = slice(first, first + 64)
        reverb.add_reverb(*room, np.ascontiguousarray(padded[:, block]), out[:, block])
    return out


def click():
    sends = np.zeros((2, 64), np.float32)
    sends[:, 0] = 1.0
    return sends


def fallen_db(out, start_s, end_s):
    power = (out.astype(np.float64) ** 2).sum(axis=0)
    remaining = power[::-1].cumsum()[::-1]  # Schroeder's backward integral
    at = [remaining[round(moment * RATE)] for moment in (start_s, end_s)]
    return 10 * np.log10(at[1] / at[0])


@pytest.mark.parametrize("decay_s", [0.6, 2.0])
def test_it_falls_by_sixty_db_in_the_time_that_is_set(room, decay_s):
    reverb.set_size(room[0], decay_s, RATE)
    reverb.set_damping(room[0], 0.0)
    out = answer(room, click(), round(1.5 * decay_s * RATE) // 64 * 64)
    slope = fallen_db(out, 0.1, 0.1 + decay_s / 2) / (decay_s / 2)
    assert slope == pytest.approx(-60.0 / decay_s, rel=0.3)


def test_damping_takes_the_treble_first(room):
    reverb.set_damping(room[0], 1.0)
    dark = answer(room, click(), 19_200)[0, 9_600:]
    spectrum = np.abs(np.fft.rfft(dark)) ** 2
    assert spectrum[: len(spectrum) // 8].sum() > 100 * spectrum[len(spectrum) // 2 :].sum()


def test_left_and_right_are_not_alike(room):
    left, right = answer(room, click(), 9_600)
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.5


def test_an_idle_room_adds_nothing_and_goes_to_rest(room):
    assert (answer(room, np.zeros((2, 64), np.float32), 640) == 0.0).all()
    reverb.set_size(room[0], 0.2, RATE)
    answer(room, click(), 48_000)
    assert room[0]["is_awake"] == 0
    assert not room[1].any()


def test_what_is_no_number_does_not_stay(room):
    sends = click()
    sends[0, 3] = np.nan
    answer(room, sends, 64 * 80)
    assert room[0]["n_emptied"] >= 1
    assert np.isfinite(answer(room, click(), 6_400)).all()
