"""Fit what training leaves over: how loud each part of the spectrum is, at each key and stroke.

Every note of the data is generated once; its levels in bands over time are compared with the
recording's, and the generator's equaliser (`training.model.equaliser`) learns the differences. That
is a table of numbers, not of images: a hundred passes over it take as long as a few hundred steps
of training. Between instruments the differences are mixed as the latents are (Zhang et al. 2018,
arXiv:1710.09412), so that timbres without a name get a mixture of the gains.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from synth.errors import ConfigError, InputFileError
from synth.representation import SpectrogramSpec
from training.batches import NoteSource
from training.checkpoint import (
    CHECKPOINT_NAME,
    CONFIG_NAME,
    load_checkpoint,
    load_run,
    save_checkpoint,
    select,
)
from training.config import TrainingConfig, config_to_dict
from training.data.prepared import PreparedSet
from training.losses import decibels_per_unit
from training.model.equaliser import Equaliser
from training.model.generator import Generator
from training.representation import encode
from training.steering import WANTED

N_BANDS = 24  # third octaves from 50 Hz to 8 kHz
_FLOOR_DB = 80.0  # below the recording's loudest band
_AUDIBLE_DB, _AUDIBLE_SLOPE_DB = 55.0, 6.0
_MOST_DB = 24.0  # that the equaliser is asked for
_BATCH_SIZE = 8  # notes generated at once
_ROWS = 1024  # in a step of the fit
_MIXED, _TURNED = 0.5, 0.3  # shares of those that are mixed, and that are turned by a macro
_LATENT_NOISE = 0.1

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualiserConfig:
    """How the equaliser is fitted.

    Raises:
        ConfigError: nothing would be generated, or the blend is no share.
    """

    keys: float = 1.0  # share of the keys of each instrument that are generated
    n_steps: int = 4_000
    rate: float = 2e-3
    blend: Path | None = None  # another run of the same networks
    blend_share: float = 0.0  # of its weights in the result
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0.0 < self.keys <= 1.0 or self.n_steps < 1:
            raise ConfigError(f"keys is {self.keys}, wanted a share above 0; steps 1 or more")
        if not 0.0 <= self.blend_share <= 1.0:
            raise ConfigError(f"the blend's share is {self.blend_share}, wanted 0 to 1")


@dataclass(slots=True)
class Levels:
    """What was measured: of each note the differences of its levels, recording less generated."""

    instrument: Tensor  # [n_notes] int64
    pitch: Tensor  # [n_notes] int64
    velocity: Tensor  # [n_notes], 0..1
    difference: Tensor  # [n_notes, n_knots, n_bands], normalised log-power
    weight: Tensor  # the same; 1 where it is heard, 0 where not

    def __getitem__(self, rows: Tensor) -> Levels:
        """Return some of the notes."""
        return Levels(*(getattr(self, name)[rows] for name in self.__slots__))

    def mean_db(self, gains: Tensor, spec: SpectrogramSpec) -> float:
        """Mean difference in dB that is left with some gains."""
        left = (self.weight * (self.difference - gains).abs()).sum() / self.weight.sum()
        return float(left) * decibels_per_unit(spec)


def equalise(
    run_dir: Path,
    data: PreparedSet,
    out_dir: Path,
    config: EqualiserConfig,
    report: Report = lambda _line: None,
) -> dict[str, Any]:
    """Write a run whose averaged networks have an equaliser.

    Args:
        run_dir: A run of `live`'s kind that has saved.
        data: What it learned from.
        out_dir: The new run: for `gansynth export`, and for `--start` by its training state.
        config: How.
        report: Is told how it goes.

    Returns:
        What goes into the provenance: mean differences in dB of the notes learned and held out,
        before and after.

    Raises:
        InputFileError: there is no such run, or one lies at `out_dir` already.
        ConfigError: the data lack its instruments.
    """
    if (out_dir / CHECKPOINT_NAME).exists():
        raise InputFileError(f"{out_dir} holds a run already; choose another --out")
    training, _, timbres, _ = load_run(run_dir)
    names = tuple(timbre.name for timbre in timbres)
    tensors, state = blended(run_dir, config)
    source = NoteSource(
        data,
        names,
        (training.generator.first_pitch, training.generator.last_pitch),
        training.validation_fraction,
        training.seed,
    )
    sized = replace(training.generator, n_equaliser_bands=N_BANDS)
    generator = Generator(sized, training.spec)
    missing, _ = generator.load_state_dict(select(tensors, "ema.generator"), strict=False)
    if any(not name.startswith("equaliser.") for name in missing):
        raise InputFileError(f"{run_dir} holds other networks than its config says")
    assert generator.equaliser is not None
    table = select(tensors, "ema.latents")["table.weight"]
    latents = table * torch.rsqrt(table.square().mean(dim=1, keepdim=True) + 1e-8)

    rng = np.random.default_rng(config.seed)
    learned = measure(generator, latents, source, choose_keys(source, config.keys, rng), report)
    held_out = measure(generator, latents, source, source.validation[:1000], report)
    before = [levels.mean_db(torch.zeros(()), training.spec) for levels in (learned, held_out)]
    fit(generator.equaliser, latents, learned, config, training.steering.angle)
    with torch.no_grad():
        after = [
            levels.mean_db(
                generator.equaliser.points(
                    latents[levels.instrument], levels.pitch, levels.velocity
                ),
                training.spec,
            )
            for levels in (learned, held_out)
        ]
    told = {
        "notes": len(learned.pitch),
        "difference_db": {"before": round(before[0], 2), "after": round(after[0], 2)},
        "held_out_difference_db": {"before": round(before[1], 2), "after": round(after[1], 2)},
    }
    _write(out_dir, replace(training, generator=sized), generator, tensors, state, told)
    return told


def blended(run_dir: Path, config: EqualiserConfig) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a run's averaged networks, or a mixture with another's (Wortsman et al. 2022).

    Raises:
        InputFileError: there is no such run, or the two differ in their networks.
    """
    tensors, state = _loaded(run_dir)
    if config.blend is None:
        return tensors, state
    others, other_state = _loaded(config.blend)
    share = config.blend_share
    for name, value in tensors.items():
        if not name.startswith("ema."):
            continue
        if name not in others or others[name].shape != value.shape:
            raise InputFileError(f"{config.blend} holds other networks than {run_dir}")
        if value.is_floating_point():
            tensors[name] = (1.0 - share) * value + share * others[name]
    parts = {other_state["stage"]: share, state["stage"]: round(1.0 - share, 4)}
    state["provenance"] = {**state["provenance"], "blend": parts}
    return tensors, state


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
    report: Report = lambda _line: None,
) -> Levels:
    """Generate notes and compare their levels with the recordings'.

    Args:
        generator: On the CPU, its equaliser fresh.
        latents: [n_instruments, latent_size], unit variance.
        source: Notes.
        rows: Of the set.
        report: Is told how far it is.
    """
    generator = generator.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    assert generator.equaliser is not None
    spec, equaliser = generator.spec, generator.equaliser
    parts = []
    batches = np.array_split(rows, max(1, math.ceil(len(rows) / _BATCH_SIZE)))
    for number, part in enumerate(batches):
        batch = source.batch(np.sort(part))
        with torch.autocast("cpu", torch.bfloat16):
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
            )
        )
        if number % 200 == 0:
            report(f"{number * _BATCH_SIZE} of {len(rows)} notes")
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


def fit(
    equaliser: Equaliser,
    latents: Tensor,
    levels: Levels,
    config: EqualiserConfig,
    angle: float,
) -> None:
    """Fit the equaliser to measured differences.

    Args:
        equaliser: Is changed in place.
        latents: [n_instruments, latent_size], unit variance.
        levels: What was measured.
        config: Steps and rate.
        angle: How far macros turn a latent, radians: such turns must not change the gains.
    """
    chance = torch.Generator().manual_seed(config.seed)
    optimiser = torch.optim.Adam(equaliser.parameters(), lr=config.rate)
    partner_of = _Partners(levels)
    size = latents.shape[1]
    length = math.tan(angle) * math.sqrt(size)
    n_rows = min(_ROWS, len(levels.pitch))
    for step in range(config.n_steps):
        for group in optimiser.param_groups:
            group["lr"] = config.rate * (0.5 + 0.5 * math.cos(math.pi * step / config.n_steps))
        rows = torch.randint(len(levels.pitch), (n_rows,), generator=chance)
        first, second = levels[rows], levels[partner_of(rows, chance)]
        is_mixed = torch.rand(n_rows, generator=chance) < _MIXED
        share = (torch.rand(n_rows, generator=chance) * is_mixed)[:, None]
        latent = (1.0 - share) * latents[first.instrument] + share * latents[second.instrument]
        latent = latent + _LATENT_NOISE * torch.randn(latent.shape, generator=chance)
        turns = torch.randint(min(len(WANTED), size), (n_rows,), generator=chance)
        amount = 2.0 * torch.rand(n_rows, generator=chance) - 1.0
        amount = amount * (torch.rand(n_rows, generator=chance) < _TURNED)
        latent = latent + length * amount[:, None] * functional.one_hot(turns, size)
        latent = latent * torch.rsqrt(latent.square().mean(dim=1, keepdim=True) + 1e-8)
        gains = equaliser.points(latent, first.pitch, first.velocity)
        share = share[:, :, None]
        wanted = (1.0 - share) * first.difference + share * second.difference
        weight = (1.0 - share) * first.weight + share * second.weight
        loss = (weight * (gains - wanted).abs()).sum() / weight.sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


class _Partners:
    """Finds for a note another of the same pitch and velocity."""

    def __init__(self, levels: Levels) -> None:
        stroke = levels.pitch * 128 + torch.round(levels.velocity * 127).long()
        self._order = torch.argsort(stroke, stable=True)
        self._stroke = stroke
        sorted_strokes = stroke[self._order]
        self._first = torch.searchsorted(sorted_strokes, stroke)
        self._last = torch.searchsorted(sorted_strokes, stroke, right=True)

    def __call__(self, rows: Tensor, chance: torch.Generator) -> Tensor:
        first, last = self._first[rows], self._last[rows]
        place = first + (torch.rand(len(rows), generator=chance) * (last - first)).long()
        return self._order[place]


def _loaded(run_dir: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    loaded = load_checkpoint(run_dir)
    if loaded is None:
        raise InputFileError(f"{run_dir} holds no checkpoint; train there first")
    return loaded


def _write(
    out_dir: Path,
    config: TrainingConfig,
    generator: Generator,
    tensors: dict[str, Tensor],
    state: dict[str, Any],
    told: dict[str, Any],
) -> None:
    kept = {
        name: value
        for name, value in tensors.items()
        if name.startswith(("ema.latents.", "stage.network."))
    }
    kept |= {f"ema.generator.{name}": value for name, value in generator.state_dict().items()}
    state["provenance"] = {**state["provenance"], "equaliser": told}
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / CONFIG_NAME).write_text(json.dumps(config_to_dict(config), indent=1))
    save_checkpoint(out_dir, kept, state)
