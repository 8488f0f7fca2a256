"""A tiny instrument with real graphs, made without torch: a table of encoded tones, in tune."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from synth.notes.instrument import (
    DESCRIPTION,
    FORMAT_VERSION,
    Instrument,
    file_entry,
)
from synth.notes.latents import Prior, normalise
from synth.representation import SpectrogramSpec, encode

TINY_SPEC = SpectrogramSpec(n_fft=512, hop_length=128, n_frames=64, n_bins=256, front_padding=256)
TINY_PITCHES = (57, 69)
TINY_TILES = ((0, 8), (8, 24), (24, 64))
TINY_LATENT_SIZE = 8


def harmonic_tone(pitch: int, spec: SpectrogramSpec) -> np.ndarray:
    """Three harmonics that die away slowly, from sample 0."""
    time_s = np.arange(spec.n_samples) / spec.sample_rate
    hz = 440.0 * 2.0 ** ((pitch - 69) / 12.0)
    tone = sum(0.2 / k * np.sin(2 * np.pi * k * hz * time_s) for k in (1, 2, 3))
    return np.asarray(tone * np.exp(-time_s))


def tone_graph(first_frame: int, last_frame: int, weights: bytearray) -> onnx.ModelProto:
    """Look a pitch up, cut the frames out, colour them by latent and velocity, convolve."""
    spec, (low, high) = TINY_SPEC, TINY_PITCHES
    table = np.stack([encode(harmonic_tone(p, spec), spec) for p in range(low, high + 1)])
    direction = np.linspace(-1.0, 1.0, TINY_LATENT_SIZE)[:, None] / TINY_LATENT_SIZE
    ramp = np.zeros((1, 3, 1, spec.n_bins))
    ramp[0, 0, 0] = np.linspace(0.0, 0.2, spec.n_bins)
    constants = {
        "low": np.array([low]),
        "first": np.array([first_frame]),
        "last": np.array([last_frame]),
        "frame_axis": np.array([2]),
        "image_axes": np.array([1, 2, 3]),
        "spatial_axes": np.array([2, 3]),
        "one": np.array([1.0], np.float32),
        "direction": direction.astype(np.float32),
        "ramp": ramp.astype(np.float32),
        "loudness": np.array([0.15, 0.0, 0.0], np.float32).reshape(1, 3, 1, 1),
        "kernel": np.eye(3, dtype=np.float32).reshape(3, 3, 1, 1),
    }
    shared = numpy_helper.from_array(table.astype(np.float32), "table")
    weights[:] = shared.raw_data
    shared.ClearField("raw_data")
    shared.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "generator.weights"), ("offset", 0), ("length", len(weights))):
        entry = shared.external_data.add()
        entry.key, entry.value = key, str(value)
    nodes = [
        helper.make_node("Sub", ["pitch", "low"], ["index"]),
        helper.make_node("Gather", ["table", "index"], ["note"]),
        helper.make_node("Slice", ["note", "first", "last", "frame_axis"], ["frames"]),
        helper.make_node("MatMul", ["latent", "direction"], ["colour"]),
        helper.make_node("Unsqueeze", ["colour", "spatial_axes"], ["colour_4d"]),
        helper.make_node("Mul", ["colour_4d", "ramp"], ["tilt"]),
        helper.make_node("Sub", ["velocity", "one"], ["softness"]),
        helper.make_node("Unsqueeze", ["softness", "image_axes"], ["softness_4d"]),
        helper.make_node("Mul", ["softness_4d", "loudness"], ["level"]),
        helper.make_node("Add", ["frames", "tilt"], ["tilted"]),
        helper.make_node("Add", ["tilted", "level"], ["coloured"]),
        helper.make_node("Conv", ["coloured", "kernel"], ["spectrogram"]),
    ]
    shape = ["batch", 3, last_frame - first_frame, spec.n_bins]
    graph = helper.make_graph(
        nodes,
        "tones",
        [
            helper.make_tensor_value_info("latent", TensorProto.FLOAT, ["batch", TINY_LATENT_SIZE]),
            helper.make_tensor_value_info("pitch", TensorProto.INT64, ["batch"]),
            helper.make_tensor_value_info("velocity", TensorProto.FLOAT, ["batch"]),
        ],
        [helper.make_tensor_value_info("spectrogram", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()] + [shared],
    )
    opset = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


def write_tiny_instrument(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    weights = bytearray()
    spans = {f"generator_{a:03d}_{b:03d}.onnx": (a, b) for a, b in TINY_TILES}
    spans["generator.onnx"] = (0, TINY_SPEC.n_frames)
    for file, (first, last) in spans.items():
        (folder / file).write_bytes(tone_graph(first, last, weights).SerializeToString())
    (folder / "generator.weights").write_bytes(weights)
    (folder / "generator.ts").write_bytes(b"not needed here")
    rng = np.random.default_rng(3)
    description: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "name": "tiny",
        "spec": TINY_SPEC.to_dict(),
        "latent_size": TINY_LATENT_SIZE,
        "pitch_range": list(TINY_PITCHES),
        "velocities": [25, 50, 75, 100, 127],
        "tiles": [
            {"first_frame": a, "last_frame": b, "file": f"generator_{a:03d}_{b:03d}.onnx"}
            for a, b in TINY_TILES
        ],
        "whole": {"file": "generator.onnx"},
        "torchscript": {"file": "generator.ts"},
        "files": {path.name: file_entry(path) for path in sorted(folder.iterdir())},
        "timbres": {
            name: {
                "latent": normalise(rng.standard_normal(TINY_LATENT_SIZE)).tolist(),
                "family": "test",
            }
            for name in ("Dull", "Bright", "Middling")
        },
        "prior": Prior().to_dict(),
        "provenance": {"made_by": "a test"},
        "metrics": {},
        "licence": "Apache-2.0",
    }
    (folder / DESCRIPTION).write_text(json.dumps(description))


@pytest.fixture(scope="session")
def tiny_instrument_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a small instrument that plays in tune (pitches 57-69); do not change it."""
    folder = tmp_path_factory.mktemp("instruments") / "tiny"
    write_tiny_instrument(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_instrument(tiny_instrument_folder: Path) -> Instrument:
    return Instrument.load(tiny_instrument_folder)
