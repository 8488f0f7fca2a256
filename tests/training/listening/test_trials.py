"""Trials are blind, balanced and equally loud."""

from collections import Counter

import numpy as np
import pytest

from training.listening.trials import (
    LOUDNESS_LUFS,
    Stimulus,
    loudness_lufs,
    make_trials,
    match_loudness,
)

RATE = 16_000


def tone(gain, hz=440.0):
    return (gain * np.sin(2 * np.pi * hz * np.arange(RATE) / RATE)).astype(np.float32)


def stimuli(n_notes=3, systems=("a", "b", "c")):
    return [
        Stimulus(name=f"note {k}", sounds={name: tone(0.1, 200.0 + k) for name in systems})
        for k in range(n_notes)
    ]


def test_sounds_are_brought_to_one_loudness():
    loud_and_soft = Stimulus(name="note", sounds={"loud": tone(0.5), "soft": tone(0.01)})
    matched = match_loudness(loud_and_soft, RATE)
    found = [loudness_lufs(sound, RATE) for sound in matched.sounds.values()]
    assert found == pytest.approx([LOUDNESS_LUFS, LOUDNESS_LUFS], abs=0.1)


def test_what_would_clip_turns_all_of_a_stimulus_down_alike():
    clicks = np.zeros(RATE, np.float32)
    clicks[::4000] = 0.5
    matched = match_loudness(Stimulus(name="n", sounds={"a": clicks, "b": tone(0.5)}), RATE)
    found = [loudness_lufs(sound, RATE) for sound in matched.sounds.values()]
    assert max(np.abs(sound).max() for sound in matched.sounds.values()) <= 0.99
    assert found[0] == pytest.approx(found[1], abs=0.1)


def test_silence_stays_silent():
    matched = match_loudness(Stimulus(name="n", sounds={"a": np.zeros(100, np.float32)}), RATE)
    assert not matched.sounds["a"].any()


def test_every_pair_of_systems_comes_as_often_on_both_sides():
    trials, _ = make_trials(stimuli(), ("pair",), 90, seed=0)
    pairs = Counter(frozenset((trial.first, trial.second)) for trial in trials)
    assert set(pairs.values()) == {30}
    n_first = sum(trial.first < trial.second for trial in trials)
    assert 25 <= n_first <= 65  # 45 expected, deviation 4.7


def test_nothing_that_the_page_gets_tells_the_system():
    trials, sounds = make_trials(stimuli(), ("pair", "abx"), 5, seed=0)
    names = [name for trial in trials for name in trial.sounds]
    assert len(names) == len(set(names)) == len(sounds) == 5 * 2 + 5 * 3
    assert not any(set(name) - set("0123456789abcdef") for name in names)
    again, _ = make_trials(stimuli(), ("pair", "abx"), 5, seed=0)
    assert [t.first for t in trials] == [t.first for t in again]
    assert not {trial.identifier for trial in trials} & {trial.identifier for trial in again}


def test_answers_are_graded():
    (trial,), _ = make_trials(stimuli(), ("abx",), 1, seed=4)
    right = (trial.first, trial.second).index(trial.third)
    assert trial.grade("Ada", right, 1.0).score == 1
    assert trial.grade("Ada", 1 - right, 1.0).score == 0
    (pair,), _ = make_trials(stimuli(), ("pair",), 1, seed=4)
    assert pair.grade("Ada", -2, 1.0).score == -2
    for wrong, answer in ((trial, 2), (pair, 3)):
        with pytest.raises(ValueError, match="answer"):
            wrong.grade("Ada", answer, 1.0)
