"""Listening to a run: held-out notes beside what the averaged weights make of them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from synth.representation import SpectrogramSpec, decode
from training.batches import Batch, NoteSource
from training.config import TrainingConfig
from training.losses import log_spectral_distance_db, reconstruction_loss
from training.representation import encode
from training.stages.stage import Networks

_N_NOTES = 64
_N_SHOWN = 4
_BATCH_SIZE = 8


@torch.no_grad()
def validate(
    average: Networks, source: NoteSource, config: TrainingConfig, device: torch.device
) -> dict[str, float]:
    """Measure held-out notes.

    Returns:
        `validation_loss` (reconstruction) and `validation_distance_db` (log-spectral); nothing
        where nothing is held out.
    """
    rows = _held_out(source, _N_NOTES)
    unpaired = replace(config.loss, velocity=0.0)
    distances, losses = [], []
    for part in np.array_split(rows, math.ceil(len(rows) / _BATCH_SIZE)) if len(rows) else []:
        batch = source.batch(np.sort(part)).to(device)
        target, generated = _pair(average, batch, config.spec)
        losses.append(reconstruction_loss(generated, target, config.spec, unpaired)[0].item())
        distances.append(log_spectral_distance_db(generated, target, config.spec))
    if not losses:
        return {}
    return {
        "validation_loss": round(float(np.mean(losses)), 4),
        "validation_distance_db": round(torch.cat(distances).mean().item(), 3),
    }


@torch.no_grad()
def show(
    board: Any,
    n_images: int,
    average: Networks,
    source: NoteSource,
    config: TrainingConfig,
    device: torch.device,
) -> None:
    """Put pictures and sounds of a few held-out notes on a TensorBoard.

    Args:
        board: A `torch.utils.tensorboard.SummaryWriter`.
        n_images: Seen so far.
        average: Networks with the averaged weights.
        source: Notes.
        config: The run.
        device: Where to compute.
    """
    rows = _held_out(source, _N_SHOWN)
    if not len(rows):
        return
    batch = source.batch(np.sort(rows)).to(device)
    for kind, images in zip(
        ("recording", "generated"), _pair(average, batch, config.spec), strict=True
    ):
        pictures = (images[:, :1].float().flip(3).transpose(2, 3) + 1.0) / 2.0
        board.add_images(kind, pictures.clamp(0.0, 1.0), n_images)
        for number, image in enumerate(images.float().cpu().numpy()):
            sound = decode(image, config.spec)
            name = f"{kind}/{number}"
            board.add_audio(name, sound[None], n_images, sample_rate=config.spec.sample_rate)


def _held_out(source: NoteSource, n_notes: int) -> np.ndarray:
    """The same rows every time."""
    n_there = len(source.validation)
    return np.random.default_rng(0).choice(source.validation, min(n_notes, n_there), replace=False)


def _pair(average: Networks, batch: Batch, spec: SpectrogramSpec) -> tuple[Tensor, Tensor]:
    latent = average.latents(batch.instrument)
    return encode(batch.audio, spec), average.generator(latent, batch.pitch, batch.velocity)
