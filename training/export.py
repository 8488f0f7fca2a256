"""From a training run to an instrument: `gansynth export --run DIR --out DIR`.

The weights are rounded to half precision first, so what is compared, written and played is one and
the same network: torch == ONNX == TorchScript, and the tiles laid side by side == the whole note.
An instrument that fails a comparison is not written.
"""

from __future__ import annotations

import copy
import json
import shutil
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor

from synth.errors import ConfigError, InputFileError, InstrumentError
from synth.notes.generators import WHOLE, OnnxGenerator
from synth.notes.instrument import DESCRIPTION, FORMAT_VERSION, Instrument, file_entry
from synth.notes.latents import Prior, normalise, random_timbre
from synth.notes.native.generator import NativeGenerator
from training.checkpoint import Timbre, load_run
from training.config import TrainingConfig, config_to_dict
from training.model.generator import Generator
from training.native_weights import native_description
from training.onnx_graphs import WeightFile, is_exact_in_half, share_weights, trace_graph

WEIGHTS = "generator.weights"
WHOLE_GRAPH = "generator.onnx"
TORCHSCRIPT = "generator.ts"
NATIVE = "native.json"
TOLERANCE = 1e-5  # of the normalised spectrogram, whose range is about -1..1
VELOCITIES = (25, 50, 75, 100, 127)  # of the data, where the run does not say

_FIRST_TILE = 8  # frames
_TILE_GROWTH = 4
_SMALLEST_ROUNDED = 1024  # numbers; biases are left as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What was written, and how well its forms agree (largest error of the spectrogram)."""

    folder: Path
    n_bytes: int
    onnx_error: float  # whole-note graph against torch
    torchscript_error: float
    tile_error: float  # tiles side by side against the whole-note graph
    native_error: float  # the native generator's tiles against torch
    rounding_error: float  # what half precision cost: torch before and after rounding


def export_run(
    run_dir: Path,
    folder: Path,
    *,
    name: str | None = None,
    licence: str | None = None,
    prior: Prior | None = None,
    boundaries: Sequence[int] | None = None,
) -> ExportReport:
    """Turn the averaged weights of a run into an instrument folder.

    Args:
        run_dir: the run.
        folder: to write; an instrument that lies there is replaced once the new one is proven.
        name: of the instrument; None: the folder's.
        licence: None: what the data's provenance says.
        prior: how random timbres are drawn.
        boundaries: frames where one tile ends and the next begins; None: 8, 32, 128, ...

    Raises:
        InputFileError: there is no such run, or the folder holds something else or cannot be
            written.
        InstrumentError: the forms of the generator disagree.
    """
    config, generator, timbres, provenance = load_run(run_dir)
    frames = tile_frames(config.spec.n_frames, boundaries)
    data = provenance.get("data", {})
    _require_replaceable(folder)
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        rounded = round_weights(generator)
        tiles = write_graphs(rounded, partial, frames)
        description = {
            "format_version": FORMAT_VERSION,
            "name": name or folder.name,
            "spec": config.spec.to_dict(),
            "latent_size": config.generator.latent_size,
            "pitch_range": [config.generator.first_pitch, config.generator.last_pitch],
            "velocities": list(data.get("velocities", VELOCITIES)),
            "tiles": tiles,
            "whole": {"file": WHOLE_GRAPH},
            "torchscript": {"file": TORCHSCRIPT},
            "native": {"file": NATIVE},
            "files": {path.name: file_entry(path) for path in sorted(partial.iterdir())},
            "timbres": _timbre_entries(timbres),
            "prior": (prior or Prior()).to_dict(),
            "provenance": _provenance(provenance, config),
            "metrics": {},
            "licence": licence or str(data.get("licence", "unknown")),
        }
        (partial / DESCRIPTION).write_text(description_text(description))
        report = prove(Instrument.load(partial), generator, rounded, folder)
        _replace(folder, partial)
    except OSError as error:
        raise InputFileError(
            f"cannot write {folder}: {error.strerror}; choose another --out"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return report


def tile_frames(n_frames: int, boundaries: Sequence[int] | None = None) -> list[tuple[int, int]]:
    """Divide a note's frames into tiles: a short first one, each next one four times as long.

    Raises:
        ConfigError: boundaries that do not rise inside the note.
    """
    if boundaries is None:
        boundaries = []
        end = _FIRST_TILE
        while end < n_frames:
            boundaries.append(end)
            end *= _TILE_GROWTH
    edges = [0, *boundaries, n_frames]
    if edges != sorted(set(edges)):
        raise ConfigError(f"tiles end at {edges[1:]}; wanted rising frames up to {n_frames}")
    return list(pairwise(edges))


def round_weights(generator: Generator) -> Generator:
    """Return a copy whose large tensors hold what half precision can hold.

    Raises:
        InstrumentError: a weight is beyond the range of half precision.
    """
    rounded = copy.deepcopy(generator).eval().requires_grad_(False)
    for name, tensor in (*rounded.named_parameters(), *rounded.named_buffers()):
        if tensor.is_floating_point() and tensor.numel() >= _SMALLEST_ROUNDED:
            tensor.data = tensor.data.half().float()
            if not bool(torch.isfinite(tensor).all()):
                raise InstrumentError(f"weight {name} is beyond 65504; train with a lower rate")
    return rounded


def write_graphs(
    generator: Generator, folder: Path, frames: Sequence[tuple[int, int]]
) -> list[dict[str, Any]]:
    """Write every graph and the weights; return the tiles as instrument.json lists them."""
    notes = _example_notes(generator)
    weights = WeightFile()
    spans = {f"generator_{first:03d}_{last:03d}.onnx": (first, last) for first, last in frames}
    for file, span in (*spans.items(), (WHOLE_GRAPH, None)):
        model = trace_graph(generator, notes, span)
        share_weights(model, weights, WEIGHTS)
        onnx.save(model, folder / file)
    (folder / NATIVE).write_text(native_description(generator, weights, WEIGHTS, frames[0]))
    (folder / WEIGHTS).write_bytes(weights.content)
    write_torchscript(generator, folder / TORCHSCRIPT, notes)
    return [
        {"first_frame": first, "last_frame": last, "file": file}
        for file, (first, last) in spans.items()
    ]


def write_torchscript(
    generator: Generator, path: Path, notes: tuple[Tensor, Tensor, Tensor]
) -> None:
    """Write the whole-note graph for torch; read it with `torch.jit.load(path).float()`."""
    with warnings.catch_warnings():
        # torch 2.13 advises torch.export instead, which only torch itself can open.
        warnings.simplefilter("ignore", DeprecationWarning)
        traced = torch.jit.trace(copy.deepcopy(generator), notes, check_trace=False)
        for module in traced.modules():
            tensors = (*module.parameters(recurse=False), *module.buffers(recurse=False))
            for tensor in tensors:
                if tensor.dtype == torch.float32 and is_exact_in_half(tensor.numpy()):
                    tensor.data = tensor.data.half()
        traced.save(str(path))
    _drop_source_lines(path)


def prove(
    instrument: Instrument, original: Generator, rounded: Generator, folder: Path
) -> ExportReport:
    """Compare all forms of the generator on notes over its whole range.

    Raises:
        InstrumentError: two of them differ by more than `TOLERANCE`.
    """
    latents, pitches, velocities = comparison_notes(instrument)
    tensors = (torch.from_numpy(latents), torch.from_numpy(pitches), torch.from_numpy(velocities))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        script = torch.jit.load(str(instrument.path(instrument.torchscript)))
    with torch.no_grad():
        expected = rounded(*tensors).numpy()
        unrounded = original(*tensors).numpy()
        scripted = script.float()(*tensors).numpy()
    whole = OnnxGenerator(instrument, tiles=(WHOLE,), warm_batches=())
    tiled = OnnxGenerator(instrument, warm_batches=())
    note = whole.generate(WHOLE, latents, pitches, velocities)
    tiles = [tiled.generate(tile, latents, pitches, velocities) for tile in tiled.tiles]
    native = NativeGenerator(instrument)
    native_tiles = [native.generate(tile, latents, pitches, velocities) for tile in tiled.tiles]
    report = ExportReport(
        folder=folder,
        n_bytes=sum(path.stat().st_size for path in instrument.folder.iterdir()),
        onnx_error=_largest(note - expected),
        torchscript_error=_largest(scripted - expected),
        tile_error=_largest(np.concatenate(tiles, axis=2) - note),
        native_error=_largest(np.concatenate(native_tiles, axis=2) - expected),
        rounding_error=_largest(unrounded - expected),
    )
    for what in ("onnx_error", "torchscript_error", "tile_error", "native_error"):
        error = getattr(report, what)
        if not error <= TOLERANCE:
            raise InstrumentError(
                f"exported generator has {what} {error:.1e}, wanted at most {TOLERANCE:.0e}; "
                f"nothing was written to {folder}"
            )
    return report


def comparison_notes(
    instrument: Instrument, n_notes: int = 4
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
    """Choose notes to compare on: lowest to highest, softest to loudest, named and random timbres.

    Returns:
        latents [n_notes, latent_size], pitches [n_notes], velocities [n_notes].
    """
    named = list(instrument.latents.values())
    latents = [
        random_timbre(instrument.latents, index, instrument.prior)
        if index % 2
        else named[index * len(named) // n_notes]
        for index in range(n_notes)
    ]
    low, high = instrument.pitch_range
    pitches = np.linspace(low, high, n_notes).round().astype(np.int64)
    return np.stack(latents), pitches, np.linspace(0.1, 1.0, n_notes).astype(np.float32)


def description_text(description: Mapping[str, Any]) -> str:
    """Lay instrument.json out for people and for diffs: a line a key, a file, a timbre."""
    lines = []
    for key, value in description.items():
        if key in {"files", "timbres"}:
            entries = (
                f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in value.items()
            )
            text = "{\n" + ",\n".join(entries) + "\n }"
        else:
            text = json.dumps(value, ensure_ascii=False)
        lines.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _drop_source_lines(path: Path) -> None:
    """Rewrite a TorchScript archive without the names and lines of its source files."""
    with zipfile.ZipFile(path) as archive:
        entries = {
            entry.filename: archive.read(entry)
            for entry in archive.infolist()
            if not entry.filename.endswith(".debug_pkl")
        }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            # One date: two exports differ by their weights, not by the clock.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)


def _example_notes(generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
    config = generator.config
    latents = torch.linspace(-1.0, 1.0, 2 * config.latent_size).reshape(2, config.latent_size)
    pitches = torch.tensor([config.first_pitch, config.last_pitch])
    return latents, pitches, torch.tensor([0.4, 0.9])


def _timbre_entries(timbres: Sequence[Timbre]) -> dict[str, dict[str, Any]]:
    """List the named timbres; a number tells two of one name apart (of two soundfonts, say)."""
    entries: dict[str, dict[str, Any]] = {}
    for timbre in timbres:
        name, number = timbre.name, 2
        while name in entries:
            name, number = f"{timbre.name} {number}", number + 1
        latent = [float(f"{value:.7g}") for value in normalise(timbre.latent.numpy())]
        entries[name] = {"latent": latent, "family": timbre.family}
    return entries


def _provenance(provenance: Mapping[str, Any], config: TrainingConfig) -> dict[str, Any]:
    return {
        **provenance,
        "training_config": config_to_dict(config),
        "exported_with": {"torch": torch.__version__, "onnx": onnx.__version__},
        "weights": "float16, computed with in float32",
    }


def _require_replaceable(folder: Path) -> None:
    if folder.exists() and not (folder / DESCRIPTION).is_file() and any(folder.iterdir()):
        raise InputFileError(
            f"{folder} holds something that is no instrument; choose another --out"
        )


def _replace(folder: Path, new: Path) -> None:
    """Put a finished folder in the place of one that may be there."""
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    new.replace(folder)
    shutil.rmtree(old, ignore_errors=True)


def _largest(error: NDArray[np.floating]) -> float:
    return float(np.max(np.abs(error)))
