"""Every number of GANSynth's training (Engel et al. 2019, arXiv:1902.08710; its published code)."""

from __future__ import annotations

from dataclasses import dataclass, field

from synth.errors import ConfigError
from synth.representation import GANSYNTH, SpectrogramSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperNetworkConfig:
    """Sizes of the networks in `training.model.gansynth`."""

    latent_size: int = 256
    first_pitch: int = 24
    last_pitch: int = 84
    n_blocks: int = 7  # resolutions, each twice as fine both ways as the one before
    filters_base: int = 4096  # block b has filters_base / 2 ** b filters,
    filters_most: int = 256  # and at most so many

    def __post_init__(self) -> None:
        if not 0 <= self.first_pitch <= self.last_pitch <= 127:
            raise ConfigError(
                f"pitch range is {self.first_pitch}-{self.last_pitch}; it must lie within 0-127"
            )
        if self.n_blocks < 2 or self.filters_base >> self.n_blocks < 1:
            raise ConfigError(
                f"{self.n_blocks} blocks of {self.filters_base} filters halved each time; wanted "
                "two blocks or more and a filter in the last"
            )

    @property
    def n_pitches(self) -> int:
        """Number of trained pitches."""
        return self.last_pitch - self.first_pitch + 1

    def n_filters(self, block: int) -> int:
        """Filters of block 1, 2, ...; block 0 is the discriminator's last layer."""
        return min(self.filters_base >> block, self.filters_most)

    def start_size(self, n_frames: int, n_bins: int) -> tuple[int, int]:
        """Rows and columns of the coarsest images.

        Raises:
            ConfigError: the finest ones cannot be halved so often.
        """
        factor = 2 ** (self.n_blocks - 1)
        if n_frames % factor or n_bins % factor:
            raise ConfigError(
                f"images of {n_frames} x {n_bins} cannot be halved {self.n_blocks - 1} times; "
                "choose spec.n_frames, spec.n_bins or network.n_blocks that fit"
            )
        return n_frames // factor, n_bins // factor


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperConfig:
    """One run of GANSynth as it was published, "IF-Mel + H"."""

    name: str = "paper"
    spec: SpectrogramSpec = GANSYNTH
    network: PaperNetworkConfig = field(default_factory=PaperNetworkConfig)
    batch_size: int = 8
    rate: float = 8e-4  # of both Adams, never changed
    beta1: float = 0.0
    beta2: float = 0.99
    gradient_penalty: float = 10.0  # of the distance of the critic's slope from 1
    drift_penalty: float = 0.001  # of the squared realness of recordings
    pitch_weight: float = 10.0  # of the auxiliary pitch loss, in both networks
    ema_decay: float = 0.999  # a step
    n_stable_images: int = 800_000  # at each resolution
    n_transition_images: int = 800_000  # while the next one fades in
    n_images: int = 11_000_000
    instruments: tuple[str, ...] = ()  # names of the data's instruments to learn; empty: all
    validation_fraction: float = 0.05
    checkpoint_seconds: float = 300.0
    seed: int = 1

    @property
    def n_stages(self) -> int:
        """Stable and transition stages, in turn."""
        return 2 * self.network.n_blocks - 1


PAPER = PaperConfig()
