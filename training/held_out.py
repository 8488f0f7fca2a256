"""Which notes an evaluation compares with which: held-out ones, training ones, a grid of all.

Held out means: neither the generator nor the classifier learned from it. Both split a set by the
same function; where they did so with different seeds, only what both left out counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.errors import InputFileError
from training.batches import split_of
from training.data.prepared import PreparedSet

GRID_PITCH = 60
_SPLIT = {"seed": 1, "validation_fraction": 0.05}  # of a run that does not say
_LEAST = 2  # notes of either kind

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationNotes:
    """Rows of a set.

    Attributes:
        held_out: nobody learned from, shuffled.
        training: the generator learned from, shuffled.
        grid: [n_timbres, n_velocities] notes of one pitch near middle C, velocities rising.
        grid_names: timbre of each row of the grid.
        timbres: of every row of the set, the name of its instrument in `instrument.json`.
    """

    held_out: Rows
    training: Rows
    grid: NDArray[np.int64]
    grid_names: tuple[str, ...]
    timbres: tuple[str, ...]  # of each instrument of the set


def choose_notes(
    data: PreparedSet,
    timbres: Sequence[str],
    pitch_range: tuple[int, int],
    splits: Sequence[Mapping[str, Any]],
    seed: int,
) -> EvaluationNotes:
    """Choose notes of the instruments that are among some timbres.

    Args:
        data: the set.
        timbres: names in the instrument's order.
        pitch_range: lowest and highest pitch.
        splits: of the generator and of the classifier: `seed` and `validation_fraction` where they
            are known.
        seed: of the shuffling.

    Raises:
        InputFileError: the set and the instrument have too little in common.
    """
    names = numbered_names(data.instrument_names)
    is_known = np.array([name in set(timbres) for name in names])
    is_kept = is_known[data.instrument]
    is_kept &= (data.pitch >= pitch_range[0]) & (data.pitch <= pitch_range[1])
    is_held_out = np.ones(len(data), bool)
    is_training = np.ones(len(data), bool)
    for known in splits:
        merged = {**_SPLIT, **{key: known[key] for key in _SPLIT if key in known}}
        split = split_of(data, merged["validation_fraction"], merged["seed"])
        is_held_out[split.train] = False
        is_training[split.valid] = False
        is_training[split.test] = False
    rng = np.random.default_rng(seed)
    held_out = rng.permutation(np.flatnonzero(is_kept & is_held_out))
    training = rng.permutation(np.flatnonzero(is_kept & is_training))
    if min(len(held_out), len(training)) < _LEAST:
        raise InputFileError(
            f"{data.path} has {len(held_out)} held-out and {len(training)} training notes of the "
            f"instrument's timbres, wanted {_LEAST} of each; give the set that it was trained on"
        )
    grid, grid_names = _grid(data, names, is_kept)
    return EvaluationNotes(
        held_out=held_out, training=training, grid=grid, grid_names=grid_names, timbres=names
    )


def numbered_names(names: Sequence[str]) -> tuple[str, ...]:
    """Tell instruments of one name apart by a number, as `training.export` does."""
    found: list[str] = []
    for name in names:
        candidate, number = name, 2
        while candidate in found:
            candidate, number = f"{name} {number}", number + 1
        found.append(candidate)
    return tuple(found)


def note_beside(data: PreparedSet, row: int) -> int | None:
    """Find the note of the same instrument and velocity a semitone up or down."""
    same = (data.instrument == data.instrument[row]) & (data.velocity == data.velocity[row])
    for pitch in (int(data.pitch[row]) + 1, int(data.pitch[row]) - 1):
        found = np.flatnonzero(same & (data.pitch == pitch))
        if len(found):
            return int(found[0])
    return None


def _grid(
    data: PreparedSet, names: Sequence[str], is_kept: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Find for each instrument the pitch nearest to middle C that has every velocity."""
    velocities = np.unique(data.velocity[is_kept])
    rows, chosen = [], []
    for number, name in enumerate(names):
        of_instrument = np.flatnonzero(is_kept & (data.instrument == number))
        pitches = np.unique(data.pitch[of_instrument]).astype(int)
        for pitch in sorted(pitches, key=lambda pitch: abs(pitch - GRID_PITCH)):
            found = of_instrument[data.pitch[of_instrument] == pitch]
            found = found[np.argsort(data.velocity[found])]
            if np.array_equal(data.velocity[found], velocities):
                rows.append(found)
                chosen.append(name)
                break
    return np.array(rows, np.int64).reshape(len(rows), len(velocities)), tuple(chosen)
