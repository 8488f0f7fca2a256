"""The training loop: flat, counted in images, resumed by running the same command again.

Reconstruction stage: the generator is the decoder of one learned latent per instrument. It gives
the adversarial stage a start that is in tune, at a small part of the cost (a GAN needs tens of
times the images).
"""

from __future__ import annotations

import json
import math
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn

from training.batches import NoteSource
from training.checkpoint import (
    CONFIG_NAME,
    InstrumentLatents,
    flatten_optimiser,
    load_checkpoint,
    restore_optimiser,
    save_checkpoint,
    select,
)
from training.config import OptimiserConfig, TrainingConfig, config_to_dict
from training.data.prepared import PreparedSet
from training.losses import log_spectral_distance_db, reconstruction_loss
from training.model.generator import Generator
from training.representation import encode

LOG_NAME = "log.jsonl"
_N_VALIDATION = 64  # notes heard at each checkpoint
_LOG_IMAGES = 800
# What of the data's own description goes into the instrument's.
_DATA_KEYS = ("n_notes", "velocities", "pitches", "licence", "soundfonts", "fingerprint", "seed")


class Networks(nn.Module):
    """What is trained together."""

    def __init__(self, config: TrainingConfig, n_instruments: int) -> None:
        super().__init__()
        self.generator = Generator(config.generator, config.spec)
        self.latents = InstrumentLatents(n_instruments, config.generator.latent_size)


@dataclass(slots=True)
class RunState:
    """Where a run stands; everything else is tensors."""

    n_images: int = 0
    n_seconds: float = 0.0


def train(
    config: TrainingConfig,
    data: PreparedSet,
    run_dir: Path,
    *,
    time_budget_s: float | None = None,
    stop_after_images: int | None = None,
    device: str = "auto",
) -> RunState:
    """Train until the images or the time of the run are spent; go on where an earlier call stopped.

    Args:
        config: The run; an existing run keeps its own.
        data: Notes.
        run_dir: Where config.json, log.jsonl and the checkpoint live.
        time_budget_s: Wall time for the whole run, earlier calls included. The learning rate then
            follows the time instead of the images, so that the run ends annealed.
        stop_after_images: Stop in this call once the run has seen so many, and save.
        device: "auto", "cpu" or "cuda".

    Returns:
        Where the run stands. A run stopped by SIGINT or SIGTERM saves first.

    Raises:
        ConfigError: the data lack what the config names.
        InputFileError: a checkpoint is damaged or cannot be written.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    where = torch.device(device)
    torch.manual_seed(config.seed)
    run_dir.mkdir(parents=True, exist_ok=True)
    (run_dir / CONFIG_NAME).write_text(json.dumps(config_to_dict(config), indent=1))
    source = NoteSource(
        data,
        config.instruments,
        (config.generator.first_pitch, config.generator.last_pitch),
        config.validation_fraction,
        config.seed,
    )

    # Networks, their running average and the optimiser, fresh or from the checkpoint.
    networks = Networks(config, len(source.names)).to(where)
    networks.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = Networks(config, len(source.names)).to(where)
    average.load_state_dict(networks.state_dict())
    average.requires_grad_(False)
    optimiser = torch.optim.Adam(
        networks.parameters(),
        lr=config.optimiser.rate,
        betas=(config.optimiser.beta1, config.optimiser.beta2),
    )
    state = RunState()
    loaded = load_checkpoint(run_dir)
    if loaded is not None:
        tensors, saved = loaded
        networks.load_state_dict(select(tensors, "model"))
        average.load_state_dict(select(tensors, "ema"))
        restore_optimiser(optimiser, tensors)
        state = RunState(n_images=saved["n_images"], n_seconds=saved["n_seconds"])

    def save() -> None:
        tensors = {f"model.{name}": value for name, value in networks.state_dict().items()}
        tensors |= {f"ema.{name}": value for name, value in average.state_dict().items()}
        provenance = _provenance(config, data, state)
        names = list(zip(source.names, source.families, strict=True))
        save_checkpoint(
            run_dir,
            tensors | flatten_optimiser(optimiser),
            {
                "n_images": state.n_images,
                "n_seconds": state.n_seconds,
                "instruments": names,
                "provenance": provenance,
            },
        )

    stop = _StopSignal()
    size = config.optimiser.batch_size
    n_seconds_before = state.n_seconds
    started = last_saved = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with stop, Progress(*columns) as bar, (run_dir / LOG_NAME).open("a") as log:
        task = bar.add_task("training", total=1.0)
        while not stop.is_set and state.n_images < (stop_after_images or math.inf):
            # How far the run is, by images or by time.
            state.n_seconds = n_seconds_before + time.monotonic() - started
            progress = state.n_images / config.n_images
            if time_budget_s is not None:
                progress = state.n_seconds / time_budget_s
            if progress >= 1.0:
                break

            # One step.
            batch = source.training_batch(state.n_images, size).to(where)
            target = encode(batch.audio, config.spec)
            noise = _latent_noise(config, state.n_images, size).to(where)
            frames = crop(config, state.n_images)
            with torch.autocast(where.type, torch.bfloat16, enabled=config.bf16):
                latent = networks.latents(batch.instrument) + noise
                generated = networks.generator(latent, batch.pitch, batch.velocity, frames)
            loss, terms = reconstruction_loss(
                generated, target, config.spec, config.loss, frames[0]
            )
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(config.optimiser, state.n_images, progress)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(networks.parameters(), config.optimiser.gradient_clip)
            if torch.isfinite(norm):
                optimiser.step()
            state.n_images += size
            _update_average(average, networks, size, state.n_images, config.optimiser.ema_images)

            # Tell how it goes.
            if state.n_images % _LOG_IMAGES < size:
                rate = state.n_images / max(time.monotonic() - started + n_seconds_before, 1e-9)
                entry = {"images": state.n_images, "seconds": round(state.n_seconds, 1)}
                entry |= {"loss": round(loss.item(), 4), "gradient": round(float(norm), 3)}
                entry |= {name: round(value.item(), 4) for name, value in terms.items()}
                _write(log, entry)
                description = f"{state.n_images} images, {rate:.1f}/s, loss {loss.item():.3f}"
                bar.update(task, completed=progress, description=description)

            # Save, and listen to held-out notes.
            if time.monotonic() - last_saved > config.checkpoint_seconds:
                save()
                _write(log, {"images": state.n_images, **_validate(average, source, config, where)})
                last_saved = time.monotonic()
        save()
        _write(log, {"images": state.n_images, **_validate(average, source, config, where)})
    return state


def learning_rate(config: OptimiserConfig, n_images: int, progress: float) -> float:
    """Warm up over images, then fall along a cosine over the run (Loshchilov & Hutter 2017)."""
    warm_up = min(1.0, (n_images + config.batch_size) / config.n_warmup_images)
    cosine = 0.5 + 0.5 * math.cos(math.pi * min(progress, 1.0))
    return warm_up * (config.final_rate + (config.rate - config.final_rate) * cosine)


class _StopSignal:
    """Turns SIGINT and SIGTERM into a flag, so that a stopped run saves first."""

    def __init__(self) -> None:
        self.is_set = False
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous[number] = signal.signal(number, self._set)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _set(self, _number: int, _frame: FrameType | None) -> None:
        self.is_set = True


def _latent_noise(config: TrainingConfig, n_images: int, size: int) -> Tensor:
    """Draw what blurs each instrument's point into a cloud, from the image count alone."""
    rng = np.random.default_rng((config.seed, 1, n_images))
    shape = (size, config.generator.latent_size)
    return torch.from_numpy(rng.normal(0.0, config.latent_noise, shape).astype(np.float32))


def crop(config: TrainingConfig, n_images: int) -> tuple[int, int]:
    """Choose the frames [first, last) that a step looks at, from the image count alone.

    Notes change slowly, and the generator is local in time: a quarter of a note costs a quarter
    of the work and teaches nearly as much as all of it.
    """
    n_frames = config.spec.n_frames
    if not 0 < config.n_crop_frames < n_frames:
        return 0, n_frames
    rng = np.random.default_rng((config.seed, 2, n_images))
    if rng.random() < config.onset_crops:
        return 0, config.n_crop_frames
    first = int(rng.integers(n_frames - config.n_crop_frames + 1))
    return first, first + config.n_crop_frames


@torch.no_grad()
def _update_average(
    average: nn.Module, networks: nn.Module, size: int, n_images: int, ema_images: int
) -> None:
    """Move the average towards the weights; a young run averages over less (Karras et al. 2022)."""
    window = min(ema_images, 0.1 * n_images + size)
    for mean, value in zip(average.parameters(), networks.parameters(), strict=True):
        mean.lerp_(value, min(1.0, size / window))


@torch.no_grad()
def _validate(
    average: Networks, source: NoteSource, config: TrainingConfig, device: torch.device
) -> dict[str, float]:
    """Compare held-out notes with what the averaged weights make of their conditioning."""
    if not len(source.validation):
        return {}
    rng = np.random.default_rng(0)
    rows = rng.choice(source.validation, min(_N_VALIDATION, len(source.validation)), replace=False)
    distances, losses = [], []
    for part in np.array_split(rows, math.ceil(len(rows) / 8)):
        batch = source.batch(np.sort(part)).to(device)
        target = encode(batch.audio, config.spec)
        generated = average.generator(
            average.latents(batch.instrument), batch.pitch, batch.velocity
        )
        losses.append(reconstruction_loss(generated, target, config.spec, config.loss)[0].item())
        distances.append(log_spectral_distance_db(generated, target, config.spec))
    return {
        "validation_loss": round(float(np.mean(losses)), 4),
        "validation_distance_db": round(torch.cat(distances).mean().item(), 3),
    }


def _provenance(config: TrainingConfig, data: PreparedSet, state: RunState) -> dict[str, Any]:
    """Say what a model was made from."""
    return {
        "config": config.name,
        "seed": config.seed,
        "images": {"reconstruction": state.n_images},
        "hours": round(state.n_seconds / 3600.0, 3),
        "data": {key: data.info[key] for key in _DATA_KEYS if key in data.info},
    }


def _write(log: Any, entry: dict[str, Any]) -> None:
    log.write(json.dumps(entry) + "\n")
    log.flush()
