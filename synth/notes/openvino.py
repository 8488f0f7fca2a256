"""Run an instrument's graphs in OpenVINO: the same tiles, on processors that it has kernels for.

OpenVINO is no dependency of the player; only this module imports it, when it is asked for
(`pip install 'gansynth-live[openvino]'`). It joins what stands between two convolutions into them,
which onnxruntime does not, and takes more memory and a longer start for it. Shapes are fixed when a
graph is compiled, so each size of a batch is a graph of its own, compiled when it is first wanted.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.errors import ConfigError, InstrumentError
from synth.notes.generators import Array, check_inputs, graph_file
from synth.notes.instrument import Instrument
from synth.notes.onnx_file import check_graph

_INPUTS = ("latent", "pitch", "velocity")


class OpenVinoGenerator:
    """An instrument's tiles in OpenVINO, compiled and warm.

    Args:
        instrument: whose graphs.
        tiles: which of its tiles, `WHOLE` for the undivided graph; None: all tiles.
        n_threads: that one call computes on.

    Raises:
        ConfigError: OpenVINO is not installed.
        InstrumentError: a graph is damaged, or does more than compute.
    """

    def __init__(
        self, instrument: Instrument, *, tiles: Iterable[int] | None = None, n_threads: int = 1
    ) -> None:
        self._core = import_openvino().Core()
        # A mapped file that is cut short or copied over ends the program.
        self._core.set_property({"ENABLE_MMAP": False})
        self.instrument = instrument
        self._options = {
            "NUM_STREAMS": 1,
            "INFERENCE_NUM_THREADS": n_threads,
            # Tiles equal whole notes only in the precision that they were proved in.
            "INFERENCE_PRECISION_HINT": "f32",
            "ENABLE_CPU_PINNING": False,  # the audio thread chooses its core first
        }
        self._lock = threading.Lock()  # of the graphs
        self._graphs: dict[tuple[int, int], Any] = {}  # by tile and batch
        self._local = threading.local()  # requests: one thread at a time may run each
        numbers = range(len(instrument.tiles)) if tiles is None else tiles
        low, high = instrument.pitch_range
        latent = next(iter(instrument.timbres.values())).latent[None]
        for tile in numbers:
            self.generate(tile, latent, np.array([(low + high) // 2]), np.array([0.5]))

    def generate(
        self,
        tile: int,
        latents: NDArray[np.floating],
        pitches: NDArray[np.integer],
        velocities: NDArray[np.floating],
    ) -> Array:
        """Generate one tile of some notes; see `OnnxGenerator.generate`.

        Thread: any; calls may run side by side.
        """
        inputs = check_inputs(self.instrument, latents, pitches, velocities)
        path = self.instrument.path(graph_file(self.instrument, tile))
        try:
            request = self._request(tile, len(pitches))
            request.infer(inputs)
            spectrogram: Array = np.array(request.get_output_tensor(0).data)
        except RuntimeError as error:
            raise InstrumentError(f"instrument file {path}: {_first_line(error)}") from error
        if not np.isfinite(np.sum(spectrogram)):
            raise InstrumentError(f"instrument file {path}: generates what is not finite")
        return spectrogram

    def _request(self, tile: int, n_notes: int) -> Any:
        """Return this thread's own way to run a graph."""
        requests: dict[tuple[int, int], Any] = self._local.__dict__.setdefault("requests", {})
        key = tile, n_notes
        if key not in requests:
            with self._lock:
                if key not in self._graphs:
                    self._graphs[key] = self._compile(tile, n_notes)
            requests[key] = self._graphs[key].create_infer_request()
        return requests[key]

    def _compile(self, tile: int, n_notes: int) -> Any:
        path = self.instrument.path(graph_file(self.instrument, tile))
        check_graph(path, self.instrument.files)
        model = self._core.read_model(str(path))
        sizes = ([n_notes, self.instrument.latent_size], [n_notes], [n_notes])
        model.reshape(dict(zip(_INPUTS, sizes, strict=True)))
        return self._core.compile_model(model, "CPU", self._options)


def import_openvino() -> Any:
    """Return OpenVINO.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        return importlib.import_module("openvino")
    except ModuleNotFoundError as error:
        raise ConfigError(
            "backend openvino: OpenVINO is not installed; take `--backend onnx`, or run"
            " `pip install 'gansynth-live[openvino]'`"
        ) from error


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0].strip()[:200] if lines else type(error).__name__
