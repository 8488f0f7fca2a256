"""Arguments that several commands take, and what their words may say."""

import argparse
import contextlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from synth.config import BACKENDS, DEVICES

if TYPE_CHECKING:
    from synth.control.player import Player
    from synth.engine import Engine

MAX_NOTE_S = 3600.0


def add_offline_sound(parser: argparse.ArgumentParser) -> None:
    """Declare what an offline rendering sounds like."""
    sound = parser.add_mutually_exclusive_group()
    sound.add_argument("--preset", metavar="P", help="a preset by its name")
    sound.add_argument("--timbre", metavar="NAME|seed:N", help="a timbre by its name, or a seed")
    add_set(parser)
    add_instrument(parser)
    add_backend(parser)
    parser.add_argument(
        "--sample-rate", metavar="HZ", type=int, default=48_000, help="of the file (48000)"
    )


@contextlib.contextmanager
def offline_engine(args: argparse.Namespace) -> "Iterator[tuple[Engine, Player]]":
    """Open the engine that `add_offline_sound` describes."""
    from synth.control.assignment import assign, read_assignment
    from synth.offline import open_offline

    values = [read_assignment(words) for words in args.set or ()]
    with open_offline(
        args.instrument,
        sample_rate=args.sample_rate,
        preset=args.preset,
        timbre=args.timbre,
        backend=args.backend,
        device=args.device,
    ) as (engine, player):
        assign(player, values)
        yield engine, player


def add_set(parser: argparse.ArgumentParser) -> None:
    """Declare values of parameters; the inside of `synth.parameters` by its names."""
    parser.add_argument(
        "--set",
        metavar="PARAMETER=VALUE",
        action="append",
        help="a parameter in its own unit, after the preset: amp/release=1.5, part/2/key/low=60",
    )


def add_instrument(parser: argparse.ArgumentParser) -> None:
    """Declare which instrument plays."""
    parser.add_argument(
        "--instrument", metavar="DIR", type=Path, help="an instrument's folder (the one that ships)"
    )


def add_backend(parser: argparse.ArgumentParser, *, is_from_settings: bool = False) -> None:
    """Declare which runtime generates, and where.

    Args:
        parser: of the command.
        is_from_settings: a flag that is not given leaves it to the settings file.
    """
    for flag, words, text in (
        ("--backend", BACKENDS, "runtime of the generator"),
        ("--device", DEVICES, "where it runs; without a graphics card, on the CPU"),
    ):
        default = None if is_from_settings else words[0]
        parser.add_argument(flag, choices=words, default=default, help=f"{text} ({words[0]})")


def pitch(word: str) -> float:
    """Read a MIDI note number; parts of a semitone are welcome."""
    return _number(word, "a MIDI note number", 0.0, 127.0)


def velocity(word: str) -> float:
    """Read a MIDI velocity; the inside counts it 0..1."""
    return _number(word, "a MIDI velocity", 1.0, 127.0) / 127.0


def seconds(word: str) -> float:
    """Read for how long something sounds."""
    return _number(word, "seconds", 0.0, MAX_NOTE_S)


def _number(word: str, what: str, minimum: float, maximum: float) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    # Written so that NaN fails as well.
    if not minimum <= value <= maximum:
        raise argparse.ArgumentTypeError(
            f"{word!r}: expected {what} from {minimum:g} to {maximum:g}"
        )
    return value
