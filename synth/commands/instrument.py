"""`gansynth instrument info [--json] [DIR] | verify [DIR]`."""

import argparse
import json
from pathlib import Path
from typing import Any

from synth.commands import Subparsers
from synth.folders import default_instrument


def add_command(subparsers: Subparsers) -> None:
    """Declare `instrument` and its verbs."""
    parser = subparsers.add_parser("instrument", help="describe an instrument, or verify its files")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    teller = verbs.add_parser("info", help="what it is, how it was made, its timbres")
    teller.add_argument("--json", action="store_true", help="print instrument.json")
    teller.set_defaults(run=run_info)
    verifier = verbs.add_parser(
        "verify", help="check its files and graphs, and generate test notes"
    )
    verifier.set_defaults(run=run_verify)
    for verb in (teller, verifier):
        verb.add_argument(
            "folder",
            metavar="DIR",
            nargs="?",
            type=Path,
            default=default_instrument(),
            help="the instrument's folder; without it, the one that ships",
        )


def run_info(args: argparse.Namespace) -> int:
    """Print what an instrument says of itself."""
    from synth.notes.instrument import instrument_info

    info = instrument_info(args.folder)
    print(json.dumps(info, indent=2, ensure_ascii=False) if args.json else _describe(info))
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """Check format, sizes and hashes, run every graph, and listen to test notes."""
    from synth.notes.verification import verify_instrument

    for line in verify_instrument(args.folder):
        print(line)
    return 0


def _describe(info: dict[str, Any]) -> str:
    spec = info["spec"]
    low, high = info["pitch_range"]
    n_bytes = sum(entry["bytes"] for entry in info["files"].values())
    tiles = ", ".join(f"{tile['first_frame']}-{tile['last_frame']}" for tile in info["tiles"])
    rows = {
        "name": info["name"],
        "licence": info["licence"],
        "size": f"{n_bytes / 1e6:.1f} MB in {len(info['files'])} files",
        "frames": f"{spec['n_frames']} of {spec['n_bins']} bins at {spec['sample_rate']} Hz",
        "tiles": tiles,
        "pitches": f"{low}-{high}",
        "velocities": ", ".join(map(str, info["velocities"])),
        "timbres": ", ".join(info["timbres"]),
    }
    return "\n".join(f"{key:<12}{value}" for key, value in rows.items())
