"""The one table of everything a player can turn: OSC addresses, MIDI controllers, preset keys.

A value travels normalised (0..1, what a fader sends) and is used real (in its unit). The curve
between the two is part of the table, so that a tablet, a controller and a preset agree.

Controllers follow the General MIDI recommendations: volume and expression are 40 log10(value / 127)
dB (GM 2, 3.3.4), the sound controllers 70-79 leave the sound as it is at 64, pan is centred at 64.
"""

import difflib
import math
from dataclasses import dataclass
from typing import Literal

from synth.errors import ConfigError

__all__ = ["N_MACROS", "PARAMETERS", "PARAMETERS_BY_NAME", "Parameter", "find_parameter", "nearest"]

N_MACROS = 8  # rows of the table; an instrument names as many of them as it has directions
_FIRST_MACRO_CONTROLLER = 41  # Surge XT's

# linear: even steps of the real value.  cubic: fine at the low end, where times are heard.
# fader: dB, 40 log10; the very bottom is silence and not just a low level.
Curve = Literal["linear", "cubic", "fader"]

FADER_SLOPE_DB = 40.0  # dB a decade of the normalised value (GM 2 volume: gain = (value / 127)²)
_KEY_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")  # 60 is C4
_CHANNEL_NAMES = tuple(f"channel {number}" for number in range(1, 17))

SILENCE_DB = -96.0  # the minimum of every fader; the engine takes it as gain 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing to turn, and how its real value lies on the way of a fader."""

    name: str  # "group/name": the OSC address behind /param/, and the preset's key
    minimum: float  # real, in `unit`
    maximum: float  # real, in `unit`
    default: float  # real, in `unit`
    unit: str  # "dB", "s", "ms", "Hz", "cents", "semitones", "key", or "" for a plain ratio
    description: str
    curve: Curve = "linear"
    controller: int | None = None  # MIDI control change that moves it
    controller_rest: int | None = None  # controller value that means 'as the preset has it'
    is_stepped: bool = False  # only whole real values
    is_shared: bool = False  # one value for all parts, though it is not of the group `main`
    words: tuple[str, ...] = ()  # what the whole values are called, from the minimum on

    def __post_init__(self) -> None:
        """Refuse a row that contradicts itself."""
        if not self.minimum <= self.default <= self.maximum:
            raise ConfigError(
                f"parameter {self.name}: default {self.default} is outside of"
                f" {self.minimum}..{self.maximum}; mend the table in synth/parameters.py"
            )

    @property
    def group(self) -> str:
        """The part of the name before the slash."""
        return self.name.partition("/")[0]

    @property
    def key(self) -> str:
        """The part of the name after the slash."""
        return self.name.partition("/")[2]

    @property
    def is_global(self) -> bool:
        """True where there is one value for the whole synthesizer, not one for each part."""
        return self.is_shared or self.group == "main"

    @property
    def is_bipolar(self) -> bool:
        """True where the middle of the way is nothing and both ends are alike (pan)."""
        return self.minimum == -self.maximum

    @property
    def default_normalised(self) -> float:
        """The default on the way of a fader, 0..1."""
        return self.to_normalised(self.default)

    def to_real(self, normalised: float) -> float:
        """Turn the place on a fader into the real value.

        Args:
            normalised: 0..1; outside is clipped.
        """
        way = min(max(normalised, 0.0), 1.0)
        if self.curve == "fader":
            if way == 0.0:
                return self.minimum
            return max(self.minimum, self.maximum + FADER_SLOPE_DB * math.log10(way))
        if self.curve == "cubic":
            way = way**3
        real = self.minimum + (self.maximum - self.minimum) * way
        return float(round(real)) if self.is_stepped else real

    def to_normalised(self, real: float) -> float:
        """Turn a real value into the place on a fader, 0..1; outside is clipped."""
        real = min(max(real, self.minimum), self.maximum)
        if self.curve == "fader":
            if real <= self.minimum:
                return 0.0
            return float(10.0 ** ((real - self.maximum) / FADER_SLOPE_DB))
        way = (real - self.minimum) / (self.maximum - self.minimum)
        return float(way ** (1.0 / 3.0)) if self.curve == "cubic" else way

    def from_controller(self, way: float, home: float) -> float:
        """Turn the place of a MIDI controller into the place on a fader.

        Args:
            way: 0..1, its value / 127.
            home: where the preset has the parameter, 0..1; the controller rests there.
        """
        if self.controller_rest is not None:
            return _through_rest(way, self.controller_rest / 127.0, home)
        if self.is_bipolar:
            return _through_rest(way, 64 / 127.0, 0.5)
        return way

    def from_word(self, word: str) -> float | None:
        """Return the real value that has a name ('tied'); None where the word is none."""
        if word.casefold() not in self.words:
            return None
        return self.minimum + self.words.index(word.casefold())

    def display(self, normalised: float) -> str:
        """Say the real value as a player reads it: '-6.0 dB', '250 ms', '+2 semitones'."""
        real = self.to_real(normalised)
        if self.curve == "fader" and real <= self.minimum:
            return "silent"
        if self.words:
            return self.words[round(real - self.minimum)]
        if self.unit == "key":
            return f"{_KEY_NAMES[round(real) % 12]}{round(real) // 12 - 1} ({real:.0f})"
        if self.unit == "s" and real < 1.0:
            return f"{real * 1000.0:.0f} ms"
        n_decimals = (
            0 if self.is_stepped else {"dB": 1, "Hz": 1, "ms": 0, "cents": 1}.get(self.unit, 2)
        )
        sign = "+" if self.is_bipolar and real > 0.0 else ""
        return f"{sign}{real:.{n_decimals}f} {self.unit}".rstrip()


def _through_rest(way: float, rest: float, home: float) -> float:
    """Draw the line 0 → 0, rest → home, 1 → 1; with the rest at 0 it begins at home."""
    if way == rest:
        return home
    if way < rest:
        return home * way / rest
    return home + (1.0 - home) * (way - rest) / (1.0 - rest)


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        name="amp/attack",
        minimum=0.0,
        maximum=10.0,
        default=0.0,
        unit="s",
        curve="cubic",
        controller=73,
        controller_rest=64,
        description="Time of the fade-in laid over the note's own attack; 0 leaves it as learned",
    ),
    Parameter(
        name="amp/decay",
        minimum=0.01,
        maximum=30.0,
        default=1.0,
        unit="s",
        curve="cubic",
        controller=75,
        controller_rest=64,
        description="Time from the top of the attack down to the sustain level",
    ),
    Parameter(
        name="amp/sustain",
        minimum=0.0,
        maximum=1.0,
        default=1.0,
        unit="",
        description="Level while the key is held; 1 leaves the note as learned",
    ),
    Parameter(
        name="amp/release",
        minimum=0.005,
        maximum=10.0,
        default=0.25,
        unit="s",
        curve="cubic",
        controller=72,
        controller_rest=64,
        description="Time from the key's release down to silence (-60 dB)",
    ),
    Parameter(
        name="amp/volume",
        minimum=SILENCE_DB,
        maximum=0.0,
        default=FADER_SLOPE_DB * math.log10(100 / 127),
        unit="dB",
        curve="fader",
        controller=7,
        description="Level of the part",
    ),
    Parameter(
        name="amp/expression",
        minimum=SILENCE_DB,
        maximum=0.0,
        default=0.0,
        unit="dB",
        curve="fader",
        controller=11,
        description="A second level, for phrasing under the volume",
    ),
    Parameter(
        name="amp/pan",
        minimum=-1.0,
        maximum=1.0,
        default=0.0,
        unit="",
        controller=10,
        description="Place in the stereo picture: -1 left, 0 middle, 1 right (equal power)",
    ),
    Parameter(
        name="amp/velocity_sensitivity",
        minimum=0.0,
        maximum=1.0,
        default=1.0,
        unit="",
        description="How much of the key's velocity reaches the note; 0 plays all at velocity 100",
    ),
    Parameter(
        name="pitch/bend_range",
        minimum=0.0,
        maximum=48.0,
        default=2.0,
        unit="semitones",
        description="How far the pitch wheel bends to either side",
    ),
    Parameter(
        name="pitch/tune",
        minimum=-100.0,
        maximum=100.0,
        default=0.0,
        unit="cents",
        description="Fine tuning of the part",
    ),
    Parameter(
        name="pitch/transpose",
        minimum=-24.0,
        maximum=24.0,
        default=0.0,
        unit="semitones",
        is_stepped=True,
        description="Whole semitones added to every key",
    ),
    Parameter(
        name="voice/mode",
        minimum=0.0,
        maximum=2.0,
        default=0.0,
        unit="",
        is_stepped=True,
        words=("chords", "one note", "tied"),
        description="0 plays chords, 1 one note at a time, 2 also ties notes without an attack",
    ),
    Parameter(
        name="voice/glide",
        minimum=0.0,
        maximum=5.0,
        default=0.0,
        unit="s",
        curve="cubic",
        controller=5,
        description="Time in which a note slides from the pitch before; 0 does not",
    ),
    Parameter(
        name="voice/velocity_curve",
        minimum=-1.0,
        maximum=1.0,
        default=0.0,
        unit="",
        description="How hard a key must be struck: -1 lightly, 0 as it is, 1 hard",
    ),
    Parameter(
        name="voice/pressure",
        minimum=0.0,
        maximum=1.0,
        default=0.5,
        unit="",
        description="How much louder and brighter a note gets as its key is pressed further",
    ),
    Parameter(
        name="vibrato/rate",
        minimum=0.1,
        maximum=12.0,
        default=5.5,
        unit="Hz",
        controller=76,
        controller_rest=64,
        description="How often the pitch swings",
    ),
    Parameter(
        name="vibrato/depth",
        minimum=0.0,
        maximum=100.0,
        default=0.0,
        unit="cents",
        curve="cubic",
        controller=77,
        controller_rest=64,
        description="How far the pitch swings to either side; 0 stands still",
    ),
    Parameter(
        name="vibrato/delay",
        minimum=0.0,
        maximum=5.0,
        default=0.3,
        unit="s",
        curve="cubic",
        controller=78,
        controller_rest=64,
        description="Time from the first key of a chord until the pitch begins to swing",
    ),
    Parameter(
        name="reverb/send",
        minimum=0.0,
        maximum=1.0,
        default=0.0,
        unit="",
        curve="cubic",
        controller=91,
        description="How much of the part goes to the room",
    ),
    Parameter(
        name="reverb/size",
        minimum=0.2,
        maximum=10.0,
        default=1.8,
        unit="s",
        curve="cubic",
        is_shared=True,
        description="How long the room rings (to -60 dB)",
    ),
    Parameter(
        name="reverb/damping",
        minimum=0.0,
        maximum=1.0,
        default=0.4,
        unit="",
        is_shared=True,
        description="How soon the room loses what is bright",
    ),
    Parameter(
        name="timbre/x",
        minimum=0.0,
        maximum=1.0,
        default=0.0,
        unit="",
        controller=1,
        controller_rest=0,
        description="Place on the timbre pad, left to right",
    ),
    Parameter(
        name="timbre/y",
        minimum=0.0,
        maximum=1.0,
        default=0.0,
        unit="",
        controller=74,
        controller_rest=64,
        description="Place on the timbre pad, bottom to top",
    ),
    Parameter(
        name="timbre/morph_ms",
        minimum=0.0,
        maximum=10_000.0,
        default=100.0,
        unit="ms",
        curve="cubic",
        description="Time in which a held note crosses to a new timbre",
    ),
    *(
        Parameter(
            name=f"macro/{number}",
            minimum=-1.0,
            maximum=1.0,
            default=0.0,
            unit="",
            controller=_FIRST_MACRO_CONTROLLER + number - 1,
            description=f"Way along the instrument's direction {number} from the pad's timbre",
        )
        for number in range(1, N_MACROS + 1)
    ),
    Parameter(
        name="key/low",
        minimum=0.0,
        maximum=127.0,
        default=0.0,
        unit="key",
        is_stepped=True,
        description="Lowest key that the part hears on its channel (splits)",
    ),
    Parameter(
        name="key/high",
        minimum=0.0,
        maximum=127.0,
        default=127.0,
        unit="key",
        is_stepped=True,
        description="Highest key that the part hears on its channel",
    ),
    Parameter(
        name="key/velocity_low",
        minimum=1.0,
        maximum=127.0,
        default=1.0,
        unit="",
        is_stepped=True,
        description="Lowest velocity that the part hears, 1-127",
    ),
    Parameter(
        name="key/velocity_high",
        minimum=1.0,
        maximum=127.0,
        default=127.0,
        unit="",
        is_stepped=True,
        description="Highest velocity that the part hears, 1-127",
    ),
    Parameter(
        name="key/channel",
        minimum=0.0,
        maximum=16.0,
        default=0.0,
        unit="",
        is_stepped=True,
        words=("own channel", *_CHANNEL_NAMES),
        description="MIDI channel that the part hears (layers); 0: the channel of its number",
    ),
    Parameter(
        name="main/volume",
        minimum=SILENCE_DB,
        maximum=6.0,
        default=0.0,
        unit="dB",
        curve="fader",
        description="Level of everything, before the limiter",
    ),
    Parameter(
        name="main/a4_hz",
        minimum=400.0,
        maximum=480.0,
        default=440.0,
        unit="Hz",
        description="Concert pitch: the frequency of the A above middle C",
    ),
    Parameter(
        name="main/omni",
        minimum=0.0,
        maximum=16.0,
        default=0.0,
        unit="",
        is_stepped=True,
        words=("off", *_CHANNEL_NAMES),
        description="Every MIDI channel plays as this one; 0: each plays its own parts",
    ),
)

PARAMETERS_BY_NAME: dict[str, Parameter] = {p.name: p for p in PARAMETERS}


def nearest(word: str, known: list[str]) -> str:
    """End an error message: name the nearest of the known words, or say nothing."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""


def find_parameter(name: str) -> Parameter:
    """Look a parameter up by its name.

    Raises:
        ConfigError: no such parameter; the message names the nearest one.
    """
    found = PARAMETERS_BY_NAME.get(name)
    if found is None:
        known = list(PARAMETERS_BY_NAME)
        raise ConfigError(
            f"no parameter {name!r}{nearest(name, known) or '; there are ' + ', '.join(known)}"
        )
    return found
