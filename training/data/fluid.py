"""One note of a SoundFont as float audio, through libfluidsynth (pyfluidsynth's bindings).

Every note gets a synthesiser of its own. Resetting one (`system_reset`, all sounds off, silence in
between) was tried and is not clean: the note that came before changed notes by up to -40 dBFS. A
new synthesiser that shares the loaded SoundFont is bit-exact, and no slower (2.8 ms a note).

FluidSynth reads its samples by interpolation without a band limit, so at a low output rate all that
a recording holds above Nyquist folds back: at 16 kHz -14 to -30 dB of it in bright notes. Notes are
therefore rendered at three times the wanted rate and decimated here.

Many samples carry a constant offset, in one note of six of Fluid R3 above -20 dB of its energy. It
is not heard, but it counts in every level and error, so a high-pass takes it away.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import numpy as np
import scipy.fft
import scipy.signal
from numpy.typing import NDArray

from synth.errors import ConfigError, DeviceError, InputFileError
from training.data.sf2 import read_soundfont_info

OVERSAMPLING = 3
HIGHEST_RATE = 96_000  # Hz, of FluidSynth
FLUID_BLOCK = 64  # samples; FluidSynth places events on block boundaries
INTERPOLATION_7TH_ORDER = 7
N_LOG_LEVELS = 5
HIGH_PASS_HZ = 15.0  # the lowest key, A0, is 27.5 Hz and loses 0.4 dB
PASS_BAND = 0.925  # of Nyquist; a raised cosine falls from here to nothing at Nyquist
DECIMATION_PADDING_S = 0.05  # silence that the decimator's ringing may wrap around into


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTiming:
    """How long a key is held and listened to; the defaults are NSynth's."""

    sample_rate: int = 16_000  # Hz
    hold_s: float = 3.0
    release_s: float = 1.0

    def __post_init__(self) -> None:
        if self.sample_rate <= 0 or self.hold_s <= 0 or self.release_s < 0:
            raise ConfigError(
                f"note timing is {self.hold_s} s + {self.release_s} s at {self.sample_rate} Hz; "
                "hold and rate must be positive, release not negative"
            )
        if self.sample_rate * OVERSAMPLING > HIGHEST_RATE:
            raise ConfigError(
                f"{self.sample_rate} Hz: FluidSynth renders at {OVERSAMPLING} times that, and at "
                f"{HIGHEST_RATE} Hz at most; choose up to {HIGHEST_RATE // OVERSAMPLING}"
            )
        # Events fall on FluidSynth's blocks: other lengths would move the note-off silently.
        for name in ("hold_s", "release_s"):
            n_rendered = getattr(self, name) * self.sample_rate * OVERSAMPLING
            if n_rendered % FLUID_BLOCK:
                raise ConfigError(
                    f"{name} is {n_rendered:g} samples at {self.sample_rate * OVERSAMPLING} Hz; "
                    f"choose a multiple of {FLUID_BLOCK}"
                )

    @property
    def n_samples(self) -> int:
        """Length of a note in samples."""
        return round((self.hold_s + self.release_s) * self.sample_rate)


class SoundFont:
    """A loaded SoundFont that plays single notes. A context manager.

    The file is read once (about half a second for 150 MB) and shared by the synthesisers.
    """

    def __init__(self, path: Path, timing: NoteTiming, gain: float) -> None:
        self.info = read_soundfont_info(path)
        self.path = path
        self.timing = timing
        self._fluid = load_fluidsynth()
        self._settings = _new_settings(self._fluid, timing.sample_rate * OVERSAMPLING, gain)
        self._owner = self._fluid.new_fluid_synth(self._settings)
        font_id = self._fluid.fluid_synth_sfload(self._owner, str(path).encode(), 0)
        if font_id < 0:
            self.close()
            raise InputFileError(
                f"{path} cannot be loaded by FluidSynth; it may be cut short: give an intact .sf2 "
                "or .sf3 file"
            )
        self._font = self._fluid.fluid_synth_get_sfont_by_id(self._owner, font_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the SoundFont; using it afterwards is an error."""
        if self._owner:
            self._fluid.delete_fluid_synth(self._owner)
            self._fluid.delete_fluid_settings(self._settings)
        self._owner = None

    def preset_name(self, bank: int, program: int) -> str | None:
        """Name of a preset as the SoundFont gives it, None where there is no such preset."""
        preset = self._fluid.fluid_sfont_get_preset(self._font, bank, program)
        if not preset:
            return None
        return str(self._fluid.fluid_preset_get_name(preset).decode("latin-1")).strip()

    def note(self, bank: int, program: int, pitch: int, velocity: int) -> NDArray[np.float32]:
        """Play one note from a synthesiser that has never played before.

        Args:
            bank: 0 for General MIDI's melodic presets.
            program: 0-127.
            pitch: MIDI note number, 0-127.
            velocity: 1-127, as MIDI counts.

        Returns:
            audio: [n_samples], mean of the two stereo channels, full scale 1.0 (not clipped). The
            note-on is at sample 0.
        """
        fluid, rate = self._fluid, self.timing.sample_rate * OVERSAMPLING
        n_hold = round(self.timing.hold_s * rate)
        stereo = np.zeros((2, n_hold + round(self.timing.release_s * rate)), np.float32)
        synth = fluid.new_fluid_synth(self._settings)
        try:
            font_id = self._library.fluid_synth_add_sfont(synth, self._font)
            self._library.fluid_synth_set_interp_method(synth, -1, INTERPOLATION_7TH_ORDER)
            fluid.fluid_synth_program_select(synth, 0, font_id, bank, program)
            fluid.fluid_synth_noteon(synth, 0, pitch, velocity)
            self._write(synth, stereo, 0, n_hold)
            fluid.fluid_synth_noteoff(synth, 0, pitch)
            self._write(synth, stereo, n_hold, stereo.shape[1])
        finally:
            self._library.fluid_synth_remove_sfont(synth, self._font)
            fluid.delete_fluid_synth(synth)
        audio = decimate(stereo.mean(axis=0), OVERSAMPLING, rate)
        return remove_offset(audio, self.timing.sample_rate)

    @property
    def _library(self) -> Any:
        return self._fluid._fl  # noqa: SLF001 - for the functions that pyfluidsynth leaves out

    def _write(
        self, synth: int, stereo: NDArray[np.float32], first_sample: int, last_sample: int
    ) -> None:
        left, right = (ctypes.c_void_p(channel.ctypes.data) for channel in stereo)
        n_samples = last_sample - first_sample
        self._library.fluid_synth_write_float(
            synth, n_samples, left, first_sample, 1, right, first_sample, 1
        )


def load_fluidsynth() -> ModuleType:
    """Import pyfluidsynth, silence its log and declare the functions it leaves out.

    Raises:
        DeviceError: pyfluidsynth or libfluidsynth is not installed.
    """
    try:
        import fluidsynth
    except ImportError as err:
        raise DeviceError(
            f"FluidSynth is missing ({err}); install libfluidsynth3 from your distribution and "
            "`pip install gansynth-live[train]`"
        ) from err
    library = fluidsynth._fl  # noqa: SLF001
    pointer, integer = ctypes.c_void_p, ctypes.c_int
    prototypes: dict[str, Sequence[Any]] = {
        "fluid_synth_add_sfont": (pointer, pointer),
        "fluid_synth_remove_sfont": (pointer, pointer),
        "fluid_synth_set_interp_method": (pointer, integer, integer),
        "fluid_synth_write_float": (pointer, integer, *(pointer, integer, integer) * 2),
    }
    for name, argument_types in prototypes.items():
        getattr(library, name).argtypes = argument_types
    # Without this it warns 16 times a note that a new synthesiser has no presets yet.
    library.fluid_set_log_function.argtypes = (integer, pointer, pointer)
    library.fluid_set_log_function.restype = pointer
    for level in range(N_LOG_LEVELS):
        library.fluid_set_log_function(level, None, None)
    return fluidsynth


def decimate(audio: NDArray[np.float32], factor: int, sample_rate: int) -> NDArray[np.float32]:
    """Lower the sample rate with a linear-phase filter that does not move the onset.

    Args:
        audio: [n_samples * factor] at `sample_rate`.
        factor: whole number of input samples for each output sample.
        sample_rate: Hz, of the input.

    Returns:
        audio: [n_samples]; flat to 0.925 of the new Nyquist frequency, nothing above it.
    """
    n_samples = audio.size // factor
    n_padding = round(DECIMATION_PADDING_S * sample_rate / factor)
    n_padded = n_samples + n_padding
    padded = np.pad(audio, (0, n_padded * factor - audio.size))
    # numpy.fft takes three times as long as scipy.fft for this length in float32.
    spectrum = scipy.fft.rfft(padded)[: n_padded // 2 + 1]
    fraction = np.arange(spectrum.size, dtype=np.float32) / (n_padded / 2)
    fall = np.clip((fraction - PASS_BAND) / (1 - PASS_BAND), 0, 1)
    spectrum *= (0.5 + 0.5 * np.cos(np.pi * fall)) / factor
    return scipy.fft.irfft(spectrum, n_padded)[:n_samples]


def remove_offset(audio: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """Take away what lies below hearing, causally: nothing moves ahead of the onset.

    Args:
        audio: [n_samples].
        sample_rate: Hz.

    Returns:
        audio: [n_samples] through a Butterworth high-pass of second order.
    """
    sections = scipy.signal.butter(2, HIGH_PASS_HZ, "highpass", fs=sample_rate, output="sos")
    return scipy.signal.sosfilt(sections, audio).astype(np.float32)


def _new_settings(fluid: ModuleType, sample_rate: int, gain: float) -> int:
    settings: int = fluid.new_fluid_settings()
    fluid.fluid_settings_setnum(settings, b"synth.gain", gain)
    fluid.fluid_settings_setnum(settings, b"synth.sample-rate", float(sample_rate))
    # The room is not part of the instrument.
    fluid.fluid_settings_setint(settings, b"synth.reverb.active", 0)
    fluid.fluid_settings_setint(settings, b"synth.chorus.active", 0)
    return settings
