"""What is laid down for the player's machine code is the network that was trained, of any size."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from synth.notes.native import weights as native
from synth.notes.native.generator import in_blocks
from synth.notes.native.packing import PackedGenerator
from synth.notes.native.program import plan_tile
from synth.notes.native.run import N_BOARD_WORDS, generate
from training.config import named_config
from training.export import round_weights
from training.model.generator import Generator
from training.native_weights import native_description
from training.onnx_graphs import WeightFile

SMOKE = named_config("smoke")
SIZES = {
    "smoke": SMOKE.generator,
    "odd widths": replace(SMOKE.generator, channels=(20, 12, 9), start_channels=5, style_size=19),
    "moving and equalised": replace(
        SMOKE.generator, first_moving_level=0, n_time_codes=3, n_equaliser_bands=6
    ),
    "no norm": replace(SMOKE.generator, n_normalised_levels=0),
    "wide": replace(SMOKE.generator, channels=(72, 40, 40), start_channels=64),
}


@pytest.fixture(params=SIZES, ids=str)
def generator(request):
    torch.manual_seed(3)
    made = Generator(SIZES[request.param], SMOKE.spec).eval()
    with torch.no_grad():
        for parameter in made.parameters():  # what begins at zero would hide what reads it
            parameter.add_(0.05 * torch.randn_like(parameter))
    return round_weights(made)


def laid_down(generator, frames=(0, 8)):
    file = WeightFile()
    description = json.loads(native_description(generator, file, "generator.weights", frames))
    tensors = {
        name: native._tensor(bytes(file.content), entry)
        for name, entry in description["tensors"].items()
    }
    return description, native.NativeWeights(
        architecture=native._sizes(description["architecture"]), probe=None, tensors=tensors
    )


@pytest.mark.parametrize("frames", [(0, 8), (8, 64), (0, 64)], ids=str)
def test_the_machine_code_makes_what_torch_makes(generator, frames):
    _, weights = laid_down(generator)
    packed = PackedGenerator(weights, SMOKE.spec)
    latent = torch.randn(1, SMOKE.generator.latent_size)
    with torch.no_grad():
        expected = generator(latent, torch.tensor([60]), torch.tensor([0.7]), frames=frames)[0]

    unit = latent[0].numpy() / np.sqrt(np.mean(latent[0].numpy() ** 2) + 1e-8)
    pitch, v = 60 - SMOKE.generator.first_pitch, 0.7
    curves = [v, v * v, np.cos(np.pi * v), np.sin(np.pi * v)]
    embedded = weights.tensors["pitch_embedding.weight"][pitch]
    parts = [np.concatenate([unit, embedded, curves])]
    if generator.equaliser is not None:
        embedded = weights.tensors["equaliser.pitch_embedding.weight"][pitch]
        parts.append(np.concatenate([unit, embedded, curves[:2]]))
    layers = [layer for layer in packed.dense if "inputs" in layer.source]
    inputs = np.concatenate(
        [
            np.pad(part, (0, layer.product.n_inputs - len(part)))
            for part, layer in zip(parts, layers, strict=True)
        ]
    ).astype(np.float32)
    learned = weights.tensors["codes.weight"][pitch].reshape(-1, SMOKE.spec.n_bins // 2)
    maps = np.concatenate([weights.tensors["features"][pitch], learned]).astype(np.float32)
    planned = plan_tile(packed, *frames)
    made = np.empty(expected.shape, np.float32)
    work, own = (np.full(n, np.nan, np.float32) for n in (planned.n_work, planned.n_own))
    place = planned.program.places["inputs"][0]
    work[place : place + planned.n_inputs] = inputs
    board = np.zeros(N_BOARD_WORDS, np.int64)
    generate(planned.program, in_blocks(maps[None])[0], work, own, made, board)
    scale = float(expected.abs().max())
    assert scale > 0.1
    np.testing.assert_allclose(made, expected.numpy(), atol=1e-5 * max(scale, 1.0))


def test_the_probe_is_of_the_first_tile(generator):
    description, _ = laid_down(generator)
    probe = description["probe"]
    with torch.no_grad():
        tile = generator(
            torch.tensor([probe["latent"]]),
            torch.tensor([probe["pitch"]]),
            torch.tensor([probe["velocity"]]),
            frames=(0, 8),
        )
    values = tile.flatten()[probe["places"]]
    assert values.tolist() == pytest.approx(probe["values"], abs=1e-6)
    assert len(set(probe["places"])) == 256


def test_tensors_that_a_graph_holds_already_are_not_stored_twice(generator):
    file = WeightFile()
    first = native_description(generator, file, "generator.weights", (0, 8))
    size = len(file.content)
    assert native_description(generator, file, "generator.weights", (0, 8)) == first
    assert len(file.content) == size
