"""Write presets/*.toml from the table of the bank, all of them equally loud on an instrument.

    scripts/compose_bank.py [--instrument DIR] [--out DIR] [--only NAME]

Each preset plays a short phrase around its home pitch; its volume is set so that the phrase has
the same loudness in all (ITU-R BS.1770-4, by pyloudnorm). Run it after a new instrument or a change
of the table, and commit what it writes.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyloudnorm
from bank_table import TABLE, Row

from synth.control.player import Player
from synth.control.presets import Preset, file_stem, load_preset, save_preset
from synth.engine import Engine
from synth.events import NoteOff, NoteOn
from synth.folders import factory_presets
from synth.offline import open_offline
from synth.parameters import find_parameter

SAMPLE_RATE = 48_000
BLOCK_SIZE = 1024
TARGET_LUFS = -26.0  # what the softest timbres of the bank still reach
LARGEST_DIFFERENCE_LU = 2.0  # over the whole bank
MOST_ROUNDS = 3
VELOCITY = 96 / 127
# Semitones above home, when it is struck and how long its key is held, in seconds.
PHRASE = (
    (0, 0.0, 0.45),
    (7, 0.5, 0.45),
    (-5, 1.0, 0.45),
    (0, 1.5, 1.2),
    (4, 1.5, 1.2),
    (7, 1.5, 1.2),
)
LENGTH_S = 3.2


def main() -> int:
    """Write the presets; return 1 when their levels lie too far apart."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instrument", type=Path, metavar="DIR", help="(the one that ships)")
    parser.add_argument("--out", type=Path, default=factory_presets(), metavar="DIR")
    parser.add_argument("--only", metavar="NAME", help="one preset of the table")
    args = parser.parse_args()
    levels = []
    with open_offline(args.instrument, sample_rate=SAMPLE_RATE) as (engine, player):
        for row in TABLE:
            if args.only in {None, row.name}:
                path = args.out / f"{file_stem(row.name)}.toml"
                preset, lufs = levelled(engine, player, row, first_level_db(path))
                save_preset(preset, path)
                levels.append(lufs)
                print(f"{row.name:<20} {lufs:6.1f} LUFS at {preset.values['amp/volume']:6.1f} dB")
    difference = max(levels) - min(levels)
    print(f"{len(levels)} presets, {min(levels):.1f} to {max(levels):.1f} LUFS")
    return 0 if difference <= LARGEST_DIFFERENCE_LU else 1


def base_preset(row: Row) -> Preset:
    """Return a row as a preset, its volume where a part's rests."""
    pad = {"timbre/x": row.pad[0], "timbre/y": row.pad[1]}
    return Preset(
        name=row.name,
        description=row.description,
        tags=tuple(row.tags.split()),
        program=row.program,
        corners=row.corners,
        values=row.values | pad,
    )


def first_level_db(path: Path) -> float:
    """Return the volume to begin with: what the bank has now, which is nearly right."""
    level_db = load_preset(path).values.get("amp/volume") if path.exists() else None
    return find_parameter("amp/volume").default if level_db is None else level_db


def levelled(engine: Engine, player: Player, row: Row, level_db: float) -> tuple[Preset, float]:
    """Return a preset with the volume that brings it to the target, and its loudness then."""
    volume = find_parameter("amp/volume")
    preset = base_preset(row)
    for _ in range(MOST_ROUNDS):
        preset = replace(preset, values={**preset.values, "amp/volume": round(level_db, 1)})
        lufs = loudness(engine, player, preset, row.home)
        if abs(lufs - TARGET_LUFS) < 0.4:
            break
        level_db = min(max(level_db + TARGET_LUFS - lufs, volume.minimum), volume.maximum)
    return preset, lufs


def loudness(engine: Engine, player: Player, preset: Preset, home: int) -> float:
    """Play the phrase with a preset and return its integrated loudness, LUFS."""
    player.load(preset)
    audio = np.concatenate(list(_played(engine, player, home)))
    meter = pyloudnorm.Meter(SAMPLE_RATE)
    return float(meter.integrated_loudness(audio[: round(LENGTH_S * SAMPLE_RATE)].astype(float)))


def _played(engine: Engine, player: Player, home: int) -> Iterator[np.ndarray]:
    events = []
    for interval, start_s, held_s in PHRASE:
        pitch = float(home + interval)
        events.append((round(start_s * SAMPLE_RATE), NoteOn(pitch=pitch, velocity=VELOCITY)))
        events.append((round((start_s + held_s) * SAMPLE_RATE), NoteOff(pitch=pitch)))
    events.sort(key=lambda event: event[0])
    start, out = 0, np.zeros((BLOCK_SIZE, 2), np.float32)
    while start < LENGTH_S * SAMPLE_RATE or engine.n_voices:
        while events and events[0][0] < start + BLOCK_SIZE:
            sample, event = events.pop(0)
            player.handle(event, sample - start)
        engine.process(out)
        start += BLOCK_SIZE
        yield out.copy()


if __name__ == "__main__":
    sys.exit(main())
