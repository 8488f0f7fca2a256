"""`gansynth dataset`: sets of notes from SoundFonts, from NSynth and from folders of samples.

`gansynth --help` loads this module in the player too: what is heavy is imported inside `run`.
"""

import argparse
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from synth.errors import ConfigError
from training.cli import parse_numbers
from training.data.families import FAMILIES, SOURCES

if TYPE_CHECKING:
    from training.data.collect import CollectConfig, SourceNote, Unreadable

N_SKIPPED_SHOWN = 20
PAPER_PITCHES = tuple(range(24, 85))  # GANSynth, Engel et al. 2019, §3: acoustic, 24-84
PAPER_FRACTION = 0.1  # held out to tune on, and as much again to test on


def add_dataset_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `gansynth dataset`."""
    parser = subparsers.add_parser("dataset", help="make a set of notes to train on")
    kinds = parser.add_subparsers(metavar="KIND", required=True)
    _add_soundfont(kinds)
    _add_nsynth(kinds)
    _add_folder(kinds)


def _add_soundfont(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser(
        "soundfont",
        help="render SoundFonts, as NSynth records instruments",
        description="Render every melodic preset at every pitch and velocity, 3 s held and 1 s "
        "released, mono. The same command goes on where it was stopped.",
    )
    parser.add_argument("soundfonts", nargs="+", type=Path, metavar="SF2", help=".sf2 or .sf3")
    _add_out(parser)
    parser.add_argument(
        "--layout",
        choices=("prepared", "nsynth"),
        default="prepared",
        help="prepared: what `gansynth train` reads; nsynth: examples.json + audio/*.wav",
    )
    parser.add_argument(
        "--programs",
        type=parse_numbers,
        metavar="LIST",
        help="General MIDI programs from 0, for example 0-7,40 (default: all that hold a pitch)",
    )
    parser.add_argument(
        "--pitches", type=parse_numbers, metavar="LIST", help="MIDI notes (default: 21-108)"
    )
    parser.add_argument(
        "--velocities", type=parse_numbers, metavar="LIST", help="(default: 25,50,75,100,127)"
    )
    parser.add_argument(
        "--sample-rate",
        type=int,
        default=16_000,
        metavar="HZ",
        help="of the set, up to 32000 (default: %(default)s, NSynth's)",
    )
    parser.add_argument(
        "--gain",
        type=float,
        default=1.0,
        help="of all notes; lower it where many clip (default: %(default)s)",
    )
    parser.add_argument("--processes", type=int, metavar="N", help="(default: one for each core)")
    parser.set_defaults(run=run_dataset_soundfont)


def _add_nsynth(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser(
        "nsynth",
        help="read NSynth: json/wav or TFRecord, a folder or a tar",
        description="Read NSynth as it is published, or anything in its layout. Notes that cannot "
        "be read are listed and skipped. The same command goes on where it was stopped.",
    )
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="DIR|TAR|TFRECORD",
        help="one or more, for example nsynth-train nsynth-valid.jsonwav.tar.gz",
    )
    _add_out(parser)
    parser.add_argument(
        "--paper",
        action="store_true",
        help="the paper's part of it: acoustic instruments, pitches 24-84, a fifth of the notes "
        "held out",
    )
    parser.add_argument("--sources", type=_names(SOURCES), metavar="LIST", help=", ".join(SOURCES))
    parser.add_argument(
        "--families", type=_names(FAMILIES), metavar="LIST", help=", ".join(FAMILIES)
    )
    parser.add_argument("--pitches", type=parse_numbers, metavar="LIST", help="(default: all)")
    parser.add_argument(
        "--split",
        metavar="HOW",
        help="notes or instruments (drawn at random), nsynth (the parts that the paths are called "
        "after), or a .csv with the columns id and split, as GANSynth's own; notes of no part are "
        "left out (default: none; training holds out its share)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of a split that is drawn")
    parser.set_defaults(run=run_dataset_nsynth)


def _add_folder(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser(
        "folder",
        help="read a folder of samples, named by their notes",
        description="Read sound files named like piano_C4_v100.wav, A#3.wav or 060.wav (or that "
        "carry their key in a smpl chunk), and SFZ files. Any rate, any number of bits, mono or "
        "stereo. What cannot be used is listed and skipped.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="the samples' folder")
    _add_out(parser)
    parser.add_argument(
        "--velocity", type=int, default=100, help="where nothing tells it (default: %(default)s)"
    )
    parser.add_argument(
        "--middle-c",
        type=int,
        choices=(3, 4, 5),
        default=4,
        help="octave of the middle C (MIDI 60) in the names (default: %(default)s)",
    )
    parser.add_argument(
        "--family", choices=FAMILIES, help="of all instruments (default: guessed from their names)"
    )
    parser.add_argument(
        "--keys",
        type=_key_range,
        default=(21, 108),
        metavar="RANGE|recorded",
        help="keys that nobody recorded are made from the nearest recording by resampling, from "
        "the first to the last (default: 21-108); `recorded` makes none",
    )
    parser.add_argument(
        "--seconds", type=float, default=4.0, help="of every note (default: %(default)s)"
    )
    parser.add_argument(
        "--sample-rate", type=int, default=16_000, help="Hz of the set (default: %(default)s)"
    )
    parser.add_argument("--gain", type=float, default=1.0, help="of all notes")
    parser.set_defaults(run=run_dataset_folder)


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the set's folder")
    parser.add_argument(
        "--licence", metavar="TEXT", help="of the sounds (default: what the SoundFonts say)"
    )


def run_dataset_soundfont(args: argparse.Namespace) -> int:
    """Run `gansynth dataset soundfont`."""
    from training.data.build import BuildConfig, build_soundfont_set
    from training.data.fluid import NoteTiming
    from training.data.soundfont import SoundFontConfig

    n_processes = len(os.sched_getaffinity(0)) if args.processes is None else args.processes
    if n_processes < 1:
        raise ConfigError(f"--processes is {n_processes}, wanted 1 or more")
    chosen = {
        name: getattr(args, name)
        for name in ("programs", "pitches", "velocities")
        if getattr(args, name)
    }
    timing = NoteTiming(sample_rate=args.sample_rate)
    config = SoundFontConfig(gain=args.gain, timing=timing, **chosen)
    build = BuildConfig(layout=args.layout, n_processes=n_processes, licence=args.licence)
    with _Progress("rendering presets") as progress:
        info = build_soundfont_set(args.soundfonts, args.out, config, build, progress.update)
    print(
        f"{args.out} {progress.state}: {info['n_notes']} notes of {len(info['instruments'])} "
        f"instruments; dropped {info['n_silent']} silent and {info['n_clipped']} clipped"
    )
    return 0


def run_dataset_nsynth(args: argparse.Namespace) -> int:
    """Run `gansynth dataset nsynth`."""
    from training.data.collect import CollectConfig
    from training.data.readers import nsynth

    facts = nsynth.describe(args.paths) | {"licence": args.licence or "CC BY 4.0 (NSynth)"}
    config = CollectConfig(
        pitches=args.pitches or (), families=args.families or (), sources=args.sources or ()
    )
    if args.paper:
        config = replace(
            config,
            sources=config.sources or ("acoustic",),
            pitches=config.pitches or PAPER_PITCHES,
            split="notes",
            valid_fraction=PAPER_FRACTION,
            test_fraction=PAPER_FRACTION,
        )
    notes = nsynth.find_notes(args.paths)
    if args.split is not None:
        how, parts = _read_split(args.split)
        config = replace(config, split=how, seed=args.seed)
        if parts:
            facts["split_file"] = Path(args.split).name
            notes = (_with_part(note, parts) for note in notes)
    return _collect(notes, args.out, config, facts)


def run_dataset_folder(args: argparse.Namespace) -> int:
    """Run `gansynth dataset folder`."""
    from training.data.collect import CollectConfig
    from training.data.readers.folder import FolderConfig, find_notes

    config = CollectConfig(sample_rate=args.sample_rate, seconds=args.seconds, gain=args.gain)
    names = FolderConfig(
        velocity=args.velocity,
        middle_c=args.middle_c,
        family=args.family,
        keys=args.keys,
    )
    with _Progress("listening to files") as progress:
        notes, facts = find_notes(args.folder, names, progress.update)
    facts |= {"licence": args.licence} if args.licence else {}
    return _collect(iter(notes), args.out, config, facts)


def _collect(
    notes: "Iterator[SourceNote | Unreadable]",
    out: Path,
    config: "CollectConfig",
    facts: Mapping[str, Any],
) -> int:
    from rich.console import Console

    from training.data.collect import collect

    with _Progress("reading notes") as progress:
        info = collect(notes, out, config, facts, progress.update)
    skipped = info["skipped"]
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for name, reason in skipped[:N_SKIPPED_SHOWN]:
        console.print(f"skipped {name}: {reason}", markup=False)
    if len(skipped) > N_SKIPPED_SHOWN:
        console.print(f"… all {len(skipped)} are listed in {out / 'set.json'}", markup=False)
    filled = f", {info['n_filled']} of them resampled" if info.get("n_filled") else ""
    print(
        f"{out} {progress.state}: {info['n_notes']} notes of {len(info['instruments'])} "
        f"instruments{filled}; left out {info['n_filtered']} by the filter, skipped {len(skipped)}"
    )
    return 0


def _read_split(text: str) -> tuple[Any, Mapping[str, str]]:
    """Read `--split`: how, and the parts of notes where a file tells them."""
    from training.data.readers import nsynth

    if text in {"notes", "instruments"}:
        return text, {}
    if text == "nsynth":
        return "given", {}
    if not text.endswith(".csv"):
        raise ConfigError(f"--split is {text!r}, wanted notes, instruments, nsynth or a .csv file")
    return "given", nsynth.read_split_file(Path(text))


def _with_part(
    note: "SourceNote | Unreadable", parts: Mapping[str, str]
) -> "SourceNote | Unreadable":
    from training.data.collect import SourceNote
    from training.data.readers.nsynth import name_of

    return (
        replace(note, part=parts.get(name_of(note), "")) if isinstance(note, SourceNote) else note
    )


def _names(wanted: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    """Make a reader of comma-separated names."""

    def parse(text: str) -> tuple[str, ...]:
        names = tuple(name.strip() for name in text.split(","))
        strays = [name for name in names if name not in wanted]
        if strays:
            raise argparse.ArgumentTypeError(f"{strays[0]!r} is none of {', '.join(wanted)}")
        return names

    return parse


def _key_range(text: str) -> tuple[int, int] | None:
    if text == "recorded":
        return None
    keys = parse_numbers(text)
    return keys[0], keys[-1]


class _Progress:
    """A progress bar on stderr that appears with the first report."""

    def __init__(self, what: str) -> None:
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
        self._task = self._bar.add_task(what, total=None)

    @property
    def state(self) -> str:
        """What happened to the set."""
        return "finished" if self.has_worked else "was already finished"

    def update(self, n_finished: int, n_all: int | None = None) -> None:
        """Report how many of how many are finished."""
        if not self.has_worked:
            self.has_worked = True
            self._bar.start()
        self._bar.update(self._task, completed=n_finished, total=n_all)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self.has_worked:
            self._bar.stop()
