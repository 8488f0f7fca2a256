"""Run an instrument's whole-note graph in torch: for graphics cards, and to compare with.

torch is no dependency of the player; only this module imports it, when it is asked for. The graph
makes all frames of a note at once, which a graphics card does as fast as a tile, so tiles are cut
out of the notes that were made last. On a card single notes are captured (`synth.notes.captured`);
batches, and all notes where that fails, run kernel by kernel.
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
from synth.notes.captured import (
    TOLERANCE,
    CapturedNotes,
    CardWay,
    Columns,
    capture,
    settle,
    unprofiled,
)
from synth.notes.generators import WHOLE, Array, check_inputs
from synth.notes.instrument import Instrument

_COLUMNS = ("latent", "pitch", "velocity")

N_KEPT = 64  # whole notes of which tiles may still be wanted, 1.6 MB each


class TorchScriptGenerator:
    """An instrument's graph in torch, opened and warm.

    Args:
        instrument: whose graph.
        device: "cpu" or "cuda".
        n_threads: of a call on the CPU; torch has one number for the whole process.
        way: how a card makes single notes; None: captured, and the same bits at every start.

    Attributes:
        why_plain: what kept single notes from being captured; empty where they are.

    Raises:
        ConfigError: torch is not installed, or has no such device.
        InstrumentError: the graph cannot be read.
    """

    def __init__(
        self,
        instrument: Instrument,
        *,
        device: str = "cpu",
        n_threads: int = 1,
        way: CardWay | None = None,
    ) -> None:
        self._torch = import_torch()
        if device == "cuda" and not self._torch.cuda.is_available():
            raise ConfigError("device cuda: torch finds no graphics card; take `--device cpu`")
        self.instrument = instrument
        self.device = device
        if device == "cpu":
            self._torch.set_num_threads(n_threads)
        self._graph = self._load()
        if device == "cuda":
            self._graph = settle(self._torch, self._graph)
        self._lock = threading.Lock()  # of the notes that are kept
        self._made: OrderedDict[bytes, Array] = OrderedDict()
        self.why_plain = ""
        self._captured: CapturedNotes | None = None
        self._warm()
        if device == "cuda":
            self._captured = self._open_captured(way or CardWay())

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
        columns = [np.asarray(inputs[name]) for name in _COLUMNS]
        if self._captured is not None and len(pitches) == 1:
            return self._replay(self._captured, columns, tile)
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
        return np.ascontiguousarray(whole[:, :, self._frames(tile)])

    def _frames(self, tile: int) -> slice:
        if tile == WHOLE:
            return slice(0, self.instrument.spec.n_frames)
        span = self.instrument.tiles[tile]
        return slice(span.first_frame, span.last_frame)

    def _load(self) -> Any:
        path = self.instrument.path(self.instrument.torchscript)
        try:
            with warnings.catch_warnings():
                # torch would rather export; what runs without its compiler is a script.
                warnings.simplefilter("ignore", DeprecationWarning)
                graph = self._torch.jit.load(str(path), map_location=self.device)
                return graph.float().eval()
        except (RuntimeError, ValueError) as error:
            raise InstrumentError(f"instrument file {path}: {_first_line(error)}") from error

    def _open_captured(self, way: CardWay) -> CapturedNotes | None:
        """Capture single notes; None, and the reason in `why_plain`, where the plain way stays."""
        if not way.is_captured:
            self.why_plain = "not asked for"
            return None
        low, high = self.instrument.pitch_range
        first, other = self._note(low, 0.25), self._note(high, 0.75)
        try:
            network = settle(self._torch, self._load(), is_searched=way.is_searched)
            captured = capture(self._torch, network, first, is_fused=way.is_fused)
            replayed = captured.generate(other, self._frames(WHOLE))
        except RuntimeError as error:
            self.why_plain = _first_line(error)
            return None
        difference = float(np.max(np.abs(replayed - self._run(other))))
        if not difference <= TOLERANCE:
            self.why_plain = f"a captured note is {difference:.1e} off"
            return None
        captured.clear()
        return captured

    def _replay(self, captured: CapturedNotes, columns: Columns, tile: int) -> Array:
        try:
            spectrogram = captured.generate(columns, self._frames(tile))
        except RuntimeError as error:
            path = self.instrument.path(self.instrument.torchscript)
            raise InstrumentError(f"instrument file {path}: {_first_line(error)}") from error
        return self._finite(spectrogram)

    def _run(self, columns: Columns) -> Array:
        torch = self._torch
        path = self.instrument.path(self.instrument.torchscript)
        # On a card a new size of batch would be compiled for seconds while one waits for it.
        with_compiler = unprofiled(torch, is_fused=self.device == "cpu")
        try:
            with torch.inference_mode(), with_compiler:
                tensors = [torch.from_numpy(column).to(self.device) for column in columns]
                spectrogram: Array = self._graph(*tensors).cpu().numpy()
        except RuntimeError as error:
            raise InstrumentError(f"instrument file {path}: {_first_line(error)}") from error
        return self._finite(spectrogram)

    def _finite(self, spectrogram: Array) -> Array:
        if not np.isfinite(np.sum(spectrogram)):
            path = self.instrument.path(self.instrument.torchscript)
            raise InstrumentError(f"instrument file {path}: generates what is not finite")
        return spectrogram

    def _note(self, pitch: int, velocity: float) -> Columns:
        latent = next(iter(self.instrument.timbres.values())).latent[None]
        inputs = check_inputs(self.instrument, latent, np.array([pitch]), np.array([velocity]))
        return [np.asarray(inputs[name]) for name in _COLUMNS]

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
    # An interpreter's error ends with what happened; CUDA's begins with it, and advice follows.
    told = [line for line in lines if "rror: " in line] or lines
    return told[-1].strip()[:200] if told else type(error).__name__
