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
import re
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
_CODES = re.compile(r"ema\.generator\.levels\.\d\.first\.motion\.codes")
_ATTACK_ROWS = 8  # of the codes: half a second from the stroke on
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
    velocity: float = 1.0  # weight of what two strokes of a key differ by
    blend: Path | None = None  # another run of the same networks
    blend_share: float = 0.0  # of its weights in the result
    smoothing: int = 0  # passes over the finest level's codes of time, see `smoothed`
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0.0 < self.keys <= 1.0 or (self.n_steps is not None and self.n_steps < 1):
            raise ConfigError(f"keys is {self.keys}, wanted a share above 0; steps 1 or more")
        if self.time_budget_s is not None and self.time_budget_s <= 0.0:
            raise ConfigError(f"the time budget is {self.time_budget_s} s, wanted more than 0")
        if self.smoothing < 0:
            raise ConfigError(f"the smoothing is {self.smoothing} passes, wanted 0 or more")
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
    tensors = smoothed(tensors, config.smoothing)
    source = NoteSource(
        data,
        names,
        (training.generator.first_pitch, training.generator.last_pitch),
        training.validation_fraction,
        training.seed,
    )
    source.keep_on(torch.device(device), n_free_bytes(torch.device(device)))
    n_bands = training.generator.n_equaliser_bands or N_BANDS
    sized = replace(training.generator, n_equaliser_bands=n_bands)
    torch.manual_seed(config.seed)
    generator = Generator(sized, training.spec)
    weights = select(tensors, "ema.generator")
    missing, _ = generator.load_state_dict(weights, strict=False)  # it may have no equaliser yet
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
    if config.smoothing:
        told["smoothing"] = config.smoothing
    before = {}
    for key, value in levels.items():
        gains = _gains(equaliser, latents, value)
        value.difference = value.difference + gains  # to notes without the equaliser
        before[key] = value.mean_db(gains, training.spec)
    fit(equaliser, latents, learned, config, training.steering.angle, ends_at=started + budget_s)
    for key, value in levels.items():
        after = value.mean_db(_gains(equaliser, latents, value), training.spec)
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


def smoothed(tensors: dict[str, Tensor], n_passes: int) -> dict[str, Tensor]:
    """Smooth the finest level's codes of time, so that held notes flicker no more than recordings.

    Codes begin as noise, and training changes their gains, hardly them. In the finest level they
    change every two frames, and what the adversarial stage makes of them is a level that jitters
    (the median change from 20 ms to 20 ms 0.6 dB, of recordings 0.36).

    Args:
        tensors: of a checkpoint.
        n_passes: of a filter of (1, 2, 1) / 4; the first eight rows, the attack, stay.

    Returns:
        The tensors with other averaged codes.
    """
    names = sorted(name for name in tensors if _CODES.fullmatch(name))
    if not names or not n_passes:
        return tensors
    codes = tensors[names[-1]]
    for _ in range(n_passes):
        padded = functional.pad(codes[None], (1, 1), mode="replicate")[0]
        mean = 0.25 * padded[:, :-2] + 0.5 * padded[:, 1:-1] + 0.25 * padded[:, 2:]
        codes = torch.cat([codes[:, :_ATTACK_ROWS], mean[:, _ATTACK_ROWS:]], dim=1)
    return {**tensors, names[-1]: codes}


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
        levels: What was measured; their differences are to notes without the equaliser.
        config: Steps and rate.
        angle: How far macros turn a latent, radians: such turns must not change the gains.
        ends_at: When to be done, by `time.monotonic`, if the steps are not.
    """
    device = latents.device
    chance = torch.Generator(device).manual_seed(config.seed)
    draw = partial(torch.rand, generator=chance, device=device)
    optimiser = torch.optim.Adam(equaliser.parameters(), lr=config.rate)
    same_stroke = _Others(levels.pitch * 128 + torch.round(levels.velocity * 127).long())
    same_key = _Others(levels.instrument * 128 + levels.pitch)
    size = latents.shape[1]
    length = math.tan(angle) * math.sqrt(size)
    n_pairs = min(_ROWS, len(levels)) // 2 or 1
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

        # Notes and, below them, the same keys struck otherwise; half of all are mixtures of two
        # instruments, and some are turned by a macro, both notes of a key alike.
        rows = torch.randint(len(levels), (n_pairs,), generator=chance, device=device)
        rows = torch.cat([rows, same_key(rows, draw(n_pairs))])
        first, second = levels[rows], levels[same_stroke(rows, draw(2 * n_pairs))]
        is_mixed = draw(2 * n_pairs) < _MIXED
        share = (draw(2 * n_pairs) * is_mixed)[:, None]
        latent = (1.0 - share) * latents[first.instrument] + share * latents[second.instrument]
        noise = torch.randn((n_pairs, size), generator=chance, device=device)
        turns = torch.randint(min(len(WANTED), size), (n_pairs,), generator=chance, device=device)
        amount = (2.0 * draw(n_pairs) - 1.0) * (draw(n_pairs) < _TURNED)
        moved = _LATENT_NOISE * noise + length * amount[:, None] * functional.one_hot(turns, size)
        latent = latent + moved.repeat(2, 1)
        latent = latent * torch.rsqrt(latent.square().mean(dim=1, keepdim=True) + 1e-8)
        gains = equaliser.points(latent, first.pitch, first.velocity)
        share = share[:, :, None]
        wanted = (1.0 - share) * first.difference + share * second.difference
        weight = (1.0 - share) * first.weight + share * second.weight
        error = gains - wanted
        loss = (weight * error.abs()).sum() / weight.sum()

        # What two strokes of a key differ by: less than what both are off by, and it is heard.
        is_pair = ~(is_mixed[:n_pairs] | is_mixed[n_pairs:])
        loudness = is_pair[:, None, None] * torch.minimum(*first.loudness.chunk(2))
        change = error[:n_pairs] - error[n_pairs:]
        apart = (loudness * change.abs()).sum() / loudness.sum().clamp(min=1e-6)
        loss = loss + config.velocity * apart
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


@torch.no_grad()
def _gains(equaliser: Equaliser, latents: Tensor, levels: Levels) -> Tensor:
    """Return what the equaliser does to measured notes, [n_notes, n_knots, n_bands]."""
    return equaliser.points(latents[levels.instrument], levels.pitch, levels.velocity)


class _Others:
    """Finds for a note any of the notes of its group, perhaps itself."""

    def __init__(self, groups: Tensor) -> None:
        self._order = torch.argsort(groups, stable=True)
        in_order = groups[self._order]
        self._first = torch.searchsorted(in_order, groups)
        self._last = torch.searchsorted(in_order, groups, right=True)

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
