"""A session over a real JACK server: MIDI by JACK, OSC by liblo, sound taken from the JACK ports.

Nothing of ours is inside the test but `gansynth play`: rtmidi plays the keys, `oscsend` and
`oscdump` speak OSC, `jack_rec` listens. All of them must be there; nothing is skipped.
"""

import itertools
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
import rtmidi
import soundfile
from numpy.typing import NDArray

from synth.adapters.osc_packet import build_message, parse_packet
from synth.units import pitch_to_hz

GANSYNTH = Path(sys.executable).with_name("gansynth")
PATIENCE_S = 150.0  # the first start on a machine compiles the audio thread
PRESET = "Organ Loft"  # holds its notes
OUR_PORTS = ("gansynth-live:out_left", "gansynth-live:out_right")
CENTS = 50.0
SAMPLE_RATE = 48_000


class Server(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def ports(self) -> list[str]: ...


class Session:
    """A running `gansynth play`."""

    def __init__(self, *words: str | Path) -> None:
        self.process = subprocess.Popen(
            [GANSYNTH, "play", "--osc", "127.0.0.1:0", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.ready_line = self.process.stdout.readline()
        found = re.search(r"osc=127\.0\.0\.1:(\d+)", self.ready_line)
        if found is None:
            self.process.kill()
            pytest.fail(f"not ready: {self.ready_line}{self.process.communicate()[1]}")
        self.osc_port = found[1]

    def osc(self, address: str, types: str = "", *arguments: object) -> None:
        """Send one message by liblo."""
        words = [types, *map(str, arguments)] if types else []
        subprocess.run(
            ["oscsend", "127.0.0.1", self.osc_port, address, *words], check=True, timeout=10
        )

    def stop(self) -> str:
        """End it as a service manager would; return what it wrote to stderr."""
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=PATIENCE_S)
        assert 0 == self.process.returncode, errors
        return str(errors)


class Recording:
    """What comes out of our JACK ports, taken by jack_rec."""

    def __init__(self, path: Path, seconds: int) -> None:
        self._path = path
        self._process = subprocess.Popen(
            ["jack_rec", "-f", path, "-d", str(seconds), "-b", "16", *OUR_PORTS],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: "jackrec" in connections(OUR_PORTS[-1]))

    def finish(self) -> NDArray[np.float64]:
        """Wait for its end; return [n_samples] of both channels mixed."""
        assert 0 == self._process.wait(PATIENCE_S)
        audio, sample_rate = soundfile.read(self._path)
        assert SAMPLE_RATE == sample_rate
        return np.asarray(audio.mean(axis=1))


@pytest.fixture
def session(jack_server: Server) -> Iterator[Session]:
    session = Session("--preset", PRESET, "--midi-api", "jack")
    yield session
    session.process.kill()
    session.process.communicate()


@pytest.fixture
def keyboard(jack_server: Server) -> Iterator[Any]:
    """A keyboard that was plugged in before the player started."""
    output = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="test-keyboard")
    output.open_virtual_port("keys")
    yield output
    output.close_port()
    output.delete()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def connections(port: str) -> str:
    """Ask the server what a port is connected to."""
    listing = subprocess.run(["jack_lsp", "-c", port], capture_output=True, text=True, check=False)
    return listing.stdout


def sounding_spans(audio: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Cut a recording at its silences (longer than 0.1 s, 40 dB below its peak)."""
    step = SAMPLE_RATE // 20
    levels = np.array(
        [np.abs(audio[n : n + step]).max() for n in range(0, len(audio) - step, step)]
    )
    is_loud = levels > 0.01 * levels.max()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_loud, [False]])))
    spans = [audio[a * step : b * step] for a, b in edges.reshape(-1, 2)]
    return [span for span in spans if len(span) > 0.3 * SAMPLE_RATE]


def cents_from(span: NDArray[np.float64], pitch: float) -> float:
    """Measure how far a span's period is from a pitch's, by autocorrelation; in cents.

    Lags of half an octave to either side are looked at; the peak is refined by a parabola.
    """
    middle = span[len(span) // 4 :][: SAMPLE_RATE // 4]
    spectrum = np.fft.rfft(middle - middle.mean(), 2 * len(middle))
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[: len(middle)]
    correlation /= np.arange(len(middle), 0, -1)  # of so many products each
    period = SAMPLE_RATE / pitch_to_hz(pitch)
    lags = np.arange(int(period / 1.4), int(period * 1.4))
    lag = int(lags[np.argmax(correlation[lags])])
    below, top, above = correlation[lag - 1 : lag + 2]
    lag_exact = lag + 0.5 * (below - above) / (below - 2.0 * top + above)
    return float(1200.0 * np.log2(period / lag_exact))


def log_spectrum(span: NDArray[np.float64]) -> NDArray[np.float64]:
    """Level in 24 bands of a third of an octave from 100 Hz, in dB, at a mean of 0.

    The median of windows of 1/8 s: a block that the server or jack_rec lost is not the timbre's.
    """
    n_window = SAMPLE_RATE // 8
    windows = span[: len(span) // n_window * n_window].reshape(-1, n_window)
    power = np.median(np.abs(np.fft.rfft(windows * np.hanning(n_window))) ** 2, axis=0)
    frequencies = np.fft.rfftfreq(n_window, 1.0 / SAMPLE_RATE)
    edges = 100.0 * 2.0 ** (np.arange(25) / 3.0)
    bands = [
        power[(frequencies >= low) & (frequencies < high)].sum()
        for low, high in itertools.pairwise(edges)
    ]
    levels = 10.0 * np.log10(np.array(bands) + 1e-9 * max(bands))
    return np.asarray(levels - levels.mean())


def test_notes_by_midi_and_osc_sound_at_their_pitches(
    keyboard: Any, session: Session, tmp_path: Path
) -> None:
    assert "test-keyboard:keys" in session.ready_line
    recording = Recording(tmp_path / "take.wav", 8)
    time.sleep(0.5)
    pitches = [69, 60, 57, 64]
    for pitch in pitches[:2]:
        keyboard.send_message([0x90, pitch, 100])
        time.sleep(0.8)
        keyboard.send_message([0x80, pitch, 0])
        time.sleep(0.8)
    session.osc("/mnote", "if", 57, 100.0)
    time.sleep(0.8)
    session.osc("/mnote", "ii", 57, 0)
    time.sleep(0.8)
    session.osc("/fnote", "df", pitch_to_hz(64), 100)
    time.sleep(0.8)
    session.osc("/allnotesoff")
    spans = sounding_spans(recording.finish())
    assert len(pitches) == len(spans)
    for span, pitch in zip(spans, pitches, strict=True):
        assert abs(cents_from(span, pitch)) < CENTS


def test_a_chord_bends_with_the_wheel(keyboard: Any, session: Session, tmp_path: Path) -> None:
    recording = Recording(tmp_path / "take.wav", 3)
    time.sleep(0.3)
    keyboard.send_message([0xE0, 0x7F, 0x7F])  # all the way up: two semitones
    keyboard.send_message([0x90, 60, 100])
    (span,) = sounding_spans(recording.finish())
    assert abs(cents_from(span, 62)) < CENTS


def test_a_held_note_changes_its_timbre_and_not_its_pitch(
    keyboard: Any, session: Session, tmp_path: Path
) -> None:
    session.osc("/timbre/xy", "ff", 0.0, 0.0)
    session.osc("/param/timbre/morph_ms/raw", "i", 100)
    recording = Recording(tmp_path / "take.wav", 7)
    keyboard.send_message([0x90, 60, 100])
    time.sleep(3.0)
    session.osc("/timbre/xy", "ff", 1.0, 1.0)
    (span,) = sounding_spans(recording.finish())
    quarter = SAMPLE_RATE // 4
    before, still_before = span[2 * quarter : 5 * quarter], span[5 * quarter : 8 * quarter]
    after = span[-7 * quarter : -4 * quarter]
    drift_db = np.abs(log_spectrum(before) - log_spectrum(still_before)).mean()
    change_db = np.abs(log_spectrum(before) - log_spectrum(after)).mean()
    assert change_db > 3.0
    assert change_db > 2.0 * drift_db
    assert abs(cents_from(after, 60)) < CENTS


def test_feedback_reaches_liblo_with_value_and_words(session: Session) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    listener = subprocess.Popen(
        ["oscdump", "-L", str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert listener.stdout is not None
        time.sleep(0.5)
        session.osc("/subscribe", "i", port)
        session.osc("/param/amp/pan", "T")
        line = listener.stdout.readline()
    finally:
        listener.kill()
        listener.communicate()
    assert re.search(r'/param/amp/pan fs 1\.0+ "\+1\.00"', line)


def test_nothing_sticks_after_all_sound_off(keyboard: Any, session: Session) -> None:
    for pitch in (48, 60, 72):
        keyboard.send_message([0x90, pitch, 100])
    wait_until(lambda: status(session)["voices"] == 3)
    session.osc("/allsoundoff")
    wait_until(lambda: status(session)["voices"] == 0)


def status(session: Session) -> dict[str, Any]:
    """Ask for the status as `/status` tells it, by a socket of our own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE_S)
        client.sendto(build_message("/status", []), ("127.0.0.1", int(session.osc_port)))
        (answer,) = parse_packet(client.recv(65_535))
    told: dict[str, Any] = json.loads(str(answer.arguments[0]))
    return told


def test_the_server_may_die_and_come_back_while_notes_sound(
    jack_server: Server, session: Session, tmp_path: Path
) -> None:
    session.osc("/mnote", "ii", 60, 100)
    wait_until(lambda: status(session)["voices"] == 1)
    jack_server.stop()
    wait_until(lambda: status(session)["audio"] == "null")
    jack_server.start()
    wait_until(lambda: status(session)["audio"] == "jack")
    recording = Recording(tmp_path / "take.wav", 2)
    (span,) = sounding_spans(recording.finish())  # the note was held through it all
    assert abs(cents_from(span, 60)) < CENTS
    wait_until(lambda: status(session)["midi"] == ["gansynth-live-midi:midi_in"])
    keyboard = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="test-keyboard")
    keyboard.open_virtual_port("keys")
    wait_until(lambda: "test-keyboard:keys" in status(session)["midi"])
    keyboard.send_message([0x90, 64, 100])
    wait_until(lambda: status(session)["voices"] == 2)
    keyboard.delete()
    errors = session.stop()
    assert 1 == errors.count("jack has stopped; playing into nothing")
    assert 1 == errors.count("JACK has gone; its notes are released")


def test_what_goes_to_jack_is_on_the_tape_as_well(jack_server: Server, tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    session = Session("--preset", PRESET, "--midi-in", "none", "--record", path)
    assert "audio=jack" in session.ready_line
    recording = Recording(tmp_path / "jack.wav", 3)
    time.sleep(0.5)  # it takes a while to connect
    session.osc("/mnote", "ii", 57, 100)
    (heard,) = sounding_spans(recording.finish())
    session.stop()
    audio, _ = soundfile.read(path)
    (taped,) = sounding_spans(audio.mean(axis=1))
    assert abs(cents_from(heard, 57)) < CENTS
    assert abs(cents_from(taped, 57)) < CENTS
    np.testing.assert_allclose(np.abs(heard).max(), np.abs(taped).max(), rtol=0.01)


def test_without_a_device_it_plays_on_tape(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody-there")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    path = tmp_path / "take.wav"
    session = Session(
        "--preset", PRESET, "--audio", "no such card", "--midi-in", "none", "--record", path
    )
    assert "audio=null" in session.ready_line
    session.osc("/mnote", "ii", 69, 100)
    time.sleep(1.5)
    errors = session.stop()
    lines = [line for line in errors.splitlines() if "audio" in line]
    assert 1 == len(lines)
    assert "no audio device 'no such card'" in lines[0]
    audio, sample_rate = soundfile.read(path)
    assert SAMPLE_RATE == sample_rate
    (span,) = sounding_spans(audio.mean(axis=1))
    assert abs(cents_from(span, 69)) < CENTS
