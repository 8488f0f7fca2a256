"""GANSynth's training, start to end: one flat loop, resumed by running the same command again.

Engel et al. 2019, arXiv:1902.08710, §3 and appendix A. The latent carries the timbre, the pitch is
given, the velocity is not; there is nothing to compare a made note with, so nothing is validated.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import torch

from synth.errors import ConfigError
from training.batches import NoteSource
from training.checkpoint import (
    CONFIG_NAME,
    load_checkpoint,
    refusing_other_sizes,
    save_checkpoint,
)
from training.config import config_to_dict
from training.data.prepared import PreparedSet
from training.devices import mean_over_processes, n_free_bytes, open_devices
from training.journal import Journal
from training.loop import RunState, provenance_of
from training.paper_config import PaperConfig
from training.progressive import progress_of, stage_of
from training.stages.paper import PaperLesson, PaperStage
from training.stopping import Clock, StopSignal

STAGE = "paper"
_LOG_IMAGES = 800


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
        ConfigError: the data lack what the config names, or the loss leaves the numbers.
        InputFileError: a checkpoint is damaged or cannot be written.
    """
    fabric = open_devices(device, bf16=False, batch_size=config.batch_size)
    torch.manual_seed(config.seed)
    run_dir.mkdir(parents=True, exist_ok=True)
    source = NoteSource(
        data,
        config.instruments,
        (config.network.first_pitch, config.network.last_pitch),
        config.validation_fraction,
        config.seed,
    )
    source.keep_on(fabric.device, n_free_bytes(fabric.device))

    # Everything that is trained, fresh or from the checkpoint.
    trained = PaperStage(config, fabric)
    state, progress = RunState(images={STAGE: 0}), 0.0
    loaded = load_checkpoint(run_dir)
    if loaded is not None:
        tensors, saved = loaded
        with refusing_other_sizes(run_dir):
            trained.restore(tensors)
        state = RunState(images=saved["images"], n_seconds=saved["n_seconds"])
        progress = saved.get("progress", progress)
    (run_dir / CONFIG_NAME).write_text(json.dumps(config_to_dict(config), indent=1))

    def save() -> None:
        told = {"images": state.images, "n_seconds": state.n_seconds, "stage": STAGE}
        more = {"instruments": [], "provenance": provenance_of(config, data, state)}
        if fabric.is_global_zero:
            save_checkpoint(run_dir, trained.tensors(), {**told, **more, "progress": progress})

    clock = Clock(state.n_seconds)
    last_saved, last_stage = state.n_seconds, -1
    with StopSignal() as stop, Journal(run_dir, is_silent=not fabric.is_global_zero) as journal:
        while state.n_images < (stop_after_images or math.inf):
            # How far the run is, by images or by time; all processes agree on it.
            now = torch.tensor([clock.seconds, float(stop.is_set)], device=fabric.device)
            state.n_seconds, is_stopped = mean_over_processes(fabric, now).tolist()
            share = state.n_images / config.n_images
            if time_budget_s is not None:
                share = state.n_seconds / time_budget_s
            if share >= 1.0 or is_stopped:
                break
            stage = stage_of(share * config.n_images, config)

            # One step, on this process's share of the batch.
            progress = progress_of(share * config.n_images, config)
            mine = slice(fabric.global_rank, config.batch_size, fabric.world_size)
            lesson = _lesson(config, source, state.n_images, progress, mine)
            terms = trained.step(lesson.to(fabric.device))
            state.images[STAGE] += config.batch_size

            # Tell how it goes, every so often and when the networks begin to grow or to stand.
            if state.n_images % _LOG_IMAGES < config.batch_size or stage != last_stage:
                last_stage = stage
                values = mean_over_processes(fabric, torch.stack(list(terms.values())).detach())
                told = {**dict(zip(terms, values.tolist(), strict=True)), "progress": progress}
                name = f"stage {stage + 1} of {config.n_stages}"
                journal.step(name, state.n_images, state.n_seconds, share, told)
                _require_numbers(told["loss"], state.n_images)

            if state.n_seconds - last_saved > config.checkpoint_seconds:
                save()
                last_saved = state.n_seconds
        save()
        fabric.barrier()
    return state


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


def _require_numbers(loss: float, n_images: int) -> None:
    if not math.isfinite(loss):
        raise ConfigError(
            f"the loss is {loss} after {n_images} images; the last checkpoint stands, run again "
            "with --set rate=4e-4 to go on from it"
        )
