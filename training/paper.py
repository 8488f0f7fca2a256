"""GANSynth's training: the course that the loop walks for it.

Engel et al. 2019, arXiv:1902.08710, §3 and appendix A. The latent carries the timbre, the pitch is
given, the velocity is not; there is nothing to compare a made note with, so nothing is validated.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric

from training.batches import NoteSource
from training.checkpoint import load_checkpoint, refusing_other_sizes, save_checkpoint
from training.config import TrainingConfig
from training.data.prepared import PreparedSet
from training.devices import n_free_bytes, open_devices
from training.journal import Journal
from training.loop import RunState, Step, provenance_of, run
from training.paper_config import PaperConfig
from training.progressive import progress_of, stage_of
from training.stages.paper import PaperLesson, PaperStage

STAGE = "paper"


def train_paper(
    config: PaperConfig,
    data: PreparedSet,
    run_dir: Path,
    *,
    time_budget_s: float | None = None,
    stop_after_images: int | None = None,
    device: str = "auto",
) -> RunState:
    """Train through all stages; go on where an earlier call stopped.

    Args:
        config: The run.
        data: Notes.
        run_dir: Where config.json, log.jsonl and the checkpoint live.
        time_budget_s: Wall time for the whole run, earlier calls included. The networks then grow
            with the time instead of the images, so that they end full-grown.
        stop_after_images: Stop in this call once the run has seen so many, and save.
        device: "auto", "cpu" or "cuda".

    Returns:
        Where the run stands. A run stopped by SIGINT or SIGTERM saves first.

    Raises:
        ConfigError: the data lack what the config names, or the loss keeps leaving the numbers.
        InputFileError: a checkpoint is damaged or cannot be written.
    """
    fabric = open_devices(device, bf16=False, batch_size=config.batch_size)
    run_dir.mkdir(parents=True, exist_ok=True)
    course = PaperCourse(config, data, run_dir, fabric)
    return run(course, run_dir, time_budget_s=time_budget_s, stop_after_images=stop_after_images)


class PaperCourse:
    """The paper's way: thirteen stages in which both networks grow."""

    rate_setting = "rate"

    def __init__(
        self, config: PaperConfig, data: PreparedSet, run_dir: Path, fabric: Fabric
    ) -> None:
        """Read the notes; `restore` builds the networks.

        Raises:
            ConfigError: the data lack what the config names.
        """
        self.config: TrainingConfig | PaperConfig = config
        self._config, self._data, self._run_dir, self.fabric = config, data, run_dir, fabric
        self._source = NoteSource(
            data,
            config.instruments,
            (config.network.first_pitch, config.network.last_pitch),
            config.validation_fraction,
            config.seed,
        )
        self._source.keep_on(fabric.device, n_free_bytes(fabric.device))

    def restore(self) -> RunState:
        """Take everything that is trained from the checkpoint, or make it afresh."""
        torch.manual_seed(self._config.seed)
        self._trained = PaperStage(self._config, self.fabric)
        self._growth = 0.0  # how far the networks have grown, in resolutions
        loaded = load_checkpoint(self._run_dir)
        if loaded is None:
            return RunState()
        tensors, saved = loaded
        with refusing_other_sizes(self._run_dir):
            self._trained.restore(tensors)
        self._growth = saved.get("progress", self._growth)
        return RunState(images=saved["images"], n_seconds=saved["n_seconds"])

    def step(self, state: RunState, progress: float) -> Step:
        """Take one step, on this process's share of the batch."""
        config, fabric = self._config, self.fabric
        place = progress * config.n_images
        self._growth = progress_of(place, config)
        mine = slice(fabric.global_rank, config.batch_size, fabric.world_size)
        lesson = _lesson(config, self._source, state.n_images, self._growth, mine)
        terms = self._trained.step(lesson.to(fabric.device))
        terms["progress"] = torch.tensor(self._growth, device=fabric.device)
        title = f"stage {stage_of(place, config) + 1} of {config.n_stages}"
        return Step(STAGE, title, terms, config.batch_size)

    def save(self, state: RunState, _journal: Journal) -> None:
        """Write the checkpoint."""
        if not self.fabric.is_global_zero:
            return
        told = {"images": state.images, "n_seconds": state.n_seconds, "stage": STAGE}
        more = {"instruments": [], "provenance": provenance_of(self._config, self._data, state)}
        told |= {**more, "progress": self._growth}
        save_checkpoint(self._run_dir, self._trained.tensors(), told)


def _lesson(
    config: PaperConfig, source: NoteSource, n_images: int, progress: float, mine: slice
) -> PaperLesson:
    """Read recordings, and draw what notes are to be made, from the image count alone."""
    batch = source.training_batch(n_images, config.batch_size, mine)
    rng = np.random.default_rng((config.seed, 3, n_images))
    shape = (config.batch_size, config.network.latent_size)
    latent = torch.from_numpy(rng.standard_normal(shape, np.float32))
    # Pitches as often as the data has them.
    rows = rng.choice(source.training, config.batch_size)
    pitch = torch.from_numpy(source.data.pitch[rows].astype(np.int64))
    mix = torch.from_numpy(rng.random(config.batch_size, np.float32))
    return PaperLesson(
        audio=batch.audio,
        heard=batch.pitch,
        latent=latent[mine],
        pitch=pitch[mine],
        mix=mix[mine],
        progress=progress,
    )
