"""Where the sound goes: JACK if it runs, else a sound card, else nowhere in time.

All of them call the engine's compiled callback without Python. Where there is no device, a paced
null output keeps the engine's clock, and a watcher goes on looking for one; a device that stops
calling back (ALSA says nothing when it loses one) is closed, and looked for again, by the name that
was asked for: a card that is not plugged in yet is waited for. One thread at a time opens and
closes.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Self

from synth.adapters.outputs.jack import DEVICE_NAME, JackOutput
from synth.adapters.outputs.null import NullOutput
from synth.adapters.outputs.portaudio import (
    AudioDevice,
    PortAudioOutput,
    choose_devices,
    list_devices,
    rescan,
)
from synth.adapters.outputs.source import Source
from synth.errors import DeviceError

NULL_DEVICE = "null"
MAX_BLOCK_SIZE = 8192  # samples, the most that a host may ask for at once
SEARCH_S = 1.0  # between a loss and the first look for a device
SLOWEST_SEARCH_S = 8.0  # between two looks, when many found nothing
_BACK_OFF = 1.5  # each look waits longer than the one before
_WATCH_S = 0.25  # between two looks at the callback's counter
_PATIENCE_S = 1.0  # without a callback: the device is gone
_CLOSE_S = 0.3  # for the watcher to end
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioStatus:
    """Where the sound goes."""

    device: str  # as `gansynth devices` names it; "null"
    sample_rate: int  # Hz
    block_size: int  # samples; 0: as the device likes
    latency_ms: float  # of the device, as it tells
    n_xruns: int  # times the device was late, as far as it tells

    @property
    def is_null(self) -> bool:
        """True while nobody hears anything."""
        return self.device == NULL_DEVICE


class AudioOut:
    """Sound to a device, or to none, for as long as it lives.

    Args:
        source: the engine; it is prepared here.
        device: "jack", a sound card's name or number, "null" for none, or None for the default
            rule: JACK if it runs, else the sound server, else the first card that opens.
        sample_rate: Hz, where the device lets us choose.
        block_size: samples; 0 lets the device choose.
        tell: takes one line whenever the sound goes elsewhere.
    """

    def __init__(
        self,
        source: Source,
        device: str | None = None,
        *,
        sample_rate: int = 48_000,
        block_size: int = 0,
        tell: Callable[[str], None] = _log.warning,
    ) -> None:
        self._source = source
        self._wanted = device
        self._sample_rate = sample_rate
        self._block_size = block_size
        self._tell = tell
        self._is_silence_said = False
        self._is_choice_new = False
        self._search_s = SEARCH_S
        self._n_xruns_before = 0  # of devices that were closed
        self._ended = threading.Event()
        self._output: JackOutput | PortAudioOutput | NullOutput | None = None
        self._prepare(sample_rate)
        if not self._open_device() and self._output is None:
            self._open_null()
        self._watcher = threading.Thread(target=self._watch, name="audio-watch", daemon=True)
        self._watcher.start()

    @property
    def status(self) -> AudioStatus:
        """Where the sound goes now."""
        output = self._output
        if output is None or isinstance(output, NullOutput):
            return AudioStatus(
                device=NULL_DEVICE,
                sample_rate=self._sample_rate,
                block_size=output.block_size if output else 0,
                latency_ms=0.0,
                n_xruns=self._n_xruns_before,
            )
        return AudioStatus(
            device=output.name,
            sample_rate=output.sample_rate,
            block_size=output.block_size,
            latency_ms=output.latency_ms,
            n_xruns=self._n_xruns_before + output.n_xruns,
        )

    def choose(self, device: str | None, block_size: int = 0) -> None:
        """Go to another device within a moment; what the arguments mean, the class says."""
        self._wanted, self._block_size = device, block_size
        self._is_choice_new = True

    def close(self) -> None:
        """End the sound; whoever hangs is not waited for."""
        self._ended.set()
        self._watcher.join(_CLOSE_S)  # it may be asking a server that stands still
        self._close_output()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # --- opening ---------------------------------------------------------------------------------

    def _prepare(self, sample_rate: int) -> None:
        self._source.prepare(sample_rate, MAX_BLOCK_SIZE)
        self._sample_rate = sample_rate

    def _open_null(self) -> None:
        self._output = NullOutput(self._source.process, self._sample_rate)

    def _open_device(self) -> bool:
        """Go to the best device that opens; say why if there is none."""
        if self._wanted == NULL_DEVICE:
            return False
        reasons = []
        for open_output in self._candidates():
            try:
                self._switch_to(open_output())
            except DeviceError as err:
                reasons.append(str(err))
            else:
                return True
        self._say_silent("; ".join(reasons[:3]))
        return False

    def _candidates(self) -> Iterator[Callable[[], JackOutput | PortAudioOutput]]:
        """Return what to try, the best first; each may fail to open."""
        if self._wanted in {None, DEVICE_NAME}:
            yield JackOutput
        if self._wanted == DEVICE_NAME:
            return
        try:
            rescan()
            devices = choose_devices(list_devices(), self._wanted)
        except DeviceError as err:
            yield partial(_fail, err)
            return
        for device in devices:
            yield partial(PortAudioOutput, device, self._sample_rate, self._block_size)

    def _switch_to(self, output: JackOutput | PortAudioOutput) -> None:
        """Let a device take over from what plays now."""
        if self._ended.is_set():  # while it was opened: nobody may be called back any more
            output.close()
            return
        self._close_output()
        # At the same rate the engine is not prepared again: what sounds goes on.
        if output.sample_rate != self._sample_rate:
            self._prepare(output.sample_rate)
        try:
            output.start(self._source)
        except DeviceError:
            self._open_null()
            raise
        self._output = output
        if self._is_silence_said:
            self._is_silence_said = False
            self._tell(f"audio: {output.name}, {output.sample_rate} Hz")

    def _close_output(self) -> None:
        output, self._output = self._output, None
        if output is not None:
            if not isinstance(output, NullOutput):
                self._n_xruns_before += output.n_xruns
            output.close()

    # --- watching --------------------------------------------------------------------------------

    def _watch(self) -> None:
        next_search = time.monotonic() + self._search_s
        n_blocks, seen_at = self._source.n_blocks, time.monotonic()
        while not self._ended.wait(_WATCH_S):
            now = time.monotonic()
            if self._source.n_blocks != n_blocks:
                n_blocks, seen_at = self._source.n_blocks, now
            output = self._output
            if self._is_choice_new:
                self._is_choice_new = False
                self._follow_choice()
                next_search, seen_at = self._after_look()
            elif isinstance(output, JackOutput | PortAudioOutput):
                if now - seen_at > _PATIENCE_S or not output.is_active:
                    self._lose_device(output)
                    self._search_s = SEARCH_S
                    next_search = now + self._search_s
            elif now >= next_search and self._wanted != NULL_DEVICE:
                self._open_device()
                next_search, seen_at = self._after_look()

    def _after_look(self) -> tuple[float, float]:
        """Return when to look next, and when the new device's first callback was due."""
        now = time.monotonic()
        self._search_s = min(self._search_s * _BACK_OFF, SLOWEST_SEARCH_S)
        return now + self._search_s, now

    def _follow_choice(self) -> None:
        """Leave the device for the one that was chosen."""
        self._search_s = SEARCH_S
        self._close_output()
        self._is_silence_said = False
        if not self._open_device() and self._output is None:
            self._open_null()

    def _lose_device(self, output: JackOutput | PortAudioOutput) -> None:
        self._say_silent(f"{output.name} has stopped")
        self._close_output()
        self._open_null()

    # --- saying ----------------------------------------------------------------------------------

    def _say_silent(self, reason: str) -> None:
        """Say once, and not at every look, that nobody hears us."""
        if not self._is_silence_said:
            self._is_silence_said = True
            self._tell(f"audio: {reason}; playing into nothing, looking again until it is there")


def list_outputs() -> list[AudioDevice]:
    """List what `AudioOut` can be told to take, the best first; `null` is always possible.

    Raises:
        DeviceError: there is nothing else.
    """
    found = []
    with contextlib.suppress(DeviceError):
        jack = JackOutput()
        jack.close()
        found.append(
            AudioDevice(index=-1, name=DEVICE_NAME, host_api="JACK", sample_rate=jack.sample_rate)
        )
    try:
        found += choose_devices(list_devices())
    except DeviceError:
        if not found:
            raise
    return found


def _fail(err: DeviceError) -> PortAudioOutput:
    """Stand in for a device that cannot even be looked for."""
    raise err
