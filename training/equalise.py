"""Fit what training leaves over: how loud each part of the spectrum is, at each key and stroke.

Every note of the data is generated once and its levels are compared with the recording's
(`training.levels`); the generator's equaliser (`training.model.equaliser`) learns the differences.
That is a table of numbers, not of images: a hundred passes over it take as long as a few hundred
steps of training. Between instruments the differences are mixed as the latents are (Zhang et al.
2018, arXiv:1710.09412), so that timbres without a name get a mixture of the gains.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from synth.errors import ConfigError, InputFileError
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
from training.devices import n_free_bytes
from training.levels import Levels, Report, choose_keys, measure
from training.model.equaliser import Equaliser
from training.model.generator import Generator
from training.steering import WANTED

N_BANDS = 24  # third octaves from 50 Hz to 8 kHz
_ROWS = 1024  # in a step of the fit
_PASSES, _LEAST_STEPS, _MOST_STEPS = 320, 4_000, 12_000
_MIXED, _TURNED = 0.5, 0.3  # shares of those that are mixed, and that are turned by a macro
_LATENT_NOISE = 0.1
_OWN = "equaliser."  # weights of a generator
_HELD_OUT = 1_000  # notes that nobody learned from, for the figures
# Of a time budget, until when held-out notes are measured, and until when those that are learned.
_HELD_OUT_SHARE, _MEASURED_SHARE = 0.1, 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualiserConfig:
    """How the equaliser is fitted.

    Raises:
        ConfigError: nothing would be generated or fitted, or the blend is no share.
    """

    keys: float = 1.0  # share of the keys of each instrument that are generated
    n_steps: int | None = None  # at most; None: 4,000, and up to 12,000 for many notes
    time_budget_s: float | None = None  # then of fewer notes, drawn by lot, and in fewer steps
    rate: float = 2e-3
    blend: Path | None = None  # another run of the same networks
    blend_share: float = 0.0  # of its weights in the result
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0.0 < self.keys <= 1.0 or (self.n_steps is not None and self.n_steps < 1):
            raise ConfigError(f"keys is {self.keys}, wanted a share above 0; steps 1 or more")
        if self.time_budget_s is not None and self.time_budget_s <= 0.0:
            raise ConfigError(f"the time budget is {self.time_budget_s} s, wanted more than 0")
        if not 0.0 <= self.blend_share <= 1.0:
            raise ConfigError(f"the blend's share is {self.blend_share}, wanted 0 to 1")


def equalise(
    run_dir: Path,
    data: PreparedSet,
    out_dir: Path,
    config: EqualiserConfig,
    *,
    device: str = "cpu",
    report: Report = lambda _line: None,
) -> dict[str, Any]:
    """Write a run whose averaged networks have an equaliser.

    Args:
        run_dir: A run of `live`'s kind that has saved.
        data: What it learned from.
        out_dir: The new run: for `gansynth export`, and for `--start` by its training state.
        config: How.
        device: Where it computes.
        report: Is told how it goes.

    Returns:
        What goes into the provenance: mean differences in dB of the notes learned and held out
        (where there are any), before and after.

    Raises:
        InputFileError: there is no such run, or one lies at `out_dir` already.
        ConfigError: the data lack its instruments.
    """
    started, budget_s = time.monotonic(), config.time_budget_s or math.inf
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
    source.keep_on(torch.device(device), n_free_bytes(torch.device(device)))
    sized = replace(training.generator, n_equaliser_bands=N_BANDS)
    torch.manual_seed(config.seed)
    generator = Generator(sized, training.spec)
    weights = select(tensors, "ema.generator")
    plain = {name: value for name, value in weights.items() if not name.startswith(_OWN)}
    missing, _ = generator.load_state_dict(plain, strict=False)  # the equaliser stays a fresh one
    if any(not name.startswith(_OWN) for name in missing):
        raise InputFileError(f"{run_dir} holds other networks than its config says")
    assert generator.equaliser is not None
    table = select(tensors, "ema.latents")["table.weight"]
    latents = (table * torch.rsqrt(table.square().mean(dim=1, keepdim=True) + 1e-8)).to(device)
    generator.to(device)

    # Levels as they are: all of the data, or as much as the first part of the time allows.
    rng = np.random.default_rng(config.seed)
    rows, others = choose_keys(source, config.keys, rng), source.validation[:_HELD_OUT]
    if config.time_budget_s is not None:
        rows, others = rng.permutation(rows), rng.permutation(others)
    measured = partial(measure, generator, latents, source, report=report)
    levels = {}
    if len(others):
        ends_at = started + _HELD_OUT_SHARE * budget_s
        levels["held_out_difference_db"] = measured(others, ends_at=ends_at)
    learned = measured(rows, ends_at=started + _MEASURED_SHARE * budget_s)
    levels["difference_db"] = learned

    # What the equaliser makes of them.
    equaliser = generator.equaliser
    told: dict[str, Any] = {"notes": len(learned)}
    before = {key: value.mean_db(torch.zeros(()), training.spec) for key, value in levels.items()}
    fit(equaliser, latents, learned, config, training.steering.angle, ends_at=started + budget_s)
    for key, value in levels.items():
        with torch.no_grad():
            gains = equaliser.points(latents[value.instrument], value.pitch, value.velocity)
        after = value.mean_db(gains, training.spec)
        told[key] = {"before": round(before[key], 2), "after": round(after, 2)}
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


def fit(
    equaliser: Equaliser,
    latents: Tensor,
    levels: Levels,
    config: EqualiserConfig,
    angle: float,
    ends_at: float = math.inf,
) -> None:
    """Fit the equaliser to measured differences.

    Args:
        equaliser: Is changed in place.
        latents: [n_instruments, latent_size], unit variance.
        levels: What was measured.
        config: Steps and rate.
        angle: How far macros turn a latent, radians: such turns must not change the gains.
        ends_at: When to be done, by `time.monotonic`, if the steps are not.
    """
    device = latents.device
    chance = torch.Generator(device).manual_seed(config.seed)
    draw = partial(torch.rand, generator=chance, device=device)
    optimiser = torch.optim.Adam(equaliser.parameters(), lr=config.rate)
    partner_of = _Partners(levels)
    size = latents.shape[1]
    length = math.tan(angle) * math.sqrt(size)
    n_rows = min(_ROWS, len(levels))
    in_passes = round(_PASSES * len(levels) / _ROWS)
    n_steps = config.n_steps or min(max(in_passes, _LEAST_STEPS), _MOST_STEPS)
    started = time.monotonic()
    n_seconds = max(ends_at - started, 1e-9)
    for step in range(n_steps):
        # How far it is, by steps or by time, whichever is further; the rate falls with it.
        progress = max(step / n_steps, (time.monotonic() - started) / n_seconds)
        if step and progress >= 1.0:
            break
        for group in optimiser.param_groups:
            group["lr"] = config.rate * (0.5 + 0.5 * math.cos(math.pi * min(progress, 1.0)))

        # Notes, half of them mixtures of two instruments, some turned by a macro.
        rows = torch.randint(len(levels), (n_rows,), generator=chance, device=device)
        first, second = levels[rows], levels[partner_of(rows, draw(n_rows))]
        is_mixed = draw(n_rows) < _MIXED
        share = (draw(n_rows) * is_mixed)[:, None]
        latent = (1.0 - share) * latents[first.instrument] + share * latents[second.instrument]
        noise = torch.randn(latent.shape, generator=chance, device=device)
        latent = latent + _LATENT_NOISE * noise
        turns = torch.randint(min(len(WANTED), size), (n_rows,), generator=chance, device=device)
        amount = (2.0 * draw(n_rows) - 1.0) * (draw(n_rows) < _TURNED)
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

    def __call__(self, rows: Tensor, lots: Tensor) -> Tensor:
        """Draw one for each row, by lots in 0..1."""
        first, last = self._first[rows], self._last[rows]
        place = first + (lots * (last - first)).long()
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
