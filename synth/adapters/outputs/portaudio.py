"""Sound cards as PortAudio knows them: which there are, which to take, and a stream to one.

The default rule behind JACK (which has its own adapter): an ALSA device named pipewire, pulse or
default (PortAudio's own default can be an unplugged HDMI socket: sounddevice #572), else all others
in their order.
"""

import contextlib
import inspect
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from synth.adapters.closing import close_within
from synth.adapters.outputs.source import CallbackSource
from synth.errors import DeviceError
from synth.notes.priority import AUDIO_PRIORITY, run_in_real_time

N_CHANNELS = 2
_PREFERRED_PCMS = ("pipewire", "pulse", "default")
_CLOSE_S = 1.0  # for a device; one that is in order takes a few blocks
_unclosed: "set[PortAudioOutput]" = set()  # whose device has not let go of them
_SEAM = {"kind", "callback", "userdata", "wrap_callback"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioDevice:
    """An output with two channels or more."""

    index: int  # PortAudio's
    name: str
    host_api: str
    sample_rate: int  # Hz, its own

    def __str__(self) -> str:
        """Say it as `gansynth devices` lists it."""
        return f"{self.name} ({self.host_api})"


class PortAudioOutput:
    """A stream to one device; silent until `start`.

    Args:
        device: which.
        sample_rate: Hz, wanted; the device's own is taken where it cannot do that.
        block_size: samples; 0 lets the device choose, with the least latency it dares.

    Raises:
        DeviceError: the device is gone, busy, or cannot do what we need.
    """

    def __init__(self, device: AudioDevice, sample_rate: int, block_size: int = 0) -> None:
        self._sounddevice = load_sounddevice()
        self._device = device
        self._stream: Any = None
        self._source: CallbackSource | None = None
        self.block_size = block_size
        self.sample_rate = sample_rate if self._takes(sample_rate) else device.sample_rate
        if self.sample_rate != sample_rate and not self._takes(self.sample_rate):
            raise DeviceError(f"{device} does not open")

    @property
    def name(self) -> str:
        """How `gansynth devices` calls it."""
        return str(self._device)

    @property
    def latency_ms(self) -> float:
        """From the callback to the socket, as far as PortAudio knows."""
        return float(self._stream.latency) * 1000.0 if self._stream else 0.0

    @property
    def n_xruns(self) -> int:
        """PortAudio tells the callback only, and not on every system: the engine counts its own."""
        return 0

    @property
    def is_active(self) -> bool:
        """False where the host has stopped the stream; ALSA does not tell (see AudioOut)."""
        try:
            return bool(self._stream and self._stream.active)
        except self._sounddevice.PortAudioError:
            return False

    def start(self, source: CallbackSource) -> None:
        """Begin to call the engine back.

        Raises:
            DeviceError: the device refuses.
        """
        self._source = source  # the stream keeps bare addresses; this keeps alive what lies there
        ffi = self._sounddevice._ffi  # noqa: SLF001
        try:
            self._stream = self._sounddevice._StreamBase(  # noqa: SLF001
                kind="output",
                samplerate=self.sample_rate,
                blocksize=self.block_size,
                device=self._device.index,
                channels=N_CHANNELS,
                dtype="float32",
                latency="low",
                callback=ffi.cast("PaStreamCallback *", source.callback_address),
                userdata=ffi.cast("void *", source.userdata),
                wrap_callback=None,
            )
            with _audio_thread_first():
                self._stream.start()
        except self._sounddevice.PortAudioError as err:
            self.close()
            raise DeviceError(f"{self._device} does not open: {err.args[0]}") from err

    def close(self) -> None:
        """Stop and close; a device that is gone cannot refuse."""
        stream, self._stream = self._stream, None
        if stream is not None:
            _unclosed.add(self)
            close_within(_CLOSE_S, partial(self._leave, stream), str(self._device))

    def _leave(self, stream: Any) -> None:
        with contextlib.suppress(self._sounddevice.PortAudioError):
            stream.abort(ignore_errors=False)
        with contextlib.suppress(self._sounddevice.PortAudioError):
            stream.close(ignore_errors=False)
        _unclosed.discard(self)

    def _takes(self, sample_rate: int) -> bool:
        try:
            self._sounddevice.check_output_settings(
                self._device.index, N_CHANNELS, "float32", samplerate=sample_rate
            )
        except self._sounddevice.PortAudioError:
            return False
        return True


@contextlib.contextmanager
def _audio_thread_first() -> Iterator[None]:
    """Let the threads that a stream starts run before those that make first notes.

    PortAudio leaves its ALSA thread among the ordinary ones, where a chord of cold notes, whose
    threads are in real time, would keep it from the processor for as long as they compute.
    """
    before = _foreign_threads()
    yield
    for thread in _foreign_threads() - before:
        run_in_real_time(AUDIO_PRIORITY, thread)


def _foreign_threads() -> set[int]:
    """Return the threads of this process that are not Python's; on Linux."""
    tasks = Path("/proc/self/task")
    everybody = {int(task.name) for task in tasks.iterdir()} if tasks.is_dir() else set()
    return everybody - {thread.native_id for thread in threading.enumerate()}


def load_sounddevice() -> ModuleType:
    """Import sounddevice, and check that it still has the seam we play through.

    A raw callback address goes in by `_StreamBase`, as in rtmixer; the class is documented for
    experts, and not promised.

    Raises:
        DeviceError: PortAudio or sounddevice is missing, or of a kind that we don't know.
    """
    try:
        with _hidden_jack():
            import sounddevice
    except (ImportError, OSError) as err:
        raise DeviceError(
            f"no PortAudio ({err}); install it, for example: apt install libportaudio2"
        ) from err
    stream = getattr(sounddevice, "_StreamBase", None)
    if stream is None or not set(inspect.signature(stream).parameters) >= _SEAM:
        raise DeviceError(
            f"sounddevice {sounddevice.__version__} takes no callback address;"
            " install sounddevice 0.5"
        )
    return sounddevice


def rescan() -> None:
    """Let PortAudio look again: it lists devices once, when it starts. No stream may be open.

    Raises:
        DeviceError: PortAudio does not start.
    """
    sounddevice = load_sounddevice()
    if _holds_jack(sounddevice) or _unclosed:
        # It would abort the process if the server has gone (see `jack`), and hang where a stream
        # does; the list stays as it is.
        return
    try:
        sounddevice._terminate()  # noqa: SLF001 - documented for experts
        with _hidden_jack():
            sounddevice._initialize()  # noqa: SLF001
    except sounddevice.PortAudioError as err:
        raise DeviceError(f"PortAudio does not start: {err.args[0]}") from err


def list_devices() -> list[AudioDevice]:
    """Return the outputs that PortAudio found when it last looked.

    Raises:
        DeviceError: PortAudio is missing.
    """
    sounddevice = load_sounddevice()
    apis = [api["name"] for api in sounddevice.query_hostapis()]
    return [
        AudioDevice(
            index=index,
            name=device["name"],
            host_api=apis[device["hostapi"]],
            sample_rate=round(device["default_samplerate"]),
        )
        for index, device in enumerate(sounddevice.query_devices())
        if device["max_output_channels"] >= N_CHANNELS and "JACK" not in apis[device["hostapi"]]
    ]


def choose_devices(devices: Sequence[AudioDevice], wanted: str | None = None) -> list[AudioDevice]:
    """Return the devices to try, the best first.

    Args:
        devices: all there are.
        wanted: a name or a part of it (case does not matter), or a number; None: the default rule.

    Raises:
        DeviceError: there is none, or none of that name.
    """
    if wanted is not None:
        return _matching(devices, wanted)
    if not devices:
        raise DeviceError("no audio device")
    return sorted(devices, key=_rank)


def _rank(device: AudioDevice) -> int:
    if device.name in _PREFERRED_PCMS:
        return _PREFERRED_PCMS.index(device.name)
    return len(_PREFERRED_PCMS)


def _matching(devices: Sequence[AudioDevice], wanted: str) -> list[AudioDevice]:
    if wanted.isdecimal():
        found = [device for device in devices if device.index == int(wanted)]
    else:
        name = wanted.casefold()
        exact = [device for device in devices if device.name.casefold() == name]
        found = exact or [device for device in devices if name in str(device).casefold()]
    if not found:
        known = ", ".join(device.name for device in devices) or "none"
        raise DeviceError(f"no audio device {wanted!r}; there are: {known}; run `gansynth devices`")
    return found


def _holds_jack(sounddevice: ModuleType) -> bool:
    """True where PortAudio has found a JACK server after all (PipeWire's heeds no names)."""
    return any("JACK" in api["name"] and api["devices"] for api in sounddevice.query_hostapis())


@contextlib.contextmanager
def _hidden_jack() -> Iterator[None]:
    """Let PortAudio find no JACK server while it starts: it dies with it."""
    name = "JACK_DEFAULT_SERVER"
    before = os.environ.get(name)
    os.environ[name] = "hidden-from-portaudio"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
