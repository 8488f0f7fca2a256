"""`gansynth listen`: a listening test in the browser, with its statistics.

`gansynth --help` loads this module in the player too: what is heavy is imported inside `run`.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from synth.errors import ConfigError, InputFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.listening.store import AnswerStore, TestKind
    from training.listening.trials import Stimulus

_TESTS: dict[str, tuple[TestKind, ...]] = {
    "pair": ("pair",),
    "abx": ("abx",),
    "both": ("pair", "abx"),
}


def add_listen_command(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    """Add `gansynth listen`."""
    parser = subparsers.add_parser(
        "listen",
        help="a listening test in the browser, with its statistics",
        description="Serve a page that plays notes blindly, in random order and at one loudness: "
        "pairs (which sounds better, five levels) and ABX (which one is X). Ctrl-C ends it and "
        "prints wins, confidence intervals and significance.",
    )
    parser.add_argument(
        "--instrument",
        type=Path,
        action="append",
        default=[],
        dest="instruments",
        metavar="DIR",
        help="what is heard (can be repeated)",
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="a set; its held-out recordings take part"
    )
    parser.add_argument(
        "--run",
        type=Path,
        action="append",
        default=[],
        dest="runs",
        metavar="DIR",
        help="a training run whose checkpoint takes part (can be repeated)",
    )
    parser.add_argument("--test", choices=tuple(_TESTS), default="both", help="(default: both)")
    parser.add_argument(
        "--trials", type=int, default=20, metavar="N", help="of each kind (default: %(default)s)"
    )
    parser.add_argument(
        "--notes", type=int, default=12, metavar="N", help="different ones (default: %(default)s)"
    )
    parser.add_argument(
        "--answers",
        type=Path,
        default=Path("listening.sqlite3"),
        metavar="FILE",
        help="where they are kept (default: %(default)s)",
    )
    parser.add_argument(
        "--http",
        default="127.0.0.1:8765",
        metavar="HOST:PORT",
        help="of the page; port 0 is any free one (default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of notes and order")
    parser.add_argument(
        "--results", action="store_true", help="print what the answers say, and serve nothing"
    )
    parser.add_argument("--json", action="store_true", help="print the results as a JSON object")
    parser.set_defaults(run=run_listen)


def run_listen(args: argparse.Namespace) -> int:
    """Run `gansynth listen`."""
    from training.listening.statistics import summary, summary_text
    from training.listening.store import AnswerStore

    if args.results and not args.answers.is_file():
        raise InputFileError(f"no answers at {args.answers}; name their file with --answers")
    if not args.results:
        if not args.instruments:
            raise ConfigError("--instrument is missing; name the folder of what is to be heard")
        if args.trials < 1 or args.notes < 1:
            raise ConfigError(f"--trials {args.trials} --notes {args.notes}: wanted 1 or more")
    # What is heard comes first: where it is missing, no file of answers is left behind.
    heard = None if args.results else _make_heard(args)
    with AnswerStore(args.answers) as store:
        if heard is not None:
            _serve(args, store, heard)
        answers = store.answers()
    print(json.dumps(summary(answers)) if args.json else summary_text(answers))
    return 0


def _make_heard(args: argparse.Namespace) -> tuple[Sequence[Stimulus], int]:
    """Make the sounds of a test; return them with their sample rate."""
    from training.data.prepared import PreparedSet
    from training.evaluate_cli import Progress
    from training.listening.stimuli import choose_asked, make_stimuli, open_systems
    from training.metrics.played import PlayerDecoder

    _address(args.http)
    systems, instrument = open_systems(args.instruments, args.runs)
    data = PreparedSet.open(args.data) if args.data else None
    if data is not None and data.sample_rate != instrument.spec.sample_rate:
        raise InputFileError(
            f"{args.data} is at {data.sample_rate} Hz, the instrument at "
            f"{instrument.spec.sample_rate}; give the set that it was trained on"
        )
    asked = choose_asked(systems, instrument, data, args.notes, args.seed)
    with Progress() as progress:
        decoder = PlayerDecoder(instrument.spec, instrument.tiles[0].n_frames)
        stimuli = make_stimuli(systems, asked, data, decoder, progress.tell)
    return stimuli, instrument.spec.sample_rate


def _serve(
    args: argparse.Namespace, store: AnswerStore, heard: tuple[Sequence[Stimulus], int]
) -> None:
    from training.listening.server import ListeningServer
    from training.listening.trials import make_trials

    host, port = _address(args.http)
    stimuli, rate = heard
    tests = _TESTS[args.test]
    stop = threading.Event()
    previous = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        with ListeningServer(
            lambda number: make_trials(stimuli, tests, args.trials, args.seed + number),
            store,
            rate,
            host,
            port,
        ) as server:
            ready = f"ready {server.url} (Ctrl-C ends the test)"
            # With --json standard output holds the results and nothing else.
            print(ready, file=sys.stderr if args.json else sys.stdout, flush=True)
            while not stop.wait(0.5):
                pass
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65_535:
        raise ConfigError(f"--http {text!r}: wanted HOST:PORT, as 127.0.0.1:8765")
    return host, int(port)
