"""Measure `gansynth learn`: do instruments come back as themselves?

    scripts/measure_learn.py --data DIR [--instrument DIR] [--count N]

From a prepared set, one note (pitch 60) of each instrument is learned: of those that the instrument
was trained on, and of those it never heard. The timbre that was learned then plays that pitch and
another one (67); it counts as come back where, of the recordings of all instruments of the set at
that pitch, its own is the nearest. What the trained ones show is how well a timbre is found that is
there; what the strange ones show is how far the timbre space reaches.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from synth.folders import default_instrument
from synth.learn.learning import VELOCITY, learn_timbre, prepare_target
from synth.learn.recording import Recording
from synth.notes.encoder import (
    LAST_FRAME,
    note_picture,
    picture_distance_db,
    recording_magnitude,
)
from synth.notes.generators import OnnxGenerator
from synth.notes.instrument import Instrument
from synth.representation import to_magnitude_and_advance
from training.data.prepared import PreparedSet

LEARNED_PITCH, OTHER_PITCH = 60, 67


def main() -> None:
    """Learn, and print how many came back."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--instrument", type=Path, default=default_instrument(), metavar="DIR")
    parser.add_argument("--count", type=int, default=200, help="of each kind, at most")
    args = parser.parse_args()
    instrument = Instrument.load(args.instrument)
    data = PreparedSet.open(args.data)
    generator = OnnxGenerator(instrument, warm_batches=(1,))
    recorded = {p: recordings(data, p) for p in (LEARNED_PITCH, OTHER_PITCH)}
    pictures = {
        pitch: {name: picture(audio, pitch, instrument) for name, audio in notes.items()}
        for pitch, notes in recorded.items()
    }
    both = sorted(recorded[LEARNED_PITCH].keys() & recorded[OTHER_PITCH].keys())
    for what, is_known in (("trained", True), ("strange", False)):
        names = [name for name in both if (name in instrument.timbres) == is_known]
        chosen = [
            names[int(i)] for i in np.linspace(0, len(names) - 1, min(args.count, len(names)))
        ]
        rows = []
        for name in chosen:
            audio = recorded[LEARNED_PITCH][name].astype(np.float32) / 32_768.0
            rows.append(learned_row(generator, name, audio, pictures))
            print(what, name, " ".join(f"{value:.2f}" for value in rows[-1]), flush=True)
        table = np.array(rows)
        print(
            f"{what}: {len(table)} instruments; back at the pitch learned {table[:, 0].mean():.0%},"
            f" at another {table[:, 1].mean():.0%}; error {table[:, 2].mean():.1f} dB, of the"
            f" nearest timbre {table[:, 3].mean():.1f} dB; {table[:, 4].mean():.1f} s each"
        )


def recordings(data: PreparedSet, pitch: int) -> dict[str, np.ndarray]:
    """Return a note of each instrument of the set, at velocity 100."""
    rows = np.flatnonzero((data.pitch == pitch) & (data.velocity == 100))
    return {data.instrument_names[data.instrument[row]]: data.audio[row] for row in rows}


def picture(audio: np.ndarray, pitch: int, instrument: Instrument) -> np.ndarray:
    """Draw a recording's picture."""
    magnitude = recording_magnitude(audio.astype(np.float32) / 32_768.0, instrument.spec)
    return note_picture(magnitude, pitch, LAST_FRAME, instrument.spec)


def learned_row(
    generator: OnnxGenerator,
    name: str,
    audio: np.ndarray,
    pictures: dict[int, dict[str, np.ndarray]],
) -> tuple[float, ...]:
    """Learn a note; return whether it is back at both pitches, its errors and its time."""
    instrument = generator.instrument
    started_s = time.monotonic()
    recording = Recording(audio=audio, sample_rate=float(instrument.spec.sample_rate))
    target = prepare_target(recording, instrument, pitch=LEARNED_PITCH, source=name)
    learned = learn_timbre(target, instrument, generator=generator)
    took_s = time.monotonic() - started_s
    is_back = []
    for pitch, others in pictures.items():
        tiles = [
            generator.generate(tile, learned.latent[None], np.array([pitch]), np.array([VELOCITY]))[
                0
            ]
            for tile in generator.tiles
        ]
        magnitude, _ = to_magnitude_and_advance(np.concatenate(tiles, axis=1), instrument.spec)
        played = note_picture(magnitude, pitch, LAST_FRAME, instrument.spec)
        distances = {other: picture_distance_db(played, drawn) for other, drawn in others.items()}
        is_back.append(min(distances, key=lambda other: distances[other]) == name)
    return (*map(float, is_back), learned.error_db, learned.nearest_db, took_s)


if __name__ == "__main__":
    main()
