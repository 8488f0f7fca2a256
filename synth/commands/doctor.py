"""`gansynth doctor [--json]`: what keeps this machine from playing, and what to do about it."""

import argparse
import json
from dataclasses import asdict

from synth.commands import Subparsers
from synth.errors import DeviceError

PATIENCE_S = 20.0  # for each check: an instrument on a slow card is read whole


def add_command(subparsers: Subparsers) -> None:
    """Declare `doctor`."""
    parser = subparsers.add_parser(
        "doctor", help="say what keeps this machine from playing well", description=run.__doc__
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look at devices, rights, ports, files and room; say what to do about what is not right.

    Exit code 4 where something is not.
    """
    from synth.rig import checks

    looked = [checks.look_within(PATIENCE_S, look) for look in checks.CHECKS]
    is_ok = all(check.ok for check in looked)
    if args.json:
        print(json.dumps({"ok": is_ok, "checks": [asdict(check) for check in looked]}, indent=2))
    else:
        for check in looked:
            print(f"{'ok ' if check.ok else 'BAD'} {check.name:<12}{check.detail}")
            if not check.ok:
                print(f"    {'':<12}-> {check.fix}")
    return 0 if is_ok else DeviceError.exit_code
