"""`gansynth status [--json]`: what a running player does."""

import argparse
import json
from typing import Any

from synth.commands import Subparsers


def add_command(subparsers: Subparsers) -> None:
    """Declare `status`."""
    parser = subparsers.add_parser(
        "status", help="ask a running player how it does", description=run.__doc__
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--osc",
        metavar="HOST:PORT",
        help="where the player listens (where the last one started on this machine does)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask a running player over OSC: voices, load, late blocks, devices, preset.

    Exit code 4 where none answers.
    """
    from synth.rig.asking import ask_status

    status = ask_status(args.osc)
    print(json.dumps(status, indent=2, ensure_ascii=False) if args.json else describe(status))
    return 0


def describe(status: dict[str, Any]) -> str:
    """Return one line for each thing that a player told of itself."""
    rows = dict(status)
    for name, table in status.items():
        if isinstance(table, dict):
            rows[name] = ", ".join(f"{key} {value}" for key, value in table.items())
    if isinstance(rows.get("midi"), list):
        rows["midi"] = ", ".join(map(str, rows["midi"])) or "none"
    return "\n".join(f"{name:<16}{value}" for name, value in rows.items())
