"""The command line: `gansynth COMMAND ...`.

Exit codes: 0 done, 2 usage, 3 bad input file, 4 device. An error is one line on stderr, never a
traceback. Commands are files in `synth/commands`; other packages add theirs by an entry point of
the group `gansynth.commands` (the training commands come that way, so the player never imports
training).
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points, version
from typing import NoReturn

from synth.commands import BUILT_IN
from synth.errors import InputFileError, SynthError

FIRST_STEPS = """\
first steps:
  gansynth doctor                        what keeps this machine from playing well, and what to do
  gansynth play --demo                   hear it; then leave --demo away and play by MIDI or OSC
  gansynth presets list                  what it can sound like; gansynth play --preset NAME
  gansynth learn oboe.wav --name Oboe    a preset from your own recording of one note
  gansynth status                        from another terminal: voices, load, devices
  gansynth service install               start at every login; settings instead of flags

COMMAND --help says more. Exit codes: 0 done, 2 usage, 3 bad input file, 4 device.
"""
PLUGIN_GROUP = "gansynth.commands"
USAGE = 2
INTERRUPTED = 130  # what a shell expects after Ctrl-C


class OneLineParser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, as all errors of this program."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where to read more, and leave with the code for usage."""
        self.exit(USAGE, f"{self.prog}: error: {message}; see `{self.prog} --help`\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        argv: the words behind `gansynth`; None takes them from the process.
    """
    args = build_parser().parse_args(argv)
    try:
        exit_code: int = args.run(args)
        sys.stdout.flush()
    except SynthError as error:
        return _report(error, error.exit_code)
    except ModuleNotFoundError as error:
        return _report(_missing_package(error), USAGE)
    except BrokenPipeError:
        # Whoever read our output has gone (`gansynth presets list | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        return _report(error, InputFileError.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED
    else:
        return exit_code
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands that are installed."""
    parser = OneLineParser(
        prog="gansynth",
        description="A neural instrument that is played.",
        epilog=FIRST_STEPS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action="version", version=f"gansynth {version('gansynth-live')}"
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in BUILT_IN:
        importlib.import_module(f"synth.commands.{name}").add_command(subparsers)
    for entry_point in sorted(entry_points(group=PLUGIN_GROUP)):
        try:
            add_command = entry_point.load()
        except (ImportError, AttributeError) as error:
            # A plug-in that is out of order must not keep anyone from playing.
            _report(f"command {entry_point.name} is not available: {error}", 0)
        else:
            add_command(subparsers)
    return parser


def _missing_package(error: ModuleNotFoundError) -> str:
    """Turn a missing third-party package into what to do; a missing module of ours is a bug."""
    package = (error.name or "").partition(".")[0]
    if package in {"", "synth", "training"}:
        raise error
    return (
        f"this command needs the Python package {package!r}, which is not installed;"
        " run `pip install gansynth-live[train]`"
    )


def _report(error: object, exit_code: int) -> int:
    print("gansynth: error:", " ".join(str(error).split()), file=sys.stderr)
    return exit_code


def entry() -> NoReturn:
    """Run one command as a program of its own."""
    exit_code = main()
    if sys.argv[1:2] == ["play"]:
        # All is closed and written. Taking the interpreter apart would take another second.
        sys.stderr.flush()
        os._exit(exit_code)
    sys.exit(exit_code)


if __name__ == "__main__":
    entry()
