"""Pictures for reports: rainbowgrams and learning curves.

A rainbowgram (Engel et al. 2017, arXiv:1704.01279, §3.4) is a constant-Q spectrogram: brightness is
the logarithm of the magnitude, colour the instantaneous frequency. A steady partial is one colour.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import librosa
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import hsv_to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

HOP_LENGTH = 256  # samples
BINS_PER_OCTAVE = 36
N_OCTAVES = 8
LOWEST_HZ = 27.5
_RANGE_DB = 70.0  # below the loudest bin: black
_RATES = ("loss", "validation_distance_db", "validation_loss")  # curves that a log may hold


def draw_rainbowgram(path: Path, audio: NDArray[np.floating], sample_rate: int) -> None:
    """Draw a note's rainbowgram as a PNG.

    Args:
        path: of the picture.
        audio: [n_samples].
        sample_rate: Hz.
    """
    figure = Figure(figsize=(5.0, 2.6), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    seconds = len(audio) / sample_rate
    picture = rainbow(audio, sample_rate)
    n_octaves = len(picture) // BINS_PER_OCTAVE
    axes.imshow(picture, origin="lower", aspect="auto", extent=(0.0, seconds, 0.0, n_octaves))
    octaves = range(n_octaves + 1)
    axes.set_yticks(octaves, [f"{LOWEST_HZ * 2.0**octave:.0f}" for octave in octaves])
    axes.set_xlabel("s")
    axes.set_ylabel("Hz")
    figure.savefig(path)


def rainbow(audio: NDArray[np.floating], sample_rate: int) -> NDArray[np.float64]:
    """Compute a rainbowgram's colours.

    Args:
        audio: [n_samples].
        sample_rate: Hz.

    Returns:
        [n_bins, n_frames, 3], red, green and blue, 0..1.
    """
    n_octaves = min(N_OCTAVES, int(np.log2(0.45 * sample_rate / LOWEST_HZ)))
    with warnings.catch_warnings():
        # A note shorter than the lowest filter is filled with silence, of which librosa warns.
        warnings.simplefilter("ignore", UserWarning)
        spectrum = librosa.cqt(
            np.asarray(audio, np.float32),
            sr=sample_rate,
            hop_length=HOP_LENGTH,
            fmin=LOWEST_HZ,
            n_bins=n_octaves * BINS_PER_OCTAVE,
            bins_per_octave=BINS_PER_OCTAVE,
        )
    magnitude = np.abs(spectrum)
    level_db = 20.0 * np.log10(np.maximum(magnitude, 1e-9) / max(float(magnitude.max()), 1e-9))
    brightness = np.clip(1.0 + level_db / _RANGE_DB, 0.0, 1.0)
    if not magnitude.any():
        brightness = np.zeros_like(brightness)
    advance = np.diff(np.unwrap(np.angle(spectrum), axis=1), axis=1, prepend=0.0)
    hue = np.mod(advance / (2.0 * np.pi), 1.0)
    return np.asarray(hsv_to_rgb(np.stack([hue, np.ones_like(hue), brightness], axis=-1)))


def draw_learning_curve(path: Path, entries: Sequence[Mapping[str, Any]]) -> bool:
    """Draw how a run went, over the images that it had seen.

    Args:
        path: of the PNG.
        entries: lines of its log; `images` and any of the known figures.

    Returns:
        False, and nothing drawn, where the log holds none of them.
    """
    curves = {
        name: [
            (entry["images"], entry[name]) for entry in entries if {name, "images"} <= set(entry)
        ]
        for name in _RATES
    }
    curves = {name: points for name, points in curves.items() if points}
    if not curves:
        return False
    figure = Figure(figsize=(7.0, 2.6 * len(curves)), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    panels = np.atleast_1d(figure.subplots(len(curves), sharex=True))
    for axes, (name, points) in zip(panels, curves.items(), strict=True):
        axes.plot(*np.array(points, float).T, linewidth=1.0)
        axes.set_ylabel(name.replace("_", " "))
    panels[-1].set_xlabel("images")
    figure.savefig(path)
    return True
