"""What a player can do to the engine, as values.

Adapters make them (from MIDI, OSC or a song file) and `Engine.post` takes them. Everything is in
the units of the inside: pitch is a MIDI note number (a float, so Hz, tuning and bends fit),
velocity and controllers are 0..1, and parts are 0..15 (1..16 is spoken at the edges).
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from synth.errors import ConfigError

N_PARTS = 16
N_PITCHES = 128  # keys of a tuning

# What one sounding note can be told (OSC /ne/*, MPE): pitch in semitones from the struck pitch;
# volume (gain), pan, timbre and pressure in 0..1.
ExpressionKind = Literal["pitch", "volume", "pan", "timbre", "pressure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOn:
    """Strike a note; `note_id` names it for a later NoteOff or NoteExpression."""

    pitch: float  # MIDI note number
    velocity: float  # 0..1; 0 is a note off for people who speak MIDI
    part: int = 0
    note_id: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is no note."""
        _require_within("pitch", self.pitch, -128.0, 256.0)
        _require_within("velocity", self.velocity, 0.0, 1.0)
        _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOff:
    """Release a note, named by its pitch or by its id."""

    pitch: float | None = None  # MIDI note number, as it was struck
    note_id: int | None = None
    velocity: float = 0.0  # 0..1, the speed of the release
    part: int = 0

    def __post_init__(self) -> None:
        """Refuse a release of nothing."""
        if self.pitch is None and self.note_id is None:
            raise ConfigError("a note off without a note: give its pitch or its note_id")
        if self.pitch is not None:
            _require_within("pitch", self.pitch, -128.0, 256.0)
        _require_within("velocity", self.velocity, 0.0, 1.0)
        _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class SustainPedal:
    """Press or lift the sustain pedal of one part."""

    is_down: bool
    part: int = 0

    def __post_init__(self) -> None:
        """Refuse a part that does not exist."""
        _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class SostenutoPedal:
    """Press or lift the sostenuto pedal: it holds the keys that are down when it is pressed."""

    is_down: bool
    part: int = 0

    def __post_init__(self) -> None:
        """Refuse a part that does not exist."""
        _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftPedal:
    """Press or lift the soft pedal: notes struck while it is down are softer and duller."""

    is_down: bool
    part: int = 0

    def __post_init__(self) -> None:
        """Refuse a part that does not exist."""
        _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPressure:
    """Press all keys of a part further down (aftertouch)."""

    value: float  # 0..1
    part: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no pressure."""
        _require_within("channel pressure", self.value, 0.0, 1.0)
        _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressure:
    """Press one key further down (polyphonic aftertouch)."""

    pitch: float  # MIDI note number, as it was struck
    value: float  # 0..1
    part: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no pressure of a key."""
        _require_within("pitch", self.pitch, -128.0, 256.0)
        _require_within("key pressure", self.value, 0.0, 1.0)
        _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTuning:
    """Give all 128 keys their pitches (a scale, MIDI tuning); `main/a4_hz` moves them together."""

    cents_of_pitch: tuple[float, ...]  # [128] cents above key 0; equal temperament: 100 x key
    is_live: bool = True  # sounding notes follow; else only those struck from now on

    def __post_init__(self) -> None:
        """Refuse a table of another length, and pitches that nobody hears."""
        if len(self.cents_of_pitch) != N_PITCHES:
            raise ConfigError(
                f"a tuning of {len(self.cents_of_pitch)} pitches: expected {N_PITCHES}"
            )
        for pitch, cents in enumerate(self.cents_of_pitch):
            _require_within(f"tuning of key {pitch}", cents, -12_800.0, 25_600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PitchBend:
    """Bend the whole part; the range in semitones is the parameter pitch/bend_range."""

    value: float  # -1..1
    part: int = 0

    def __post_init__(self) -> None:
        """Refuse what is outside of the wheel."""
        _require_within("pitch bend", self.value, -1.0, 1.0)
        _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetParameter:
    """Set one parameter of the table in `synth.parameters`, as 0..1 of its range."""

    name: str  # "group/name"
    value: float  # 0..1
    part: int = 0

    def __post_init__(self) -> None:
        """Refuse what is not normalised."""
        _require_within(f"parameter {self.name}", self.value, 0.0, 1.0)
        _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimbre:
    """Give one part another timbre: a point of the instrument's latent space."""

    latent: tuple[float, ...]  # [latent_size]; any length, the generator normalises it
    part: int = 0

    def __post_init__(self) -> None:
        """Refuse a latent that is no point."""
        if not self.latent or not all(math.isfinite(value) for value in self.latent):
            raise ConfigError("a timbre needs a latent of finite numbers, and at least one of them")
        _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteExpression:
    """Move one sounding note by itself."""

    note_id: int
    kind: ExpressionKind
    value: float  # semitones for pitch, 0..1 for all others
    part: int = 0

    def __post_init__(self) -> None:
        """Refuse unknown kinds and values that nobody can hear."""
        if self.kind not in get_args(ExpressionKind):
            kinds = ", ".join(get_args(ExpressionKind))
            raise ConfigError(f"note expression {self.kind!r}: expected one of {kinds}")
        limit = (-96.0, 96.0) if self.kind == "pitch" else (0.0, 1.0)
        _require_within(f"note expression {self.kind}", self.value, *limit)
        _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllNotesOff:
    """Release every note as if its key was let go (of all parts if None)."""

    part: int | None = None

    def __post_init__(self) -> None:
        """Refuse a part that does not exist."""
        if self.part is not None:
            _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllSoundOff:
    """Silence every note with a short fade, pedal or not (of all parts if None)."""

    part: int | None = None

    def __post_init__(self) -> None:
        """Refuse a part that does not exist."""
        if self.part is not None:
            _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectProgram:
    """Give a part the preset of a number; for the player, the engine knows no presets."""

    program: int  # from 1, banks of 128 one after the other
    part: int = 0

    def __post_init__(self) -> None:
        """Refuse what no keyboard can ask for."""
        _require_within("program", self.program, 1, 128 * 16_384)
        _require_part(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnController:
    """Move a parameter by a MIDI controller; for the player, which knows where the preset rests."""

    name: str  # of the parameter, "group/name"
    value: float  # 0..1 of the controller's way
    part: int = 0

    def __post_init__(self) -> None:
        """Refuse what is not normalised."""
        _require_within(f"controller of {self.name}", self.value, 0.0, 1.0)
        _require_part(self.part)


Event = (
    NoteOn
    | NoteOff
    | SustainPedal
    | SostenutoPedal
    | SoftPedal
    | PitchBend
    | ChannelPressure
    | KeyPressure
    | SetTuning
    | SetParameter
    | SetTimbre
    | NoteExpression
    | AllNotesOff
    | AllSoundOff
)

PlayerEvent = Event | SelectProgram | TurnController


def _require_part(part: int) -> None:
    if not 0 <= part < N_PARTS:
        raise ConfigError(f"part {part}: expected 0 to {N_PARTS - 1}")


def _require_within(what: str, value: float, minimum: float, maximum: float) -> None:
    # Written so that NaN fails as well.
    if not minimum <= value <= maximum:
        raise ConfigError(f"{what} {value}: expected {minimum:g} to {maximum:g}")
