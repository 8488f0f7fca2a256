"""`gansynth presets list | show NAME`."""

import argparse

from synth.commands import Subparsers


def add_command(subparsers: Subparsers) -> None:
    """Declare `presets` and its verbs."""
    parser = subparsers.add_parser("presets", help="list presets, or show one")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    lister = verbs.add_parser("list", help="one line for each preset: name and tags")
    lister.set_defaults(run=run_list)
    shower = verbs.add_parser("show", help="print a preset as TOML")
    shower.add_argument("name", metavar="NAME", help="the preset's name, or that of its file")
    shower.set_defaults(run=run_show)


def run_list(_args: argparse.Namespace) -> int:
    """Print every preset, the user's own before the factory's; a bad file is marked, not fatal."""
    from synth.errors import PresetError
    from synth.presets import load_preset, preset_files

    for stem, path in preset_files().items():
        try:
            preset = load_preset(path)
        except PresetError as error:
            print(f"{stem:<24} unreadable: {error}")
        else:
            print(f"{preset.name:<24} {', '.join(preset.tags)}".rstrip())
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Print one preset, each value with its unit and meaning."""
    from synth.presets import find_preset, format_preset

    print(format_preset(find_preset(args.name)), end="")
    return 0
