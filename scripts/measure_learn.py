"""Measure `gansynth learn`: do instruments come back as themselves?

    scripts/measure_learn.py --data DIR [--instrument DIR] [--count N] [--only KIND]
        [--pitches LEARNED OTHER]

From a prepared set, one note (pitch 60) of each instrument is learned: of those that generator and
encoder were trained on, of those that the encoder never heard ("held out"), and of those that
neither did ("strange"). The timbre that was learned then plays that pitch and another one (67); it
counts as come back where its own recording is nearer than that of any timbre which the instrument
has by name (a set of two SoundFonts has half of its sounds twice, so its others do not count). The
trained and held-out ones show how well a timbre is found that is there; the strange ones show how
far the timbre space reaches.
"""

import argparse
import json
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

KINDS = ("trained", "held out", "strange")


def main() -> None:
    """Learn, and print how many came back."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--instrument", type=Path, default=default_instrument(), metavar="DIR")
    parser.add_argument("--count", type=int, default=200, help="of each kind, at most")
    parser.add_argument("--only", choices=KINDS)
    parser.add_argument("--pitches", type=int, nargs=2, default=(60, 67), metavar="PITCH")
    args = parser.parse_args()
    instrument = Instrument.load(args.instrument)
    data = PreparedSet.open(args.data)
    generator = OnnxGenerator(instrument, warm_batches=(1,))
    recorded = {p: recordings(data, p) for p in args.pitches}
    pictures = {
        pitch: {name: picture(audio, pitch, instrument) for name, audio in notes.items()}
        for pitch, notes in recorded.items()
    }
    learned_pitch, other_pitch = args.pitches
    both = sorted(recorded[learned_pitch].keys() & recorded[other_pitch].keys())
    for what in KINDS if args.only is None else (args.only,):
        names = [name for name in both if kind_of(name, instrument) == what]
        chosen = [
            names[int(i)] for i in np.linspace(0, len(names) - 1, min(args.count, len(names)))
        ]
        rows = []
        for name in chosen:
            audio = recorded[learned_pitch][name].astype(np.float32) / 32_768.0
            rows.append(learned_row(generator, name, audio, learned_pitch, pictures))
            print(what, name, " ".join(f"{value:.2f}" for value in rows[-1]), flush=True)
        if not rows:
            continue
        table = np.array(rows)
        print(
            f"{what}: {len(table)} instruments; back at the pitch learned {table[:, 0].mean():.0%},"
            f" at another {table[:, 1].mean():.0%}; error {table[:, 2].mean():.1f} dB, of the"
            f" nearest timbre {table[:, 3].mean():.1f} dB; {table[:, 4].mean():.1f} s each"
        )


def kind_of(name: str, instrument: Instrument) -> str:
    """Say who has heard an instrument."""
    if name not in instrument.timbres:
        return "strange"
    told = json.loads((instrument.folder / "instrument.json").read_text()).get("encoder", {})
    held_out = told.get("held_out_instruments", {}).get("names", [])
    return "held out" if name in held_out else "trained"


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
    learned_pitch: int,
    pictures: dict[int, dict[str, np.ndarray]],
) -> tuple[float, ...]:
    """Learn a note; return whether it is back at both pitches, its errors and its time."""
    instrument = generator.instrument
    started_s = time.monotonic()
    recording = Recording(audio=audio, sample_rate=float(instrument.spec.sample_rate))
    target = prepare_target(recording, instrument, pitch=learned_pitch, source=name)
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
        distances = {
            other: picture_distance_db(played, drawn)
            for other, drawn in others.items()
            if other == name or other in instrument.timbres
        }
        is_back.append(min(distances, key=lambda other: distances[other]) == name)
    return (*map(float, is_back), learned.error_db, learned.nearest_db, took_s)


if __name__ == "__main__":
    main()
