"""What the answers say: wins, confidence intervals, significance.

Paired comparisons as in GANSynth (Engel et al. 2019, arXiv:1902.08710, §5.1): a win is a preference
of whatever strength, a tie counts for neither. The test of two systems is Wilcoxon's signed rank
test on the five-level scores; ABX is tested against guessing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy.stats import binomtest, wilcoxon

from training.listening.store import Answer

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """Two systems against each other."""

    first: str
    second: str
    n_trials: int
    n_first: int  # preferred
    n_second: int
    share: float | None  # of the first among the preferences; None without any
    interval: tuple[float, float] | None  # of that share, 95 %
    p_value: float | None  # both are equally good


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrimination:
    """Whether two systems can be told apart at all."""

    first: str
    second: str
    n_trials: int
    n_right: int
    interval: tuple[float, float]  # of the share that is right, 95 %
    p_value: float  # all were guessed


def count_wins(answers: Sequence[Answer]) -> dict[str, int]:
    """Count for each system the comparisons that it won, most first."""
    wins: dict[str, int] = defaultdict(int)
    for answer in answers:
        if answer.test == "pair":
            wins[answer.first] += answer.score < 0
            wins[answer.second] += answer.score > 0
    return dict(sorted(wins.items(), key=lambda entry: -entry[1]))


def preferences(answers: Sequence[Answer]) -> list[Preference]:
    """Compare every two systems that were heard as a pair."""
    found = []
    for first, second in _pairs(answers, "pair"):
        # Positive: the second is better, whichever was called A.
        scores = [
            answer.score if answer.first == first else -answer.score
            for answer in answers
            if answer.test == "pair" and {answer.first, answer.second} == {first, second}
        ]
        n_first = sum(score < 0 for score in scores)
        n_second = sum(score > 0 for score in scores)
        n_decided = n_first + n_second
        share = interval = p_value = None
        if n_decided:
            test = binomtest(n_first, n_decided)
            low, high = test.proportion_ci(CONFIDENCE, method="wilson")
            share, interval = n_first / n_decided, (float(low), float(high))
            p_value = float(wilcoxon(np.array(scores)[np.array(scores) != 0]).pvalue)
        found.append(
            Preference(
                first=first,
                second=second,
                n_trials=len(scores),
                n_first=n_first,
                n_second=n_second,
                share=share,
                interval=interval,
                p_value=p_value,
            )
        )
    return found


def discriminations(answers: Sequence[Answer]) -> list[Discrimination]:
    """Tell for every two systems of an ABX test whether listeners heard the difference."""
    found = []
    for first, second in _pairs(answers, "abx"):
        scores = [
            answer.score
            for answer in answers
            if answer.test == "abx" and {answer.first, answer.second} == {first, second}
        ]
        test = binomtest(sum(scores), len(scores), 0.5, alternative="greater")
        low, high = binomtest(sum(scores), len(scores)).proportion_ci(CONFIDENCE, method="wilson")
        found.append(
            Discrimination(
                first=first,
                second=second,
                n_trials=len(scores),
                n_right=sum(scores),
                interval=(float(low), float(high)),
                p_value=float(test.pvalue),
            )
        )
    return found


def summary(answers: Sequence[Answer]) -> dict[str, Any]:
    """Gather everything, for `--json`."""
    as_dict = _as_dict
    return {
        "n_answers": len(answers),
        "n_listeners": len({answer.listener for answer in answers}),
        "wins": count_wins(answers),
        "preferences": [as_dict(entry) for entry in preferences(answers)],
        "discriminations": [as_dict(entry) for entry in discriminations(answers)],
    }


def summary_text(answers: Sequence[Answer]) -> str:
    """Say everything, a line each."""
    if not answers:
        return "no answers yet"
    lines = [f"{name}: {n_wins} wins" for name, n_wins in count_wins(answers).items()]
    for entry in preferences(answers):
        line = f"{entry.first} or {entry.second}: {entry.n_first} to {entry.n_second}"
        line += f" in {entry.n_trials} comparisons"
        if entry.share is not None and entry.interval is not None:
            low, high = entry.interval
            line += f"; {entry.first} preferred {entry.share:.0%} (95 %: {low:.0%} to {high:.0%})"
            line += f", Wilcoxon p = {entry.p_value:.3g}"
        lines.append(line)
    for found in discriminations(answers):
        low, high = found.interval
        lines.append(
            f"{found.first} and {found.second} told apart in {found.n_right} of {found.n_trials} "
            f"(95 %: {low:.0%} to {high:.0%}), p = {found.p_value:.3g}"
        )
    return "\n".join(lines)


def _pairs(answers: Sequence[Answer], test: str) -> list[tuple[str, str]]:
    names = sorted({n for a in answers if a.test == test for n in (a.first, a.second)})
    heard = {frozenset((a.first, a.second)) for a in answers if a.test == test}
    return [pair for pair in combinations(names, 2) if frozenset(pair) in heard]


def _as_dict(entry: Preference | Discrimination) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__slots__}
