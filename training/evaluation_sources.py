"""What an evaluation can sound: an exported instrument, or the checkpoint of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from synth.errors import InputFileError
from synth.notes.instrument import Instrument
from synth.notes.latents import Prior, normalise, random_timbre, slerp
from synth.representation import SpectrogramSpec
from training.checkpoint import load_run
from training.held_out import numbered_names
from training.metrics.played import InstrumentSource, NoteList, SpectrogramSource
from training.model.generator import Generator

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A generator with its named timbres."""

    generator: SpectrogramSource
    timbres: Mapping[str, Array]
    prior: Prior

    @property
    def spec(self) -> SpectrogramSpec:
        """Of what is generated."""
        return self.generator.spec

    def generate(self, notes: NoteList) -> Array:
        """Generate spectrograms; see `SpectrogramSource`."""
        return self.generator.generate(notes)

    def draw(self, kind: str, rng: np.random.Generator) -> Array:
        """Draw a timbre without a name.

        Args:
            kind: `random` as `seed:N` draws them; `mid_points` half-way between two named ones.
            rng: what draws.
        """
        if kind == "random":
            return random_timbre(self.timbres, int(rng.integers(2**31)), self.prior)
        return slerp(*self.draw_pair(rng), 0.5)

    def draw_pair(self, rng: np.random.Generator) -> tuple[Array, Array]:
        """Draw two different named timbres (one twice where there is but one)."""
        names = list(self.timbres)
        a, b = rng.choice(len(names), 2, replace=len(names) < 2)
        return self.timbres[names[a]], self.timbres[names[b]]


class _NetworkSource:
    """A checkpoint's network, in torch."""

    def __init__(self, generator: Generator, spec: SpectrogramSpec) -> None:
        self.spec = spec
        self._generator = generator

    @torch.no_grad()
    def generate(self, notes: NoteList) -> Array:
        """Generate spectrograms, one by one."""
        rows = []
        for index in range(len(notes)):
            one = slice(index, index + 1)
            rows.append(
                self._generator(
                    torch.from_numpy(notes.latents[one]),
                    torch.from_numpy(notes.pitches[one]),
                    torch.from_numpy(notes.velocities[one]),
                )
            )
        return np.asarray(torch.cat(rows).float())


def of_instrument(instrument: Instrument) -> Source:
    """Open an instrument's whole-note graph."""
    return Source(
        generator=InstrumentSource(instrument), timbres=instrument.latents, prior=instrument.prior
    )


def of_run(run_dir: Path, spec: SpectrogramSpec) -> Source:
    """Open the averaged weights of a run.

    Args:
        run_dir: its folder.
        spec: which its spectrograms must have.

    Raises:
        InputFileError: there is no such run, or its spec is another.
    """
    config, generator, timbres, _ = load_run(run_dir)
    if config.spec != spec:
        raise InputFileError(
            f"run {run_dir} has another spectrogram spec than the instrument; compare runs of one"
        )
    names = numbered_names([entry.name for entry in timbres])
    latents = {
        name: normalise(entry.latent.numpy()) for name, entry in zip(names, timbres, strict=True)
    }
    return Source(generator=_NetworkSource(generator, spec), timbres=latents, prior=Prior())
