"""Plans hold what sustains, let decay what decays, and learn how a note ends."""

import numpy as np
import pytest

from synth.frames import N_RELEASE_FRAMES, NoteFrames, pack
from synth.realtime.sustain import make_sustain_planner, plan_note, plan_sustain
from synth.representation import LIVE, stft

HOPS_PER_S = LIVE.sample_rate / LIVE.hop_length
DB = np.log(10) / 20


@pytest.fixture(scope="module")
def planner():
    return make_sustain_planner(sample_rate=16_000, n_fft=2048, hop_length=512, n_frames=128)


def note(level_db, hz=440.0):
    """Magnitudes of a tone whose level over time, in seconds, is given in dB."""
    time_s = np.arange(64_000) / 16_000
    audio = 10 ** (level_db(time_s) / 20) * np.sin(2 * np.pi * hz * time_s)
    return np.abs(stft(audio, LIVE)).astype(np.float32)


def held(time_s, end_db_per_s=400.0):
    return -end_db_per_s * np.maximum(time_s - 3.0, 0.0)


def in_db_per_s(ln_per_hop):
    return np.asarray(ln_per_hop) / DB * HOPS_PER_S


def test_the_walk_ends_before_the_note_off_is_heard(planner):
    # Frame 91 reaches from 2.85 to 2.98 s; it is read as the frame that would follow.
    assert (planner.loop_first, planner.loop_last) == (46, 90)


def test_two_seconds_say_how_steep_the_rest_may_be(planner):
    assert plan_note(planner, note(held))["n_reference"] == 62  # hops of 32 ms


def test_a_sustaining_note_keeps_its_level(planner):
    plan = plan_note(planner, note(held))
    assert not plan["is_decaying"]
    assert np.array_equal(np.zeros(8), plan["decay"])
    assert np.max(np.abs(plan["level"])) < 0.05 * DB


def test_a_decaying_note_goes_on_at_its_rate(planner):
    plan = plan_note(planner, note(lambda t: held(t) - 12.0 * t))
    assert plan["is_decaying"]
    band = 5  # 2 kHz / 8 bands: 440 Hz lies between 250 and 500 Hz
    assert in_db_per_s(plan["decay"])[3] == pytest.approx(-12.0, abs=0.3)
    assert in_db_per_s(plan["decay"]).max() <= -11.7
    assert plan["level"][0, 3] == pytest.approx(12.0 * 44 / HOPS_PER_S * DB, abs=0.3 * DB)
    assert plan["level"][44, band] == 0.0


def test_each_band_decays_at_its_own_rate_and_none_slower_than_the_whole(planner):
    low = note(lambda t: held(t) - 6.0 * t, hz=250.0)
    high = note(lambda t: held(t) - 24.0 * t - 10.0, hz=4000.0)
    decay = in_db_per_s(plan_note(planner, low + high)["decay"])
    assert decay[2] == pytest.approx(-6.0, abs=0.5)
    assert decay[6] == pytest.approx(-24.0, abs=1.0)
    assert decay.max() <= -5.5


def test_what_has_died_away_stays_dead(planner):
    """A marimba is silent after a second: no slope is left to be seen."""
    plan = plan_note(planner, note(lambda t: np.maximum(held(t) - 60.0 * t, -90.0)))
    assert plan["is_decaying"]
    assert in_db_per_s(plan["decay"]).max() <= -2.0


def test_tremolo_is_kept_and_a_slow_swell_is_taken_away(planner):
    tremolo = plan_note(planner, note(lambda t: held(t) + 2.0 * np.sin(2 * np.pi * 5.0 * t)))
    swell = plan_note(planner, note(lambda t: held(t) + 3.0 * np.sin(2 * np.pi * 0.4 * t)))
    # Near the end, where the line has only one side to lie on, some of the tremolo bends it.
    assert np.ptp(tremolo["level"][:36]) / DB < 0.2
    assert np.ptp(tremolo["level"]) / DB < 1.5
    assert np.ptp(swell["level"]) / DB > 4.0


def test_a_note_that_swells_is_held_at_its_mean(planner):
    plan = plan_note(planner, note(lambda t: held(t) + 1.5 * (t - 3.0)))
    # 45 frames are 1.44 s; the mean lies half of 1.5 dB/s times that below the end.
    assert plan["offset"] / DB == pytest.approx(np.full(8, -1.06), abs=0.1)


def learned_release_db(plan):
    hops = np.arange(N_RELEASE_FRAMES)
    return plan["release"][:, 3] / DB - plan["release_rate"] / DB * np.minimum(hops, 3)


@pytest.mark.parametrize("db_per_s", [60.0, 200.0, 400.0])
def test_a_release_is_learned_as_fast_as_it_is(planner, db_per_s):
    plan = plan_note(planner, note(lambda t: held(t, db_per_s)))
    heard = learned_release_db(plan)
    hops = np.arange(2, int(60.0 / db_per_s * HOPS_PER_S))  # above the floor
    expected = -db_per_s * hops / HOPS_PER_S
    assert plan["has_release"] == 1
    assert heard[hops] == pytest.approx(expected, rel=0.06, abs=0.6)


def test_a_note_cut_off_falls_by_25_db_a_hop(planner):
    plan = plan_note(planner, note(lambda t: np.where(t < 3.0, 0.0, -200.0)))
    assert plan["release_rate"] / DB > 25.0


def test_a_struck_note_that_rings_on_is_released_by_its_own_decay(planner):
    plan = plan_note(planner, note(lambda t: -10.0 * t))
    assert np.min(learned_release_db(plan)[:20]) > -2.0


def test_a_release_never_rises_and_goes_on_falling(planner):
    plan = plan_note(planner, note(lambda t: held(t, 20.0)))
    steps = np.diff(plan["release"] - plan["release_rate"] * 0, axis=0)[3:]
    assert steps.max() <= 1e-6
    assert steps[-1].max() <= -29.0 * DB / HOPS_PER_S


def test_silence_has_a_finite_plan(planner):
    plan = plan_note(planner, np.zeros((128, 1024), np.float32))
    assert all(np.all(np.isfinite(value)) for value in plan.values())


def test_a_short_note_is_held_on_what_there_is():
    planner = make_sustain_planner(sample_rate=500.0, n_fft=64, hop_length=16, n_frames=16)
    plan = plan_note(planner, np.ones((16, 32), np.float32))
    assert 0 <= plan["loop_first"] <= plan["loop_last"] < 16
    assert plan["has_release"] == 0


def test_a_plan_is_written_into_the_pool(planner):
    pool = NoteFrames.allocate(
        n_slots=2, n_frames=128, n_bins=1024, n_fft=2048, hop_length=512, n_onset_frames=8
    )
    magnitude = note(lambda t: held(t) - 12.0 * t)
    pool.write(1, 0, pack(magnitude, np.zeros_like(magnitude)))
    plan_sustain(planner, pool, 1)
    assert pool.plan["is_decaying"].tolist() == [0, 1]
    assert in_db_per_s(pool.plan["decay"][1, 3]) == pytest.approx(-12.0, abs=0.3)
