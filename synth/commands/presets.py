"""`gansynth presets list | show | rename | tag | search | random | layouts`."""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from synth.commands import Subparsers

if TYPE_CHECKING:
    from synth.control.bank import Entry, PresetBank

_MAX_SEED = 2**31 - 1


def add_command(subparsers: Subparsers) -> None:
    """Declare `presets` and its verbs."""
    parser = subparsers.add_parser(
        "presets", help="list, show, rename, tag and search presets; write layouts"
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    lister = verbs.add_parser("list", help="one line for each preset: number, name and tags")
    lister.add_argument("--json", action="store_true", help="one JSON object instead")
    lister.set_defaults(run=run_list)
    shower = verbs.add_parser("show", help="print a preset as TOML")
    shower.add_argument("name", metavar="NAME", help="the preset's name, or that of its file")
    shower.set_defaults(run=run_show)
    renamer = verbs.add_parser("rename", help="give a preset another name")
    renamer.add_argument("name", metavar="NAME")
    renamer.add_argument("new_name", metavar="NEW_NAME")
    renamer.set_defaults(run=run_rename)
    tagger = verbs.add_parser("tag", help="add tags to a preset, or take some away")
    tagger.add_argument("name", metavar="NAME")
    tagger.add_argument("tags", metavar="TAG", nargs="*", help="to add")
    tagger.add_argument("--remove", metavar="TAG", action="append", default=[])
    tagger.set_defaults(run=run_tag)
    searcher = verbs.add_parser("search", help="presets in which all words occur")
    searcher.add_argument("words", metavar="WORD", nargs="+")
    searcher.add_argument("--json", action="store_true", help="one JSON object instead")
    searcher.set_defaults(run=run_search)
    drawer = verbs.add_parser("random", help="print the name of any preset, or make a new one")
    drawer.add_argument("words", metavar="WORD", nargs="*", help="only of presets with these words")
    drawer.add_argument("--seed", metavar="N", type=_seed, help="the same N draws the same")
    drawer.add_argument("--new", metavar="NAME", help="make one of random timbres and save it")
    drawer.set_defaults(run=run_random)
    writer = verbs.add_parser("layouts", help="write TouchOSC, Max, Pd and reference pages")
    writer.add_argument("--out", metavar="DIR", type=Path, help="folder (presets/layouts)")
    writer.set_defaults(run=run_layouts)


def run_list(args: argparse.Namespace) -> int:
    """Print every preset by its number; a bad file is named, not fatal."""
    bank = _open_bank()
    return _print_entries(bank.entries(), bank, is_json=args.json)


def run_show(args: argparse.Namespace) -> int:
    """Print one preset, each value with its unit and meaning."""
    from synth.control.presets import format_preset

    print(format_preset(_open_bank().find(args.name)), end="")
    return 0


def run_rename(args: argparse.Namespace) -> int:
    """Give a preset another name; of one that ships, a copy gets it."""
    path = _open_bank().rename(args.name, args.new_name)
    print(f"{args.new_name}: {path}")
    return 0


def run_tag(args: argparse.Namespace) -> int:
    """Add and remove tags, and print those that the preset then has."""
    preset = _open_bank().tag(args.name, args.tags, args.remove)
    print(f"{preset.name}: {', '.join(preset.tags)}".rstrip())
    return 0


def run_search(args: argparse.Namespace) -> int:
    """Print the presets in whose name, tags, description or timbres every word occurs."""
    bank = _open_bank()
    return _print_entries(bank.search(" ".join(args.words)), bank, is_json=args.json)


def run_random(args: argparse.Namespace) -> int:
    """Print the name of any preset of the bank, or make one of four random timbres."""
    from synth.control.presets import Preset, fill_corners

    bank = _open_bank()
    if args.new is None:
        print(bank.draw(args.seed, " ".join(args.words)).name)
        return 0
    draw = random.Random(args.seed)
    corners = fill_corners(f"seed:{draw.randrange(_MAX_SEED + 1)}" for _ in range(4))
    path = bank.save(Preset(name=args.new, corners=corners, tags=("random",)))
    print(f"{args.new}: {path}")
    return 0


def run_layouts(args: argparse.Namespace) -> int:
    """Write every layout anew from the table of parameters."""
    from synth.folders import factory_presets
    from synth.layouts.files import write_layouts

    for path in write_layouts(args.out or factory_presets() / "layouts"):
        print(path)
    return 0


def _open_bank() -> "PresetBank":
    from synth.control.bank import PresetBank

    return PresetBank()


def _print_entries(entries: "Sequence[Entry]", bank: "PresetBank", *, is_json: bool) -> int:
    bad_files = bank.bad_files()
    if is_json:
        rows = [_as_json(entry) for entry in entries]
        skipped = [{"file": str(bad.path), "reason": bad.reason} for bad in bad_files]
        print(json.dumps({"presets": rows, "bad_files": skipped}, ensure_ascii=False))
        return 0
    for entry in entries:
        tags = ", ".join(entry.preset.tags)
        print(f"{entry.program:>4}  {entry.preset.name:<24}  {tags}".rstrip())
    for bad in bad_files:
        print(f"gansynth: skipped: {' '.join(bad.reason.split())}", file=sys.stderr)
    return 0


def _as_json(entry: "Entry") -> dict[str, object]:
    preset = entry.preset
    return {
        "program": entry.program,
        "name": preset.name,
        "description": preset.description,
        "tags": list(preset.tags),
        "corners": list(preset.corners),
        "file": str(entry.path),
        "is_factory": entry.is_factory,
    }


def _seed(word: str) -> int:
    if not word.isascii() or not word.isdecimal() or int(word) > _MAX_SEED:
        raise argparse.ArgumentTypeError(f"{word!r}: expected an integer from 0 to {_MAX_SEED}")
    return int(word)
