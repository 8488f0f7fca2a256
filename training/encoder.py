"""Train the encoder: from the picture of a recorded note to the latent of its instrument.

One latent an instrument is asked for at all its pitches and velocities, so that nothing of these is
to be read from the answer. Half of the world is missing from the recordings, what lies between the
named timbres: notes that the instrument itself plays with random ones stand for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from synth.errors import ConfigError
from synth.notes.encoder import (
    LAST_FRAME,
    N_MOMENTS,
    N_ROWS,
    n_known_frames,
    note_picture,
    recording_magnitude,
)
from synth.notes.generators import OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.latents import random_timbre
from synth.representation import to_magnitude_and_advance
from training.amend import amend_instrument
from training.data.prepared import PreparedSet

FILE = "encoder.onnx"
_OPSET = 18
_IR_VERSION = 10
_HELD_OUT_NOTES = 0.1  # of the recordings
_HELD_OUT_EVERY = 7  # every seventh instrument is held out of the encoder that is measured
_SEED = 0

Array = NDArray[np.float32]
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderConfig:
    """How long and on how much.

    Raises:
        ConfigError: a number is out of range.
    """

    n_recorded: int = 6000  # notes of the set, at most
    n_generated: int = 1500  # notes of random timbres
    n_steps: int = 4000
    batch_size: int = 64
    rate: float = 2e-3
    n_channels: int = 112
    n_hidden: int = 160
    n_threads: int = 1  # of the instrument that plays random timbres

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        numbers = (self.n_recorded, self.n_steps, self.batch_size, self.n_channels, self.n_hidden)
        if min(numbers) < 1 or self.n_generated < 0:
            raise ConfigError("an encoder wants at least one note, step, channel and unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Notes to learn from."""

    picture: Array  # [n, N_ROWS, N_MOMENTS]
    latent: Array  # [n, latent_size]
    instrument: NDArray[np.int64]  # [n] index of a named timbre; -1 where random


class EncoderNet(nn.Module):
    """Three convolutions over the moments, every row a channel, and two layers."""

    def __init__(self, config: EncoderConfig, latent_size: int) -> None:
        super().__init__()
        n = config.n_channels
        self.convolutions = nn.ModuleList(
            [
                nn.Conv1d(N_ROWS, n, 3, padding=1),
                nn.Conv1d(n, n, 3, stride=2, padding=1),
                nn.Conv1d(n, n, 3, stride=2, padding=1),
            ]
        )
        n_left = (N_MOMENTS + 1) // 2
        n_left = (n_left + 1) // 2
        self.hidden = nn.Linear(n * n_left, config.n_hidden)
        self.out = nn.Linear(config.n_hidden, latent_size)

    def forward(self, picture: Tensor) -> Tensor:
        """Return the latent's direction, [batch, latent_size]."""
        for convolution in self.convolutions:
            picture = functional.relu(convolution(picture))
        hidden = functional.relu(self.hidden(picture.flatten(1)))
        latent: Tensor = self.out(functional.dropout(hidden, 0.1, self.training))
        return latent


def train_encoder(
    folder: Path, data: PreparedSet, config: EncoderConfig, report: Report = lambda _line: None
) -> dict[str, Any]:
    """Train an instrument's encoder, measure it on what it did not see, and put it into the folder.

    Args:
        folder: of the instrument.
        data: notes of the instruments that it was trained on.
        config: how.
        report: is told what is being done.

    Returns:
        What instrument.json now says of the encoder.

    Raises:
        InstrumentError: the folder holds no instrument.
        ConfigError: the set has other instruments, or another sample rate.
    """
    started_s = time.monotonic()
    instrument = Instrument.load(folder)
    recorded = record_pictures(instrument, data, config.n_recorded)
    report(f"{len(recorded.latent)} recorded notes; playing {config.n_generated} random timbres")
    generated = generate_pictures(instrument, config.n_generated, config.n_threads)
    names = list(instrument.timbres)
    named = np.stack(list(instrument.latents.values()))

    rng = np.random.Generator(np.random.PCG64(_SEED))
    is_held_out = rng.random(len(recorded.latent)) < _HELD_OUT_NOTES
    report("training without some instruments, to measure")
    strange = np.arange(len(names)) % _HELD_OUT_EVERY == _HELD_OUT_EVERY // 2
    is_strange = strange[recorded.instrument]
    blind = fit(_join(_take(recorded, ~is_strange), generated), config)
    instruments = score(blind, _take(recorded, is_strange), named)
    report("training")
    net = fit(_join(_take(recorded, ~is_held_out), generated), config)
    notes = score(net, _take(recorded, is_held_out), named)
    content = onnx_bytes(net)
    entry = {
        "file": FILE,
        "bytes": len(content),
        "held_out_notes": notes,
        "held_out_instruments": instruments
        | {"names": [name for name, is_out in zip(names, strange, strict=True) if is_out]},
        "trained_on": {
            "recorded_notes": int((~is_held_out).sum()),
            "generated_notes": len(generated.latent),
            "minutes": round((time.monotonic() - started_s) / 60.0, 1),
        },
    }
    amend_instrument(folder, "encoder", entry, {FILE: content})
    return entry


def record_pictures(instrument: Instrument, data: PreparedSet, n_notes: int) -> Pictures:
    """Draw pictures of recorded notes of the named timbres.

    Raises:
        ConfigError: none of them is in the set, or its rate is another.
    """
    spec = instrument.spec
    if data.sample_rate != spec.sample_rate:
        raise ConfigError(
            f"the set has {data.sample_rate} Hz, the instrument {spec.sample_rate} Hz;"
            " give the set that it was trained on"
        )
    names = {name: number for number, name in enumerate(instrument.timbres)}
    of_set = np.array([names.get(name, -1) for name in data.instrument_names])
    low, high = instrument.pitch_range
    is_usable = (of_set[data.instrument] >= 0) & (data.pitch >= low) & (data.pitch <= high)
    rows = np.flatnonzero(is_usable)
    if not len(rows):
        raise ConfigError("the set has none of the instrument's timbres; give the one it learned")
    rng = np.random.Generator(np.random.PCG64(_SEED))
    rows = np.sort(rng.permutation(rows)[:n_notes])
    picture = np.empty((len(rows), N_ROWS, N_MOMENTS), np.float32)
    for index, row in enumerate(rows):
        audio = data.audio[row].astype(np.float32) / 32_768.0
        magnitude = recording_magnitude(audio, spec)
        n_known = n_known_frames(len(audio), spec)
        picture[index] = note_picture(magnitude, int(data.pitch[row]), n_known, spec)
    number = of_set[data.instrument[rows]].astype(np.int64)
    latents = np.stack(list(instrument.latents.values()))
    return Pictures(picture=picture, latent=latents[number], instrument=number)


def generate_pictures(instrument: Instrument, n_notes: int, n_threads: int = 1) -> Pictures:
    """Draw pictures of notes that the instrument plays with random timbres."""
    spec = instrument.spec
    generator = OnnxGenerator(instrument, n_threads=n_threads, warm_batches=())
    tiles = [n for n, tile in enumerate(instrument.tiles) if tile.first_frame < LAST_FRAME]
    rng = np.random.Generator(np.random.PCG64(_SEED + 1))
    low, high = instrument.pitch_range
    latent = np.empty((n_notes, instrument.latent_size), np.float32)
    picture = np.empty((n_notes, N_ROWS, N_MOMENTS), np.float32)
    for index in range(n_notes):
        # Seeds far from those that players and tests type.
        latent[index] = random_timbre(instrument.latents, 1_000_000 + index, instrument.prior)
        pitch = rng.integers(low, high + 1, 1)
        velocity = np.array([rng.choice(instrument.velocity_layers)], np.float32)
        note = [generator.generate(n, latent[index : index + 1], pitch, velocity) for n in tiles]
        magnitude, _ = to_magnitude_and_advance(np.concatenate(note, axis=2)[0], spec)
        picture[index] = note_picture(magnitude, int(pitch[0]), LAST_FRAME, spec)
    return Pictures(picture=picture, latent=latent, instrument=np.full(n_notes, -1))


def fit(pictures: Pictures, config: EncoderConfig) -> EncoderNet:
    """Train on pictures: 1 - cosine, Adam, a cosine schedule."""
    torch.manual_seed(_SEED)
    net = EncoderNet(config, pictures.latent.shape[1]).train()
    optimiser = torch.optim.Adam(net.parameters(), config.rate, weight_decay=1e-5)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.rate, total_steps=config.n_steps + 1, pct_start=0.1
    )
    picture, latent = torch.from_numpy(pictures.picture), torch.from_numpy(pictures.latent)
    generator = torch.Generator().manual_seed(_SEED)
    for _ in range(config.n_steps):
        rows = torch.randint(len(latent), (config.batch_size,), generator=generator)
        guess = net(augment(picture[rows], generator))
        loss = (1.0 - functional.cosine_similarity(guess, latent[rows])).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
    return net.eval()


def augment(picture: Tensor, generator: torch.Generator) -> Tensor:
    """Make notes into what players record: cut short, in a room, by a microphone.

    Args:
        picture: [batch, N_ROWS, N_MOMENTS].
        generator: of the chances.

    Returns:
        The same shape.
    """
    n = len(picture)
    levels, others = picture[:, :-2], picture[:, -2:].clone()
    # A microphone tilts the spectrum by some dB; a room fills what is silent.
    tilt = 0.05 * torch.randn(n, 1, 1, generator=generator)
    place = torch.linspace(-1.0, 1.0, levels.shape[1] // 2)[:, None]
    tilts = tilt * torch.cat([place, place])
    noise = 0.02 * torch.randn(levels.shape, generator=generator)
    floor = 0.5 * torch.rand(n, 1, 1, generator=generator).square()
    levels = torch.maximum(torch.where(levels > 0.0, levels + tilts + noise, levels), floor)
    length = torch.randint(4, 2 * N_MOMENTS, (n, 1), generator=generator)
    is_known = (torch.arange(N_MOMENTS) < length).float() * others[:, 0]
    others[:, 0] = is_known
    return torch.cat([levels * is_known[:, None], others], dim=1)


def score(net: EncoderNet, pictures: Pictures, named: Array) -> dict[str, Any]:
    """Measure an encoder on notes of named timbres.

    Returns:
        notes: how many; cosine: mean, to the right latent; nearest: share whose nearest named
        latent is the right one.
    """
    if not len(pictures.latent):
        return {"notes": 0, "cosine": None, "nearest": None}
    with torch.no_grad():
        guess = functional.normalize(net(torch.from_numpy(pictures.picture))).numpy()
    similarity = guess @ (named / np.linalg.norm(named, axis=1, keepdims=True)).T
    right = similarity[np.arange(len(guess)), pictures.instrument]
    is_nearest = similarity.argmax(axis=1) == pictures.instrument
    return {
        "notes": len(guess),
        "cosine": round(float(right.mean()), 3),
        "nearest": round(float(is_nearest.mean()), 3),
    }


def onnx_bytes(net: EncoderNet) -> bytes:
    """Write the network as an ONNX file that needs no other."""
    nodes, weights = [], []

    def weight(name: str, tensor: Tensor) -> str:
        weights.append(numpy_helper.from_array(tensor.detach().numpy(), name))
        return name

    value = "picture"
    for index, layer in enumerate(net.convolutions):
        assert isinstance(layer, nn.Conv1d)
        assert layer.bias is not None
        name = f"convolution_{index}"
        inputs = [value, weight(f"{name}.weight", layer.weight), weight(f"{name}.bias", layer.bias)]
        nodes.append(
            helper.make_node("Conv", inputs, [name], pads=[1, 1], strides=[layer.stride[0]])
        )
        nodes.append(helper.make_node("Relu", [name], [f"{name}.relu"]))
        value = f"{name}.relu"
    nodes.append(helper.make_node("Flatten", [value], ["flat"], axis=1))
    for name, linear, source in (
        ("hidden", net.hidden, "flat"),
        ("latent", net.out, "hidden.relu"),
    ):
        inputs = [source, weight(f"{name}.w", linear.weight), weight(f"{name}.b", linear.bias)]
        nodes.append(helper.make_node("Gemm", inputs, [name], transB=1))
        if name == "hidden":
            nodes.append(helper.make_node("Relu", ["hidden"], ["hidden.relu"]))
    graph = helper.make_graph(
        nodes,
        "encoder",
        [_value("picture", [N_ROWS, N_MOMENTS])],
        [_value("latent", [net.out.out_features])],
        weights,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _value(name: str, shape: list[int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])


def _take(pictures: Pictures, rows: NDArray[np.bool_]) -> Pictures:
    return Pictures(
        picture=pictures.picture[rows],
        latent=pictures.latent[rows],
        instrument=pictures.instrument[rows],
    )


def _join(a: Pictures, b: Pictures) -> Pictures:
    return Pictures(
        picture=np.concatenate([a.picture, b.picture]),
        latent=np.concatenate([a.latent, b.latent]),
        instrument=np.concatenate([a.instrument, b.instrument]),
    )
