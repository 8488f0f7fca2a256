"""What the paper's measures do not hear: velocity, attacks, silence, and how timbres differ.

All of it is measured on a grid of notes, one pitch, every named timbre at every velocity, and on
the recordings of the very same notes.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ConstantInputWarning, spearmanr

from training.metrics.sound import (
    bands_db,
    brightness_hz,
    level_db,
    rise_time_s,
    spectral_distance_db,
    spectrum_db,
)

Array = NDArray[np.float32]

# Mean difference of third octaves, level apart: above, two velocities are two sounds; below, one.
SENSITIVE_DB, SAME_DB = 1.0, 0.3
SILENT_TAIL_DBFS = -80.0  # a recording whose end is softer has ended
_LEVEL_STEP_DB = 0.1  # what counts as the same level
_CENTROID_STEP = 0.005  # ... and as the same brightness
_TAIL_S = 0.1
_PERCUSSIVE_RISE_S = 0.03  # a recording that rises faster is struck or plucked
_SHORTEST_RISE_S = 0.004  # two periods of middle C: below it a rise is a phase of the wave


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Every timbre at every velocity, [n_timbres, n_velocities, n_samples] each.

    Attributes:
        notes: that are judged.
        heard: that are sought among the recordings of all velocities.
        attacks_of: whose attacks are compared with the recordings'.
        originals: the recordings.
    """

    notes: Array
    heard: Array
    attacks_of: Array
    originals: Array


def grid_figures(grid: Grid, usual: int, sample_rate: int) -> dict[str, float | int | None]:
    """Measure all that needs every timbre at every velocity.

    Args:
        grid: the notes.
        usual: index of the velocity at which attacks and motion are looked at.
        sample_rate: Hz.

    Returns:
        Figures by the names that an evaluation gives them.
    """
    level, brightness = velocity_correlations(grid.notes, sample_rate)
    nearest, n_nearest = nearest_velocity_accuracy(grid.heard, grid.originals, sample_rate)
    with_level, with_brightness = correlations_with_recordings(
        grid.heard, grid.originals, sample_rate
    )
    attack, n_attacks = attack_ratio(
        grid.attacks_of[:, usual], grid.originals[:, usual], sample_rate
    )
    notes, originals = (
        array.reshape(-1, array.shape[-1]) for array in (grid.notes, grid.originals)
    )
    tail, n_tails = silent_tail_dbfs(notes, originals, sample_rate)
    return {
        "velocity_rank_correlation": (level + brightness) / 2.0,
        "velocity_level_rank_correlation": level,
        "velocity_centroid_rank_correlation": brightness,
        "recorded_level_rank_correlation": with_level,
        "recorded_centroid_rank_correlation": with_brightness,
        "nearest_velocity_accuracy": nearest,
        "n_nearest_velocity": n_nearest,
        "attack_ratio": attack,
        "n_attacks": n_attacks,
        "silent_tail_dbfs": tail,
        "n_silent_tails": n_tails,
        "motion_db": motion_db(grid.notes[:, usual], sample_rate),
    }


def velocity_correlations(grid: Array, sample_rate: int) -> tuple[float, float]:
    """Measure how well level and brightness follow velocity.

    Args:
        grid: [n_timbres, n_velocities, n_samples], velocities rising.
        sample_rate: Hz.

    Returns:
        Mean rank correlation (Spearman) over timbres of velocity with level, and with the
        power-weighted spectral centroid, of the first second. A timbre that does not change
        counts as 0.
    """
    columns: tuple[list[float], list[float]] = ([], [])
    for notes in grid:
        levels = [round(level_db(note[:sample_rate]) / _LEVEL_STEP_DB) for note in notes]
        centroids = [
            round(np.log(max(1.0, brightness_hz(note[:sample_rate], sample_rate))) / _CENTROID_STEP)
            for note in notes
        ]
        columns[0].append(_spearman_with_order(levels))
        columns[1].append(_spearman_with_order(centroids))
    return float(np.mean(columns[0])), float(np.mean(columns[1]))


def correlations_with_recordings(
    grid: Array, originals: Array, sample_rate: int
) -> tuple[float, float]:
    """Measure whether what is loud or bright among the recordings is so among the notes.

    Velocity alone does not tell: many recordings are one sound at all velocities, only louder.

    Args:
        grid: [n_timbres, n_velocities, n_samples].
        originals: the recordings, in the same order.
        sample_rate: Hz.

    Returns:
        Rank correlation (Spearman) over all timbres and velocities of level, and of the
        power-weighted spectral centroid, of the first second.
    """
    pairs = []
    for measure in (level_db, lambda note: brightness_hz(note, sample_rate)):
        notes, recordings = (
            [measure(note[:sample_rate]) for row in array for note in row]
            for array in (grid, originals)
        )
        pairs.append(_spearman(notes, recordings))
    return pairs[0], pairs[1]


def nearest_velocity_accuracy(
    grid: Array, originals: Array, sample_rate: int
) -> tuple[float | None, int]:
    """Tell how often a note is nearest to the recording of its own velocity, by its bands.

    Args:
        grid: [n_timbres, n_velocities, n_samples]; the notes.
        originals: the recordings, in the same order; where their velocities are one recording,
            louder and softer, a timbre is left out.
        sample_rate: Hz.

    Returns:
        The share (None where no timbre is left) and the number of notes.
    """
    hits = []
    for notes, recordings in zip(grid, originals, strict=True):
        bands = [bands_db(recording, sample_rate) for recording in recordings]
        steps = [spectral_distance_db(a, b) for a, b in pairwise(bands)]
        if not steps or max(steps) < SENSITIVE_DB:
            continue
        for note, own in zip(notes, bands, strict=True):
            heard = bands_db(note, sample_rate)
            distances = [spectral_distance_db(heard, other) for other in bands]
            found = bands[int(np.argmin(distances))]
            hits.append(spectral_distance_db(found, own) < SAME_DB)
    return (float(np.mean(hits)) if hits else None), len(hits)


def latent_diversity_db(notes: Sequence[Array] | Array, sample_rate: int) -> float:
    """Measure how much notes of one pitch and velocity differ: mean distance of their spectra."""
    spectra = [spectrum_db(note, sample_rate) for note in notes]
    distances = [spectral_distance_db(a, b) for a, b in combinations(spectra, 2)]
    return float(np.mean(distances)) if distances else 0.0


def interpolation_smoothness(paths: Array, sample_rate: int) -> float:
    """Measure how evenly the way from one timbre to another goes: mean step over largest step.

    Args:
        paths: [n_paths, n_points, n_samples]; equal steps along each great circle.
        sample_rate: Hz.

    Returns:
        1 where all steps are equal; 1 / n_steps where one step makes the whole way.
    """
    shares = []
    for path in paths:
        spectra = [spectrum_db(note, sample_rate) for note in path]
        steps = [spectral_distance_db(a, b) for a, b in pairwise(spectra)]
        shares.append(float(np.mean(steps)) / max(*steps, 1e-9))
    return float(np.mean(shares))


def attack_ratio(notes: Array, originals: Array, sample_rate: int) -> tuple[float | None, int]:
    """Compare the rise (10-90 %) of struck and plucked notes with that of their recordings.

    Args:
        notes: [n_notes, n_samples].
        originals: the recordings in the same order; slow ones are left out.
        sample_rate: Hz.

    Returns:
        Median ratio (None where all are slow) and the number of notes.
    """
    ratios = []
    for note, original in zip(notes, originals, strict=True):
        wanted = rise_time_s(original, sample_rate)
        if wanted <= _PERCUSSIVE_RISE_S and np.any(original):
            floor = _SHORTEST_RISE_S
            ratios.append(max(rise_time_s(note, sample_rate), floor) / max(wanted, floor))
    return (float(np.median(ratios)) if ratios else None), len(ratios)


def silent_tail_dbfs(notes: Array, originals: Array, sample_rate: int) -> tuple[float | None, int]:
    """Measure what is left at the end of notes whose recordings have died away by then.

    Returns:
        95th percentile of the level of the last 100 ms, dBFS (None where no recording has), and
        the number of notes.
    """
    n_tail = round(_TAIL_S * sample_rate)
    n_samples = min(notes.shape[1], originals.shape[1])
    levels = []
    for note, original in zip(notes, originals, strict=True):
        tail = slice(n_samples - n_tail, n_samples)
        if level_db(original[tail]) <= SILENT_TAIL_DBFS:
            levels.append(level_db(note[tail]))
    return (float(np.percentile(levels, 95)) if levels else None), len(levels)


def motion_db(notes: Array, sample_rate: int) -> float:
    """Measure how restless notes are: median change of the level, 20 ms to 20 ms, while held.

    A generator that averages vibrato, beating and noise away has less of it than recordings.
    """
    changes = []
    hop = round(0.02 * sample_rate)
    for note in notes:
        held = note[sample_rate // 2 : 2 * sample_rate].astype(np.float64)
        power = np.square(held[: len(held) // hop * hop].reshape(-1, hop)).mean(axis=1)
        if len(power) > 1:
            changes.append(np.abs(np.diff(10.0 * np.log10(power + 1e-12))).mean())
    return float(np.median(changes)) if changes else 0.0


def _spearman_with_order(values: Sequence[float]) -> float:
    return _spearman(values, range(len(values)))


def _spearman(x: Sequence[float], y: Sequence[float]) -> float:
    """Compute the rank correlation, 0 where one side does not change."""
    if len(x) < 2:
        return 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConstantInputWarning)
        correlation = float(spearmanr(x, y).statistic)
    return 0.0 if np.isnan(correlation) else correlation
