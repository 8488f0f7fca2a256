"""How an engine is set up: the numbers that do not change while it plays.

What does change is a parameter (`synth.parameters`); what belongs to the sound is the instrument's
(its spec, its tiles, its pitches and velocity layers).
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from synth.errors import ConfigError

Backend = Literal["auto", "native", "onnx", "torchscript"]
Device = Literal["cpu", "cuda"]
BACKENDS: tuple[Backend, ...] = ("auto", "native", "onnx", "torchscript")
DEVICES: tuple[Device, ...] = ("cpu", "cuda")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """Sizes and limits of one engine."""

    sample_rate: int = 48_000  # Hz, of the output
    max_block_size: int = 4096  # samples; a longer block is refused
    n_voices: int = 32  # notes that sound together, spare voices that fade out not counted
    n_spare_voices: int = 8  # for stolen notes while they fade
    steal_fade_ms: float = 5.0
    max_hops_per_block: int = 16  # decoded hops; more wait for the next block if they can
    cache_bytes: int = 256_000_000  # frames of notes
    velocity_layers: tuple[float, ...] | None = None  # 0..1, rising; None: twice as fine
    is_prefetching: bool = True  # make tile 0 of every key of a settled timbre in advance
    backend: Backend = "auto"  # what runs the generator, one of `BACKENDS`
    device: Device = "cpu"  # where it runs: cpu or cuda
    n_threads: int = 1  # of the background generator; tile 0 has a thread of its own
    is_offline: bool = False  # process() waits for frames: renderers, tests
    n_commands: int = 4096  # command ring, a power of two

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            ConfigError: a value is outside of its range.
        """
        _require_range("sample_rate", self.sample_rate, 8_000, 384_000)
        _require_range("max_block_size", self.max_block_size, 1, 1 << 16)
        _require_range("n_voices", self.n_voices, 1, 256)
        _require_range("n_spare_voices", self.n_spare_voices, 1, 64)
        _require_range("steal_fade_ms", self.steal_fade_ms, 0.5, 100.0)
        _require_range("max_hops_per_block", self.max_hops_per_block, 1, 1024)
        _require_range("cache_bytes", self.cache_bytes, 1_000_000, 1 << 40)
        _require_word("backend", self.backend, BACKENDS)
        _require_word("device", self.device, DEVICES)
        _require_range("n_threads", self.n_threads, 1, 256)
        _require_range("n_commands", self.n_commands, 64, 1 << 20)
        if self.n_commands & (self.n_commands - 1):
            raise ConfigError(f"n_commands {self.n_commands}: expected a power of two, e.g. 4096")
        _require_layers(self.velocity_layers)

    @property
    def n_slots_of_voices(self) -> int:
        """Voices in memory: those that are counted and the spare ones."""
        return self.n_voices + self.n_spare_voices


def _require_range(name: str, value: float, minimum: float, maximum: float) -> None:
    if not minimum <= value <= maximum:
        raise ConfigError(f"{name} {value}: expected {minimum:g} to {maximum:g}")


def _require_word(name: str, value: str, words: tuple[str, ...]) -> None:
    if value not in words:
        raise ConfigError(f"{name} {value!r}: expected one of {', '.join(words)}")


def _require_layers(layers: tuple[float, ...] | None) -> None:
    if layers is None:
        return
    is_rising = all(low < high for low, high in pairwise(layers))
    if not layers or not is_rising or not (layers[0] > 0.0 and layers[-1] <= 1.0):
        raise ConfigError(f"velocity_layers {layers}: expected rising values above 0 and up to 1")
