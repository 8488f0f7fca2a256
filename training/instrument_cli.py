"""The commands that add to an instrument what is measured on it: its encoder and its macros.

`gansynth --help` loads this module in the player too: what is heavy is imported inside `run`.
"""

import argparse
import os
import sys
from pathlib import Path

from synth.errors import ConfigError


def add_encoder_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `gansynth train-encoder`."""
    parser = subparsers.add_parser(
        "train-encoder",
        help="train the encoder that `gansynth learn` asks first",
        description="Train an instrument's encoder on the set that the instrument learned, measure "
        "it on notes and instruments held out, and put it into the instrument's folder.",
    )
    parser.add_argument("--instrument", type=Path, required=True, metavar="DIR")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a prepared set")
    parser.add_argument("--notes", type=int, default=6000, help="recorded ones (%(default)s)")
    parser.add_argument("--random", type=int, default=1500, help="generated ones (%(default)s)")
    parser.add_argument("--steps", type=int, default=4000, help="of training (%(default)s)")
    parser.add_argument("--threads", type=int, metavar="N", help="(default: one for each core)")
    parser.set_defaults(run=run_encoder)


def run_encoder(args: argparse.Namespace) -> int:
    """Run `gansynth train-encoder`."""
    n_threads = _n_threads(args.threads)
    import torch

    from training.data.prepared import PreparedSet
    from training.encoder import EncoderConfig, train_encoder

    torch.set_num_threads(n_threads)
    config = EncoderConfig(
        n_recorded=args.notes,
        n_generated=args.random,
        n_steps=args.steps,
        n_threads=n_threads,
    )
    entry = train_encoder(args.instrument, PreparedSet.open(args.data), config, _report)
    notes = entry["held_out_notes"]
    print(
        f"{args.instrument}: encoder of {entry['bytes'] / 1e6:.2f} MB;"
        f" {notes['notes']} notes held out, nearest to their own timbre: {notes['nearest']}"
    )
    return 0


def add_macros_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `gansynth macros`."""
    parser = subparsers.add_parser(
        "macros",
        help="find what an instrument's macro knobs turn",
        description="Find directions of the timbre that each turn one thing about the sound, "
        "measure them on random timbres, and write those that do it into instrument.json.",
    )
    parser.add_argument("--instrument", type=Path, required=True, metavar="DIR")
    parser.add_argument("--notes", type=int, default=900, help="to learn from (%(default)s)")
    parser.add_argument("--tested", type=int, default=40, help="random timbres (%(default)s)")
    parser.add_argument("--threads", type=int, metavar="N", help="(default: one for each core)")
    parser.set_defaults(run=run_macros)


def run_macros(args: argparse.Namespace) -> int:
    """Run `gansynth macros`."""
    n_threads = _n_threads(args.threads)
    import torch

    from training.macros import MacroConfig, find_macros

    torch.set_num_threads(n_threads)
    config = MacroConfig(n_regressed=args.notes, n_tested=args.tested, n_threads=n_threads)
    kept = find_macros(args.instrument, config, _report)
    for entry in kept:
        print(
            f"{entry['name']:<12} {entry['effect']:+7.2f} {entry['unit']:<8}"
            f" monotone in {100 * entry['share_monotone']:.0f} % of {entry['timbres_tested']},"
            f" loudness {entry['loudness_change_db']:.1f} dB"
        )
    return 0


def _n_threads(wanted: int | None) -> int:
    if wanted is not None and wanted < 1:
        raise ConfigError(f"--threads is {wanted}, wanted 1 or more")
    return wanted or len(os.sched_getaffinity(0))


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
