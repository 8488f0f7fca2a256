"""Measure what a graphics card makes of an instrument: latency, agreement with the CPU, throughput.

    scripts/measure_gpu.py INSTRUMENT [--device cuda] [--calls 300] >figures.json

Every note is fresh. Its first tile is timed, then the others, as the player asks for them, and in a
run of its own the whole note. Ways that a card has: `eager`, kernel by kernel; `graph`, captured
with cuDNN's own choice of algorithms; `graph_searched`, with the ones that were fastest here;
`graph_fused`, with kernels that torch compiled; `as_exported`, what `torch.jit.load` alone gives.
What fails is told in its place, and all else is measured. Each part goes to stderr as well when it
is done. Needs torch, numpy, onnxruntime and `synth` on the path; no network.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from synth.notes.captured import CardWay, settle, unprofiled
from synth.notes.generators import CUDA, WHOLE, NoteGenerator, OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.latents import random_timbre
from synth.notes.torchscript import TorchScriptGenerator, import_torch

WAYS = {
    "eager": CardWay(is_captured=False),
    "graph": CardWay(is_fused=False),
    "graph_searched": CardWay(is_fused=False, is_searched=True),
    "graph_fused": CardWay(),
}
BATCHES = (1, 8, 64)
N_COMPARED = 12
CPU_CALLS = 30

Notes = tuple[np.ndarray, np.ndarray, np.ndarray]  # latents, pitches, velocities


class Report:
    """Figures by name; a part that fails leaves its error."""

    def __init__(self) -> None:
        self.figures: dict[str, Any] = {}

    def add(self, name: str, measure: Callable[[], Any]) -> None:
        """Measure a part."""
        started_s = time.monotonic()
        try:
            self.figures[name] = measure()
        except Exception as error:  # noqa: BLE001 - one part must not cost the others
            self.figures[name] = {"error": f"{type(error).__name__}: {error}"[:2000]}
        took_s = time.monotonic() - started_s
        print(f"{took_s:.1f} s {name}: {json.dumps(self.figures[name])}", file=sys.stderr)


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("instrument", type=Path)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--calls", type=int, default=300, help="of each tile on the card")
    args = parser.parse_args()
    instrument = Instrument.load(args.instrument)
    report = Report()
    report.add("machine", machine)
    expected: dict[int, np.ndarray] = {}

    def measure_cpu() -> dict[str, Any]:
        cpu = TorchScriptGenerator(instrument)
        expected.update(enumerate(compared(cpu, instrument)))
        n_calls = min(CPU_CALLS, args.calls)
        return latencies(cpu, instrument, n_calls, (0,)) | {"n_threads": 1}

    report.add("torchscript_cpu_ms", measure_cpu)
    if args.device == "cuda":
        report.add("driver", driver)
        ways = {
            name: partial(measure_way, instrument, way, args.calls, expected)
            for name, way in WAYS.items()
        }
        report.add("graph", ways["graph"])
        report.add("eager", ways["eager"])
        report.add("graph_searched", ways["graph_searched"])
        report.add("notes_per_s_on_the_card", partial(measure_network, instrument))
        report.add("onnx_cuda", partial(measure_onnx, instrument, args.calls, expected))
        # The last two compile on the card: what that breaks, it breaks for none but itself.
        report.add("as_exported", partial(measure_exported, instrument, args.calls, expected))
        report.add("graph_fused", ways["graph_fused"])
    print(json.dumps(report.figures, indent=1))


def machine() -> dict[str, Any]:
    """Say what runs here."""
    torch = import_torch()
    figures = {
        "python": sys.version.split()[0],
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "numpy": np.__version__,
        "onnxruntime": onnxruntime.__version__,
        "onnxruntime_providers": onnxruntime.get_available_providers(),
    }
    if torch.cuda.is_available():
        figures["gpu"] = torch.cuda.get_device_name()
        figures["cudnn"] = torch.backends.cudnn.version()
    return figures


def driver() -> str:
    """Return the card's name and its driver's version."""
    asked = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    return subprocess.run(
        asked, capture_output=True, text=True, check=True, timeout=30
    ).stdout.strip()


def measure_way(
    instrument: Instrument, way: CardWay, n_calls: int, expected: dict[int, np.ndarray]
) -> dict[str, Any]:
    """Measure torch on the card in one way."""
    started_s = time.monotonic()
    generator = TorchScriptGenerator(instrument, device="cuda", way=way)
    report = Report()
    report.figures["open_s"] = round(time.monotonic() - started_s, 2)
    report.figures["why_plain"] = generator.why_plain
    report.add(
        "largest_difference",
        lambda: largest_difference(compared(generator, instrument), expected),
    )
    tiles = range(len(instrument.tiles))
    report.add("ms", lambda: latencies(generator, instrument, n_calls, tiles))
    report.add("side_by_side_ms", lambda: side_by_side(generator, instrument, n_calls))
    for n_notes in BATCHES:
        report.add(f"notes_per_s_{n_notes}", partial(throughput, generator, instrument, n_notes))
    return report.figures


def throughput(generator: NoteGenerator, instrument: Instrument, n_notes: int) -> float:
    """Measure whole notes a second, in batches, that come to the host."""
    n_batches = max(2, 64 // n_notes)
    batches = [notes(instrument, n_notes, seed) for seed in range(n_batches)]
    generator.generate(WHOLE, *notes(instrument, n_notes, 1000))
    started_s = time.perf_counter()
    for batch in batches:
        generator.generate(WHOLE, *batch)
    return round(n_notes * n_batches / (time.perf_counter() - started_s), 1)


def measure_exported(
    instrument: Instrument, n_calls: int, expected: dict[int, np.ndarray]
) -> dict[str, Any]:
    """Measure the graph as it lies in the folder, as torch runs it unasked."""
    torch = import_torch()
    path = instrument.path(instrument.torchscript)
    graph = torch.jit.load(str(path), map_location="cuda").float().eval()

    class Exported:
        def generate(self, tile: int, *columns: np.ndarray) -> np.ndarray:
            with torch.inference_mode():
                tensors = [torch.from_numpy(column).to("cuda") for column in columns]
                whole: np.ndarray = graph(*tensors).cpu().numpy()
            return whole[:, :, : instrument.tiles[0].last_frame] if tile == 0 else whole

    generator = Exported()
    for seed in range(3):
        generator.generate(WHOLE, *notes(instrument, 1, seed))
    return {
        "largest_difference": largest_difference(compared(generator, instrument), expected),
        "ms": latencies(generator, instrument, n_calls, (0,)),
    }


def measure_onnx(
    instrument: Instrument, n_calls: int, expected: dict[int, np.ndarray]
) -> dict[str, Any] | str:
    """Measure onnxruntime on the card, if it is a build that has one."""
    if CUDA not in onnxruntime.get_available_providers():
        return f"this onnxruntime has no {CUDA}"
    tiles = (*range(len(instrument.tiles)), WHOLE)
    generator = OnnxGenerator(instrument, tiles=tiles, warm_batches=(1,), device="cuda")
    return {
        "largest_difference": largest_difference(compared(generator, instrument), expected),
        "ms": latencies(generator, instrument, n_calls, range(len(instrument.tiles))),
    }


def measure_network(instrument: Instrument) -> dict[int, float]:
    """Measure notes a second that stay on the card: the network without any copy."""
    torch = import_torch()
    path = instrument.path(instrument.torchscript)
    graph = torch.jit.load(str(path), map_location="cuda").float().eval()
    network = settle(torch, graph, is_searched=True)
    rates = {}
    for n_notes in BATCHES:
        tensors = [torch.from_numpy(column).to("cuda") for column in notes(instrument, n_notes, 0)]
        with torch.no_grad(), unprofiled(torch):
            for n_times in (3, 10):  # to warm it, and to measure
                torch.cuda.synchronize()
                started_s = time.perf_counter()
                for _ in range(n_times):
                    network(*tensors)
                torch.cuda.synchronize()
                rates[n_notes] = round(n_notes * n_times / (time.perf_counter() - started_s), 1)
    return rates


def latencies(
    generator: NoteGenerator, instrument: Instrument, n_calls: int, tiles: tuple[int, ...] | range
) -> dict[str, dict[str, float]]:
    """Measure the tiles of fresh notes, one after the other, and fresh whole notes, in ms."""
    times_ms: dict[str, list[float]] = {}
    for seed in range(n_calls):
        note = notes(instrument, 1, 10_000 + seed)
        for tile in tiles:
            times_ms.setdefault(f"tile_{tile}", []).append(call_ms(generator, tile, note))
    for seed in range(n_calls):
        note = notes(instrument, 1, 20_000 + seed)
        times_ms.setdefault("whole", []).append(call_ms(generator, WHOLE, note))
    return {name: summary(times) for name, times in times_ms.items()}


def side_by_side(generator: NoteGenerator, instrument: Instrument, n_calls: int) -> dict[str, Any]:
    """Have two threads make first tiles at once, and compare with one thread's."""
    made: dict[int, np.ndarray] = {}
    times_ms: list[float] = []

    def make(first_seed: int) -> None:
        for seed in range(first_seed, first_seed + n_calls // 2):
            note = notes(instrument, 1, seed)
            started_s = time.perf_counter()
            made[seed] = generator.generate(0, *note)
            times_ms.append(1e3 * (time.perf_counter() - started_s))

    threads = [threading.Thread(target=make, args=(seed,)) for seed in (30_000, 40_000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # So many notes were made since that none of these is kept, and each is made anew.
    alone = {seed: generator.generate(0, *notes(instrument, 1, seed)) for seed in sorted(made)}
    difference = max(float(np.abs(made[seed] - alone[seed]).max()) for seed in made)
    is_complete = len(made) == 2 * (n_calls // 2)
    return summary(times_ms) | {"largest_difference": difference, "is_complete": is_complete}


def compared(generator: NoteGenerator, instrument: Instrument) -> list[np.ndarray]:
    """Return whole notes over the instrument's range, each by itself."""
    return [generator.generate(WHOLE, *notes(instrument, 1, 50_000 + i)) for i in range(N_COMPARED)]


def largest_difference(found: list[np.ndarray], expected: dict[int, np.ndarray]) -> float | None:
    """Return by how much notes differ from the CPU's at most; None: there are none."""
    if not expected:
        return None
    return max(float(np.abs(note - expected[i]).max()) for i, note in enumerate(found))


def notes(instrument: Instrument, n_notes: int, seed: int) -> Notes:
    """Draw notes over the instrument's range that nobody has made yet."""
    low, high = instrument.pitch_range
    rng = np.random.default_rng((seed, n_notes))
    latents = [
        random_timbre(instrument.latents, int(number), instrument.prior)
        for number in rng.integers(2**31, size=n_notes)
    ]
    return (
        np.stack(latents).astype(np.float32),
        rng.integers(low, high + 1, n_notes),
        rng.uniform(0.1, 1.0, n_notes).astype(np.float32),
    )


def call_ms(generator: NoteGenerator, tile: int, note: Notes) -> float:
    """Time one call."""
    started_s = time.perf_counter()
    generator.generate(tile, *note)
    return 1e3 * (time.perf_counter() - started_s)


def summary(times_ms: list[float]) -> dict[str, float]:
    """Return percentiles."""
    middle, late = np.percentile(times_ms, (50, 99))
    return {
        "p50": round(float(middle), 4),
        "p99": round(float(late), 4),
        "max": round(max(times_ms), 4),
    }


if __name__ == "__main__":
    main()
