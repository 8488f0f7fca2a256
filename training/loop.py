"""The training loop: flat, counted in images, resumed by running the same command again.

A run goes through stages: reconstruction, then the adversarial one. What a step of each does is in
`training.stages`; this module feeds them, averages the weights, saves, and tells how it goes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from synth.errors import ConfigError
from training.batches import NoteSource
from training.checkpoint import (
    CONFIG_NAME,
    load_checkpoint,
    load_training_state,
    refusing_other_sizes,
    save_checkpoint,
    select,
    take_weights,
)
from training.config import OptimiserConfig, TrainingConfig, config_to_dict
from training.data.prepared import PreparedSet
from training.devices import mean_over_processes, n_free_bytes, open_devices
from training.journal import Journal
from training.paper_config import PaperConfig
from training.representation import encode
from training.stages.adversarial import AdversarialStage
from training.stages.reconstruction import ReconstructionStage
from training.stages.stage import Lesson, Networks, Stage
from training.stopping import Clock, StopSignal
from training.validation import validate

_MOST_RETURNS = 5  # to the last checkpoint, when the loss leaves the numbers
_LOG_IMAGES = 800
_STAGES: dict[str, Callable[[TrainingConfig, Networks, Fabric, tuple[str, ...]], Stage]] = {
    stage.name: stage for stage in (ReconstructionStage, AdversarialStage)
}
# What of the data's own description goes into the instrument's.
_DATA_KEYS = ("n_notes", "velocities", "pitches", "licence", "soundfonts", "fingerprint", "seed")


@dataclass(slots=True)
class RunState:
    """Where a run stands; everything else is tensors."""

    images: dict[str, int] = field(default_factory=dict)  # seen, by stage
    n_seconds: float = 0.0

    @property
    def n_images(self) -> int:
        """Images seen in all stages, repetitions counted."""
        return sum(self.images.values())


def train(
    config: TrainingConfig,
    data: PreparedSet,
    run_dir: Path,
    *,
    time_budget_s: float | None = None,
    stop_after_images: int | None = None,
    device: str = "auto",
    start: Path | None = None,
) -> RunState:
    """Train until the images or the time of the run are spent; go on where an earlier call stopped.

    Args:
        config: The run; where one lies there already, its sizes must be these.
        data: Notes.
        run_dir: Where config.json, log.jsonl and the checkpoint live.
        time_budget_s: Wall time for the whole run, earlier calls included. The learning rate then
            follows the time instead of the images, so that the run ends annealed.
        stop_after_images: Stop in this call once the run has seen so many, and save.
        device: "auto", "cpu" or "cuda".
        start: A training state whose weights a fresh run begins with.

    Returns:
        Where the run stands. A run stopped by SIGINT or SIGTERM saves first.

    Raises:
        ConfigError: the data lack what the config names, or the loss keeps leaving the numbers.
        InputFileError: a checkpoint is damaged or cannot be written.
    """
    size = config.optimiser.batch_size
    fabric = open_devices(device, bf16=config.bf16, batch_size=size)
    torch.manual_seed(config.seed)
    run_dir.mkdir(parents=True, exist_ok=True)
    source = NoteSource(
        data,
        config.instruments,
        (config.generator.first_pitch, config.generator.last_pitch),
        config.validation_fraction,
        config.seed,
        in_pairs=config.loss.velocity > 0.0,
    )
    source.keep_on(fabric.device, n_free_bytes(fabric.device))

    # Networks, their running average and the optimiser, fresh or from the checkpoint.
    networks = Networks(config, len(source.names)).to(fabric.device)
    networks.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = Networks(config, len(source.names)).to(fabric.device)
    average.load_state_dict(networks.state_dict())
    average.requires_grad_(False)

    given, given_names, origin = load_training_state(start) if start is not None else ({}, [], {})

    def make_stage(name: str) -> Stage:
        torch.manual_seed(config.seed + 1)  # the same discriminator, whenever the stage begins
        stage = _STAGES[name](config, networks, fabric, source.families)
        if isinstance(stage, AdversarialStage):
            weights = select(given, "stage.network")
            take_weights(stage.discriminator, weights, given_names, source.names)
        return stage

    def restore() -> tuple[RunState, Stage]:
        loaded = load_checkpoint(run_dir)
        if loaded is None:
            n_taken = take_weights(networks, select(given, "ema"), given_names, source.names)
            take_weights(average, select(given, "ema"), given_names, source.names)
            if start is not None and not n_taken:
                raise ConfigError(f"{start} holds no weights that fit config {config.name!r}")
            return RunState(), make_stage(stage_at(config, 0.0)[0])
        tensors, saved = loaded
        stage = make_stage(saved["stage"])
        with refusing_other_sizes(run_dir):
            networks.load_state_dict(select(tensors, "model"))
            average.load_state_dict(select(tensors, "ema"))
            stage.restore(select(tensors, "stage"))
        return RunState(images=saved["images"], n_seconds=saved["n_seconds"]), stage

    def save() -> None:
        if not fabric.is_global_zero:
            return
        tensors = {f"model.{name}": value for name, value in networks.state_dict().items()}
        tensors |= {f"ema.{name}": value for name, value in average.state_dict().items()}
        tensors |= {f"stage.{name}": value for name, value in stage.tensors().items()}
        named = list(zip(source.names, source.families, strict=True))
        progress = {"images": state.images, "n_seconds": state.n_seconds, "stage": stage.name}
        provenance = provenance_of(config, data, state)
        if start is not None:
            provenance["start"] = {k: v for k, v in origin.items() if k != "data"}
        save_checkpoint(
            run_dir, tensors, {**progress, "instruments": named, "provenance": provenance}
        )
        journal.write(state.n_images, validate(average, source, config, fabric.device))
        journal.show(state.n_images, average, source, config, fabric.device)

    state, stage = restore()
    (run_dir / CONFIG_NAME).write_text(json.dumps(config_to_dict(config), indent=1))
    n_returns = 0
    clock = Clock(state.n_seconds)
    last_saved = state.n_seconds
    with StopSignal() as stop, Journal(run_dir, is_silent=not fabric.is_global_zero) as journal:
        while state.n_images < (stop_after_images or math.inf):
            # How far the run is, by images or by time; all processes agree on it.
            now = torch.tensor([clock.seconds, float(stop.is_set)], device=fabric.device)
            state.n_seconds, is_stopped = mean_over_processes(fabric, now).tolist()
            progress = state.n_images / config.n_images
            if time_budget_s is not None:
                progress = state.n_seconds / time_budget_s
            if progress >= 1.0 or is_stopped:
                break

            # The stage that this belongs to.
            name, progress_in_stage = stage_at(config, progress)
            if name != stage.name:
                stage = make_stage(name)
            n_seen = state.images.setdefault(name, 0)

            # One step, on this process's share of the batch.
            mine = slice(fabric.global_rank, size, fabric.world_size)
            batch = source.training_batch(state.n_images, size, mine).to(fabric.device)
            terms = stage.step(
                Lesson(
                    batch=batch,
                    target=encode(batch.audio, config.spec),
                    latent_noise=_latent_noise(config, state.n_images, size)[mine].to(
                        fabric.device
                    ),
                    frames=crop(config, state.n_images),
                    progress=progress_in_stage,
                    rate=learning_rate(stage.optimiser_config, n_seen, progress_in_stage),
                    rng=np.random.default_rng((config.seed, 4, state.n_images)),
                )
            )
            state.images[name] += size
            _update_average(average, networks, size, state.n_images, config.optimiser.ema_images)

            # Tell how it goes; a run that has left the numbers goes back to where it had them.
            if state.n_images % _LOG_IMAGES < size:
                values = mean_over_processes(fabric, torch.stack(list(terms.values())).detach())
                told = dict(zip(terms, values.tolist(), strict=True))
                journal.step(name, state.n_images, state.n_seconds, progress, told)
                if not math.isfinite(told["loss"]):
                    n_returns += 1
                    images, seconds = dict(state.images), state.n_seconds
                    state, stage = restore()
                    journal.tell(
                        f"the loss is {told['loss']} after {sum(images.values())} images; "
                        f"back to the weights of image {state.n_images}"
                    )
                    if n_returns > _MOST_RETURNS:
                        raise ConfigError(
                            f"the loss left the numbers {n_returns} times; lower optimiser.rate"
                        )
                    state.images |= images  # on with other notes
                    state.n_seconds = seconds

            # Save, and listen to held-out notes.
            if state.n_seconds - last_saved > config.checkpoint_seconds:
                save()
                last_saved = state.n_seconds
        save()
        fabric.barrier()
    return state


def stage_at(config: TrainingConfig, progress: float) -> tuple[str, float]:
    """Find the stage of a place in the run.

    Args:
        config: The run.
        progress: 0..1 of the run.

    Returns:
        The stage's name, and the place in the stage, 0..1.
    """
    n_first = 1.0 - config.adversarial.share
    if progress < n_first:
        return ReconstructionStage.name, progress / n_first
    return AdversarialStage.name, (progress - n_first) / max(config.adversarial.share, 1e-9)


def learning_rate(config: OptimiserConfig, n_images: int, progress: float) -> float:
    """Warm up over images, then fall along a cosine over the run (Loshchilov & Hutter 2017)."""
    warm_up = min(1.0, (n_images + config.batch_size) / config.n_warmup_images)
    cosine = 0.5 + 0.5 * math.cos(math.pi * min(progress, 1.0))
    return warm_up * (config.final_rate + (config.rate - config.final_rate) * cosine)


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


def provenance_of(
    config: TrainingConfig | PaperConfig, data: PreparedSet, state: RunState
) -> dict[str, Any]:
    """Say what a model was made from."""
    return {
        "config": config.name,
        "seed": config.seed,
        "images": dict(state.images),
        "hours": round(state.n_seconds / 3600.0, 3),
        "data": {key: data.info[key] for key in _DATA_KEYS if key in data.info},
    }
