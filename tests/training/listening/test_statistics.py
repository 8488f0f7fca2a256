"""Statistics of answers small enough to count by hand."""

import pytest

from training.listening.statistics import (
    count_wins,
    discriminations,
    preferences,
    summary,
    summary_text,
)
from training.listening.store import Answer


def answers(scores, first="a", second="b", test="pair"):
    return [
        Answer(
            listener="Ada",
            test=test,
            stimulus="note",
            first=first,
            second=second,
            score=score,
            seconds=1.0,
            trial=f"{test}{first}{second}{number}",
        )
        for number, score in enumerate(scores)
    ]


def test_wins_are_preferences_whatever_their_strength_and_side():
    given = answers([-2, -1, 0, 1]) + answers([2, 1], first="b", second="a")
    # a is better in the first two, and as B in the last two; b in one; one is a tie.
    assert count_wins(given) == {"a": 4, "b": 1}


def test_the_interval_is_wilsons_and_holds_the_share():
    (found,) = preferences(answers([-1] * 8 + [1] * 2 + [0] * 5))
    assert (found.n_first, found.n_second, found.n_trials) == (8, 2, 15)
    assert found.share == 0.8
    # Wilson's interval of 8 of 10, 95 %: 0.490 to 0.943 (Newcombe 1998, method 3).
    assert found.interval == pytest.approx((0.490, 0.943), abs=0.001)


def test_twenty_alike_are_significant_and_a_balance_is_not():
    (clear,) = preferences(answers([-1] * 20))
    (balanced,) = preferences(answers([-2, -1, 1, 2] * 5))
    assert clear.p_value < 0.001
    assert balanced.p_value > 0.9


def test_ties_alone_decide_nothing():
    (found,) = preferences(answers([0, 0]))
    assert (found.share, found.interval, found.p_value) == (None, None, None)


def test_abx_is_tested_against_guessing():
    (heard,) = discriminations(answers([1] * 9 + [0], test="abx"))
    # P(9 or more of 10 by guessing) = 11 / 1024
    assert heard.p_value == pytest.approx(11 / 1024)
    assert (heard.n_right, heard.n_trials) == (9, 10)


def test_the_summary_tells_all_of_it():
    given = answers([-1] * 4) + answers([1, 0], test="abx")
    found = summary(given)
    assert found["n_answers"] == 6
    assert found["n_listeners"] == 1
    assert found["wins"] == {"a": 4, "b": 0}
    text = summary_text(given)
    assert "a: 4 wins" in text
    assert "a preferred 100%" in text
    assert "told apart in 1 of 2" in text


def test_no_answers_say_so():
    assert summary_text([]) == "no answers yet"
    assert preferences([]) == discriminations([]) == []
