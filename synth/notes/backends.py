"""What generates, and on what: `--backend` and `--device`.

On the CPU our own machine code is the choice, and onnxruntime where an instrument has nothing for
it; torch has the whole note only, and takes as long for it as a first tile takes many times. For a
graphics card whatever runtime finds one is tried, and the faster one taken. Where none is found the
CPU plays, and one line says so.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import numpy as np
import onnxruntime

from synth.config import Backend, Device
from synth.errors import ConfigError, InstrumentError
from synth.notes.generators import (
    CUDA,
    NoteGenerator,
    OnnxGenerator,
    n_usable_cores,
    open_generators,
)
from synth.notes.instrument import Instrument
from synth.notes.latents import random_timbre
from synth.notes.native.crew import Crew
from synth.notes.native.generator import NativeGenerator
from synth.notes.torchscript import TorchScriptGenerator, import_torch

_N_TRIALS = 5
_MOST_ONSET_THREADS = 2

Tell = Callable[[str], None]
Opener = Callable[[], NoteGenerator]


def open_backend(
    instrument: Instrument,
    *,
    backend: Backend = "auto",
    device: Device = "cpu",
    n_threads: int = 1,
    is_offline: bool = False,
    tell: Tell,
) -> tuple[NoteGenerator, NoteGenerator]:
    """Open what a worker runs: first tiles, and all tiles for the background.

    Args:
        instrument: whose graphs.
        backend: what generates; "auto" takes the fastest.
        device: where; a graphics card that is not there is replaced by the CPU.
        n_threads: of a background call on the CPU.
        is_offline: one generator serves for both.
        tell: takes one line where something else is used than what was asked for.

    Raises:
        ConfigError: torch was asked for and is not installed.
        InstrumentError: a graph cannot be used.
    """
    if device == "cuda":
        generator = _open_on_card(instrument, backend)
        if generator is not None:
            why_plain = getattr(generator, "why_plain", "")
            if why_plain:
                tell(f"device cuda: notes are not captured, and take longer: {why_plain}")
            return generator, generator
        tell(f"device cuda: no {_runtime(backend)} here finds a graphics card; the CPU plays")
    if backend == "torchscript":
        generator = TorchScriptGenerator(instrument, n_threads=n_threads)
        return generator, generator
    if backend != "onnx":
        native = _open_native(instrument, backend, tell)
        if native is not None:
            n_threads = min(_MOST_ONSET_THREADS, n_usable_cores())
            return Crew(native, n_threads) if n_threads > 1 else native, native
    return open_generators(instrument, n_threads=n_threads, is_offline=is_offline)


def n_onset_threads(generator: NoteGenerator) -> int:
    """Return how many threads make first tiles; the runtimes have threads of their own."""
    return generator.n_threads if isinstance(generator, Crew) else 1


def installed_backends() -> dict[str, bool]:
    """Tell which runtimes are there, and whether each finds a graphics card."""
    found = {"onnx": CUDA in onnxruntime.get_available_providers()}
    with contextlib.suppress(ConfigError):
        found["torchscript"] = bool(import_torch().cuda.is_available())
    return found


def _open_native(instrument: Instrument, backend: Backend, tell: Tell) -> NativeGenerator | None:
    if instrument.native is None and backend == "auto":
        return None
    try:
        return NativeGenerator(instrument)
    except InstrumentError as error:
        tell(f"{error}; onnxruntime plays")
        return None


def _open_on_card(instrument: Instrument, backend: Backend) -> NoteGenerator | None:
    openers: dict[str, Opener] = {
        "onnx": lambda: OnnxGenerator(instrument, device="cuda", warm_batches=(1,)),
        "torchscript": lambda: TorchScriptGenerator(instrument, device="cuda"),
    }
    has_card = installed_backends()
    asked = (backend,) if backend in openers else openers
    opened = [openers[name]() for name in asked if has_card.get(name)]
    if len(opened) < 2:
        return opened[0] if opened else None
    return min(opened, key=lambda generator: onset_s(instrument, generator))


def onset_s(instrument: Instrument, generator: NoteGenerator) -> float:
    """Measure how long a first tile takes: the shortest of some fresh notes, seconds."""
    pitch, velocity = np.array([instrument.pitch_range[0]]), np.array([0.8])
    times = []
    for seed in range(_N_TRIALS):
        latent = random_timbre(instrument.latents, seed, instrument.prior)[None]
        started = time.perf_counter()
        generator.generate(0, latent, pitch, velocity)
        times.append(time.perf_counter() - started)
    return min(times)


def _runtime(backend: Backend) -> str:
    return backend if backend in {"onnx", "torchscript"} else "runtime"
