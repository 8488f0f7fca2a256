"""No wave of a held note is steeper than those of its beginning, and nothing pumps."""

import numpy as np
import pytest

from synth.realtime import ceiling

N_FFT, HOP_LENGTH = 256, 64
N_FRAMES = 8


@pytest.fixture
def head(make_heads):
    return make_heads()[0]


def test_the_ceiling_is_the_largest_step_heard(both_ways, head):
    for hop in ([0.0, 0.1, 0.3, 0.2], [0.2, 0.1, 0.15, 0.15]):
        ceiling.hear_hop(head, np.array(hop, np.float32))
    assert head.ceiling == pytest.approx(0.2)
    assert head.n_heard == 2


def test_a_ceiling_is_known_once_plan_and_hops_are_there(both_ways, head, plan):
    plan.n_reference = 5
    head.n_heard = 3  # what the next frame can change is played two hops later
    assert ceiling.is_known(head, plan, N_FRAMES, N_FRAMES)
    assert not ceiling.is_known(head, plan, N_FRAMES - 1, N_FRAMES)
    head.n_heard = 2
    assert not ceiling.is_known(head, plan, N_FRAMES, N_FRAMES)


def test_a_note_without_a_plan_has_no_ceiling(both_ways, head, plan):
    head.n_heard = 1000
    assert not ceiling.is_known(head, plan, N_FRAMES, N_FRAMES)


def test_a_frame_too_steep_is_turned_down_to_the_ceiling(both_ways, head):
    head.ceiling = 0.1
    assert ceiling.lower_gain(head, 0.09) == 0.0
    step = 0.12
    assert ceiling.lower_gain(head, step) < 0.0
    assert step * head.gain == pytest.approx(ceiling.HEADROOM * 0.1)


def test_a_note_that_goes_on_swelling_is_held_down_by_3_db_only(both_ways, head):
    head.ceiling = 0.1
    for _ in range(10):
        ceiling.lower_gain(head, 10.0)
    assert head.gain == ceiling.LOWEST


def test_the_gain_recovers_in_seconds(both_ways, head):
    head.gain = 0.8
    for _ in range(31):  # a second
        ceiling.raise_gain(head)
    assert 0.82 < head.gain < 0.85  # no more than 0.5 dB in a second
    for _ in range(620):
        ceiling.raise_gain(head)
    assert head.gain > 0.99


def test_samples_to_come_are_foreseen(both_ways):
    """Windows of a constant, added up to now: completed they are the constant."""
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)) ** 2 / 1.5
    overlap = np.zeros(N_FFT)
    for back in range(0, N_FFT, HOP_LENGTH):
        overlap[: N_FFT - back] += window[back:]
    n_foreseen = ceiling.foreseen(N_FFT)
    completed = overlap * ceiling.make_completion(N_FFT, HOP_LENGTH)
    assert n_foreseen > N_FFT // 2
    np.testing.assert_allclose(completed[:n_foreseen], 1.0, atol=1e-5)
    assert np.all(completed[n_foreseen:] == 0.0)
    assert overlap[:n_foreseen].min() > 0.5


def test_the_steepest_step_is_that_of_the_samples_to_come(both_ways):
    completion = ceiling.make_completion(N_FFT, HOP_LENGTH)
    overlap = np.zeros(N_FFT, np.float32)
    overlap[10] = 9.0  # in the hop that sounds next
    overlap[100] = 0.25
    overlap[250] = 9.0  # nobody knows yet
    found = ceiling.steepest_step(overlap, completion, HOP_LENGTH)
    assert found == pytest.approx(0.25 * completion[100])


def test_a_crossing_has_a_ceiling_of_its_own(both_ways, head):
    head.n_heard, head.ceiling = 70, 0.1
    ceiling.forget_ceiling(head)
    assert (head.n_heard, head.ceiling) == (0, 0.0)
