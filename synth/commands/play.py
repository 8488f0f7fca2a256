"""`gansynth play`: from a key press to sound."""

import argparse
import signal
import sys
import threading
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from synth.commands import Subparsers
from synth.commands.arguments import add_instrument

if TYPE_CHECKING:
    from synth.session import SessionConfig


def add_command(subparsers: Subparsers) -> None:
    """Declare `play`."""
    parser = subparsers.add_parser(
        "play", help="play from a MIDI keyboard or by OSC", description=run.__doc__
    )
    parser.add_argument("--preset", metavar="P", help="a preset by its name, for all parts")
    add_instrument(parser)
    parser.add_argument(
        "--audio", metavar="DEVICE|null", help="see `gansynth devices`; null makes no sound"
    )
    parser.add_argument(
        "--midi-in", metavar="NAME|all|none", default="all", help="keyboards to connect (all)"
    )
    parser.add_argument("--midi-api", choices=("alsa", "jack", "auto"), default="auto")
    parser.add_argument(
        "--osc", metavar="HOST:PORT", default="127.0.0.1:9000", help="port 0: any free one"
    )
    parser.add_argument(
        "--osc-allow",
        metavar="NET",
        action="append",
        default=[],
        help="take OSC from this network too, e.g. 192.168.1.0/24",
    )
    parser.add_argument(
        "--block-size", metavar="N", type=int, default=0, help="samples (as the device likes)"
    )
    parser.add_argument("--record", metavar="OUT.wav", type=Path, help="record what is played")
    parser.add_argument("--demo", action="store_true", help="play a song by itself, then leave")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Play until Ctrl-C, SIGTERM, or the end of the demo.

    Prints one line `ready ...` when it can be played: with the addresses it got, and the latency
    from an event to the socket.
    """
    from synth.commands.demo import play_demo, render_demo
    from synth.commands.progress import opened
    from synth.session import Session

    config = _session_config(args)
    if args.demo and args.audio is None and not _has_audio():
        return render_demo(config)
    ended = _end_on_signal()
    with opened(partial(Session, config, tell=_tell)) as session:
        print(session.ready_line(), flush=True)
        if args.demo:
            play_demo(session, ended)
        else:
            ended.wait()
    return 0


def _session_config(args: argparse.Namespace) -> "SessionConfig":
    from synth.session import SessionConfig

    return SessionConfig(
        preset=args.preset,
        instrument=args.instrument,
        audio=args.audio,
        midi_in=args.midi_in,
        midi_api=args.midi_api,
        osc=args.osc,
        osc_allow=tuple(args.osc_allow),
        block_size=args.block_size,
        record=args.record,
    )


def _has_audio() -> bool:
    from synth.adapters.audio_out import list_outputs
    from synth.errors import DeviceError

    try:
        return bool(list_outputs())
    except DeviceError:
        return False


def _end_on_signal() -> threading.Event:
    """Return an event that Ctrl-C and SIGTERM set; leaving is then an ordinary return."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return ended


def _tell(line: str) -> None:
    print(f"gansynth: {line}", file=sys.stderr, flush=True)
