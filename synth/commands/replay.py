"""`gansynth replay RUN.jsonl OUT.wav`."""

import argparse
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from synth.commands import Subparsers
from synth.commands.arguments import add_instrument
from synth.errors import InputFileError

if TYPE_CHECKING:
    from synth.replay import OtherNote


def add_command(subparsers: Subparsers) -> None:
    """Declare `replay`."""
    parser = subparsers.add_parser(
        "replay", help="render again what `play --log-run` wrote down", description=run.__doc__
    )
    parser.add_argument("log", metavar="RUN.jsonl", type=Path)
    parser.add_argument("out", metavar="OUT.wav", type=Path)
    add_instrument(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Render a run of the player again, and tell whether every sample is the one that was heard.

    A run that went on at another sample rate goes on in OUT-2.wav.
    """
    from synth.folders import default_instrument
    from synth.notes.instrument import Instrument
    from synth.replay import Replay
    from synth.wav import WavWriter

    replay = Replay(args.log, Instrument.load(args.instrument or default_instrument()))
    by_rate = groupby(replay.blocks(), key=lambda block: block.sample_rate)
    for number, (sample_rate, blocks) in enumerate(by_rate, 1):
        name = args.out.name if number == 1 else f"{args.out.stem}-{number}{args.out.suffix}"
        with WavWriter(args.out.with_name(name), sample_rate) as file:
            for block in blocks:
                file.write(block.samples.T)
        print(f"{file.path}: {file.n_samples / sample_rate:.2f} s")
    if not replay.is_complete:
        print(f"{args.log}: the run was cut off; this is what was written before")
    if replay.differs_at_s is not None:
        raise InputFileError(
            f"run log {args.log}: from {replay.differs_at_s:.2f} s on the samples are not those of"
            f" the run{_first_other(replay.other_notes)}; expected the same version and kind of"
            " processor"
        )
    print("every sample is the one that was heard")
    return 0


def _first_other(notes: "list[OtherNote]") -> str:
    if not notes:
        return ""
    first = notes[0]
    what = "" if first.are_frames_other else ", not in its frames but in its onset or plan"
    return (
        f" (notes that are others: {len(notes)}; the first: pitch {first.pitch}, velocity"
        f" {round(127 * first.velocity)}, by frame {first.n_frames}{what})"
    )
