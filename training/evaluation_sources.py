"""What an evaluation can sound: an exported instrument, or the checkpoint of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from synth.errors import ConfigError, InputFileError
from synth.notes.instrument import Instrument
from synth.notes.latents import Prior, normalise, random_timbre, slerp
from synth.representation import SpectrogramSpec
from training.checkpoint import CHECKPOINT_NAME, CONFIG_NAME, load_checkpoint, load_run, select
from training.config import TrainingConfig, config_from_dict, config_to_dict
from training.held_out import numbered_names
from training.metrics.played import InstrumentSource, NoteList, SpectrogramSource
from training.model.gansynth import PaperGenerator
from training.model.generator import Generator
from training.paper_config import PaperConfig

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSource:
    """GANSynth's own generator: timbres are draws of a normal distribution, without names."""

    generator: SpectrogramSource
    latent_size: int
    pitch_range: tuple[int, int]

    def draw(self, n_notes: int, seed: int) -> Array:
        """Draw timbres, [n_notes, latent_size]."""
        rng = np.random.default_rng(seed)
        return rng.standard_normal((n_notes, self.latent_size), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedRun:
    """What an evaluation asks of an instrument, of a run that none was made from."""

    spec: SpectrogramSpec
    timbre_names: tuple[str, ...]
    pitch_range: tuple[int, int]
    provenance: Mapping[str, Any]

    @property
    def n_onset_frames(self) -> int:
        """Frames that are decoded first, as in an instrument that is exported by default."""
        return min(8, self.spec.n_frames)


class _PaperNetwork:
    """A checkpoint of the paper's, in torch, as far as it has grown."""

    def __init__(self, generator: PaperGenerator, spec: SpectrogramSpec, progress: float) -> None:
        self.spec = spec
        self._generator = generator
        self._progress = progress

    @torch.no_grad()
    def generate(self, notes: NoteList) -> Array:
        """Generate spectrograms; velocities have no say."""
        latents, pitches = torch.from_numpy(notes.latents), torch.from_numpy(notes.pitches)
        made = self._generator(latents, pitches, self._progress).float()
        size = (self.spec.n_frames, self.spec.n_bins)
        return np.asarray(functional.interpolate(made, size, mode="nearest"))


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


def describe_run(run_dirs: Sequence[Path]) -> DescribedRun:
    """Say what the first run of a player's network would be as an instrument.

    Raises:
        ConfigError: there is none among them.
        InputFileError: a run cannot be read.
    """
    for run_dir in run_dirs:
        config = _read_config(run_dir)
        if isinstance(config, PaperConfig):
            continue
        _, _, timbres, provenance = load_run(run_dir)
        return DescribedRun(
            spec=config.spec,
            timbre_names=numbered_names([entry.name for entry in timbres]),
            pitch_range=(config.generator.first_pitch, config.generator.last_pitch),
            provenance={**provenance, "training_config": config_to_dict(config)},
        )
    raise ConfigError(
        "nothing to compare with: give --instrument, or --run of a run of --config live"
    )


def open_run(run_dir: Path, spec: SpectrogramSpec) -> Source | PaperSource:
    """Open the averaged weights of a run of either kind.

    Raises:
        InputFileError: there is no such run, or it is an instrument's of another spec.
    """
    config = _read_config(run_dir)
    if not isinstance(config, PaperConfig):
        return of_run(run_dir, spec)
    loaded = load_checkpoint(run_dir)
    if loaded is None:
        raise InputFileError(f"{run_dir} holds no {CHECKPOINT_NAME}; train there first")
    generator = PaperGenerator(config.network, config.spec.n_frames, config.spec.n_bins)
    tensors, state = loaded
    generator.load_state_dict(select(tensors, "ema"))
    progress = state.get("progress", float(config.network.n_blocks - 1))
    return PaperSource(
        generator=_PaperNetwork(generator.eval(), config.spec, progress),
        latent_size=config.network.latent_size,
        pitch_range=(config.network.first_pitch, config.network.last_pitch),
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


def split_of_instrument(instrument: Instrument | DescribedRun) -> Mapping[str, Any]:
    """Say how the instrument's own run held notes out, as far as its provenance tells."""
    config = instrument.provenance.get("training_config", {})
    return config if isinstance(config, dict) else {}


def fingerprint_of_instrument(instrument: Instrument | DescribedRun) -> str | None:
    """Name the set that an instrument learned from, if its provenance does."""
    data = instrument.provenance.get("data", {})
    found = data.get("fingerprint") if isinstance(data, dict) else None
    return str(found) if found else None


def _read_config(run_dir: Path) -> TrainingConfig | PaperConfig:
    try:
        return config_from_dict(json.loads((run_dir / CONFIG_NAME).read_text()))
    except (OSError, ValueError) as error:
        raise InputFileError(f"{run_dir / CONFIG_NAME} cannot be read: {error}") from error
