"""Run an instrument's whole-note graph in torch: for graphics cards, and to compare with.

torch is no dependency of the player; only this module imports it, when it is asked for. The graph
makes all frames of a note at once, which a graphics card does as fast as a tile, so tiles are cut
out of the notes that were made last.
"""

from __future__ import annotations

import importlib
import threading
import warnings
from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.errors import ConfigError, InstrumentError
from synth.notes.generators import WHOLE, Array, check_inputs
from synth.notes.instrument import Instrument

N_KEPT = 64  # whole notes of which tiles may still be wanted, 1.6 MB each


class TorchScriptGenerator:
    """An instrument's graph in torch, opened and warm.

    Args:
        instrument: whose graph.
        device: "cpu" or "cuda".
        n_threads: of a call on the CPU; torch has one number for the whole process.

    Raises:
        ConfigError: torch is not installed, or has no such device.
        InstrumentError: the graph cannot be read.
    """

    def __init__(self, instrument: Instrument, *, device: str = "cpu", n_threads: int = 1) -> None:
        self._torch = import_torch()
        if device == "cuda" and not self._torch.cuda.is_available():
            raise ConfigError("device cuda: torch finds no graphics card; take `--device cpu`")
        self.instrument = instrument
        self.device = device
        path = instrument.path(instrument.torchscript)
        if device == "cpu":
            self._torch.set_num_threads(n_threads)
        try:
            with warnings.catch_warnings():
                # torch would rather export; what runs without its compiler is a script.
                warnings.simplefilter("ignore", DeprecationWarning)
                self._graph = self._torch.jit.load(str(path), map_location=device).float().eval()
        except (RuntimeError, ValueError) as error:
            raise InstrumentError(f"instrument file {path}: {_first_line(error)}") from error
        self._lock = threading.Lock()  # of the notes that are kept
        self._made: OrderedDict[bytes, Array] = OrderedDict()
        self._warm()

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
        columns = [np.asarray(inputs[name]) for name in ("latent", "pitch", "velocity")]
        keys = [b"".join(column[i].tobytes() for column in columns) for i in range(len(pitches))]
        notes = self._find(keys)
        missing = [i for i, note in enumerate(notes) if note is None]
        if missing:
            made = self._run([column[missing] for column in columns])
            for i, note in zip(missing, made, strict=True):
                notes[i] = note
                self._keep(keys[i], note)
        whole = np.stack([note for note in notes if note is not None])
        if tile == WHOLE:
            return whole
        span = self.instrument.tiles[tile]
        return np.ascontiguousarray(whole[:, :, span.first_frame : span.last_frame])

    def _run(self, columns: list[NDArray[Any]]) -> Array:
        torch = self._torch
        path = self.instrument.path(self.instrument.torchscript)
        try:
            with torch.inference_mode():
                tensors = [torch.from_numpy(column).to(self.device) for column in columns]
                spectrogram: Array = self._graph(*tensors).cpu().numpy()
        except RuntimeError as error:
            raise InstrumentError(f"instrument file {path}: {_first_line(error)}") from error
        if not np.isfinite(np.sum(spectrogram)):
            raise InstrumentError(f"instrument file {path}: generates what is not finite")
        return spectrogram

    def _find(self, keys: list[bytes]) -> list[Array | None]:
        with self._lock:
            return [self._made.get(key) for key in keys]

    def _keep(self, key: bytes, note: Array) -> None:
        with self._lock:
            self._made[key] = note
            while len(self._made) > N_KEPT:
                self._made.popitem(last=False)

    def _warm(self) -> None:
        # The first calls of a traced graph compile it.
        low, _ = self.instrument.pitch_range
        latent = next(iter(self.instrument.timbres.values())).latent[None]
        for velocity in (0.25, 0.5, 0.75):
            self.generate(WHOLE, latent, np.array([low]), np.array([velocity]))
        self._made.clear()


def import_torch() -> Any:
    """Return torch.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        return importlib.import_module("torch")
    except ModuleNotFoundError as error:
        raise ConfigError(
            "backend torchscript: torch is not installed; take `--backend onnx`, or run"
            " `pip install gansynth-live[train]`"
        ) from error


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else type(error).__name__
