"""Try an instrument before it is played."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from synth.errors import InstrumentError
from synth.notes.generators import WHOLE, OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.latents import random_timbre
from synth.notes.native.generator import TOLERANCE as NATIVE_TOLERANCE
from synth.notes.native.generator import NativeGenerator
from synth.representation import to_magnitude_and_advance

AUDIBLE_POWER = 1e-3
"""Power of its loudest bin below which a note is silent: 84 dB under a full-scale sine's."""


def verify_instrument(folder: Path | str) -> list[str]:
    """Try an instrument as `gansynth instrument verify` does: every file, every graph, test notes.

    Returns:
        What was found to be right, a line each.

    Raises:
        InstrumentError: the first thing that is wrong.
    """
    instrument = Instrument.load(folder)
    lines = [f"{len(instrument.files)} files are whole (sha256)"]
    generator = OnnxGenerator(instrument, warm_batches=(1,))
    whole = OnnxGenerator(instrument, tiles=(WHOLE,), warm_batches=(1,))
    lines.append(f"{len(instrument.tiles)} tile graphs and the whole-note graph run")

    low, high = instrument.pitch_range
    pitches = np.array([low, (low + high) // 2, high])
    velocities = np.array([0.3, 0.6, 1.0])
    latents = np.stack(
        [random_timbre(instrument.latents, seed, instrument.prior) for seed in (1, 2, 3)]
    )
    notes = whole.generate(WHOLE, latents, pitches, velocities)
    tiles = [generator.generate(tile, latents, pitches, velocities) for tile in generator.tiles]
    error = float(np.max(np.abs(np.concatenate(tiles, axis=2) - notes)))
    if error > 1e-5:
        raise InstrumentError(
            f"instrument {folder}: its tiles differ from its whole notes by {error:.1e}, "
            f"at most 1e-5 is exact; export it again"
        )
    lines.append(f"tiles equal whole notes within {error:.1e}")

    if instrument.native is not None:
        native = NativeGenerator(instrument)
        tiles = [native.generate(tile, latents, pitches, velocities) for tile in generator.tiles]
        error = float(np.max(np.abs(np.concatenate(tiles, axis=2) - notes)))
        if error > NATIVE_TOLERANCE:
            raise InstrumentError(
                f"instrument {folder}: native.json makes notes that differ by {error:.1e} from its"
                f" graphs', at most {NATIVE_TOLERANCE:.0e} is right; export it again"
            )
        lines.append(f"the native generator equals the graphs within {error:.1e}")

    for pitch, note in zip(pitches, notes, strict=True):
        magnitude, _ = to_magnitude_and_advance(note, instrument.spec)
        if float(np.max(magnitude)) ** 2 < AUDIBLE_POWER:
            raise InstrumentError(f"instrument {folder}: its test note of pitch {pitch} is silent")
    lines.append(f"test notes of pitch {', '.join(map(str, pitches))} are finite and not silent")
    return lines
