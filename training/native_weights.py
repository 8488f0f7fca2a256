"""A generator for the player's own machine code: `native.json` beside the graphs.

The tensors are those of the graphs, by name, in the same file of weights; what a graph has folded
or cut is there once more as a whole.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synth.notes.latents import normalise
from synth.notes.native.weights import Architecture, Probe, describe
from training.model.generator import Generator
from training.onnx_graphs import WeightFile, is_exact_in_half

_N_PLACES = 256


def native_description(
    generator: Generator, weights: WeightFile, file: str, frames: tuple[int, int]
) -> str:
    """Describe a generator; its tensors are added to the weights where they are not there yet.

    Args:
        generator: in evaluation mode.
        weights: of the graphs, not written yet.
        file: their name.
        frames: first and last (exclusive) of the first tile.

    Returns:
        The text of `native.json`.
    """
    tensors = {
        name: _place(tensor.detach().numpy(), weights)
        for name, tensor in (*generator.named_parameters(), *generator.named_buffers())
    }
    return describe(_architecture(generator), _probe(generator, frames), file, tensors)


def _place(array: NDArray[np.float32], weights: WeightFile) -> dict[str, Any]:
    kind = "float16" if is_exact_in_half(array) else "float32"
    raw = np.ascontiguousarray(array, dtype=kind).tobytes()
    return {"offset": weights.place(raw), "shape": list(array.shape), "type": kind}


def _architecture(generator: Generator) -> Architecture:
    config, equaliser = generator.config, generator.equaliser
    knots = pitch_size = size = 0
    if equaliser is not None:
        over_time, first_layer = equaliser.over_time, equaliser.network[0]
        assert isinstance(over_time, Tensor)
        assert isinstance(first_layer, torch.nn.Linear)
        knots, size = over_time.shape[1], first_layer.out_features
        pitch_size = equaliser.pitch_embedding.embedding_dim
    return Architecture(
        latent_size=config.latent_size,
        pitch_size=generator.pitch_embedding.embedding_dim,
        mapping_size=config.mapping_size,
        style_size=config.style_size,
        start_channels=config.start_channels,
        channels=config.channels,
        n_normalised_levels=config.n_normalised_levels,
        first_moving_level=config.first_moving_level,
        n_time_codes=config.n_time_codes,
        n_codes=config.n_codes,
        n_maps=generator.comb.in_channels,
        n_equaliser_bands=config.n_equaliser_bands,
        n_equaliser_knots=knots,
        equaliser_pitch_size=pitch_size,
        equaliser_size=size,
    )


def _probe(generator: Generator, frames: tuple[int, int]) -> Probe:
    config = generator.config
    latent = normalise(np.random.default_rng(0).standard_normal(config.latent_size))
    pitch, velocity = (config.first_pitch + config.last_pitch) // 2, 0.75
    with torch.no_grad():
        tile = generator(
            torch.from_numpy(latent.astype(np.float32))[None],
            torch.tensor([pitch]),
            torch.tensor([velocity]),
            frames=frames,
        )
    values = tile.flatten()
    places = np.linspace(0, len(values) - 1, min(_N_PLACES, len(values))).astype(int).tolist()
    return Probe(
        latent=tuple(latent.astype(np.float32).tolist()),
        pitch=pitch,
        velocity=velocity,
        places=tuple(places),
        values=tuple(values[places].tolist()),
    )
