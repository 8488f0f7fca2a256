"""The commands that training adds to `gansynth`, by the entry-point group `gansynth.commands`.

`gansynth --help` loads this module in the player too: what is heavy is imported inside `run`.
"""

import argparse
import sys
from pathlib import Path

from synth.errors import ConfigError


def add_export_command(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add `gansynth export`."""
    parser = subparsers.add_parser(
        "export",
        help="turn a training run into an instrument",
        description="Write the averaged weights of a run as an instrument, prove that all its "
        "forms compute the same, and put it in the place of what was there.",
    )
    parser.add_argument(
        "--run", type=Path, required=True, metavar="DIR", dest="run_dir", help="the run"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the instrument")
    parser.add_argument("--name", metavar="TEXT", help="of the instrument (default: the folder's)")
    parser.add_argument(
        "--licence", metavar="TEXT", help="of the instrument (default: what the data says)"
    )
    parser.add_argument(
        "--tiles",
        type=parse_numbers,
        metavar="LIST",
        help="frames where a tile ends and the next begins (default: 8,32,128,...)",
    )
    parser.add_argument(
        "--training-state",
        type=Path,
        metavar="FILE",
        help="also write the weights in bfloat16, for `gansynth train --start`",
    )
    parser.set_defaults(run=run_export)


def run_export(args: argparse.Namespace) -> int:
    """Run `gansynth export`."""
    from training.checkpoint import save_training_state
    from training.export import export_run

    report = export_run(
        args.run_dir, args.out, name=args.name, licence=args.licence, boundaries=args.tiles
    )
    if args.training_state is not None:
        save_training_state(args.run_dir, args.training_state)
    print(
        f"{report.folder}: {report.n_bytes / 1e6:.1f} MB; largest errors: ONNX "
        f"{report.onnx_error:.1e}, TorchScript {report.torchscript_error:.1e}, tiles "
        f"{report.tile_error:.1e}, native {report.native_error:.1e}, "
        f"rounding to half precision {report.rounding_error:.1e}"
    )
    return 0


def add_equalise_command(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add `gansynth equalise`."""
    parser = subparsers.add_parser(
        "equalise",
        help="fit what a run's notes lack in level at each key and stroke",
        description="Generate the notes that a run learned, compare their levels in bands with the "
        "recordings', and write a run whose networks make up for the differences.",
    )
    parser.add_argument("--run", type=Path, required=True, metavar="DIR", dest="run_dir")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a prepared set")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the new run")
    parser.add_argument(
        "--keys",
        type=float,
        default=1.0,
        metavar="SHARE",
        help="of each instrument's keys that are generated (%(default)s)",
    )
    parser.add_argument(
        "--blend", type=Path, metavar="DIR", help="a run whose weights are mixed with these"
    )
    parser.add_argument(
        "--blend-share", type=float, default=0.5, metavar="SHARE", help="of it (%(default)s)"
    )
    parser.add_argument(
        "--smoothing",
        type=int,
        default=0,
        metavar="PASSES",
        help="over what the finest level knows of time, where held notes flicker (%(default)s)",
    )
    parser.add_argument(
        "--time-budget",
        type=parse_duration,
        metavar="TIME",
        help="at most, for example 60s: of fewer notes and in fewer steps (default: all of them)",
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--threads", type=int, metavar="N", help="(default: one for each core)")
    parser.set_defaults(run=run_equalise)


def run_equalise(args: argparse.Namespace) -> int:
    """Run `gansynth equalise`."""
    import torch

    from training.data.prepared import PreparedSet
    from training.devices import usable_device
    from training.equalise import EqualiserConfig, equalise

    if args.threads is not None:
        torch.set_num_threads(max(1, args.threads))
    config = EqualiserConfig(
        keys=args.keys,
        blend=args.blend,
        blend_share=args.blend_share,
        smoothing=args.smoothing,
        time_budget_s=args.time_budget,
    )
    told = equalise(
        args.run_dir,
        PreparedSet.open(args.data),
        args.out,
        config,
        device=usable_device(args.device),
        report=lambda line: print(line, file=sys.stderr, flush=True),
    )
    learned, held_out = told["difference_db"], told.get("held_out_difference_db")
    print(
        f"{args.out}: mean difference of {told['notes']} notes {learned['before']} -> "
        f"{learned['after']} dB"
        + (f", of held-out ones {held_out['before']} -> {held_out['after']} dB" if held_out else "")
    )
    return 0


def add_train_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `gansynth train`."""
    parser = subparsers.add_parser(
        "train",
        help="train an instrument",
        description="Train on a prepared set. The same command goes on where it was stopped.",
    )
    parser.add_argument(
        "--config", default="live", metavar="NAME|FILE", help="a named config, or a config.json"
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a prepared set")
    parser.add_argument("--run", type=Path, required=True, dest="run_dir", metavar="DIR")
    parser.add_argument(
        "--time-budget",
        type=parse_duration,
        metavar="TIME",
        help="wall time of the whole run, for example 90m or 2h; the learning rate follows it",
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="as optimiser.rate=1e-3"
    )
    parser.add_argument(
        "--start",
        type=Path,
        metavar="FILE",
        help="a training state that a fresh run begins with, for example the shipped instrument's",
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--threads", type=int, metavar="N", help="(default: one for each core)")
    parser.set_defaults(run=run_train)


def run_train(args: argparse.Namespace) -> int:
    """Run `gansynth train`."""
    import torch

    from training.config import TrainingConfig, override, read_config
    from training.data.prepared import PreparedSet
    from training.devices import usable_device
    from training.loop import train
    from training.paper import train_paper

    device = usable_device(args.device)
    if args.threads is not None:
        if args.threads < 1:
            raise ConfigError(f"--threads is {args.threads}, wanted 1 or more")
        torch.set_num_threads(args.threads)
    config = read_config(args.config)
    for setting in args.set:
        config = override(config, setting)
    data = PreparedSet.open(args.data)
    if data.sample_rate != config.spec.sample_rate:
        raise ConfigError(
            f"{args.data} is at {data.sample_rate} Hz, config {config.name!r} wants "
            f"{config.spec.sample_rate}; make the set at that rate"
        )
    if isinstance(config, TrainingConfig):
        state = train(
            config,
            data,
            args.run_dir,
            time_budget_s=args.time_budget,
            device=device,
            start=args.start,
        )
    elif args.start is not None:
        raise ConfigError(f"--start is for the live network; leave it out with {config.name!r}")
    else:
        state = train_paper(
            config, data, args.run_dir, time_budget_s=args.time_budget, device=device
        )
    hours = state.n_seconds / 3600.0
    print(f"{args.run_dir}: {state.n_images} images in {hours:.2f} h")
    return 0


def parse_duration(text: str) -> float:
    """Parse a time such as `90m`, `2h` or `45s` into seconds."""
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    try:
        seconds = float(text[:-1]) * units[text[-1:]]
    except (KeyError, ValueError) as err:
        raise argparse.ArgumentTypeError(f"{text!r} is no time like 90m, 2h or 45s") from err
    if not 0.0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no positive time")
    return seconds


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
