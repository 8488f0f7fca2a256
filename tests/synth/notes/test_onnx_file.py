"""A graph that only computes passes; one that could do more is refused before it runs."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from synth.errors import InstrumentError
from synth.notes import onnx_file
from synth.notes.onnx_file import check_graph


def write(path: Path, nodes: list[onnx.NodeProto], *, domain: str = "") -> onnx.ModelProto:
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    weight = numpy_helper.from_array(np.ones(1, np.float32), "w")
    graph = helper.make_graph(nodes, "g", [x], [y], [weight])
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(domain or "other", 1)]
    model = helper.make_model(graph, opset_imports=opsets)
    path.write_bytes(model.SerializeToString())
    return model


def refusal(path: Path) -> str:
    with pytest.raises(InstrumentError) as caught:
        check_graph(path, ["generator.weights"])
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_feed_forward_graph_passes(tiny_instrument_folder: Path) -> None:
    check_graph(tiny_instrument_folder / "generator.onnx", ["generator.weights"])


def test_control_flow_is_refused(tmp_path: Path) -> None:
    body = helper.make_graph([], "then", [], [])
    loop = helper.make_node("If", ["x"], ["y"], then_branch=body, else_branch=body)
    write(tmp_path / "g.onnx", [loop])
    assert "a graph inside a node" in refusal(tmp_path / "g.onnx")


def test_an_operator_of_another_domain_is_refused(tmp_path: Path) -> None:
    node = helper.make_node("Add", ["x", "w"], ["y"], domain="com.evil")
    write(tmp_path / "g.onnx", [node], domain="com.evil")
    assert "'com.evil.Add'" in refusal(tmp_path / "g.onnx")


def test_random_numbers_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "g.onnx", [helper.make_node("RandomNormalLike", ["x"], ["y"])])
    assert "'RandomNormalLike'" in refusal(tmp_path / "g.onnx")


def test_functions_are_refused(tmp_path: Path) -> None:
    model = write(tmp_path / "g.onnx", [helper.make_node("Neg", ["x"], ["y"])])
    neg = [helper.make_node("Neg", ["a"], ["b"])]
    model.functions.append(
        helper.make_function("other", "F", ["a"], ["b"], neg, [helper.make_opsetid("", 18)])
    )
    (tmp_path / "g.onnx").write_bytes(model.SerializeToString())
    assert "functions of its own" in refusal(tmp_path / "g.onnx")


@pytest.mark.parametrize("location", ["/etc/passwd", "../weights", "other.weights"])
def test_weights_from_elsewhere_are_refused(tmp_path: Path, location: str) -> None:
    model = write(tmp_path / "g.onnx", [helper.make_node("Add", ["x", "w"], ["y"])])
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", location
    (tmp_path / "g.onnx").write_bytes(model.SerializeToString())
    assert "takes weights from" in refusal(tmp_path / "g.onnx")


def test_constants_inside_nodes_are_looked_at_too(tmp_path: Path) -> None:
    constant = helper.make_node("Constant", [], ["y"], value=numpy_helper.from_array(np.ones(1)))
    tensor = constant.attribute[0].t
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"
    write(tmp_path / "g.onnx", [constant])
    assert "takes weights from" in refusal(tmp_path / "g.onnx")


@pytest.mark.parametrize("content", [b"", b"hello, world", b"\xff" * 40, b"\x3a\xff\xff\x03abc"])
def test_what_is_no_onnx_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "g.onnx").write_bytes(content)
    assert "is no ONNX file" in refusal(tmp_path / "g.onnx")


def test_no_truncation_of_a_good_graph_raises_anything_else(
    tiny_instrument_folder: Path, tmp_path: Path
) -> None:
    content = (tiny_instrument_folder / "generator.onnx").read_bytes()
    for length in range(0, len(content), 37):
        (tmp_path / "g.onnx").write_bytes(content[:length])
        try:
            check_graph(tmp_path / "g.onnx", ["generator.weights"])
        except InstrumentError:
            continue


def test_a_graph_of_unreasonable_size_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_file, "MAXIMUM_GRAPH_BYTES", 10)
    write(tmp_path / "g.onnx", [helper.make_node("Neg", ["x"], ["y"])])
    assert "at most 10" in refusal(tmp_path / "g.onnx")
