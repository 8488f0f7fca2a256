"""Every number of a training run, frozen, named, and varied by `dataclasses.replace`."""

from __future__ import annotations

import json
from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from synth.errors import ConfigError
from synth.representation import LIVE, WIDE, SpectrogramSpec
from training.paper_config import PAPER, PaperConfig

AnyConfig = TypeVar("AnyConfig", bound="TrainingConfig | PaperConfig")


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorConfig:
    """Sizes of `training.model.generator.Generator`.

    Level 0 has n_frames / 64 x n_bins / 64 positions and each later one twice as many both ways;
    the last level is half the image's size and ends in a pixel shuffle, since layers at full
    resolution are bound by memory, not by arithmetic.
    """

    latent_size: int = 64
    mapping_size: int = 0  # of the layer in front of the style; 0: style_size
    style_size: int = 256
    channels: tuple[int, ...] = (192, 160, 96, 64, 32, 24)  # of levels 0, 1, ...
    start_channels: int = 128  # of the dense layer in front of level 0
    n_normalised_levels: int = 4  # pixel norm in the coarse levels only
    n_codes: int = 16  # learned maps per pitch, at the finest level
    n_time_codes: int = 4  # learned functions of time, at every level from
    first_moving_level: int = 2  # this one on
    n_equaliser_bands: int = 0  # of the gains that `training.equalise` fits; 0: none
    # Where in a note they are known, in frames of 128: with the stroke, after it, held, let go.
    equaliser_knots: tuple[int, ...] = (2, 12, 32, 64, 90, 112)
    first_pitch: int = 21
    last_pitch: int = 108

    def __post_init__(self) -> None:
        if len(self.channels) < 2:
            raise ConfigError(f"channels is {self.channels}; at least two levels are needed")
        knots = self.equaliser_knots
        if knots != tuple(sorted(set(knots))) or not knots or not 0 <= knots[0] < knots[-1] < 128:
            raise ConfigError(f"equaliser_knots are {knots}; wanted rising frames of 0-127")
        if not 0 <= self.first_pitch <= self.last_pitch <= 127:
            raise ConfigError(
                f"pitch range is {self.first_pitch}-{self.last_pitch}; it must lie within 0-127"
            )

    @property
    def n_pitches(self) -> int:
        """Number of trained pitches."""
        return self.last_pitch - self.first_pitch + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconstructionLossConfig:
    """Weights of the terms in `training.losses.reconstruction_loss`."""

    magnitude: float = 4.0
    audible: float = 2.5  # how much more an audible bin counts than an inaudible one
    audible_range_db: float = 55.0  # below the note's loudest bin
    loud: float = 8.0  # how much more the loudest bins of a frame count
    loud_range_db: float = 35.0  # below the frame's loudest bin, where that stops
    band: float = 4.0  # of the levels in bands
    n_band_bins: int = 8  # bins in a band; bands overlap by half
    colour: float = 4.0  # of the mean power in third octaves
    velocity: float = 0.0  # of how that changes from one velocity to another; > 0: notes in pairs
    frequency: float = 2.0  # of the IF's squared error, weighted by magnitude
    onset: float = 2.0  # how much more the first frames count
    n_onset_frames: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimiserConfig:
    """Adam with a warm-up and a cosine down to `final_rate`."""

    rate: float = 3e-3
    final_rate: float = 2e-5
    beta1: float = 0.9
    beta2: float = 0.99
    n_warmup_images: int = 2_000
    gradient_clip: float = 1.0
    ema_images: int = 6_000  # time constant of the weights' exponential moving average, at most
    batch_size: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscriminatorConfig:
    """Sizes of `training.model.discriminator.Discriminator`; each layer halves the image."""

    channels: tuple[int, ...] = (32, 64, 128, 128)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdversarialConfig:
    """The adversarial stage: its length, its schedule and the weights of the generator's terms."""

    share: float = 0.45  # of the run; 0: reconstruction only
    growing: float = 0.1  # share of the stage in which detail fades in
    n_grown_levels: int = 3  # the stage begins at 1 / 2 ** this of the resolution
    adversarial: float = 1.0
    matching: float = 4.0
    reconstruction: float = 0.5
    auxiliary: float = 0.5
    r1: float = 0.0  # of the squared slope of realness at recordings, a patch; 0: none
    r1_share: float = 0.125  # of a batch's recordings whose slope is looked at
    discriminator_speed: float = 2.0  # its learning rate over the generator's
    discriminator: DiscriminatorConfig = field(default_factory=DiscriminatorConfig)
    optimiser: OptimiserConfig = field(
        default_factory=lambda: OptimiserConfig(
            rate=6e-4, beta1=0.0, n_warmup_images=1_000, gradient_clip=10.0
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SteeringConfig:
    """How the first coordinates of the latent get their meanings, `training.steering`."""

    weight: float = 0.0  # of the loss, in all stages; 0: they get none
    n_pairs: int = 2  # pairs of notes in a step, beside the batch's
    angle: float = 0.6  # radians, from a timbre to where a coordinate's +1 lies


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """One run."""

    name: str
    spec: SpectrogramSpec = LIVE
    generator: GeneratorConfig = field(default_factory=GeneratorConfig)
    loss: ReconstructionLossConfig = field(default_factory=ReconstructionLossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    adversarial: AdversarialConfig = field(default_factory=AdversarialConfig)
    steering: SteeringConfig = field(default_factory=SteeringConfig)
    instruments: tuple[str, ...] = ()  # names of the data's instruments to learn; empty: all
    n_crop_frames: int = 32  # of a note that one step looks at; 0: the whole note
    onset_crops: float = 0.4  # share of the crops that begin with the note
    n_images: int = 120_000  # notes seen, repetitions counted
    latent_noise: float = 0.05  # standard deviation added to the (unit variance) latents
    validation_fraction: float = 0.05
    checkpoint_seconds: float = 300.0
    bf16: bool = True
    seed: int = 1


# The instruments of fluid-soundfont-gm (Debian's FluidR3_GM.sf2, names as written there) that hold
# one clear pitch: no bells, drums or effects, nor organs whose 16' stop puts the pitch an octave
# lower.
_FLUID_INSTRUMENTS = (
    "Yamaha Grand Piano",
    "Electric Piano",
    "Rhodes EP",
    "Legend EP 2",
    "Harpsichord",
    "Clavinet",
    "Celesta",
    "Music Box",
    "Vibraphone",
    "Marimba",
    "Xylophone",
    "Dulcimer",
    "Church Organ",
    "Reed Organ",
    "Accordian",
    "Harmonica",
    "Bandoneon",
    "Nylon String Guitar",
    "Steel String Guitar",
    "Jazz Guitar",
    "Clean Guitar",
    "Overdrive Guitar",
    "Distortion Guitar",
    "Acoustic Bass",
    "Fingered Bass",
    "Picked Bass",
    "Fretless Bass",
    "Slap Bass",
    "Synth Bass 1",
    "Violin",
    "Viola",
    "Cello",
    "Contrabass",
    "Pizzicato Section",
    "Harp",
    "Strings",
    "Slow Strings",
    "Synth Strings 1",
    "Ahh Choir",
    "Ohh Voices",
    "Solo Vox",
    "Trumpet",
    "Trombone",
    "Tuba",
    "Muted Trumpet",
    "French Horns",
    "Brass Section",
    "Synth Brass 1",
    "Soprano Sax",
    "Alto Sax",
    "Tenor Sax",
    "Baritone Sax",
    "Oboe",
    "English Horn",
    "Bassoon",
    "Clarinet",
    "Flute",
    "Recorder",
    "Pan Flute",
    "Shakuhachi",
    "Ocarina",
    "Square Lead",
    "Saw Wave",
    "Warm Pad",
    "Polysynth",
    "Sitar",
    "Banjo",
    "Koto",
    "Kalimba",
    "Steel Drums",
    "Fiddle",
)

# Of musescore-general-soundfont (Debian's MuseScore_General), which descends from Fluid R3: what
# differs there and holds one clear pitch. Where both call a preset the same, a set of both numbers
# the second. Most answer velocity with their colour, which few of Fluid R3's do.
_MUSESCORE_INSTRUMENTS = (
    "Grand Piano",
    "FM Electric Piano",
    "Music Box 2",
    "Nylon String Guitar 2",
    "Acoustic Bass 2",
    "Fretless Bass 2",
    "Synth Bass 1 2",
    "Synth Bass 2 2",
    "Violin 2",
    "Viola 2",
    "Cello 2",
    "Contrabass 2",
    "Harp 2",
    "Synth Strings 1 2",
    "Trumpet 2",
    "Tuba 2",
    "Harmon Mute Trumpet",
    "French Horns 2",
    "Brass Section 2",
    "Synth Brass 1 2",
    "Oboe 2",
    "English Horn 2",
    "Bassoon 2",
    "Clarinet 2",
    "Flute 2",
    "Square Lead 2",
    "Saw Lead",
    "Warm Pad 2",
    "Polysynth 2",
    "Halo Pad 2",
    "Sweep Pad 2",
    "Bandoneon 2",
    "Calliope Lead 2",
)

# Few channels where a first tile computes most, in the coarse levels: it takes a sixth less time
# than with the defaults, and notes are 0.1 dB further from the recordings (DECISIONS 77).
_LIVE_GENERATOR = GeneratorConfig(
    mapping_size=1024,
    channels=(96, 96, 96, 64, 32, 24),
    start_channels=96,
    n_time_codes=12,
    n_equaliser_bands=64,
    equaliser_knots=(0, 1, 2, 3, 4, 6, 12, 32, 64, 90, 112),
)
_LIVE = TrainingConfig(
    name="live",
    generator=_LIVE_GENERATOR,
    instruments=_FLUID_INSTRUMENTS + _MUSESCORE_INSTRUMENTS,
)

CONFIGS: dict[str, TrainingConfig] = {
    "live": _LIVE,
    "wide": replace(_LIVE, name="wide", spec=WIDE),  # up to 16 kHz: of a set at 32 kHz
    "own": replace(_LIVE, name="own", instruments=()),  # on whatever instruments the data hold
    "smoke": TrainingConfig(
        name="smoke",
        spec=SpectrogramSpec(
            n_fft=256, hop_length=64, n_frames=64, n_bins=128, front_padding=128, sample_rate=16_000
        ),
        generator=GeneratorConfig(
            latent_size=8, style_size=16, channels=(16, 16, 8), start_channels=8, n_codes=2
        ),
        optimiser=OptimiserConfig(batch_size=4, n_warmup_images=8),
        adversarial=AdversarialConfig(
            share=0.0,
            discriminator=DiscriminatorConfig(channels=(8, 16)),
            optimiser=OptimiserConfig(rate=4e-4, beta1=0.0, n_warmup_images=8),
        ),
        n_crop_frames=0,
        n_images=8,
    ),
}


def named_config(name: str) -> TrainingConfig | PaperConfig:
    """Return one of `CONFIGS`, or the paper's.

    Raises:
        ConfigError: there is none of that name.
    """
    if name == PAPER.name:
        return PAPER
    if name not in CONFIGS:
        there = ", ".join((*CONFIGS, PAPER.name))
        raise ConfigError(f"no training config {name!r}; there are: {there}")
    return CONFIGS[name]


def read_config(name_or_path: str) -> TrainingConfig | PaperConfig:
    """Return a named config, or the one in a config.json (a run's, say).

    Raises:
        ConfigError: it is neither, or the file does not read as a config.
    """
    path = Path(name_or_path)
    if path.suffix != ".json":
        return named_config(name_or_path)
    try:
        return config_from_dict(json.loads(path.read_text()))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path} is no JSON: {error}") from error


def override(config: AnyConfig, setting: str) -> AnyConfig:
    """Apply one `--set key=value`, the key dotted through the dataclasses (`optimiser.rate=1e-3`).

    Raises:
        ConfigError: no such key (the nearest is named), or the value does not read as the key's
            type.
    """
    key, separator, text = setting.partition("=")
    if not separator:
        raise ConfigError(f"--set got {setting!r}; it wants key=value, as optimiser.rate=1e-3")
    updated = _override(config, key.split("."), text, key)
    assert isinstance(updated, type(config))
    return updated


def config_to_dict(config: TrainingConfig | PaperConfig) -> dict[str, Any]:
    """Return the resolved config as plain values, for config.json."""
    return asdict(config)


def config_from_dict(values: dict[str, Any]) -> TrainingConfig | PaperConfig:
    """Rebuild a config from `config_to_dict`'s output (through JSON).

    What an older version did not know yet has its default, which changes nothing.

    Raises:
        ConfigError: a key is unknown, or one without a default is missing.
    """
    # Only the paper's networks have this name.
    kind = PaperConfig if "network" in values else TrainingConfig
    config = _from_dict(kind, values)
    assert isinstance(config, kind)
    return config


def _override(config: Any, path: list[str], text: str, key: str) -> Any:
    names = [entry.name for entry in fields(config)]
    if path[0] not in names:
        near = get_close_matches(path[0], names, n=1) or names[:1]
        raise ConfigError(f"--set {key}: no key {path[0]!r}; did you mean {near[0]!r}?")
    value = getattr(config, path[0])
    if is_dataclass(value):
        if len(path) == 1:
            raise ConfigError(f"--set {key}: this is a group; name one of its keys")
        return replace(config, **{path[0]: _override(value, path[1:], text, key)})
    if len(path) > 1:
        raise ConfigError(f"--set {key}: {path[0]!r} is a value, not a group")
    return replace(config, **{path[0]: _read(value, text, key)})


def _read(current: Any, text: str, key: str) -> Any:
    try:
        if isinstance(current, bool):
            return {"true": True, "false": False}[text.lower()]
        if isinstance(current, tuple):
            parts = text.split(",") if text else []
            is_names = not current or isinstance(current[0], str)
            return tuple(parts) if is_names else tuple(int(part) for part in parts)
        return type(current)(text)
    except (KeyError, ValueError) as error:
        raise ConfigError(
            f"--set {key}: {text!r} does not read as {type(current).__name__}"
        ) from error


def _from_dict(kind: Any, values: dict[str, Any]) -> Any:
    hints = get_type_hints(kind)
    # What a config does not know yet has a default that changes nothing: old runs stay readable.
    required = {
        f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING
    }
    if wrong := sorted(set(values) - set(hints) | required - set(values)):
        raise ConfigError(f"{kind.__name__}: missing or unknown keys: {', '.join(wrong)}")
    arguments = {}
    for name, value in values.items():
        if isinstance(value, dict):
            arguments[name] = _from_dict(hints[name], value)
        elif isinstance(value, list):
            arguments[name] = tuple(value)
        else:
            arguments[name] = value
    return kind(**arguments)
