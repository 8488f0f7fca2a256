"""Render excerpts of the songs for README: presets/songs/*.mid to docs/songs/*.ogg.

    scripts/render_songs.py [--instrument DIR] [--out DIR]

Run it after a new instrument or another song, and commit what it writes: 2 MB in all at most.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from synth.adapters.midi_file import load_song
from synth.folders import factory_presets
from synth.offline import open_offline
from synth.render import render_song

SAMPLE_RATE = 48_000
OGG_RATE = 24_000  # the instrument holds nothing above 8 kHz
LARGEST_BYTES = 2_000_000  # all of them
LONGEST_S = 45.0
FADE_S = 2.0
PEAK = 0.85
COMPRESSION = 0.6  # of Vorbis, 0 best .. 1 smallest: some 80 kbit/s
_WRITTEN_AT_ONCE = 65_536  # samples: libsndfile's encoder runs out of stack on a whole song


def main() -> int:
    """Render all songs; return 1 when they are too large for a repository."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instrument", type=Path, metavar="DIR", help="(the one that ships)")
    docs = Path(__file__).resolve().parents[1] / "docs" / "songs"
    parser.add_argument("--out", type=Path, default=docs, metavar="DIR")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    n_bytes = 0
    for path in sorted((factory_presets() / "songs").glob("*.mid")):
        out = args.out / f"{path.stem}.ogg"
        write_ogg(out, render(path, args.instrument))
        n_bytes += out.stat().st_size
        print(f"{out}: {out.stat().st_size / 1000:.0f} kB")
    print(f"{n_bytes / 1e6:.2f} MB in all")
    return 0 if n_bytes <= LARGEST_BYTES else 1


def render(path: Path, instrument: Path | None) -> np.ndarray:
    """Render a song, cut and faded after 45 s; its peak is the same for all: [n_samples, 2]."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_offline(instrument, sample_rate=SAMPLE_RATE) as (engine, player),
    ):
        wav = Path(folder) / "song.wav"
        song = load_song(path, SAMPLE_RATE)
        render_song(engine, player, song, wav, sample_format="float32")
        audio, _ = soundfile.read(wav, always_2d=True, stop=round(LONGEST_S * SAMPLE_RATE))
    n_fade = round(FADE_S * SAMPLE_RATE)
    if len(audio) == round(LONGEST_S * SAMPLE_RATE):
        audio[-n_fade:] *= np.linspace(1.0, 0.0, n_fade)[:, np.newaxis]
    return np.asarray(audio * (PEAK / max(float(np.abs(audio).max()), 1e-9)))


def write_ogg(path: Path, audio: np.ndarray) -> None:
    """Write Ogg Vorbis, block by block."""
    from scipy.signal import resample_poly

    audio = resample_poly(audio, OGG_RATE, SAMPLE_RATE, axis=0)
    with soundfile.SoundFile(
        path, "w", OGG_RATE, 2, "VORBIS", format="OGG", compression_level=COMPRESSION
    ) as file:
        for start in range(0, len(audio), _WRITTEN_AT_ONCE):
            file.write(audio[start : start + _WRITTEN_AT_ONCE])


if __name__ == "__main__":
    sys.exit(main())
