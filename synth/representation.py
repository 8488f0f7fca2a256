"""Audio as normalised log-magnitude and instantaneous frequency, and back (numpy).

One note is an image: time runs down the frames, frequency along the bins. Source of the idea, of
the mel variant and of its constants: GANSynth, Engel et al. 2019, arXiv:1902.08710, §2;
`training.representation` is the torch twin.

Axis order, everywhere in this project: ``[n_channels, n_frames, n_bins]``, so one frame is
contiguous.

* channel 0: log-power, affinely mapped so that silence is near -1 (`SpectrogramSpec.normalise`)
* channel 1 (`if_format="angle"`): instantaneous frequency (IF), radians per hop / pi, in [-1, 1]
* channels 1, 2 (`if_format="pair"`): cosine and sine of the IF, which has no seam at +-pi

Row 0 of the IF holds the phase that the accumulation starts from. Bin ``b`` is FFT bin ``b + 1``:
DC is dropped and Nyquist kept.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from synth.errors import ConfigError

Array = NDArray[np.float32]

# HTK's mel scale: mel = Q ln(1 + hz / break).
_MEL_BREAK_HZ = 700.0
_MEL_Q = 1127.0
# Narrower triangles than this would fall between two linear bins at low pitch (GANSynth,
# spectral_ops).
_MINIMUM_MEL_WIDTH_BINS = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectrogramSpec:
    """Everything that fixes the mapping between audio and spectrogram.

    Raises:
        ConfigError: a value does not fit the others.
    """

    sample_rate: int = 16_000  # Hz
    n_fft: int = 2048  # samples in the Hann window and in the transform
    hop_length: int = 512  # samples
    n_frames: int = 128
    n_bins: int = 1024  # mel bins, or n_fft / 2 linear ones
    scale: Literal["linear", "mel"] = "linear"
    if_format: Literal["angle", "pair"] = "pair"
    front_padding: int = 1024  # zeros before the onset, samples
    log_offset: float = 1e-5  # power added before the logarithm: the silence floor
    log_power_gain: float = 1.0 / 12.0  # normalised = gain * log-power + offset
    log_power_offset: float = -0.0407
    if_gain: float = 1.0  # normalised IF = gain * radians / pi ("angle" only)

    def __post_init__(self) -> None:
        if self.n_fft < 16 or self.n_fft & (self.n_fft - 1):
            raise ConfigError(f"n_fft is {self.n_fft}; it must be a power of two of at least 16")
        if self.hop_length < 1 or self.n_fft // 2 % self.hop_length:
            raise ConfigError(
                f"hop_length is {self.hop_length}; it must divide n_fft / 2 = {self.n_fft // 2}"
            )
        if min(self.n_frames, self.n_bins, self.sample_rate) < 1:
            raise ConfigError("sample_rate, n_frames and n_bins must be positive")
        if self.scale not in {"linear", "mel"}:
            raise ConfigError(f"scale is {self.scale!r}; it must be 'linear' or 'mel'")
        if self.if_format not in {"angle", "pair"}:
            raise ConfigError(f"if_format is {self.if_format!r}; it must be 'angle' or 'pair'")
        if self.scale == "linear" and self.n_bins != self.n_fft // 2:
            raise ConfigError(
                f"n_bins is {self.n_bins}; the linear scale needs n_fft / 2 = {self.n_fft // 2}"
            )
        if not 0 <= self.front_padding < self.n_fft + self.hop_length * (self.n_frames - 1):
            raise ConfigError(
                f"front_padding is {self.front_padding}; it must lie inside the image"
            )

    @property
    def n_channels(self) -> int:
        """Log-magnitude plus one or two channels of IF."""
        return 2 if self.if_format == "angle" else 3

    @property
    def n_linear_bins(self) -> int:
        """FFT bins without DC."""
        return self.n_fft // 2

    @property
    def n_samples(self) -> int:
        """Audio samples that one image covers, front padding excluded."""
        return self.hop_length * (self.n_frames - 1) + self.n_fft - self.front_padding

    @property
    def shape(self) -> tuple[int, int, int]:
        """(n_channels, n_frames, n_bins)."""
        return self.n_channels, self.n_frames, self.n_bins

    @property
    def silence(self) -> float:
        """Normalised value of a bin that holds nothing."""
        return self.log_power_gain * float(np.log(self.log_offset)) + self.log_power_offset

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values, for `instrument.json`."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> SpectrogramSpec:
        """Build a spec from `to_dict`'s output.

        Raises:
            ConfigError: a key is missing or unknown, or a value does not fit.
        """
        names = {field.name for field in fields(cls)}
        if set(values) != names:
            wrong = sorted(set(values) ^ names)
            raise ConfigError(f"spectrogram spec has missing or unknown keys: {', '.join(wrong)}")
        try:
            return cls(**values)
        except TypeError as error:
            raise ConfigError(f"spectrogram spec holds a value of a wrong type: {error}") from error


LIVE = SpectrogramSpec()
"""The shipped instrument's spec: linear bins, IF as a pair, frame j centred on sample j *
hop_length."""

WIDE = SpectrogramSpec(
    sample_rate=32_000,
    n_fft=4096,
    hop_length=1024,
    n_bins=2048,
    front_padding=2048,
    log_offset=4e-5,
    log_power_offset=-0.1562,
)
"""`LIVE` with twice the bandwidth: frames as long, bins as wide, twice as many. A window of twice
the samples has four times the power, which the logarithm's offsets take back."""

GANSYNTH = SpectrogramSpec(
    scale="mel",
    if_format="angle",
    front_padding=3072,
    log_offset=1e-6,
    log_power_gain=0.0661371661726,
    log_power_offset=0.113718730221,
    if_gain=0.8,
)
"""The paper's best setting, "IF-Mel + H" (its constants from the published configuration)."""

GANSYNTH_LINEAR = SpectrogramSpec(
    if_format="angle",
    front_padding=3072,
    log_offset=1e-6,
    log_power_gain=0.0661371661726,
    log_power_offset=0.113718730221,
    if_gain=0.8,
)
"""The paper's "IF + H": the same without the mel scale."""


def encode(audio: NDArray[np.floating], spec: SpectrogramSpec) -> Array:
    """Turn one note into its normalised spectrogram.

    Args:
        audio: [n_samples], mono, full scale 1; the onset at sample 0. Shorter than
            `spec.n_samples` is filled with silence, longer is cut.
        spec: The mapping.

    Returns:
        [n_channels, n_frames, n_bins], float32.

    Raises:
        ConfigError: `audio` is not one-dimensional.
    """
    spectrum = stft(audio, spec)
    power = np.abs(spectrum) ** 2
    phase = np.angle(spectrum)
    if spec.scale == "mel":
        to_mel, _ = mel_matrices(spec)
        power = power @ to_mel
        phase = np.unwrap(phase, axis=0) @ to_mel
    advance = phase.copy()
    advance[1:] = wrap(np.diff(phase, axis=0))
    advance[0] = wrap(phase[0])
    log_power = np.log(power + spec.log_offset)
    return normalise(log_power, advance, spec)


def decode(spectrogram: NDArray[np.floating], spec: SpectrogramSpec) -> Array:
    """Turn a spectrogram into audio by plain accumulation of the IF (GANSynth, §2).

    Exact for spectrograms that `encode` made; `synth.realtime.decode` is the one that forgives a
    generator.

    Args:
        spectrogram: [n_channels, n_frames, n_bins], normalised.
        spec: The mapping.

    Returns:
        [spec.n_samples], float32, the onset at sample 0.
    """
    magnitude, advance = to_magnitude_and_advance(spectrogram, spec)
    phase = np.cumsum(advance.astype(np.float64), axis=0)
    return istft(magnitude * np.exp(1j * phase), spec)


def normalise(
    log_power: NDArray[np.floating], advance: NDArray[np.floating], spec: SpectrogramSpec
) -> Array:
    """Stack log-power (natural log) and IF (radians per hop) into a normalised spectrogram."""
    magnitude = np.clip(spec.log_power_gain * log_power + spec.log_power_offset, -1.0, 1.0)
    if spec.if_format == "angle":
        channels = [magnitude, spec.if_gain * advance / np.pi]
    else:
        channels = [magnitude, np.cos(advance), np.sin(advance)]
    return np.stack(channels).astype(np.float32)


def to_magnitude_and_advance(
    spectrogram: NDArray[np.floating], spec: SpectrogramSpec, *, gate: float = 0.0
) -> tuple[Array, Array]:
    """Undo the normalisation and the mel scale.

    Args:
        spectrogram: [n_channels, n_frames, n_bins], normalised; n_frames may be a tile's.
        spec: The mapping.
        gate: How many `log_offset` of power to take for silence. A generator leaves a little above
            the floor where there is nothing, which a thousand bins add up to an audible hiss.

    Returns:
        magnitude: [n_frames, n_linear_bins], of the Hann-windowed STFT (a full-scale sine peaks at
            n_fft / 4).
        advance: [n_frames, n_linear_bins], radians per hop; row 0 the initial phase of frame 0,
            referred to the frame's first sample.

    Raises:
        ConfigError: the channels or bins do not fit the spec.
    """
    spectrogram = np.asarray(spectrogram, dtype=np.float32)
    if spectrogram.ndim != 3 or spectrogram.shape[::2] != (spec.n_channels, spec.n_bins):
        raise ConfigError(
            f"spectrogram has shape {list(spectrogram.shape)}; "
            f"it must be [{spec.n_channels}, n_frames, {spec.n_bins}]"
        )
    # No recording has more than 1, where `encode` ends. A generator has, for timbres far from all
    # that it learned: 4.55 was seen, 185 dB too loud.
    bounded = np.minimum(spectrogram[0], np.float32(1.0))
    log_power = (bounded - spec.log_power_offset) / spec.log_power_gain
    power = np.maximum(np.exp(log_power) - (1.0 + gate) * spec.log_offset, 0.0)
    if spec.if_format == "angle":
        advance = spectrogram[1] * (np.pi / spec.if_gain)
    else:
        advance = np.arctan2(spectrogram[2], spectrogram[1])
    if spec.scale == "mel":
        _, to_linear = mel_matrices(spec)
        power = power @ to_linear
        phase = np.cumsum(advance.astype(np.float64), axis=0) @ to_linear
        advance = wrap(np.diff(phase, axis=0, prepend=0.0)).astype(np.float32)
    return np.sqrt(power), advance


def stft(audio: NDArray[np.floating], spec: SpectrogramSpec) -> NDArray[np.complex128]:
    """Transform a note: Hann window, front padding, DC dropped.

    Returns:
        [n_frames, n_linear_bins].

    Raises:
        ConfigError: `audio` is not one-dimensional.
    """
    audio = np.asarray(audio)
    if audio.ndim != 1:
        raise ConfigError(f"audio has {audio.ndim} dimensions; it must be mono, [n_samples]")
    padded = np.zeros(spec.front_padding + spec.n_samples)
    n_samples = min(len(audio), spec.n_samples)
    padded[spec.front_padding : spec.front_padding + n_samples] = audio[:n_samples]
    frames = np.lib.stride_tricks.sliding_window_view(padded, spec.n_fft)[:: spec.hop_length]
    spectrum: NDArray[np.complex128] = np.fft.rfft(frames * hann(spec.n_fft), axis=1)[:, 1:]
    return spectrum


def istft(spectrum: NDArray[np.complexfloating], spec: SpectrogramSpec) -> Array:
    """Invert `stft` by weighted overlap-add (Griffin & Lim 1984, eq. 6).

    Args:
        spectrum: [n_frames, n_linear_bins].
        spec: The mapping.

    Returns:
        [spec.n_samples], float32.
    """
    window = hann(spec.n_fft)
    frames = np.fft.irfft(np.pad(spectrum, ((0, 0), (1, 0))), n=spec.n_fft, axis=1) * window
    audio = np.zeros(spec.front_padding + spec.n_samples)
    weight = np.zeros_like(audio)
    for index, frame in enumerate(frames):
        start = index * spec.hop_length
        audio[start : start + spec.n_fft] += frame
        weight[start : start + spec.n_fft] += window**2
    # The outermost samples are covered by the window's foot alone: dividing by nearly nothing
    # would shout.
    audio /= np.maximum(weight, 0.1 * weight.max())
    return audio[spec.front_padding :].astype(np.float32)


def hann(n_fft: int) -> NDArray[np.float64]:
    """Return the periodic Hann window, [n_fft]."""
    window: NDArray[np.float64] = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(n_fft) / n_fft)
    return window


def wrap(phase: NDArray[np.floating]) -> NDArray[np.floating]:
    """Bring an angle in radians into [-pi, pi)."""
    return phase - 2.0 * np.pi * np.floor(phase / (2.0 * np.pi) + 0.5)


@lru_cache(maxsize=8)
def mel_matrices(spec: SpectrogramSpec) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Build the mel projection and its approximate inverse (GANSynth's: transpose and normalise).

    Returns:
        to_mel: [n_linear_bins, n_bins], triangles in Hz, none narrower than 1.5 linear bins.
        to_linear: [n_bins, n_linear_bins].
    """
    nyquist_hz = spec.sample_rate / 2.0
    linear_hz = np.linspace(0.0, nyquist_hz, spec.n_linear_bins)[:, np.newaxis]
    edges_mel = np.linspace(0.0, _hz_to_mel(nyquist_hz), spec.n_bins + 2)
    lower_mel, centre_mel, upper_mel = edges_mel[:-2], edges_mel[1:-1], edges_mel[2:]

    # Widen the triangles that are narrower than the linear grid, evenly on the mel axis:
    # hz(m + d) - hz(m - d) = width  <=>  sinh(d / Q) = width / (2 (centre + break)).
    minimum_hz = _MINIMUM_MEL_WIDTH_BINS * nyquist_hz / spec.n_linear_bins
    centre_hz = _mel_to_hz(centre_mel)
    half_mel = _MEL_Q * np.arcsinh(0.5 * minimum_hz / (centre_hz + _MEL_BREAK_HZ))
    is_narrow = _mel_to_hz(upper_mel) - _mel_to_hz(lower_mel) < minimum_hz
    lower_hz = _mel_to_hz(np.where(is_narrow, centre_mel - half_mel, lower_mel))
    upper_hz = _mel_to_hz(np.where(is_narrow, centre_mel + half_mel, upper_mel))

    rising = (linear_hz - lower_hz) / (centre_hz - lower_hz)
    falling = (upper_hz - linear_hz) / (upper_hz - centre_hz)
    to_mel = np.maximum(0.0, np.minimum(rising, falling))
    column = (to_mel.T @ to_mel).sum(axis=0)
    to_linear = (to_mel / np.where(column > 1e-8, column, 1.0)).T
    return to_mel, to_linear


def _hz_to_mel(hz: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(_MEL_Q * np.log1p(np.asarray(hz) / _MEL_BREAK_HZ))


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(_MEL_BREAK_HZ * np.expm1(mel / _MEL_Q))
