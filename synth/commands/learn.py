"""`gansynth learn SOUND.wav --name NAME`."""

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synth.commands import Subparsers
from synth.commands.arguments import add_instrument, pitch, velocity

if TYPE_CHECKING:
    from synth.control.presets import Preset
    from synth.learn.learning import Learned, Target
    from synth.notes.instrument import Instrument

TAG = "learned"
_VELOCITY = 100 / 127


def add_command(subparsers: Subparsers) -> None:
    """Declare `learn`."""
    parser = subparsers.add_parser(
        "learn", help="make a preset of your own recording", description=run.__doc__
    )
    parser.add_argument("sound", metavar="SOUND.wav", type=Path, help="one note, any rate")
    parser.add_argument("--name", required=True, metavar="NAME", help="of the preset")
    parser.add_argument(
        "--pitch", type=pitch, metavar="P", help="MIDI note number of the recording (found)"
    )
    parser.add_argument(
        "--velocity", type=velocity, default=_VELOCITY, help="it was played with, 1-127 (100)"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE.toml", help="where to (your own presets, by its name)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_instrument(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Find the timbre that comes closest to a recorded note, and save it as a preset.

    The pitch is found and reported; say --pitch where it is found wrong. A preset that was learned
    before under that name is replaced, any other is not.
    """
    from synth.commands.progress import progress_bar
    from synth.control.presets import save_preset
    from synth.folders import default_instrument
    from synth.learn.learning import learn_timbre, prepare_target
    from synth.learn.recording import read_wav
    from synth.notes.instrument import Instrument

    started_s = time.monotonic()
    path = _destination(args.name, args.out)
    recording = read_wav(args.sound)
    instrument = Instrument.load(args.instrument or default_instrument())
    target = prepare_target(recording, instrument, pitch=args.pitch, source=str(args.sound))
    with progress_bar(f"learning {args.sound.name}") as progress:
        learned = learn_timbre(target, instrument, velocity=args.velocity, progress=progress)
    save_preset(_preset(args.name, args.sound, target, learned), path)
    facts = _facts(args, path, target, learned, instrument)
    facts["seconds"] = round(time.monotonic() - started_s, 2)
    print(json.dumps(facts) if args.json else _sentence(facts))
    return 0


def _destination(name: str, out: Path | None) -> Path:
    """Return where the preset goes, before any work is done for it.

    Raises:
        PresetError: there is one that was not learned.
    """
    from synth.control.presets import file_stem, load_preset, preset_folders
    from synth.errors import PresetError

    path = out or preset_folders()[0] / f"{file_stem(name)}.toml"
    if path.exists() and TAG not in load_preset(path).tags:
        raise PresetError(f"{path} is a preset that was not learned; choose another name")
    return path


def _preset(name: str, sound: Path, target: "Target", learned: "Learned") -> "Preset":
    """Lay the timbre out: itself at the bottom left, its nearest relations around."""
    from synth.control.presets import Preset

    source = "".join(letter if letter.isprintable() else "?" for letter in sound.name)
    own = " ".join(name.split())
    around = [*learned.nearest, *[own] * 3][:3]
    return Preset(
        name=own,
        description=f"Learned from {source}, pitch {target.pitch}, {learned.error_db:.1f} dB away",
        tags=(TAG,),
        corners=(own, around[0], around[2], around[1]),
        timbres={own: tuple(float(value) for value in learned.latent)},
        values={"timbre/x": 0.0, "timbre/y": 0.0},
    )


def _facts(
    args: argparse.Namespace,
    path: Path,
    target: "Target",
    learned: "Learned",
    instrument: "Instrument",
) -> dict[str, Any]:
    return {
        "name": " ".join(args.name.split()),
        "preset": str(path),
        "instrument": instrument.name,
        "pitch": target.pitch,
        "cents": round(target.cents, 1),
        "pitch_found": args.pitch is None,
        "periodicity": round(target.periodicity, 2),
        "error_db": round(learned.error_db, 2),
        "encoder_error_db": round(learned.guess_db, 2) if instrument.encoder else None,
        "nearest": list(learned.nearest[:3]),
        "nearest_error_db": round(learned.nearest_db, 2),
        "timbres_tried": learned.n_tried,
    }


def _sentence(facts: dict[str, Any]) -> str:
    found = "found" if facts["pitch_found"] else "given"
    return (
        f"{facts['name']}: pitch {facts['pitch']} {facts['cents']:+.0f} cents ({found});"
        f" {facts['error_db']:.1f} dB from the recording (nearest timbre {facts['nearest'][0]}:"
        f" {facts['nearest_error_db']:.1f} dB); {facts['preset']}, {facts['seconds']:.1f} s"
    )
