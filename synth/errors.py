"""What can go wrong, each with the exit code of the command line.

A message is one line: what was wrong, the value got, the value wanted, what to do next.
"""


class SynthError(Exception):
    """Root of all errors that a user can mend."""

    exit_code = 1


class ConfigError(SynthError, ValueError):
    """A setting, flag or argument is outside of what is possible."""

    exit_code = 2


class InputFileError(SynthError):
    """A file that was named cannot be read, is not what it should be, or cannot be written."""

    exit_code = 3


class InstrumentError(SynthError):
    """An instrument folder is missing, damaged or made for another version."""

    exit_code = 3


class PresetError(SynthError):
    """A preset is missing, damaged or names something that does not exist."""

    exit_code = 3


class DeviceError(SynthError):
    """An audio, MIDI or compute device is missing or refuses to open."""

    exit_code = 4
