"""The training loop: flat, counted in images, resumed by running the same command again.

`run` is the loop; what it trains is a course: `live`'s, which is here, or GANSynth's own
(`training.paper`). `live` goes through stages: reconstruction, then the adversarial one. What a
step of each does is in `training.stages`; its course feeds them, averages the weights, and saves.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

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
_LOG_STEPS = 50
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


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did."""

    stage: str  # whose images these were, in `RunState.images`
    title: str  # of the stage, as it is told
    terms: dict[str, Tensor]  # of the loss; its sum under "loss"
    n_images: int


class Course(Protocol):
    """What is trained; the loop asks for one step after the other."""

    config: TrainingConfig | PaperConfig
    fabric: Fabric
    rate_setting: str  # what to lower where the loss leaves the numbers

    def restore(self) -> RunState:
        """Take all weights from the run's checkpoint, or fresh ones, and say where that is."""

    def step(self, state: RunState, progress: float) -> Step:
        """Train on the batch that belongs to `state`, at 0..1 of the run."""

    def save(self, state: RunState, journal: Journal) -> None:
        """Write the checkpoint, and what can be said of it."""


def run(
    course: Course,
    run_dir: Path,
    *,
    time_budget_s: float | None = None,
    stop_after_images: int | None = None,
) -> RunState:
    """Take steps of a course until the images or the time are spent.

    Args:
        course: What is trained.
        run_dir: Where config.json, log.jsonl and the checkpoint live.
        time_budget_s: Wall time for the whole run, earlier calls included.
        stop_after_images: Stop in this call once the run has seen so many, and save.

    Returns:
        Where the run stands. A run stopped by SIGINT or SIGTERM saves first.

    Raises:
        ConfigError: the loss keeps leaving the numbers.
        InputFileError: a checkpoint is damaged or cannot be written.
    """
    config, fabric = course.config, course.fabric
    state = course.restore()
    (run_dir / CONFIG_NAME).write_text(json.dumps(config_to_dict(config), indent=1))
    clock = Clock(state.n_seconds)
    last_saved, last_title, n_returns = state.n_seconds, "", 0
    with StopSignal() as stop, Journal(run_dir, is_silent=not fabric.is_global_zero) as journal:
        while state.n_images < (stop_after_images or math.inf):
            # How far the run is, by images or by time; all processes agree on it.
            state.n_seconds, is_stopped = clock.seconds, float(stop.is_set)
            if fabric.world_size > 1:
                now = torch.tensor([state.n_seconds, is_stopped], device=fabric.device)
                state.n_seconds, is_stopped = mean_over_processes(fabric, now).tolist()
            progress = state.n_images / config.n_images
            if time_budget_s is not None:
                progress = state.n_seconds / time_budget_s
            if progress >= 1.0 or is_stopped:
                break

            # One step.
            step = course.step(state, progress)
            state.images[step.stage] = state.images.get(step.stage, 0) + step.n_images

            # Tell how it goes, every so often and when a stage begins.
            is_time = state.n_images % (_LOG_STEPS * step.n_images) < step.n_images
            if is_time or step.title != last_title:
                last_title = step.title
                values = torch.stack(list(step.terms.values())).detach()
                values = mean_over_processes(fabric, values)
                told = dict(zip(step.terms, values.tolist(), strict=True))
                journal.step(step.title, state.n_images, state.n_seconds, progress, told)

                # A run that has left the numbers goes back to where it had them, with other notes.
                if not math.isfinite(told["loss"]):
                    n_returns += 1
                    images, seconds = dict(state.images), state.n_seconds
                    state = course.restore()
                    journal.tell(
                        f"the loss is {told['loss']} after {sum(images.values())} images; "
                        f"back to the weights of image {state.n_images}"
                    )
                    if n_returns > _MOST_RETURNS:
                        raise ConfigError(
                            f"the loss left the numbers {n_returns} times; the last checkpoint "
                            f"stands, lower {course.rate_setting} (--set) to go on from it"
                        )
                    state.images |= images
                    state.n_seconds = seconds

            # Save, and listen to held-out notes.
            if state.n_seconds - last_saved > config.checkpoint_seconds:
                course.save(state, journal)
                last_saved = state.n_seconds
        course.save(state, journal)
        fabric.barrier()
    return state


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
    fabric = open_devices(device, bf16=config.bf16, batch_size=config.optimiser.batch_size)
    run_dir.mkdir(parents=True, exist_ok=True)
    course = LiveCourse(config, data, run_dir, fabric, start)
    return run(course, run_dir, time_budget_s=time_budget_s, stop_after_images=stop_after_images)


class LiveCourse:
    """The way of `live`: reconstruction, then the adversarial stage, and a running average."""

    rate_setting = "optimiser.rate"

    def __init__(
        self,
        config: TrainingConfig,
        data: PreparedSet,
        run_dir: Path,
        fabric: Fabric,
        start: Path | None = None,
    ) -> None:
        """Read the notes and build the networks; `restore` gives them their weights.

        Raises:
            ConfigError: the data lack what the config names.
            InputFileError: `start` is no training state.
        """
        self.config: TrainingConfig | PaperConfig = config
        self._config, self._data, self._run_dir, self.fabric = config, data, run_dir, fabric
        torch.manual_seed(config.seed)
        self._source = NoteSource(
            data,
            config.instruments,
            (config.generator.first_pitch, config.generator.last_pitch),
            config.validation_fraction,
            config.seed,
            in_pairs=config.loss.velocity > 0.0,
        )
        self._source.keep_on(fabric.device, n_free_bytes(fabric.device))
        n_instruments = len(self._source.names)
        self._networks = Networks(config, n_instruments).to(fabric.device)
        self._networks.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._average = Networks(config, n_instruments).to(fabric.device)
        self._average.load_state_dict(self._networks.state_dict())
        self._average.requires_grad_(False)
        self._start = start
        self._given, self._given_names, self._origin = (
            load_training_state(start) if start is not None else ({}, [], {})
        )

    def restore(self) -> RunState:
        """Take all weights from the checkpoint, or else those that the run begins with."""
        loaded = load_checkpoint(self._run_dir)
        if loaded is None:
            given, names = select(self._given, "ema"), self._source.names
            n_taken = take_weights(self._networks, given, self._given_names, names)
            take_weights(self._average, given, self._given_names, names)
            if self._start is not None and not n_taken:
                raise ConfigError(
                    f"{self._start} holds no weights that fit config {self._config.name!r}"
                )
            self._stage = self._make_stage(stage_at(self._config, 0.0)[0])
            return RunState()
        tensors, saved = loaded
        self._stage = self._make_stage(saved["stage"])
        with refusing_other_sizes(self._run_dir):
            self._networks.load_state_dict(select(tensors, "model"))
            self._average.load_state_dict(select(tensors, "ema"))
            self._stage.restore(select(tensors, "stage"))
        return RunState(images=saved["images"], n_seconds=saved["n_seconds"])

    def step(self, state: RunState, progress: float) -> Step:
        """Take one step of the stage that this belongs to, on this process's share of the batch."""
        config, fabric, size = self._config, self.fabric, self._config.optimiser.batch_size
        name, place = stage_at(config, progress)
        if name != self._stage.name:
            self._stage = self._make_stage(name)
        mine = slice(fabric.global_rank, size, fabric.world_size)
        batch = self._source.training_batch(state.n_images, size, mine).to(fabric.device)
        noise = _latent_noise(config, state.n_images, size)[mine].to(fabric.device)
        n_seen = state.images.get(name, 0)
        terms = self._stage.step(
            Lesson(
                batch=batch,
                target=encode(batch.audio, config.spec),
                latent_noise=noise,
                frames=crop(config, state.n_images),
                progress=place,
                rate=learning_rate(self._stage.optimiser_config, n_seen, place),
                rng=np.random.default_rng((config.seed, 4, state.n_images)),
            )
        )
        _update_average(
            self._average,
            self._networks,
            size,
            state.n_images + size,
            config.optimiser.ema_images,
        )
        return Step(name, name, terms, size)

    def save(self, state: RunState, journal: Journal) -> None:
        """Write the checkpoint; listen to held-out notes."""
        if not self.fabric.is_global_zero:
            return
        source, device = self._source, self.fabric.device
        tensors = {f"model.{name}": value for name, value in self._networks.state_dict().items()}
        tensors |= {f"ema.{name}": value for name, value in self._average.state_dict().items()}
        tensors |= {f"stage.{name}": value for name, value in self._stage.tensors().items()}
        named = list(zip(source.names, source.families, strict=True))
        progress = {"images": state.images, "n_seconds": state.n_seconds, "stage": self._stage.name}
        provenance = provenance_of(self._config, self._data, state)
        if self._start is not None:
            provenance["start"] = {k: v for k, v in self._origin.items() if k != "data"}
        told = {**progress, "instruments": named, "provenance": provenance}
        save_checkpoint(self._run_dir, tensors, told)
        journal.write(state.n_images, validate(self._average, source, self._config, device))
        journal.show(state.n_images, self._average, source, self._config, device)

    def _make_stage(self, name: str) -> Stage:
        torch.manual_seed(self._config.seed + 1)  # the same discriminator, whenever it begins
        stage = _STAGES[name](self._config, self._networks, self.fabric, self._source.families)
        if isinstance(stage, AdversarialStage):
            weights = select(self._given, "stage.network")
            take_weights(stage.discriminator, weights, self._given_names, self._source.names)
        return stage


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
    means: list[Tensor] = list(average.parameters())
    values: list[Tensor] = list(networks.parameters())
    torch._foreach_lerp_(means, values, min(1.0, size / window))


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
