"""`gansynth render SONG.mid OUT.wav`."""

import argparse
import time
from functools import partial
from pathlib import Path

from synth.commands import Subparsers
from synth.commands.arguments import add_offline_sound, offline_engine


def add_command(subparsers: Subparsers) -> None:
    """Declare `render`."""
    parser = subparsers.add_parser(
        "render", help="render a MIDI file to a WAV file", description=run.__doc__
    )
    parser.add_argument("song", metavar="SONG.mid", type=Path)
    parser.add_argument("out", metavar="OUT.wav", type=Path)
    add_offline_sound(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Render a song and what rings on after it, faster than it sounds; the same bytes every time.

    MIDI channel n plays part n; all parts have the preset or timbre given. Without one, program
    changes of the file choose presets by their numbers.
    """
    from synth.adapters.midi_file import load_song
    from synth.commands.progress import opened, progress_bar
    from synth.render import render_song

    # Read before the engine starts: a wrong file should not cost the time of that.
    song = load_song(args.song, args.sample_rate)
    with opened(partial(offline_engine, args)) as (engine, player):
        if args.preset is not None or args.timbre is not None:
            song = song.without_programs()  # what was asked for stays
        started_s = time.monotonic()
        with progress_bar(args.song.name) as progress:
            rendered = render_song(engine, player, song, args.out, progress=progress)
    speed = rendered.seconds / (time.monotonic() - started_s)
    print(
        f"{args.out}: {rendered.seconds:.2f} s, peak {rendered.peak:.3f},"
        f" rendered {speed:.1f} times as fast as it sounds"
    )
    return 0
