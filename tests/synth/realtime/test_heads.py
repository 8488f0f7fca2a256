"""Heads walk, hold, release and cross as the plan says."""

import numpy as np
import pytest

from synth.frames import N_BANDS, N_RELEASE_FRAMES
from synth.realtime import heads
from synth.realtime.heads import HELD, NO_SLOT

N_FRAMES = 8


def walk(head, plan, n_hops, n_ready=N_FRAMES):
    frames = []
    for _ in range(n_hops):
        heads.move_head(head, plan, n_ready, N_FRAMES)
        frames.append(int(head.frame))
    return frames


def gains_of(head, plan, n_ahead=2):
    gains = np.ones(N_BANDS, np.float32)
    heads.write_gains(head, plan, n_ahead, gains)
    return gains


def test_a_held_note_walks_back_and_forth(both_ways, make_heads, plan):
    head = make_heads()[0]  # at frame 3, the last of the onset
    assert walk(head, plan, 9) == [4, 5, 6, 5, 4, 3, 4, 5, 6]
    assert head.n_held == 6
    assert head.n_late == 0


def test_a_loop_of_one_frame_stands_still(both_ways, make_heads, plan):
    plan.loop_first = 6
    assert walk(make_heads()[0], plan, 5) == [4, 5, 6, 6, 6]


def test_a_late_frame_is_held_and_counted(both_ways, make_heads, plan):
    head = make_heads()[0]
    assert walk(head, plan, 4, n_ready=6) == [4, 5, 5, 5]
    assert head.n_late == 2
    assert head.before == 5
    assert walk(head, plan, 2) == [6, 5]


def test_without_a_plan_the_last_frame_is_held(both_ways, make_heads, plan):
    plan.loop_last = -1
    assert walk(make_heads()[0], plan, 6) == [4, 5, 6, 7, 7, 7]


def test_the_first_way_forwards_has_no_gain(both_ways, make_heads, plan):
    plan.decay, plan.offset = -1.0, 1.0
    head = make_heads()[0]
    walk(head, plan, 3)
    assert not heads.write_gains(head, plan, 2, np.ones(N_BANDS, np.float32))


def test_a_walk_takes_the_recorded_course_away_and_lays_the_decay_over_it(
    both_ways, make_heads, plan
):
    course = np.array([0.3, 0.2, 0.1, 0.0])  # louder further back, as a decaying sound is
    plan.level[:4] = course[:, None]
    plan.decay = -0.1
    head = make_heads()[0]
    walk(head, plan, 3)
    heard = []  # level of what is read, with its gain
    for _ in range(6):
        frame = walk(head, plan, 1)[0]
        heard.append(course[frame - 3] + np.log(gains_of(head, plan)[0]))
    assert heard == pytest.approx(-0.1 * np.arange(1, 7), abs=1e-5)


def test_the_mean_level_is_taken_on_during_the_first_way_back(both_ways, make_heads, plan):
    plan.offset = 0.6
    head = make_heads()[0]
    walk(head, plan, 3)
    levels = [np.log(gains_of(head, plan)[0]) for _ in range(5) if walk(head, plan, 1)]
    assert levels == pytest.approx([0.2, 0.4, 0.6, 0.6, 0.6], abs=1e-5)


def test_no_gain_lifts_a_band_beyond_its_bound(both_ways, make_heads, plan):
    plan.level[:] = -1000.0
    head = make_heads()[0]
    walk(head, plan, 4)
    assert np.log(gains_of(head, plan)) == pytest.approx(heads.MAXIMUM_LEVEL)


def test_a_release_is_looked_up_where_the_frame_will_sound(both_ways, make_heads, plan):
    plan.has_release = 1
    plan.release[:, 0] = -0.1 * np.arange(N_RELEASE_FRAMES)
    head = make_heads()[0]
    assert heads.release_head(head, plan, N_FRAMES, N_FRAMES)
    assert np.log(gains_of(head, plan, n_ahead=2)[0]) == pytest.approx(-0.2, abs=1e-6)
    head.n_released = 100  # beyond its end it goes on as it was
    assert np.log(gains_of(head, plan, n_ahead=2)[0]) == pytest.approx(-10.2, abs=1e-5)


def test_a_release_that_is_not_known_yet_is_none(both_ways, make_heads, plan):
    plan.has_release = 1
    head = make_heads()[0]
    assert not heads.release_head(head, plan, N_FRAMES - 1, N_FRAMES)
    assert head.n_released == HELD
    plan.has_release = 0
    assert not heads.release_head(head, plan, N_FRAMES, N_FRAMES)


def test_released_samples_fall_for_three_hops_and_then_stay(both_ways, make_heads, plan):
    plan.has_release, plan.release_rate = 1, 0.5
    head = make_heads()[0]
    heads.release_head(head, plan, N_FRAMES, N_FRAMES)
    heard = np.ones((5, 16), np.float32)
    for hop in heard:
        heads.fade_released(head, hop)
    time = np.minimum(np.arange(5 * 16) / 16, 3.0)
    assert np.max(np.abs(heard.ravel() - np.exp(-0.5 * time))) < 1e-5


def test_held_samples_are_left_alone(both_ways, make_heads):
    out = np.ones(4, np.float32)
    heads.fade_released(make_heads()[0], out)
    assert np.array_equal(np.ones(4, np.float32), out)


def test_a_crossing_ends_at_the_new_note_and_returns_the_old_one(both_ways, make_heads):
    pair = make_heads(frame=5, n_held=7)
    assert heads.begin_morph(pair, 9, 3)
    assert not heads.begin_morph(pair, 8, 3)  # one at a time
    left = [heads.move_weights(pair) for _ in range(3)]
    assert left == [NO_SLOT, NO_SLOT, 0]
    assert pair[0].slot == 9
    assert pair[0].weight == 1.0
    assert pair[1].slot == NO_SLOT
    assert pair[0].frame == 5
    assert pair[0].n_held == 7


def test_the_weights_of_a_crossing_add_up_to_one(both_ways, make_heads):
    pair = make_heads()
    heads.begin_morph(pair, 9, 4)
    for expected in (0.25, 0.5, 0.75):
        heads.move_weights(pair)
        assert pair[1].weight == expected
        assert pair[0].weight == 1.0 - expected


def test_a_crossing_forgets_how_steep_the_old_timbre_was(both_ways, make_heads):
    pair = make_heads(n_heard=70, ceiling=0.1, gain=0.75)
    heads.begin_morph(pair, 9, 4)
    gains = []
    for _ in range(4):
        heads.move_weights(pair)
        gains.append(pair[0].gain)
    assert (pair[0].n_heard, pair[0].ceiling) == (0, 0.0)
    assert max(np.diff([0.75, *gains])) <= 0.25  # no faster than the timbre moves
    assert gains[-1] == 1.0


def test_a_release_goes_on_as_it_began_when_a_crossing_ends(both_ways, make_heads):
    pair = make_heads(n_released=2, release_rate=0.5)
    heads.begin_morph(pair, 9, 1)
    pair[1].release_rate = 9.0
    heads.move_weights(pair)
    assert pair[0].n_released == 2
    assert pair[0].release_rate == 0.5
