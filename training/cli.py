"""The commands that training adds to `gansynth`, by the entry-point group `gansynth.commands`.

`gansynth --help` loads this module in the player too: what is heavy is imported inside `run`.
"""

import argparse
import os
from pathlib import Path
from typing import Self

from synth.errors import ConfigError


def add_dataset_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `gansynth dataset`."""
    parser = subparsers.add_parser("dataset", help="make a set of notes to train on")
    kinds = parser.add_subparsers(metavar="KIND", required=True)
    soundfont = kinds.add_parser(
        "soundfont",
        help="render SoundFonts, as NSynth records instruments",
        description="Render every melodic preset at every pitch and velocity, 3 s held and 1 s "
        "released, 16 kHz mono. The same command goes on where it was stopped.",
    )
    soundfont.add_argument("soundfonts", nargs="+", type=Path, metavar="SF2", help=".sf2 or .sf3")
    soundfont.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the set's folder"
    )
    soundfont.add_argument(
        "--layout",
        choices=("prepared", "nsynth"),
        default="prepared",
        help="prepared: what `gansynth train` reads; nsynth: examples.json + audio/*.wav",
    )
    soundfont.add_argument(
        "--programs",
        type=parse_numbers,
        metavar="LIST",
        help="General MIDI programs from 0, for example 0-7,40 (default: all that hold a pitch)",
    )
    soundfont.add_argument(
        "--pitches", type=parse_numbers, metavar="LIST", help="MIDI notes (default: 21-108)"
    )
    soundfont.add_argument(
        "--velocities", type=parse_numbers, metavar="LIST", help="(default: 25,50,75,100,127)"
    )
    soundfont.add_argument(
        "--gain",
        type=float,
        default=1.0,
        help="of all notes; lower it where many clip (default: %(default)s)",
    )
    soundfont.add_argument(
        "--licence", metavar="TEXT", help="of the sounds (default: what the SoundFonts say)"
    )
    soundfont.add_argument(
        "--processes", type=int, metavar="N", help="(default: one for each core)"
    )
    soundfont.set_defaults(run=run_dataset_soundfont)


def run_dataset_soundfont(args: argparse.Namespace) -> int:
    """Run `gansynth dataset soundfont`."""
    from training.data.build import BuildConfig, build_soundfont_set
    from training.data.soundfont import SoundFontConfig

    n_processes = len(os.sched_getaffinity(0)) if args.processes is None else args.processes
    if n_processes < 1:
        raise ConfigError(f"--processes is {n_processes}, wanted 1 or more")
    chosen = {
        name: getattr(args, name)
        for name in ("programs", "pitches", "velocities")
        if getattr(args, name)
    }
    config = SoundFontConfig(gain=args.gain, **chosen)
    build = BuildConfig(layout=args.layout, n_processes=n_processes, licence=args.licence)
    with _PresetProgress() as progress:
        info = build_soundfont_set(args.soundfonts, args.out, config, build, progress.update)
    state = "finished" if progress.has_worked else "was already finished"
    print(
        f"{args.out} {state}: {info['n_notes']} notes of {len(info['instruments'])} instruments; "
        f"dropped {info['n_silent']} silent and {info['n_clipped']} clipped"
    )
    return 0


def parse_numbers(text: str) -> tuple[int, ...]:
    """Parse a list of whole numbers and ranges, such as `0-7,40`, sorted and each once."""
    numbers: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        try:
            numbers.update(range(int(first), int(last if dash else first) + 1))
        except ValueError as err:
            raise argparse.ArgumentTypeError(f"{part!r} is no number or range like 21-108") from err
    if not numbers:
        raise argparse.ArgumentTypeError(f"{text!r} holds no number")
    return tuple(sorted(numbers))


class _PresetProgress:
    """A progress bar on stderr that appears with the first report."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        self.has_worked = False
        self._bar = Progress(
            "[progress.description]{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task("rendering presets", total=None)

    def update(self, n_finished: int, n_all: int) -> None:
        """Report how many presets of how many are finished."""
        if not self.has_worked:
            self.has_worked = True
            self._bar.start()
        self._bar.update(self._task, completed=n_finished, total=n_all)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self.has_worked:
            self._bar.stop()
