"""Weights that are equal are stored once, halved only where no value changes."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from training.onnx_graphs import WeightFile, is_exact_in_half, share_weights, trace_graph

HALF = np.linspace(-2, 2, 600).astype(np.float16).astype(np.float32)
FULL = np.linspace(-2, 2, 600).astype(np.float32)


class Tiny(nn.Module):
    """Speaks the generator's signature: the latent, repeated over frames that know their place."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(4, 600)

    def forward(
        self, latent: Tensor, pitch: Tensor, velocity: Tensor, frames: tuple[int, int] | None = None
    ) -> Tensor:
        first, last = frames or (0, 6)
        image = self.dense(latent).unflatten(1, (1, 6, 100)) * velocity[:, None, None, None]
        return (image + pitch[:, None, None, None])[:, :, first:last]


def add_graph(*weights: np.ndarray) -> onnx.ModelProto:
    """Return a graph that adds up its weights and x, all [600]."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [600])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [600])
    names = [f"w{i}" for i in range(len(weights))]
    tensors = [numpy_helper.from_array(w, name) for w, name in zip(weights, names, strict=True)]
    graph = helper.make_graph(
        [helper.make_node("Sum", ["x", *names], ["y"])], "g", [x], [y], tensors
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def run(path: Path) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    result: np.ndarray = session.run(None, {"x": np.zeros(600, np.float32)})[0]
    return result


def test_shared_weights_compute_what_the_graph_did(tmp_path: Path) -> None:
    weights = WeightFile()
    model = add_graph(HALF, FULL)
    share_weights(model, weights, "w.bin")
    onnx.save(model, tmp_path / "g.onnx")
    (tmp_path / "w.bin").write_bytes(weights.content)
    assert np.array_equal(run(tmp_path / "g.onnx"), HALF + FULL)


def test_two_graphs_share_what_is_equal(tmp_path: Path) -> None:
    weights = WeightFile()
    share_weights(add_graph(HALF, FULL), weights, "w.bin")
    n_bytes = len(weights.content)
    share_weights(add_graph(FULL, HALF), weights, "w.bin")
    assert len(weights.content) == n_bytes


def test_exact_halves_take_two_bytes_and_others_four() -> None:
    weights = WeightFile()
    share_weights(add_graph(HALF), weights, "w.bin")
    assert len(weights.content) == 1200
    share_weights(add_graph(FULL), weights, "w.bin")
    assert len(weights.content) == 1216 + 2400  # aligned to 64 bytes


@pytest.mark.parametrize(
    ("values", "is_exact"),
    [
        (HALF, True),
        (FULL, False),
        (HALF * np.float32(1e6), False),  # beyond the range of half precision
        (HALF[:100], False),  # too small to be worth a cast
        (HALF.astype(np.float64), False),
    ],
)
def test_what_half_precision_would_change_is_left_alone(values: np.ndarray, is_exact: bool) -> None:
    assert is_exact == is_exact_in_half(values)


def test_a_traced_graph_has_a_free_batch_fixed_frames_and_no_trace_of_this_machine() -> None:
    generator = Tiny().eval()
    notes = (torch.randn(2, 4), torch.tensor([60, 61]), torch.tensor([0.5, 1.0]))
    model = trace_graph(generator, notes, (2, 5))
    shape = [d.dim_param or d.dim_value for d in model.graph.output[0].type.tensor_type.shape.dim]
    assert shape == ["batch", 1, 3, 100]
    assert [value.name for value in model.graph.input] == ["latent", "pitch", "velocity"]
    assert str(Path(__file__).parent).encode() not in model.SerializeToString()

    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    five = (torch.randn(5, 4), torch.arange(50, 55), torch.rand(5))
    feed = dict(zip(("latent", "pitch", "velocity"), (t.numpy() for t in five), strict=True))
    with torch.no_grad():
        expected = generator(*five, frames=(2, 5)).numpy()
    np.testing.assert_allclose(session.run(None, feed)[0], expected, atol=1e-6)
