"""`gansynth devices`: audio outputs and MIDI ports by the names that `play` takes."""

import argparse

from synth.commands import Subparsers


def add_command(subparsers: Subparsers) -> None:
    """Declare `devices`."""
    parser = subparsers.add_parser("devices", help="list audio outputs and MIDI ports")
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Print audio outputs, the one that `play` takes by itself first, and MIDI ports."""
    from synth.adapters.audio_out import list_outputs
    from synth.adapters.midi_in import list_ports
    from synth.errors import DeviceError

    print("audio, for --audio:")
    try:
        for output in list_outputs():
            print(f"  {output}")
    except DeviceError as error:
        print(f"  none: {error}")
    print("  null (keeps time, makes no sound)")
    print("MIDI, for --midi-in:")
    for name in list_ports():
        print(f"  {name}")
    print("  all, none")
    return 0
