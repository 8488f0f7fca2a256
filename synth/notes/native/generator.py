"""The native generator, as the worker runs it: `--backend native`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from synth.errors import InstrumentError
from synth.notes.generators import WHOLE, check_inputs, n_tile_frames
from synth.notes.instrument import Instrument
from synth.notes.native.kernels.kernel import compiled
from synth.notes.native.kernels.microkernel import DEPTH, TILES
from synth.notes.native.packing import PackedGenerator
from synth.notes.native.program import PlannedTile, plan_tile
from synth.notes.native.run import N_BOARD_WORDS, Run, generate, take_part
from synth.notes.native.weights import NativeWeights, one_reason, read_native_weights

Float32 = NDArray[np.float32]

TOLERANCE = 1e-4  # of a spectrogram's values; what rounding makes of them is a tenth of it
_EPSILON = np.float32(1e-8)


class NativeGenerator:
    """An instrument's tiles, laid out and compiled.

    Args:
        instrument: that was exported with `native.json`.
        tiles: that are run once, so that no note pays for the first time; None: all but the whole.

    Raises:
        InstrumentError: it has no such file, the file does not fit, or this machine computes
            something else than what was exported.
    """

    def __init__(self, instrument: Instrument, *, tiles: Iterable[int] | None = None) -> None:
        if instrument.native is None:
            raise InstrumentError(
                f"instrument {instrument.folder} has no native.json; export it again for"
                " `--backend native`"
            )
        self.instrument = instrument
        self._path = instrument.path(instrument.native)
        weights = read_native_weights(instrument, instrument.native)
        try:
            self._packed = PackedGenerator(weights, instrument.spec)
            self._take_tables(weights)
        except ValueError as error:
            raise InstrumentError(f"instrument file {self._path}: {one_reason(error)}") from error
        self._n_first_inputs = self._packed.dense[0].product.n_inputs
        self._planned: dict[tuple[int, int], PlannedTile] = {}
        self._lock = threading.Lock()  # of what is planned
        self._memory = threading.local()
        self._prove(weights)
        for tile in range(len(instrument.tiles)) if tiles is None else tiles:
            self._warm(tile)

    def generate(
        self,
        tile: int,
        latents: NDArray[np.floating],
        pitches: NDArray[np.integer],
        velocities: NDArray[np.floating],
        *,
        n_threads: int = 1,
        make: Callable[[Run], None] | None = None,
    ) -> Float32:
        """Generate one tile of some notes; see `OnnxGenerator.generate`.

        A note has the same bits whatever else is in the batch, and whichever threads make it.

        Args:
            tile: see there.
            latents: see there.
            pitches: see there.
            velocities: see there.
            n_threads: that a note is cut for.
            make: makes a note with the help of others; see `crew`. None: this thread does, alone.

        Thread: any; calls may run side by side.
        """
        inputs = check_inputs(self.instrument, latents, pitches, velocities)
        spec = self.instrument.spec
        shape = (len(pitches), spec.n_channels, n_tile_frames(self.instrument, tile), spec.n_bins)
        spectrogram = np.empty(shape, np.float32)
        planned = self._plan(tile, n_threads)
        for note, out in enumerate(spectrogram):
            pitch = int(inputs["pitch"][note]) - self.instrument.pitch_range[0]
            work = self._own_memory("work", planned.n_work)
            self._lay_inputs(planned, work, inputs["latent"][note], pitch, inputs["velocity"][note])
            board = np.zeros(N_BOARD_WORDS, np.int64)
            run = Run(planned, self._maps[pitch], work, out, board)
            self.make(run) if make is None else make(run)
        if not np.isfinite(np.sum(spectrogram)):
            raise InstrumentError(f"instrument file {self._path}: generates what is not finite")
        return spectrogram

    def make(self, run: Run) -> None:
        """Make a tile of a note, alone or with who takes part meanwhile.

        Thread: any.
        """
        own = self._own_memory("own", run.planned.n_own)
        generate(run.planned.program, run.maps, run.work, own, run.out, run.board)

    def take_part(self, run: Run) -> None:
        """Help the thread that makes a tile, until nothing is left to begin.

        Thread: any.
        """
        own = self._own_memory("own", run.planned.n_own)
        take_part(run.planned.program, run.maps, run.work, own, run.out, run.board)

    # --- below -----------------------------------------------------------------------------------

    def _take_tables(self, weights: NativeWeights) -> None:
        sizes, spec = weights.architecture, self.instrument.spec
        low, high = self.instrument.pitch_range
        n_pitches = high - low + 1
        if sizes.latent_size != self.instrument.latent_size:
            raise ValueError(
                f"has latent_size {sizes.latent_size}, instrument.json"
                f" {self.instrument.latent_size}"
            )
        columns, n_known = spec.n_bins // 2, sizes.n_maps - sizes.n_codes
        self._pitches = weights.single("pitch_embedding.weight", n_pitches, sizes.pitch_size)
        known = weights.single("features", n_pitches, n_known, columns)
        learned = weights.single("codes.weight", n_pitches, sizes.n_codes * columns)
        self._maps = in_blocks(
            np.concatenate([known, learned.reshape(n_pitches, sizes.n_codes, columns)], axis=1)
        )
        self._equaliser_pitches = np.zeros((n_pitches, 0), np.float32)
        if sizes.n_equaliser_bands:
            self._equaliser_pitches = weights.single(
                "equaliser.pitch_embedding.weight", n_pitches, sizes.equaliser_pitch_size
            )

    def _lay_inputs(
        self,
        planned: PlannedTile,
        work: Float32,
        latent: Float32,
        pitch: int,
        velocity: np.float32,
    ) -> None:
        """Lay in what the first dense layers read, each filled up to whole steps."""
        place = int(planned.program.places["inputs"][0])
        lay_inputs(
            latent,
            velocity,
            self._pitches[pitch],
            self._equaliser_pitches[pitch],
            self._n_first_inputs,
            work[place : place + planned.n_inputs],
        )

    def _plan(self, tile: int, n_threads: int) -> PlannedTile:
        with self._lock:
            key = tile, n_threads
            if key not in self._planned:
                first, last = 0, self.instrument.spec.n_frames
                if tile != WHOLE:
                    span = self.instrument.tiles[tile]
                    first, last = span.first_frame, span.last_frame
                self._planned[key] = plan_tile(self._packed, first, last, n_threads)
            return self._planned[key]

    def _own_memory(self, name: str, n_floats: int) -> Float32:
        """Return this thread's memory of a name, at least so many float32."""
        memory: Float32 | None = getattr(self._memory, name, None)
        if memory is None or len(memory) < n_floats:
            memory = np.empty(n_floats, np.float32)
            setattr(self._memory, name, memory)
        return memory

    def _warm(self, tile: int) -> None:
        low, high = self.instrument.pitch_range
        latent = next(iter(self.instrument.timbres.values())).latent
        self.generate(tile, latent[None], np.array([(low + high) // 2]), np.array([0.5]))

    def _prove(self, weights: NativeWeights) -> None:
        """Compare a first tile with what the exporter made of it."""
        probe = weights.probe
        latent = np.array([probe.latent], np.float32)
        tile = self.generate(0, latent, np.array([probe.pitch]), np.array([probe.velocity]))
        error = float(np.max(np.abs(tile.ravel()[list(probe.places)] - probe.values)))
        if not error <= TOLERANCE:
            raise InstrumentError(
                f"instrument file {self._path}: computes a note that is {error:.1e} off on this"
                f" machine, wanted {TOLERANCE:.0e}; use `--backend onnx`"
            )


def in_blocks(maps: Float32) -> Float32:
    """Bring maps, [pitch, map, column], to [pitch, block, column, DEPTH].

    Thread: any.
    """
    n_pitches, n_maps, n_columns = maps.shape
    shape = (n_pitches, -(-n_maps // DEPTH), n_columns, DEPTH)
    n = int(np.prod(shape))
    # A tile of pixels may be wider than the image, and read beyond it.
    blocks = np.zeros(n + DEPTH * max(tile.n_pixels for tile in TILES), np.float32)[:n]
    padded = np.zeros((n_pitches, shape[1] * DEPTH, n_columns), np.float32)
    padded[:, :n_maps] = maps
    blocks.reshape(shape)[:] = padded.reshape(*shape[:2], DEPTH, n_columns).swapaxes(2, 3)
    return blocks.reshape(shape)


@compiled
def lay_inputs(
    latent: Float32,
    velocity: np.float32,
    pitch: Float32,
    equaliser_pitch: Float32,
    first: int,
    inputs: Float32,
) -> None:
    """Lay the inputs of the mapping in front, and those of the equaliser from `first` on.

    Args:
        latent: [latent_size]; it is brought to unit mean square.
        velocity: 0..1.
        pitch: as the mapping knows it, [pitch_size].
        equaliser_pitch: as the equaliser knows it; [0] where there is none.
        first: of the equaliser's inputs.
        inputs: [n]; overwritten.

    Thread: worker.
    """
    inputs[:] = np.float32(0.0)
    n = latent.shape[0]
    power = np.float32(0.0)
    for i in range(n):
        power += latent[i] * latent[i]
    factor = np.float32(1.0) / np.sqrt(power / np.float32(n) + _EPSILON)
    for i in range(n):
        inputs[i] = latent[i] * factor
    for i in range(pitch.shape[0]):
        inputs[n + i] = pitch[i]
    curves = n + pitch.shape[0]
    turn = np.float32(np.pi) * velocity
    inputs[curves] = velocity
    inputs[curves + 1] = velocity * velocity
    inputs[curves + 2] = np.cos(turn)
    inputs[curves + 3] = np.sin(turn)
    if equaliser_pitch.shape[0] == 0:
        return
    for i in range(n):
        inputs[first + i] = inputs[i]
    for i in range(equaliser_pitch.shape[0]):
        inputs[first + n + i] = equaliser_pitch[i]
    curves = first + n + equaliser_pitch.shape[0]
    inputs[curves] = velocity
    inputs[curves + 1] = velocity * velocity
