"""`gansynth bench [--json] [--peers]`: how soon, how many and how fast, beside the budgets."""

import argparse
import json

from synth.commands import Subparsers
from synth.commands.arguments import add_backend, add_instrument, seconds


def add_command(subparsers: Subparsers) -> None:
    """Declare `bench`."""
    parser = subparsers.add_parser(
        "bench", help="measure this machine with this instrument", description=run.__doc__
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--peers", action="store_true", help="also WaveNet and a plain GANSynth, for comparison"
    )
    add_instrument(parser)
    add_backend(parser)
    parser.add_argument(
        "--notes", metavar="N", type=_count, default=1000, help="cold notes to time (1000)"
    )
    parser.add_argument(
        "--blocks", metavar="N", type=_count, default=100_000, help="callbacks to time (100000)"
    )
    parser.add_argument(
        "--seconds", metavar="S", type=seconds, default=10.0, help="to play for its memory (10)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure latency, load, memory and speed, each as it is when played.

    Nothing else should run meanwhile. FluidSynth, librosa, scipy and torch are measured beside us
    where they are installed.
    """
    from rich.console import Console

    from synth.bench.report import BenchConfig, describe, run_bench
    from synth.folders import default_instrument
    from synth.notes.instrument import Instrument

    config = BenchConfig(
        n_notes=args.notes,
        n_blocks=args.blocks,
        seconds=args.seconds,
        has_peers=args.peers,
        backend=args.backend,
        device=args.device,
    )
    instrument = Instrument.load(args.instrument or default_instrument())
    with Console(stderr=True).status("measuring") as status:
        figures = run_bench(instrument, config, lambda what: status.update(f"measuring {what}"))
    print(json.dumps(figures, indent=2) if args.json else describe(figures))
    return 0


def _count(word: str) -> int:
    try:
        value = int(word)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{word!r}: expected a whole number from 1")
    return value
