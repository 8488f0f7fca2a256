"""A generator as ONNX graphs: one a tile, the time axis fixed, all on one file of weights.

The exporter writes each graph with weights of its own. Here equal weights are stored once, as half
precision where that changes no value, in `generator.weights`, which every graph refers to by offset
(onnx.proto3, TensorProto.external_data). A cast in front of the graph brings them back to single
precision; onnxruntime folds it away when it opens the file, so a call computes in float32
throughout.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

OPSET = 18
INPUTS = ("latent", "pitch", "velocity")
OUTPUT = "spectrogram"

_ALIGNMENT = 64  # bytes; a cache line
_SMALLEST_SHARED = 512  # bytes; less stays inside each graph
_CAST_SUFFIX = ".half"


class TileGraph(nn.Module):
    """A generator that knows which frames it is asked for."""

    def __init__(self, generator: nn.Module, frames: tuple[int, int] | None) -> None:
        super().__init__()
        self.generator = generator
        self.frames = frames

    def forward(self, latent: Tensor, pitch: Tensor, velocity: Tensor) -> Tensor:
        """Generate the frames, [batch, n_channels, n_frames, n_bins]."""
        spectrogram: Tensor = self.generator(latent, pitch, velocity, frames=self.frames)
        return spectrogram


class WeightFile:
    """The bytes of `generator.weights`: equal tensors once, in the order they came."""

    def __init__(self) -> None:
        self.content = bytearray()
        self._offsets: dict[bytes, int] = {}

    def place(self, raw: bytes) -> int:
        """Return where these bytes lie in the file, which grows if they are new."""
        if raw not in self._offsets:
            self.content += bytes(-len(self.content) % _ALIGNMENT)
            self._offsets[raw] = len(self.content)
            self.content += raw
        return self._offsets[raw]


def trace_graph(
    generator: nn.Module, notes: tuple[Tensor, Tensor, Tensor], frames: tuple[int, int] | None
) -> onnx.ModelProto:
    """Write a generator, or some of its frames, as an ONNX graph.

    Args:
        generator: `forward(latent, pitch, velocity, frames=...)`, in evaluation mode.
        notes: example latents [batch, latent_size], pitches [batch], velocities [batch]; batch >=
            2, since an axis of one would be taken for a constant.
        frames: first and last (exclusive); None: all.
    """
    batch = torch.export.Dim("batch")
    with _quiet_exporter():
        program = torch.onnx.export(
            TileGraph(generator, frames),
            notes,
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            opset_version=OPSET,
            dynamic_shapes=({0: batch}, {0: batch}, {0: batch}),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    _strip(model)
    return model


def share_weights(model: onnx.ModelProto, weights: WeightFile, file_name: str) -> None:
    """Move a graph's weights into the shared file, halved in size where no value changes."""
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if is_exact_in_half(values):
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + _CAST_SUFFIX))
            casts.append(
                helper.make_node("Cast", [tensor.name], [name], name=name, to=TensorProto.FLOAT)
            )
        raw = numpy_helper.to_array(tensor).tobytes()
        if len(raw) >= _SMALLEST_SHARED:
            _point_to(tensor, file_name, weights.place(raw), len(raw))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def is_exact_in_half(values: np.ndarray[Any, Any]) -> bool:
    """Tell whether a float32 array worth sharing keeps every value in half precision."""
    if values.dtype != np.float32 or values.size * 2 < _SMALLEST_SHARED:
        return False
    with np.errstate(over="ignore"):
        halved = values.astype(np.float16).astype(np.float32)
    return bool(np.array_equal(values, halved))


def _point_to(tensor: TensorProto, file_name: str, offset: int, length: int) -> None:
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    del tensor.external_data[:]
    for key, value in (("location", file_name), ("offset", offset), ("length", length)):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, str(value)


def _strip(model: onnx.ModelProto) -> None:
    """Drop what the runtime does not read: source lines and paths of this machine, among others."""
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    model.doc_string = model.graph.doc_string = ""
    for part in (*model.graph.node, *model.graph.initializer, *model.graph.input):
        part.doc_string = ""
        del part.metadata_props[:]
    for output in model.graph.output:
        output.doc_string = ""
        del output.metadata_props[:]


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Keep the exporter's chatter (missing torchvision, its own deprecations) off the screen."""
    exporter_log = logging.getLogger("torch.onnx")
    level = exporter_log.level
    exporter_log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        exporter_log.setLevel(level)
