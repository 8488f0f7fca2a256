"""Compile everything that an engine runs, by playing a note: `python -m synth.compiling FOLDER`.

`synth.first_start` runs this, in a process that ends afterwards.
"""

import sys
from pathlib import Path

import numpy as np

from synth.config import EngineConfig
from synth.engine import Engine
from synth.events import NoteOff, NoteOn

_SAMPLE_RATE, _BLOCK_SIZE = 48_000, 1024
_PITCH = 60


def compile_all(instrument: Path) -> None:
    """Play one note of an instrument to its last frame, and let it go.

    Args:
        instrument: folder.
    """
    out = np.zeros((_BLOCK_SIZE, 2), np.float32)
    with Engine(instrument, EngineConfig(is_offline=True, is_prefetching=False)) as engine:
        spec = engine.instrument.spec
        engine.prepare(_SAMPLE_RATE, _BLOCK_SIZE)
        engine.post(NoteOn(pitch=_PITCH, velocity=0.8))
        note_s = spec.n_frames * spec.hop_length / spec.sample_rate
        for _ in range(int(note_s * _SAMPLE_RATE / _BLOCK_SIZE) + 1):
            engine.process(out)
        engine.post(NoteOff(pitch=_PITCH))
        engine.process(out)


if __name__ == "__main__":
    compile_all(Path(sys.argv[1]))
