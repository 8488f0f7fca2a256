"""Run an instrument's graphs: timbre latent, pitch and velocity in, spectrogram out.

onnxruntime on the CPU. One session holds one tile, its time axis fixed, so every call does the same
work; the batch is free. A session never computes on threads of its own while it waits (spinning is
off: it would take the cores from the audio thread), and its first calls, which allocate, are made
before the first note.

The same note has the same bits whatever the number of threads, but not whatever the batch (a
reduction sums in another order: 2e-6). Renderers that promise the same bytes generate one by one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, runtime_checkable

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from synth.errors import ConfigError, InstrumentError
from synth.notes.instrument import Instrument
from synth.notes.onnx_session import RUNTIME_ERRORS, one_line, open_session
from synth.notes.priority import run_in_real_time

Array = NDArray[np.float32]

WHOLE = -1
"""In place of a tile's number: the graph that generates all frames of a note."""

CUDA = "CUDAExecutionProvider"
_CPU = "CPUExecutionProvider"
# A graph's shapes never change, so the search for its fastest kernels is worth its time.
PROVIDERS: dict[str, list[Any]] = {
    "cpu": [_CPU],
    "cuda": [(CUDA, {"cudnn_conv_algo_search": "EXHAUSTIVE"}), _CPU],
}
WARM_BATCHES = (1, 2, 4, 8)

_INPUTS = ("latent", "pitch", "velocity")


class NoteGenerator(Protocol):
    """What the worker runs: any backend that generates tiles."""

    def generate(
        self,
        tile: int,
        latents: NDArray[np.floating],
        pitches: NDArray[np.integer],
        velocities: NDArray[np.floating],
    ) -> Array:
        """Generate one tile of some notes; see `OnnxGenerator.generate`."""
        ...


@runtime_checkable
class SharedGenerator(NoteGenerator, Protocol):
    """One whose first tiles several threads may make together."""

    def help(self, timeout_s: float) -> bool:
        """Take part in what another thread is making; see `NativeGenerator.help`."""
        ...


class OnnxGenerator:
    """An instrument's tiles in onnxruntime, opened and warm."""

    def __init__(
        self,
        instrument: Instrument,
        *,
        tiles: Iterable[int] | None = None,
        n_threads: int = 1,
        warm_batches: Sequence[int] = WARM_BATCHES,
        device: str = "cpu",
    ) -> None:
        """Open sessions.

        Args:
            instrument: whose graphs.
            tiles: which of its tiles, `WHOLE` for the undivided graph; None: all tiles.
            n_threads: that one call computes on, the caller's included.
            warm_batches: sizes that are run once, so that no note pays for the first allocation.
            device: "cpu" or "cuda".

        Raises:
            InstrumentError: a graph is damaged, does more than compute, or is of another shape.
        """
        self.instrument = instrument
        numbers = range(len(instrument.tiles)) if tiles is None else tiles
        self._sessions = {tile: _open(instrument, tile, n_threads, device) for tile in numbers}
        for tile in self._sessions:
            for n_notes in warm_batches:
                self._warm(tile, n_notes)

    @property
    def tiles(self) -> tuple[int, ...]:
        """Numbers of the tiles that are open."""
        return tuple(self._sessions)

    def generate(
        self,
        tile: int,
        latents: NDArray[np.floating],
        pitches: NDArray[np.integer],
        velocities: NDArray[np.floating],
    ) -> Array:
        """Generate one tile of some notes.

        Args:
            tile: its number in the instrument, or `WHOLE`.
            latents: [batch, latent_size].
            pitches: [batch], MIDI numbers within the instrument's range.
            velocities: [batch], 0..1.

        Returns:
            [batch, n_channels, n_frames of the tile, n_bins], normalised as the spec says.

        Raises:
            ConfigError: an argument does not fit the instrument.
            InstrumentError: the graph fails, or its result is not finite.

        Thread: any; calls may run side by side.
        """
        inputs = check_inputs(self.instrument, latents, pitches, velocities)
        file = graph_file(self.instrument, tile)
        try:
            spectrogram: Array = self._sessions[tile].run(None, inputs)[0]
        except RUNTIME_ERRORS as error:
            raise InstrumentError(
                f"instrument file {self.instrument.path(file)}: {one_line(error)}"
            ) from error
        if not np.isfinite(np.sum(spectrogram)):
            raise InstrumentError(
                f"instrument file {self.instrument.path(file)}: generates what is not finite"
            )
        return spectrogram

    def _warm(self, tile: int, n_notes: int) -> None:
        low, high = self.instrument.pitch_range
        latent = np.stack([next(iter(self.instrument.timbres.values())).latent] * n_notes)
        pitches = np.full(n_notes, (low + high) // 2)
        self.generate(tile, latent, pitches, np.full(n_notes, 0.5))


def open_generators(
    instrument: Instrument, *, n_threads: int = 1, max_batch: int = 1, is_offline: bool = False
) -> tuple[OnnxGenerator, OnnxGenerator]:
    """Open what a worker runs: first tiles by themselves, and all tiles for the background.

    Args:
        instrument: whose graphs.
        n_threads: of a background call.
        max_batch: notes of a call at most.
        is_offline: one generator serves for both, each call on its caller's thread alone.

    Raises:
        InstrumentError: as `OnnxGenerator`.
    """
    batches = [n_notes for n_notes in WARM_BATCHES if n_notes <= max_batch]
    if is_offline:
        generator = OnnxGenerator(instrument, warm_batches=())
        return generator, generator

    def open_onsets() -> OnnxGenerator:
        # The session's own threads are as urgent as the one that makes them.
        run_in_real_time()
        n_onset_threads = min(2, n_usable_cores())
        return OnnxGenerator(
            instrument, tiles=(0,), n_threads=n_onset_threads, warm_batches=batches
        )

    with ThreadPoolExecutor(1) as urgent:
        onsets = urgent.submit(open_onsets).result()
    return onsets, OnnxGenerator(instrument, n_threads=n_threads, warm_batches=(1,))


def n_usable_cores() -> int:
    """Return on how many cores this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def graph_file(instrument: Instrument, tile: int) -> str:
    """Return the name of the graph of a tile, or of `WHOLE`."""
    return instrument.whole if tile == WHOLE else instrument.tiles[tile].file


def n_tile_frames(instrument: Instrument, tile: int) -> int:
    """Return the number of frames of a tile, or of `WHOLE`."""
    return instrument.spec.n_frames if tile == WHOLE else instrument.tiles[tile].n_frames


def check_inputs(
    instrument: Instrument,
    latents: NDArray[np.floating],
    pitches: NDArray[np.integer],
    velocities: NDArray[np.floating],
) -> dict[str, NDArray[np.generic]]:
    """Bring the arguments of `generate` into the types of the graphs.

    Raises:
        ConfigError: one does not fit the instrument.
    """
    low, high = instrument.pitch_range
    n_notes = len(pitches)
    if np.shape(latents) != (n_notes, instrument.latent_size) or np.shape(velocities) != (n_notes,):
        raise ConfigError(
            f"latents are {list(np.shape(latents))} and velocities {list(np.shape(velocities))}; "
            f"{n_notes} notes want [{n_notes}, {instrument.latent_size}] and [{n_notes}]"
        )
    # A table of pitches is indexed inside the graph, and a wrong index would wrap without a word.
    if n_notes == 0 or np.min(pitches) < low or np.max(pitches) > high:
        raise ConfigError(f"pitches {list(pitches)!r:.40}; the instrument has {low} to {high}")
    return dict(
        zip(
            _INPUTS,
            (
                np.ascontiguousarray(latents, dtype=np.float32),
                np.ascontiguousarray(pitches, dtype=np.int64),
                np.ascontiguousarray(velocities, dtype=np.float32),
            ),
            strict=True,
        )
    )


def _open(
    instrument: Instrument, tile: int, n_threads: int, device: str
) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Every call is of the same few shapes: malloc serves them as fast as the arena does (measured),
    # which would keep 10 MB more a session.
    options.enable_cpu_mem_arena = False
    session = open_session(instrument, graph_file(instrument, tile), options, PROVIDERS[device])
    _check_signature(instrument, tile, session)
    return session


def _check_signature(
    instrument: Instrument, tile: int, session: onnxruntime.InferenceSession
) -> None:
    spec = instrument.spec
    expected = {
        "latent": ("tensor(float)", [instrument.latent_size]),
        "pitch": ("tensor(int64)", []),
        "velocity": ("tensor(float)", []),
        "spectrogram": (
            "tensor(float)",
            [spec.n_channels, n_tile_frames(instrument, tile), spec.n_bins],
        ),
    }
    found = {
        value.name: (value.type, list(value.shape[1:]))
        for value in (*session.get_inputs(), *session.get_outputs())
    }
    if found != expected:
        path = instrument.path(graph_file(instrument, tile))
        raise InstrumentError(f"instrument file {path}: has {found}, wanted {expected}")
