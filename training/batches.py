"""Which notes a step sees, as a pure function of the seed and the images seen so far.

So a run that was killed goes on with just the notes that it would have had.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synth.errors import ConfigError
from training.data.prepared import PreparedSet
from training.data.splits import Split, split_notes

_N_COPIED = 1024  # notes at a time, on their way to the training device


@dataclass(frozen=True, slots=True)
class Batch:
    """Notes, ready to be transformed on the training device."""

    audio: Tensor  # [batch, n_samples] float32, full scale 1
    pitch: Tensor  # [batch] int64
    velocity: Tensor  # [batch] float32, 0..1
    instrument: Tensor  # [batch] int64, index into `NoteSource.names`

    def to(self, device: torch.device) -> Batch:
        """Move all of it."""
        return Batch(*(getattr(self, name).to(device) for name in self.__slots__))


class NoteSource:
    """The notes of a prepared set that a run learns from, split for training and validation."""

    def __init__(
        self,
        data: PreparedSet,
        instruments: tuple[str, ...],
        pitches: tuple[int, int],
        validation_fraction: float,
        seed: int,
        *,
        in_pairs: bool = False,
    ) -> None:
        """Select notes.

        Args:
            data: The set.
            instruments: Names to keep; empty keeps all.
            pitches: First and last pitch to keep.
            validation_fraction: Share of the notes held out, where the set has no split of its own.
            seed: Of the split and of the order.
            in_pairs: Whether the second half of a training batch is the first half at other
                velocities; the order then tells the first half alone.

        Raises:
            ConfigError: the set has no instrument of a name, or nothing remains.
        """
        missing = sorted(set(instruments) - set(data.instrument_names))
        if missing:
            raise ConfigError(
                f"the data have no instrument {missing[0]!r} (of {len(missing)} missing)"
            )
        self.data = data
        self.seed = seed
        self.in_pairs = in_pairs
        self._resident: Tensor | None = None  # all of the audio, int16, on the training device
        self.names = instruments or data.instrument_names
        self.families = tuple(
            data.instrument_families[data.instrument_names.index(name)] for name in self.names
        )
        # Index into `names` of each of the set's instruments, -1 for those left out.
        self._local = np.array(
            [self.names.index(n) if n in self.names else -1 for n in data.instrument_names],
            np.int64,
        )
        is_kept = self._local[data.instrument] >= 0
        is_kept &= (data.pitch >= pitches[0]) & (data.pitch <= pitches[1])
        split = split_of(data, validation_fraction, seed)
        self.training = split.train[is_kept[split.train]]
        self.validation = split.valid[is_kept[split.valid]]
        if not len(self.training):
            raise ConfigError(
                "no note of the data is left to train on; widen instruments or pitches"
            )
        # Notes of one instrument and pitch lie side by side.
        key = data.instrument[self.training].astype(np.int64) * 128 + data.pitch[self.training]
        by_key = np.argsort(key, kind="stable")
        self._by_key, self._keys = self.training[by_key], key[by_key]
        self._place = np.zeros(len(data), np.int64)  # of each training row in `_by_key`
        self._place[self._by_key] = np.arange(len(by_key))
        self._order: tuple[int, NDArray[np.int64]] = -1, self.training

    def training_batch(self, n_seen: int, size: int, share: slice = slice(None)) -> Batch:
        """Return a share of the batch after `n_seen` images; every epoch has its own order."""
        positions = np.arange(n_seen, n_seen + size)
        rows = np.empty(size, np.int64)
        for epoch in np.unique(positions // len(self.training)):
            order = self._order_of(int(epoch))
            chosen = positions // len(self.training) == epoch
            rows[chosen] = order[positions[chosen] % len(self.training)]
        if self.in_pairs:
            half = size // 2
            rng = np.random.default_rng((self.seed, 3, n_seen))
            rows[half:] = self._other_velocities(rows[: size - half], rng)
        return self.batch(rows[share])

    def _order_of(self, epoch: int) -> NDArray[np.int64]:
        """Shuffle the training rows; drawn once an epoch, which has thousands of steps."""
        if self._order[0] != epoch:
            shuffled = np.random.default_rng((self.seed, epoch)).permutation(self.training)
            self._order = epoch, shuffled
        return self._order[1]

    def _other_velocities(
        self, rows: NDArray[np.int64], rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Draw for each row another of its instrument and pitch; itself where it is alone."""
        place = self._place[rows]
        key = self._keys[place]
        first = np.searchsorted(self._keys, key)
        n_there = np.searchsorted(self._keys, key, side="right") - first
        steps = 1 + (rng.random(len(rows)) * (n_there - 1)).astype(np.int64)
        return self._by_key[first + (place - first + steps) % n_there]

    def keep_on(self, device: torch.device, n_free_bytes: int) -> bool:
        """Keep the whole set on the training device, if half of what is free there can hold it.

        Returns:
            Whether it is kept there.
        """
        audio = self.data.audio
        if 2 * audio.nbytes > n_free_bytes:
            return False
        self._resident = torch.empty(audio.shape, dtype=torch.int16, device=device)
        for first in range(0, len(audio), _N_COPIED):
            rows = slice(first, first + _N_COPIED)
            self._resident[rows] = torch.from_numpy(np.array(audio[rows]))
        return True

    def batch(self, rows: NDArray[np.int64]) -> Batch:
        """Read rows of the set."""
        if self._resident is None:
            samples = torch.from_numpy(self.data.audio[rows])
        else:
            samples = self._resident[torch.from_numpy(rows).to(self._resident.device)]
        return Batch(
            samples.float() / 32_768.0,
            torch.from_numpy(self.data.pitch[rows].astype(np.int64)),
            torch.from_numpy(self.data.velocity[rows].astype(np.float32) / 127.0),
            torch.from_numpy(self._local[self.data.instrument[rows]]),
        )


def split_of(data: PreparedSet, validation_fraction: float, seed: int) -> Split:
    """Return the set's own split, or else one drawn by note that tests on nothing."""
    return data.split or split_notes(
        len(data), seed, valid_fraction=validation_fraction, test_fraction=0.0
    )
