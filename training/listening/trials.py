"""What is asked: stimuli of equal loudness, and trials in an order that only chance knows.

The page never learns which system it plays: sounds go by names drawn at random, and the answer key
stays with the server.
"""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyloudnorm
from numpy.typing import NDArray

from training.listening.store import Answer, TestKind

LOUDNESS_LUFS = -23.0
_PEAK = 0.99  # where matching would clip, all sounds of a stimulus are turned down alike
_BLOCK_S = 0.4  # the shortest sound that loudness is defined for

Audio = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stimulus:
    """One note as several systems sound it."""

    name: str
    sounds: Mapping[str, Audio]  # system: [n_samples]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One question.

    Attributes:
        identifier: unique; what the answer is sent back with.
        test: `pair` (which is better?) or `abx` (which one is X?).
        stimulus: name of the note.
        first: system called A.
        second: system called B.
        third: system called X, in ABX only.
        sounds: for A, B (and X) the name under which the page fetches it.
    """

    identifier: str
    test: TestKind
    stimulus: str
    first: str
    second: str
    third: str | None
    sounds: tuple[str, ...]

    def grade(self, listener: str, answer: int, seconds: float) -> Answer:
        """Turn what was pressed into what is kept.

        Args:
            listener: who answered.
            answer: pair: -2 (A much better) .. 2 (B much better); abx: 0 for A, 1 for B.
            seconds: that it took.

        Raises:
            ValueError: there is no such answer.
        """
        score = answer
        if self.test == "abx":
            if answer not in {0, 1}:
                raise ValueError(f"answer {answer}: X is A (0) or B (1)")
            score = int((self.first, self.second)[answer] == self.third)
        elif not -2 <= answer <= 2:
            raise ValueError(f"answer {answer}: the scale goes from -2 to 2")
        return Answer(
            listener=listener,
            test=self.test,
            stimulus=self.stimulus,
            first=self.first,
            second=self.second,
            score=score,
            seconds=seconds,
            trial=self.identifier,
        )


def match_loudness(stimulus: Stimulus, sample_rate: int) -> Stimulus:
    """Bring all sounds of a stimulus to one loudness (ITU-R BS.1770), silence apart."""
    levelled = {
        name: _at_loudness(sound.astype(np.float64), sample_rate)
        for name, sound in stimulus.sounds.items()
    }
    peak = max(float(np.abs(sound).max()) for sound in levelled.values())
    gain = min(1.0, _PEAK / peak) if peak > 0.0 else 1.0
    sounds = {name: (gain * sound).astype(np.float32) for name, sound in levelled.items()}
    return Stimulus(name=stimulus.name, sounds=sounds)


def loudness_lufs(sound: NDArray[np.floating], sample_rate: int) -> float:
    """Measure the loudness of a sound of any length, -inf where it is silent."""
    n_least = round(_BLOCK_S * sample_rate) + 1
    filled = np.zeros(max(len(sound), n_least))
    filled[: len(sound)] = sound
    with np.errstate(divide="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(pyloudnorm.Meter(sample_rate).integrated_loudness(filled))


def make_trials(
    stimuli: Sequence[Stimulus], tests: Sequence[TestKind], n_trials: int, seed: int
) -> tuple[list[Trial], dict[str, Audio]]:
    """Draw trials: every pair of systems as often as any other, sides and order by chance.

    Args:
        stimuli: notes; each must have the same systems, two or more.
        tests: kinds of trials, asked one kind after the other.
        n_trials: of each kind.
        seed: of the order and of the sides (the names of sounds are never predictable).

    Returns:
        Trials in the order of asking, and every sound under its secret name.
    """
    rng = np.random.default_rng(seed)
    pairs = list(combinations(sorted(stimuli[0].sounds), 2))
    questions = [(pair, stimulus) for stimulus in stimuli for pair in pairs]
    trials: list[Trial] = []
    sounds: dict[str, Audio] = {}
    for test in tests:
        # Whole rounds of all questions, each in its own order, so that none comes twice early.
        order: list[int] = []
        while len(order) < n_trials:
            order += [int(index) for index in rng.permutation(len(questions))]
        for index in order[:n_trials]:
            pair, stimulus = questions[index]
            first, second = pair if rng.random() < 0.5 else pair[::-1]
            third = (first, second)[int(rng.integers(2))] if test == "abx" else None
            played = (first, second) if third is None else (first, second, third)
            names = tuple(secrets.token_hex(8) for _ in played)
            sounds |= {
                name: stimulus.sounds[system] for name, system in zip(names, played, strict=True)
            }
            trials.append(
                Trial(
                    identifier=secrets.token_hex(8),
                    test=test,
                    stimulus=stimulus.name,
                    first=first,
                    second=second,
                    third=third,
                    sounds=names,
                )
            )
    return trials, sounds


def _at_loudness(sound: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    loudness = loudness_lufs(sound, sample_rate)
    if not np.isfinite(loudness):
        return sound
    return np.asarray(sound * 10.0 ** ((LOUDNESS_LUFS - loudness) / 20.0))
