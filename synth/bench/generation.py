"""The generator by itself: a whole note untiled, tiles, every runtime, and the machine's own limit.

The limit is the largest rate at which this machine multiplies matrices on as many threads: what a
network of convolutions could reach at best without fewer multiplications.
"""

import json
import math
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from synth.bench.figures import median_s, percentiles, rounded
from synth.finishing import for_worker, make_finisher
from synth.frames import NoteFrames
from synth.notes.backends import installed_backends
from synth.notes.cache import Note, allocate_pool, make_note
from synth.notes.generators import WHOLE, NoteGenerator, OnnxGenerator, n_usable_cores
from synth.notes.instrument import Instrument
from synth.notes.latents import random_timbre
from synth.notes.native.generator import NativeGenerator
from synth.notes.tiles import generate_tiles, place_tile
from synth.notes.torchscript import TorchScriptGenerator

GEMM_SIZE = 1024
_PITCHES = (36, 48, 60, 72, 84)


class NoteMaker:
    """Generates fresh notes and makes them playable, on the calling thread."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self._pool = allocate_pool(instrument, 8_000_000)
        self._finisher = make_finisher(instrument)
        self._finisher.compile()
        self._seed = 0

    @property
    def pool(self) -> NoteFrames:
        """Where notes lie: the last one in slot 0."""
        return self._pool

    def fresh_note(self) -> Note:
        """Return a note of a timbre that nobody has heard."""
        self._seed += 1
        timbre = random_timbre(self.instrument.latents, self._seed, self.instrument.prior)
        pitch = _PITCHES[self._seed % len(_PITCHES)]
        return make_note(self.instrument, timbre, pitch, 0.8)

    def make(self, generator: NoteGenerator, tile: int) -> None:
        """Generate one tile of a fresh note, or all of it, and finish it in slot 0."""
        (packed,) = generate_tiles(self.instrument, generator, tile, [self.fresh_note()])
        place_tile(self._pool, 0, 0, packed, for_worker(self._finisher))


def measure_whole_note(
    maker: NoteMaker, invert_s: float, *, n_notes: int
) -> tuple[dict[str, float], dict[str, Any]]:
    """Measure the whole note untiled on every runtime that is installed, and on a graphics card.

    Args:
        maker: of notes.
        invert_s: that decoding all hops of a note takes.
        n_notes: on each runtime.

    Returns:
        `whole_note_ms` of the fastest runtime, and `backends`.
    """
    backends: dict[str, Any] = {}
    whole_times: dict[str, list[float]] = {}
    for name, generator in _open_all(maker.instrument).items():
        maker.make(generator, WHOLE)
        make_whole = partial(maker.make, generator, WHOLE)
        whole_times[name] = [_time_s(make_whole) + invert_s for _ in range(n_notes)]
        tile_s = median_s(partial(maker.make, generator, 0), n_times=n_notes, is_wall=True)
        backends[name] = {
            "whole_note_ms": rounded(1e3 * statistics.median(whole_times[name])),
            "first_tile_ms": rounded(1e3 * tile_s),
        }
    fastest = min(whole_times, key=lambda name: statistics.median(whole_times[name]))
    for name, figures in backends.items():
        figures["is_fastest"] = name == fastest
    times_ms = [1e3 * time_s for time_s in whole_times[fastest]]
    return percentiles(times_ms, 50.0, 99.0), backends


def measure_gemm_ratio(maker: NoteMaker, *, n_times: int) -> float:
    """Return what share of this machine's matrix products per second whole notes reach.

    Both run on all cores that we may use: a note on each. Products are counted as the graph has
    them, whether they are done or saved.
    """
    instrument, n_cores = maker.instrument, n_usable_cores()
    generator: NoteGenerator = (
        OnnxGenerator(instrument, tiles=(WHOLE,), warm_batches=(1,))
        if instrument.native is None
        else NativeGenerator(instrument, tiles=(WHOLE,))
    )
    note = maker.fresh_note()
    call = note.latent[None], np.array([note.key.pitch]), np.array([note.key.velocity])
    with ThreadPoolExecutor(n_cores) as pool:

        def make_notes() -> None:
            wait([pool.submit(generator.generate, WHOLE, *call) for _ in range(n_cores)])

        whole_s = median_s(make_notes, n_times=n_times, is_wall=True) / n_cores
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((2, GEMM_SIZE, GEMM_SIZE), dtype=np.float32)
    gemm_s = median_s(lambda: left @ right, n_times=n_times, is_wall=True)
    n_products = count_products(instrument.path(instrument.whole), generator_inputs(note))
    return rounded((n_products / whole_s) / (GEMM_SIZE**3 / gemm_s))


def generator_inputs(note: Note) -> dict[str, NDArray[Any]]:
    """Return a graph's inputs for one note."""
    return {
        "latent": np.asarray(note.latent[None], np.float32),
        "pitch": np.array([note.key.pitch], np.int64),
        "velocity": np.array([note.key.velocity], np.float32),
    }


def count_products(path: Path, inputs: dict[str, NDArray[Any]]) -> int:
    """Count the multiplications of a graph's convolutions and matrix products, as it runs."""
    options = onnxruntime.SessionOptions()
    options.enable_profiling = True
    # As it is written: the runtime's own forms pad channels to what its vectors hold.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    with tempfile.TemporaryDirectory() as folder:
        options.profile_file_prefix = str(Path(folder) / "profile")
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        session.run(None, inputs)
        events = json.loads(Path(session.end_profiling()).read_text())
    return sum(_products(event["args"]) for event in events if event.get("cat") == "Node")


def _products(node: dict[str, Any]) -> int:
    """Count the multiplications of one node: each output takes a kernel, or a row and a column."""
    operator = node.get("op_name", "")
    shapes = [next(iter(shape.values())) for shape in node.get("input_type_shape", [])]
    outputs = [next(iter(shape.values())) for shape in node.get("output_type_shape", [])]
    if not outputs or len(shapes) < 2:
        return 0
    if "Conv" in operator:
        return math.prod(outputs[0]) * math.prod(shapes[1][1:])
    if "Gemm" in operator or operator == "MatMul":
        return math.prod(outputs[0]) * int(shapes[0][-1])
    return 0


def _open_all(instrument: Instrument) -> dict[str, NoteGenerator]:
    """Open every runtime that is installed: on one thread of the CPU, and on a graphics card."""
    generators: dict[str, NoteGenerator] = {
        "onnx": OnnxGenerator(instrument, tiles=(0, WHOLE), warm_batches=(1,))
    }
    if instrument.native is not None:
        generators["native"] = NativeGenerator(instrument, tiles=(0, WHOLE))
    has_card = installed_backends()
    if "torchscript" in has_card:
        generators["torchscript"] = TorchScriptGenerator(instrument)
    if has_card.get("onnx"):
        generators["onnx_cuda"] = OnnxGenerator(
            instrument, tiles=(0, WHOLE), warm_batches=(1,), device="cuda"
        )
    if has_card.get("torchscript"):
        generators["torchscript_cuda"] = TorchScriptGenerator(instrument, device="cuda")
    return generators


def _time_s(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
