"""`gansynth note OUT.wav --pitch 60 --velocity 100 --seconds 4`."""

import argparse
from functools import partial
from pathlib import Path

from synth.commands import Subparsers
from synth.commands.arguments import add_offline_sound, offline_engine, pitch, seconds, velocity


def add_command(subparsers: Subparsers) -> None:
    """Declare `note`."""
    parser = subparsers.add_parser(
        "note", help="render one note to a WAV file", description=run.__doc__
    )
    parser.add_argument("out", metavar="OUT.wav", type=Path)
    parser.add_argument("--pitch", type=pitch, required=True, help="MIDI note number; 60 is C4")
    parser.add_argument("--velocity", type=velocity, default=100 / 127, help="1-127 (100)")
    parser.add_argument(
        "--seconds", type=seconds, default=4.0, help="for which the key is held (4)"
    )
    add_offline_sound(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Render one note and what rings on when its key is let go; the same bytes every time."""
    from synth.commands.progress import opened
    from synth.render import note_song, render_song

    song = note_song(args.pitch, args.velocity, args.seconds, args.sample_rate)
    with opened(partial(offline_engine, args)) as (engine, player):
        rendered = render_song(engine, player, song, args.out)
    print(f"{args.out}: {rendered.seconds:.2f} s, peak {rendered.peak:.3f}")
    return 0
