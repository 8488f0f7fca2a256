"""Measure how loud each part of the spectrum is, and by how much recordings differ from it.

What a run generates is compared with what it learned from, note by note, in the bands and at the
points of time that an equaliser can turn (`training.model.equaliser`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synth.representation import SpectrogramSpec
from training.batches import NoteSource
from training.losses import decibels_per_unit
from training.model.equaliser import Equaliser
from training.model.generator import Generator
from training.representation import encode

_FLOOR_DB = 80.0  # below the recording's loudest band
_AUDIBLE_DB, _AUDIBLE_SLOPE_DB = 55.0, 6.0
_MOST_DB = 24.0  # that an equaliser is asked for
_BATCH_SIZES = {"cpu": 8, "cuda": 128}  # notes generated at once
_REPORTED = 1_600  # notes between two lines

Report = Callable[[str], None]


@dataclass(slots=True)
class Levels:
    """What was measured: of each note the differences of its levels, recording less generated."""

    instrument: Tensor  # [n_notes] int64
    pitch: Tensor  # [n_notes] int64
    velocity: Tensor  # [n_notes], 0..1
    difference: Tensor  # [n_notes, n_knots, n_bands], normalised log-power
    weight: Tensor  # the same; 1 where it is heard, 0 where not
    loudness: Tensor  # the same; amplitude, 1 in the recording's loudest band

    def __getitem__(self, rows: Tensor) -> Levels:
        """Return some of the notes."""
        return Levels(*(getattr(self, name)[rows] for name in self.__slots__))

    def __len__(self) -> int:
        """Return the number of notes."""
        return len(self.pitch)

    def mean_db(self, gains: Tensor, spec: SpectrogramSpec) -> float:
        """Mean difference in dB that is left with some gains."""
        left = (self.weight * (self.difference - gains).abs()).sum() / self.weight.sum()
        return float(left) * decibels_per_unit(spec)


def choose_keys(source: NoteSource, share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Choose training notes: of some keys of each instrument, all velocities."""
    rows = source.training
    key = source.data.instrument[rows].astype(np.int64) * 128 + source.data.pitch[rows]
    chosen = np.unique(key)
    chosen = chosen[rng.random(len(chosen)) < share]
    return rows[np.isin(key, chosen)]


@torch.no_grad()
def measure(
    generator: Generator,
    latents: Tensor,
    source: NoteSource,
    rows: NDArray[np.int64],
    *,
    ends_at: float = math.inf,
    report: Report = lambda _line: None,
) -> Levels:
    """Generate notes and compare their levels with the recordings'.

    Args:
        generator: What generates, its equaliser included.
        latents: [n_instruments, latent_size], unit variance, on the generator's device.
        source: Notes.
        rows: Of the set, at least one.
        ends_at: When to stop, by `time.monotonic`; the first notes are measured all the same.
        report: Is told how far it is.
    """
    device = latents.device
    generator = generator.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    assert generator.equaliser is not None
    spec, equaliser = generator.spec, generator.equaliser
    parts: list[Levels] = []
    n_measured, size = 0, _BATCH_SIZES.get(device.type, 8)
    while n_measured < len(rows) and (not parts or time.monotonic() < ends_at):
        batch = source.batch(np.sort(rows[n_measured : n_measured + size])).to(device)
        with torch.autocast(device.type, torch.bfloat16):
            image = generator(latents[batch.instrument], batch.pitch, batch.velocity)
        recorded = encode(batch.audio, spec)[:, 0]
        ours, theirs = (
            band_levels(value.float(), equaliser, spec) for value in (image[:, 0], recorded)
        )
        unit_db = decibels_per_unit(spec)
        peak = theirs.amax(dim=(1, 2), keepdim=True)
        floor = peak - _FLOOR_DB / unit_db
        ours, theirs = torch.maximum(ours, floor), torch.maximum(theirs, floor)
        below = (torch.maximum(ours, theirs) - peak) * unit_db
        most = _MOST_DB / unit_db
        parts.append(
            Levels(
                batch.instrument,
                batch.pitch,
                batch.velocity,
                (theirs - ours).clamp(-most, most),
                torch.sigmoid((below + _AUDIBLE_DB) / _AUDIBLE_SLOPE_DB),
                10.0 ** (below.clamp(max=0.0) / 20.0),
            )
        )
        if n_measured % _REPORTED < size:
            report(f"{n_measured} of {len(rows)} notes")
        n_measured += size
    return Levels(
        *(torch.cat([getattr(part, name) for part in parts]) for name in Levels.__slots__)
    )


def band_levels(image: Tensor, equaliser: Equaliser, spec: SpectrogramSpec) -> Tensor:
    """Measure levels where the equaliser can turn them.

    Args:
        image: [batch, n_frames, n_bins], normalised log-power.
        equaliser: Whose bands and knots these are.
        spec: Of the image.

    Returns:
        [batch, n_knots, n_bands], normalised log of the mean power around each.
    """
    over_time, over_bins = equaliser.over_time, equaliser.over_bins
    power = torch.exp((image - spec.log_power_offset) / spec.log_power_gain)
    # Where bins are few, a band may hold none: it has no level, and nothing to be turned.
    over_time, over_bins = (
        value / value.sum(dim=0).clamp(min=1e-9) for value in (over_time, over_bins)
    )
    mean = over_time.T @ power @ over_bins
    return spec.log_power_gain * torch.log(mean + spec.log_offset) + spec.log_power_offset
