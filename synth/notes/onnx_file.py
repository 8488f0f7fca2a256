"""Look into an ONNX file before it reaches the runtime, without the onnx package.

A graph is a program that somebody else wrote. It is read here as what it is, a protocol buffer, and
refused unless it is a plain feed-forward network: known operators of the default domain, no control
flow, no functions, and weights in no other file than those that the instrument lists.

Field numbers: onnx.proto3, IR version 8-10 (ModelProto, GraphProto, NodeProto, AttributeProto,
TensorProto); wire format: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from synth.errors import InstrumentError

MAXIMUM_GRAPH_BYTES = 64_000_000

# What a convolutional generator is made of. Random*, If, Loop, Scan and custom operators stay out.
# fmt: off
_OPERATORS = frozenset({
    "Add", "Cast", "Clip", "Concat", "Constant", "Conv", "ConvTranspose", "Cos", "DepthToSpace",
    "Div", "Erf", "Exp", "Expand", "Flatten", "Gather", "Gelu", "Gemm", "Identity",
    "InstanceNormalization", "LayerNormalization", "LeakyRelu", "Log", "MatMul", "Mul", "Neg",
    "Pad", "Pow", "Reciprocal", "ReduceMean", "ReduceSum", "Relu", "Reshape", "Resize", "Shape",
    "Sigmoid", "Sin", "Slice", "Softplus", "Split", "Sqrt", "Squeeze", "Sub", "Tanh", "Tile",
    "Transpose", "Unsqueeze", "Where",
})
# fmt: on
_DEFAULT_DOMAINS = {"", "ai.onnx"}

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def check_graph(path: Path, weight_files: Collection[str]) -> None:
    """Refuse an ONNX file that is more than a feed-forward network.

    Args:
        path: the file.
        weight_files: names, in the same folder, that it may take weights from.

    Raises:
        InstrumentError: names the file and what it holds.
    """
    size = path.stat().st_size
    if size > MAXIMUM_GRAPH_BYTES:
        raise _bad(path, f"has {size} bytes; a graph has at most {MAXIMUM_GRAPH_BYTES}")
    try:
        _check_model(path, memoryview(path.read_bytes()), weight_files)
    except (IndexError, ValueError) as error:
        raise _bad(path, f"is no ONNX file ({error})") from error


def _check_model(path: Path, model: memoryview, weight_files: Collection[str]) -> None:
    graphs = [value for number, value in _messages(model) if number == 7]
    if len(graphs) != 1:
        raise _bad(path, f"is no ONNX file (it holds {len(graphs)} graphs)")
    if any(number == 25 for number, _ in _messages(model)):
        raise _bad(path, "defines functions of its own, which an instrument may not")
    for number, value in _messages(graphs[0]):
        if number == 1:
            _check_node(path, value, weight_files)
        elif number == 5:
            _check_tensor(path, value, weight_files)
        elif number == 15:
            raise _bad(path, "holds sparse weights, which an instrument may not")


def _check_node(path: Path, node: memoryview, weight_files: Collection[str]) -> None:
    operator, domain = "", ""
    for number, value in _messages(node):
        if number == 4:
            operator = str(value, "utf-8")
        elif number == 7:
            domain = str(value, "utf-8")
        elif number == 5:
            _check_attribute(path, value, weight_files)
    if domain not in _DEFAULT_DOMAINS or operator not in _OPERATORS:
        name = f"{domain}.{operator}" if domain else operator
        raise _bad(path, f"uses the operator {name!r:.60}, which an instrument may not")


def _check_attribute(path: Path, attribute: memoryview, weight_files: Collection[str]) -> None:
    for number, value in _messages(attribute):
        if number in {6, 11}:
            raise _bad(path, "holds a graph inside a node, which an instrument may not")
        if number in {5, 10}:
            _check_tensor(path, value, weight_files)


def _check_tensor(path: Path, tensor: memoryview, weight_files: Collection[str]) -> None:
    for number, value in _messages(tensor):
        if number != 13:
            continue
        entry = {key: str(text, "utf-8") for key, text in _messages(value)}
        if entry.get(1) == "location" and entry.get(2) not in weight_files:
            raise _bad(path, f"takes weights from {entry.get(2)!r:.60}, which is not listed")


def _messages(buffer: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield the length-delimited fields of a message as (field number, content); skip numbers."""
    position = 0
    while position < len(buffer):
        tag, position = _varint(buffer, position)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            _, position = _varint(buffer, position)
        elif kind == _BYTES:
            length, position = _varint(buffer, position)
            if length > len(buffer) - position:
                raise ValueError("a field ends beyond its message")
            yield number, buffer[position : position + length]
            position += length
        elif kind in {_FIXED64, _FIXED32}:
            position += 8 if kind == _FIXED64 else 4
        else:
            raise ValueError(f"wire type {kind}")


def _varint(buffer: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = buffer[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError("a number of more than ten bytes")


def _bad(path: Path, reason: str) -> InstrumentError:
    return InstrumentError(f"instrument file {path}: {reason}")
