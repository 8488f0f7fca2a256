"""The representation on real recordings: FluidSynth playing General MIDI instruments."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from synth.representation import GANSYNTH_LINEAR, LIVE, SpectrogramSpec, decode, encode
from training.data.fluid import NoteTiming, SoundFont

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")  # Debian's fluid-soundfont-gm
# One or two of each family.
PROGRAMS = (0, 4, 6, 11, 12, 16, 19, 21, 24, 29, 33, 40, 42, 45, 48, 52, 56, 65, 71, 73)
MINIMUM_SNR_DB = 40.0


@pytest.fixture(scope="module")
def font() -> Iterator[SoundFont]:
    with SoundFont(SOUNDFONT, NoteTiming(), gain=1.0) as font:
        yield font


@pytest.mark.parametrize("spec", [LIVE, GANSYNTH_LINEAR], ids=["live", "gansynth"])
def test_plain_accumulation_gives_real_notes_back(font: SoundFont, spec: SpectrogramSpec) -> None:
    figures = {}
    for program in PROGRAMS:
        note = font.note(0, program, 60, 100).astype(np.float64)
        note *= 0.1 / np.abs(note).max()  # -20 dBFS
        decoded = decode(encode(note, spec), spec)[: len(note)]
        interior = slice(spec.n_fft, len(note) - spec.n_fft)
        error = note[interior] - decoded[interior]
        figures[program] = 10 * np.log10(np.sum(note[interior] ** 2) / np.sum(error**2))
    print("SNR, dB:", {program: round(float(db), 1) for program, db in figures.items()})
    assert min(figures.values()) >= MINIMUM_SNR_DB
