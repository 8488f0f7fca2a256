"""What one of the sixteen parts is set to, as a value that every edit replaces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from synth.control.bank import PresetBank
from synth.control.channels import HEARING
from synth.control.pad import Latent, Pad, Timbres, latent_at, read_pad
from synth.control.presets import Preset, fill_corners
from synth.errors import ConfigError, PresetError
from synth.parameters import N_MACROS, PARAMETERS, find_parameter

PAD_AXES = ("timbre/x", "timbre/y")
MACROS = tuple(f"macro/{number}" for number in range(1, N_MACROS + 1))
PAD_PARAMETERS = frozenset((*PAD_AXES, *MACROS))  # that only the timbre hears

MAX_SEED = 2**31 - 1  # what a 32-bit OSC integer can carry back
_CORNER_SEEDS_APART = 1_000_003  # so that the corners of neighbouring seeds never meet


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part: its timbres, and where everything stands."""

    preset: Preset  # its head; corners and values are as they were loaded
    pad: Pad
    values: Mapping[str, float]  # normalised, by parameter name
    homes: Mapping[str, float]  # the same, as the preset has them

    def latent(self, timbres: Timbres, *, with_macros: bool = True) -> Latent:
        """Return the point of the latent space that sounds."""
        x, y = (self.values[axis] for axis in PAD_AXES)
        reals = [find_parameter(name).to_real(self.values[name]) for name in MACROS]
        return latent_at(self.pad, timbres, x, y, reals if with_macros else [])

    def as_preset(self, *, with_hearing: bool = True) -> Preset:
        """Return it as it now stands.

        Args:
            with_hearing: False leaves out which keys and channel it hears, where the preset that it
                was loaded from does not say so itself: that is a matter of the rig.
        """
        values = {name: find_parameter(name).to_real(way) for name, way in self.values.items()}
        if not with_hearing:
            kept = {n: real for n, real in values.items() if n in self.preset.values}
            values = {n: real for n, real in values.items() if n not in HEARING} | kept
        pad = self.pad
        return replace(
            self.preset, values=values, corners=pad.words, timbres=pad.own, latent=pad.raw
        )


def make_part(preset: Preset, timbres: Timbres) -> Part:
    """Set a part to a preset; what that does not name is at its default.

    Raises:
        ConfigError: the instrument has not its timbres.
    """
    homes = {p.name: p.default_normalised for p in PARAMETERS if not p.is_global}
    homes |= {n: find_parameter(n).to_normalised(real) for n, real in preset.values.items()}
    return Part(preset=preset, pad=read_pad(preset, timbres), values=homes, homes=homes)


def hearing_as(before: Part, part: Part) -> Part:
    """Let a part that was just made hear what another heard, where its preset does not say."""
    kept = {n: before.values[n] for n in HEARING if n not in part.preset.values}
    return replace(part, values={**part.values, **kept}, homes={**part.homes, **kept})


def first_preset(names: Sequence[str]) -> Preset:
    """Lay out the pad for a part that has no preset: names spread over the instrument's list."""
    if not names:
        return Preset(name="Random 0", corners=fill_corners(["seed:0"]))
    spread = [names[len(names) * corner // 4] for corner in range(4)]
    return Preset(name="Init", corners=fill_corners(spread))


def timbre_preset(words: str) -> Preset:
    """Make a preset of one timbre (a name, or `seed:N`) in all corners."""
    return Preset(name=words, corners=fill_corners([words]))


def random_preset(seed: int) -> Preset:
    """Make a preset of four random timbres, of which `seed:N` lies at the bottom left.

    Raises:
        ConfigError: the seed is out of range.
    """
    if not 0 <= seed <= MAX_SEED:
        raise ConfigError(f"timbre seed {seed}: expected 0 to {MAX_SEED}")
    seeds = (seed + corner * _CORNER_SEEDS_APART for corner in range(4))
    return Preset(name=f"Random {seed}", corners=fill_corners(f"seed:{n}" for n in seeds))


def find_latent(word: str, timbres: Timbres, bank: PresetBank) -> tuple[Latent, bool]:
    """Return the latent of a timbre or preset, and whether the instrument knows it not.

    Raises:
        ConfigError: there is neither a timbre nor a preset of that name.
    """
    try:
        return timbres.find_timbre(word), False
    except ConfigError:
        try:
            preset = bank.find(word)
        except PresetError:
            preset = None
        if preset is None:
            raise
    return make_part(preset, timbres).latent(timbres), True


def on_other_instrument(part: Part, timbres: Timbres) -> Part:
    """Take a part to another instrument: its own pad where that has its timbres, else a first one.

    Args:
        part: as it was.
        timbres: of the other instrument.
    """
    try:
        pad = read_pad(part.as_preset(), timbres)
    except ConfigError:
        pad = read_pad(first_preset(timbres.timbre_names), timbres)
    return replace(part, pad=pad)
