"""An instrument's graph in the runtime: from memory, of verified bytes, and without telemetry.

The runtime maps weight files that it opens by itself into memory. A file that is truncated or
copied over while the instrument plays would then end the process (SIGBUS, tried), and what is
opened would not need to be what was verified.
"""

from collections.abc import Sequence
from typing import Any

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as onnxruntime_errors

from synth.errors import InstrumentError
from synth.notes.instrument import Instrument
from synth.notes.onnx_file import check_graph

# onnxruntime's exceptions share no base class.
RUNTIME_ERRORS = tuple(
    getattr(onnxruntime_errors, name)
    for name in (
        "EPFail",
        "EngineError",
        "Fail",
        "InvalidArgument",
        "InvalidGraph",
        "InvalidProtobuf",
        "ModelLoaded",
        "NoModel",
        "NoSuchFile",
        "NotImplemented",
        "RuntimeException",
    )
)
_QUIET = 3  # errors are raised anyway


def open_session(
    instrument: Instrument,
    file: str,
    options: onnxruntime.SessionOptions,
    providers: Sequence[str] = ("CPUExecutionProvider",),
) -> onnxruntime.InferenceSession:
    """Open one of an instrument's graphs; its files may go away afterwards.

    Args:
        instrument: whose.
        file: name of the graph.
        options: of the runtime, for this session alone.
        providers: of the runtime.

    Raises:
        InstrumentError: a file is not what it was when it was verified, or cannot be opened.

    Thread: worker.
    """
    path = instrument.path(file)
    check_graph(path, instrument.files)
    graph = instrument.read(file)
    # A graph names its weight files inside; one that it does not use does no harm.
    names = [name for name in instrument.files if name != file and name.encode() in graph]
    weights: list[Any] = [instrument.read(name) for name in names]
    if names:
        options.add_external_initializers_from_files_in_memory(names, weights, [*map(len, weights)])
    options.log_severity_level = _QUIET
    try:
        return onnxruntime.InferenceSession(graph, options, providers=list(providers))
    except (RuntimeError, *RUNTIME_ERRORS) as error:
        raise InstrumentError(f"instrument file {path}: {one_line(error)}") from error


def one_line(error: Exception) -> str:
    """Return what the runtime says, without its lines and pages."""
    return " ".join(str(error).split())[:200]
