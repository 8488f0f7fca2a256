"""One file for each command: `add_command(subparsers)` declares its words, `run` does it.

What a command needs is imported inside `run`, so that `gansynth --help` and `gansynth presets
list` load neither onnxruntime nor PortAudio.
"""

import argparse
from typing import TypeAlias

# What ArgumentParser.add_subparsers returns; argparse gives it no public name.
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001

# In the order of the help page.
BUILT_IN = (
    "play",
    "render",
    "note",
    "replay",
    "learn",
    "presets",
    "instrument",
    "devices",
    "doctor",
    "bench",
    "status",
    "service",
)
