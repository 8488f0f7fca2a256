"""Where the files that ship with the player lie, in a checkout and in an installed wheel.

A wheel carries the checkout's `presets/` as `synth/_presets` (see pyproject.toml).
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def factory_presets() -> Path:
    """Return the folder of the factory presets; songs/ and instruments/ lie in it."""
    packaged = _PACKAGE / "_presets"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "presets"


def default_instrument() -> Path:
    """Return the folder of the instrument that ships with the player."""
    return factory_presets() / "instruments" / "default"


def demo_song() -> Path:
    """Return the song that `gansynth play --demo` plays."""
    return factory_presets() / "songs" / "demo.mid"
