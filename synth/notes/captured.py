"""One note a call on a graphics card: the network captured once as a CUDA graph, then replayed.

A note is some two hundred small operations, each of which the host would launch by itself; a
replay is one launch. Captured are fixed addresses, so each lane has buffers, a stream and a capture
of its own, and a call has its lane to itself: threads that generate side by side never share one.
Whole notes stay on the card, and only the tile that was asked for comes to the host.

torch is an argument here: only `synth.notes.torchscript` imports it.
"""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Columns = Sequence[NDArray[Any]]  # latent [1, latent_size], pitch [1], velocity [1]

N_LANES = 3  # the live threads (first tiles, the rest) and one that asks besides
N_KEPT = 64  # whole notes of which tiles may still be wanted, 1.6 MB of the card's memory each
TOLERANCE = 1e-4  # of the normalised spectrogram, whose range is about -1..1

_N_WARM = 3  # runs before a capture: the first ones compile, search and allocate
_BENCHMARK, _ALLOW_TF32 = 9, 12  # places among the inputs of aten::_convolution
_N_CONVOLUTION_INPUTS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class CardWay:
    """How a card computes a note by itself."""

    is_captured: bool = True  # else kernel by kernel, as batches are
    # cuDNN tries its algorithms and takes the fastest of each shape. Which that is may change from
    # one start to the next, and with it a note's last bits.
    is_searched: bool = False
    is_fused: bool = True  # torch compiles neighbours into one kernel each, while it opens


class Lane(Protocol):
    """What makes one note at a time."""

    def make(self, columns: Columns) -> Any:
        """Begin a note; return where it will lie, all its frames."""
        ...

    def fetch(self, note: Any, frames: slice) -> Array:
        """Wait for some frames of a note, [1, n_channels, n_frames, n_bins]."""
        ...


class CapturedNotes:
    """Notes one by one, each call on a lane of its own.

    Thread: any; calls may run side by side.
    """

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._free: SimpleQueue[Lane] = SimpleQueue()
        for lane in lanes:
            self._free.put(lane)
        self._lock = threading.Lock()  # of the notes that are kept
        self._kept: OrderedDict[bytes, Any] = OrderedDict()

    def generate(self, columns: Columns, frames: slice) -> Array:
        """Generate some frames of one note, [1, n_channels, n_frames, n_bins].

        Raises:
            RuntimeError: the card fails.
        """
        key = b"".join(column.tobytes() for column in columns)
        with self._lock:
            note = self._kept.get(key)
        is_new = note is None
        lane = self._free.get()
        try:
            if is_new:
                note = lane.make(columns)
            part = lane.fetch(note, frames)
        finally:
            self._free.put(lane)
        if is_new:  # and whole: whoever finds it may read it on another lane
            self._keep(key, note)
        return part

    def clear(self) -> None:
        """Forget the notes that were made."""
        with self._lock:
            self._kept.clear()

    def _keep(self, key: bytes, note: Any) -> None:
        with self._lock:
            self._kept[key] = note
            while len(self._kept) > N_KEPT:
                self._kept.popitem(last=False)


def capture(torch: Any, network: Any, columns: Columns, *, is_fused: bool) -> CapturedNotes:
    """Capture a network on the card.

    Args:
        torch: the module.
        network: a settled graph on the card.
        columns: a note to capture with.
        is_fused: see `CardWay`.

    Raises:
        RuntimeError: the card or the network does not allow it.
    """
    with unprofiled(torch, is_fused=is_fused):
        return CapturedNotes([_CapturedLane(torch, network, columns) for _ in range(N_LANES)])


class _CapturedLane:
    """A capture of one note, its stream and its buffers."""

    def __init__(self, torch: Any, network: Any, columns: Columns) -> None:
        self._torch = torch
        self._stream = torch.cuda.Stream()
        latent_size = columns[0].shape[1]
        # Only from and to pinned memory does a copy run beside the host, and may it be captured.
        self._sent = torch.empty(buffer_size(latent_size), dtype=torch.float32, pin_memory=True)
        self._columns = [part.numpy() for part in split_inputs(torch, self._sent)]
        self._write(columns)
        received = torch.empty(buffer_size(latent_size), dtype=torch.float32, device="cuda")
        inputs = split_inputs(torch, received)

        def compute() -> Any:
            received.copy_(self._sent, non_blocking=True)
            return network(*inputs).contiguous()

        # What the runs before a capture allocate for cuBLAS belongs to their stream: take its own.
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.no_grad(), torch.cuda.stream(self._stream):
            for _ in range(_N_WARM):
                compute()
        self._stream.synchronize()
        self._graph = torch.cuda.CUDAGraph()
        # Another instrument may play on other threads, which must neither fail nor end the capture.
        capturing = torch.cuda.graph(
            self._graph, stream=self._stream, capture_error_mode="thread_local"
        )
        # A capture that fails leaves its stream to be this thread's; the one outside does not.
        with torch.no_grad(), torch.cuda.stream(self._stream), capturing:
            self._made = compute()
        self._fetched = torch.empty(self._made.numel(), dtype=torch.float32, pin_memory=True)
        self._keep_alive = (received, inputs, network)  # the graph knows their addresses only

    def make(self, columns: Columns) -> Any:
        """See `Lane.make`."""
        torch = self._torch
        self._write(columns)
        with torch.no_grad(), torch.cuda.stream(self._stream):
            self._graph.replay()
            return self._made.clone()

    def fetch(self, note: Any, frames: slice) -> Array:
        """See `Lane.fetch`."""
        torch = self._torch
        with torch.no_grad(), torch.cuda.stream(self._stream):
            part = note[:, :, frames].contiguous()
            host = self._fetched[: part.numel()].view(part.shape)
            host.copy_(part, non_blocking=True)
        self._stream.synchronize()
        fetched: Array = host.numpy().copy()  # the next call of this lane writes where it lies
        return fetched

    def _write(self, columns: Columns) -> None:
        for place, column in zip(self._columns, columns, strict=True):
            place[:] = column


def buffer_size(latent_size: int) -> int:
    """Return how many floats hold a note's inputs."""
    return 3 + latent_size


def split_inputs(torch: Any, buffer: Any) -> list[Any]:
    """View a buffer as latent [1, latent_size], pitch [1] and velocity [1]: one copy for all."""
    # The pitch is an int64 and goes first, where its eight bytes are aligned.
    return [buffer[None, 2:-1], buffer[:2].view(torch.int64), buffer[-1:]]


def settle(torch: Any, graph: Any, *, is_searched: bool = False) -> Any:
    """Make a graph that was read ready for a card, before its first run.

    What a trace notes of its convolutions holds whatever torch's settings say, and it notes that
    they may compute in TF32, with ten bits of mantissa in place of 23: a card that has it would
    make other notes than the CPU, and than a card that has not. So that is turned off, there and
    for matrix products. Freezing computes in advance what depends on the weights alone.

    Args:
        torch: the module.
        graph: from `torch.jit.load`, in evaluation mode, not yet run.
        is_searched: see `CardWay`.
    """
    for module in graph.modules():
        with contextlib.suppress(AttributeError, RuntimeError):  # a list of modules has no graph
            _set_convolutions(module.graph, is_searched)
    with warnings.catch_warnings():
        # torch would rather compile, and has a newer name for the setting that knows one part of
        # it at a time; it then refuses whoever asks by the older name.
        warnings.simplefilter("ignore")
        torch.set_float32_matmul_precision("highest")
        torch.backends.cudnn.allow_tf32 = False
        try:
            return torch.jit.freeze(graph)
        except RuntimeError:
            return graph  # slower, and as right


def _set_convolutions(graph: Any, is_searched: bool) -> None:
    for node in graph.findAllNodes("aten::_convolution"):
        if len(list(node.inputs())) != _N_CONVOLUTION_INPUTS:
            continue
        graph.setInsertPoint(node)
        node.replaceInput(_BENCHMARK, graph.insertConstant(is_searched))
        node.replaceInput(_ALLOW_TF32, graph.insertConstant(False))


def unprofiled(torch: Any, *, is_fused: bool = False) -> contextlib.AbstractContextManager[Any]:
    """Run graphs as they are written, on this thread; else torch recompiles them as they run."""
    run_as_written: contextlib.AbstractContextManager[Any] = torch.jit.optimized_execution(False)
    return contextlib.nullcontext() if is_fused else run_as_written
