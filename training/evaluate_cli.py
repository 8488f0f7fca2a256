"""`gansynth evaluate` and `gansynth train-classifier`.

`gansynth --help` loads this module in the player too: what is heavy is imported inside `run`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from synth.folders import factory_presets

if TYPE_CHECKING:
    from training.classifier import Classifier
    from training.data.prepared import PreparedSet

CLASSIFIER_FILE = "classifier.safetensors"
_TRACKER_NOTES = 300  # of either main row
# Figures of the table that people read, and what they are called there.
_COLUMNS = {
    "pitch_accuracy": "pitch",
    "f0_within_50_cents": "f0 50 ct",
    "pitch_entropy": "entropy",
    "ndb_share": "NDB/k",
    "fid": "FID",
    "kid": "KID",
    "inception_score": "IS",
    "velocity_rank_correlation": "vel. rank",
    "nearest_velocity_accuracy": "vel. nearest",
    "latent_diversity": "diversity dB",
    "attack_ratio": "attack",
    "silent_tail_dbfs": "tail dBFS",
    "n_samples": "notes",
}


def add_evaluate_command(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    """Add `gansynth evaluate`."""
    parser = subparsers.add_parser(
        "evaluate",
        help="measure an instrument beside held-out recordings",
        description="Pitch, velocity, distributions, attacks and inversion, beside a row of real "
        "notes that nobody learned from. The figures are kept in instrument.json.",
    )
    parser.add_argument(
        "--instrument", type=Path, metavar="DIR", help="(default: none, only runs are compared)"
    )
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="the set that it was trained on"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--report", type=Path, metavar="DIR", help="write an HTML page there")
    parser.add_argument(
        "--run",
        type=Path,
        action="append",
        default=[],
        dest="runs",
        metavar="DIR",
        help="a training run whose checkpoint is measured beside it (can be repeated)",
    )
    parser.add_argument(
        "--samples", type=int, default=2_000, metavar="N", help="notes (default: %(default)s)"
    )
    parser.add_argument(
        "--tracker-notes",
        type=int,
        metavar="N",
        help="heard by the pitch tracker, a second each; 0: none (default: 300 where torchcrepe "
        "is installed)",
    )
    parser.add_argument(
        "--inversion-notes",
        type=int,
        default=8,
        metavar="N",
        help="on which ways of inversion are compared; 0: none (default: %(default)s)",
    )
    parser.add_argument(
        "--grid-timbres", type=int, default=1_000, metavar="N", help=argparse.SUPPRESS
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument(
        "--classifier",
        type=Path,
        metavar="FILE",
        help="the judge (default: the shipped one where it was trained on these data, else one "
        "beside the data, trained when there is none)",
    )
    parser.add_argument(
        "--no-store", action="store_true", help="leave the instrument's description alone"
    )
    parser.add_argument("--threads", type=int, metavar="N", help="(default: one for each core)")
    parser.set_defaults(run=run_evaluate)


def run_evaluate(args: argparse.Namespace) -> int:
    """Run `gansynth evaluate`."""
    from synth.errors import ConfigError, InputFileError
    from synth.notes.instrument import Instrument
    from training.amend import amend_instrument
    from training.data.prepared import PreparedSet
    from training.evaluate import EvaluationConfig, Evaluator, evaluate_instrument
    from training.evaluation_sources import describe_run

    config = EvaluationConfig(
        n_samples=args.samples,
        n_extra_samples=max(8, args.samples // 4),
        n_tracker_notes=_n_tracker_notes(args.tracker_notes),
        n_inversion_notes=args.inversion_notes,
        n_grid_timbres=args.grid_timbres,
        seed=args.seed,
    )
    _set_threads(args.threads)
    if args.instrument is None and args.report is not None:
        raise ConfigError("--report tells of an instrument; give --instrument, or leave it out")
    instrument = Instrument.load(args.instrument) if args.instrument else describe_run(args.runs)
    data = PreparedSet.open(args.data)
    if args.report is not None and args.report.is_file():
        raise InputFileError(f"--report {args.report} is a file, wanted a folder; name another")
    with Progress() as progress:
        classifier = find_classifier(data, args.classifier, progress)
        evaluator = Evaluator(instrument, data, classifier, config, progress.tell)
        metrics = evaluate_instrument(evaluator, args.runs)
        if args.report is not None:
            from training.report import write_report

            write_report(args.report, evaluator, metrics, args.runs, progress.tell)
    print(json.dumps(metrics) if args.json else metrics_table(metrics))
    if args.instrument is not None and not args.no_store:
        amend_instrument(args.instrument, "metrics", metrics, {})
    return 0


def add_train_classifier_command(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    """Add `gansynth train-classifier`."""
    parser = subparsers.add_parser(
        "train-classifier",
        help="train the judge of `gansynth evaluate`",
        description="Train a small network to hear pitch, velocity and family of the training "
        "notes of a set: some ten minutes on one core.",
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a prepared set")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help=f"(default: {CLASSIFIER_FILE} beside the data)"
    )
    parser.add_argument("--images", type=int, default=90_000, metavar="N", help="notes seen")
    parser.add_argument("--threads", type=int, metavar="N", help="(default: one for each core)")
    parser.set_defaults(run=run_train_classifier)


def run_train_classifier(args: argparse.Namespace) -> int:
    """Run `gansynth train-classifier`."""
    from synth.errors import ConfigError
    from training.classifier import ClassifierConfig, save_classifier, train_classifier
    from training.data.prepared import PreparedSet

    if args.images < 1:
        raise ConfigError(f"--images is {args.images}, wanted 1 or more")
    _set_threads(args.threads)
    data = PreparedSet.open(args.data)
    path = args.out or args.data / CLASSIFIER_FILE
    with Progress() as progress:
        classifier = train_classifier(data, ClassifierConfig(n_images=args.images), progress.tell)
    save_classifier(classifier, path)
    facts = classifier.facts
    print(
        f"{path}: right about held-out notes: pitch {facts['held_out_pitch_accuracy']:.1%}, "
        f"velocity {facts['held_out_velocity_accuracy']:.1%}, "
        f"family {facts['held_out_family_accuracy']:.1%}"
    )
    return 0


def find_classifier(data: PreparedSet, path: Path | None, progress: Progress) -> Classifier:
    """Find the judge of a set, or train one and keep it beside the data.

    A set that is too small to learn from is judged by the shipped one.

    Raises:
        InputFileError: the one that was named cannot be read.
    """
    from synth.errors import InputFileError
    from training.classifier import (
        LEAST_NOTES,
        load_classifier,
        save_classifier,
        train_classifier,
    )

    if path is not None:
        return load_classifier(path)
    beside = data.path / CLASSIFIER_FILE
    shipped = factory_presets() / "classifier" / CLASSIFIER_FILE
    for candidate in (shipped, beside):
        if candidate.is_file():
            classifier = load_classifier(candidate)
            if classifier.fits(data):
                return classifier
    if len(data) < LEAST_NOTES:
        return load_classifier(shipped)
    classifier = train_classifier(data, progress=progress.tell)
    try:
        save_classifier(classifier, beside)
    except InputFileError as error:
        print(f"gansynth: {error}; going on without keeping it", file=sys.stderr)
    return classifier


def _set_threads(n_threads: int | None) -> None:
    import torch

    from synth.errors import ConfigError
    from synth.notes.generators import n_usable_cores

    if n_threads is not None and n_threads < 1:
        raise ConfigError(f"--threads is {n_threads}, wanted 1 or more")
    torch.set_num_threads(n_threads or n_usable_cores())


def _n_tracker_notes(asked: int | None) -> int:
    """Decide how many notes are tracked, before anything takes minutes."""
    from synth.errors import ConfigError
    from training.metrics.pitch_tracker import PitchTracker

    if asked == 0:
        return 0
    try:
        PitchTracker()
    except ConfigError as error:
        if asked is not None:
            raise
        print(f"gansynth: {error}; going on without it", file=sys.stderr)
        return 0
    return _TRACKER_NOTES if asked is None else asked


def metrics_table(metrics: Mapping[str, Any]) -> str:
    """Lay the rows out for a terminal."""
    rows = {
        name: metrics[name] for name in ("real", "model", "random", "mid_points") if name in metrics
    }
    rows |= metrics.get("runs", {})
    width = max(len(name) for name in rows) + 2
    lines = [" " * width + " ".join(f"{title:>12}" for title in _COLUMNS.values())]
    for name, row in rows.items():
        cells = (_cell(row.get(key)) for key in _COLUMNS)
        lines.append(f"{name:<{width}}" + " ".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}"


class Progress:
    """Bars on stderr, one for each thing that is done."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._bars = Bars(*columns, console=Console(stderr=True))
        self._tasks: dict[str, Any] = {}

    def tell(self, what: str, share: float) -> None:
        """Say how much of something is done, 0..1."""
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=1.0)
        self._bars.update(self._tasks[what], completed=share)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bars.stop()
