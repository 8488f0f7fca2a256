"""A recorded MPE performance, rendered: each note follows its own bend."""

from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from synth.adapters.midi_file import load_song
from synth.config import EngineConfig
from synth.control.part import timbre_preset
from synth.control.player import Player
from synth.engine import Engine
from synth.folders import default_instrument
from synth.render import render_song
from synth.units import pitch_to_hz

SAMPLE_RATE = 48_000
SECONDS = 2.0
CENTS = 10.0  # of a curve; the timbre itself may be a little off
MOMENTS_S = (0.5, 1.0, 1.6)
# Key, and where its bend goes in semitones: fundamentals whose bands do not meet on the way.
NOTES = ((57, 1.0), (62, -1.0), (67, 0.0))
BEND_RANGE = 48.0  # of the members of an MPE zone


def write_performance(path: Path, *, is_touched: bool = True) -> None:
    """Three notes on channels of their own, bent in a hundred steps, with slide and pressure."""
    track = mido.MidiTrack()
    for controller, value in ((101, 0), (100, 6), (6, 5)):
        track.append(mido.Message("control_change", control=controller, value=value, time=0))
    for channel, (key, _) in enumerate(NOTES, 1):
        track.append(mido.Message("note_on", channel=channel, note=key, velocity=100, time=0))
    n_steps, ticks = 100, round(SECONDS * 960 / 100)
    for step in range(1, n_steps + 1):
        for channel, (_, semitones) in enumerate(NOTES, 1):
            wheel = round(8191 * semitones / BEND_RANGE * step / n_steps)
            time = ticks if channel == 1 else 0
            track.append(mido.Message("pitchwheel", channel=channel, pitch=wheel, time=time))
        if not is_touched:
            continue
        value = step * 127 // n_steps
        track.append(mido.Message("control_change", channel=2, control=74, value=value))
        track.append(mido.Message("aftertouch", channel=3, value=value))
    for channel, (key, _) in enumerate(NOTES, 1):
        track.append(mido.Message("note_off", channel=channel, note=key, time=0))
    mido.MidiFile(tracks=[track], ticks_per_beat=480).save(path)


def frequency_near(span: NDArray[np.float64], hz: float) -> float:
    """Measure a partial within a tone of where it should be: the peak of a windowed spectrum."""
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(span * np.hanning(len(span)), size))
    low, high = (
        round(hz * factor * size / SAMPLE_RATE) for factor in (2 ** (-1 / 6), 2 ** (1 / 6))
    )
    peak = low + int(np.argmax(spectrum[low:high]))
    below, top, above = np.log(spectrum[peak - 1 : peak + 2] + 1e-12)
    return float((peak + 0.5 * (below - above) / (below - 2 * top + above)) * SAMPLE_RATE / size)


def render(folder: Path, *, is_touched: bool) -> NDArray[np.float64]:
    """Play the performance, with or without slide and pressure, [n_samples]."""
    write_performance(folder / "mpe.mid", is_touched=is_touched)
    config = EngineConfig(sample_rate=SAMPLE_RATE, is_offline=True)
    with Engine(default_instrument(), config) as engine:
        player = Player(engine.post, engine.instrument)
        player.load(timbre_preset("Church Organ"))
        song = load_song(folder / "mpe.mid", SAMPLE_RATE)
        render_song(engine, player, song, folder / "mpe.wav")
    audio, rate = soundfile.read(folder / "mpe.wav")
    assert SAMPLE_RATE == rate
    return np.asarray(audio.mean(axis=1))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.float64]:
    return render(tmp_path_factory.mktemp("mpe"), is_touched=True)


def test_three_notes_have_three_pitch_curves(rendered: NDArray[np.float64]) -> None:
    half = SAMPLE_RATE // 8
    curves = []  # cents from each note's key, at each moment
    for moment_s in MOMENTS_S:
        middle = round(moment_s * SAMPLE_RATE)
        span = rendered[middle - half : middle + half]
        curves.append(
            [1200.0 * np.log2(_measured(span, *n, moment_s) / pitch_to_hz(n[0])) for n in NOTES]
        )
    moved = np.array(curves) - curves[0]
    wanted = np.array(
        [[100.0 * bend * (t - MOMENTS_S[0]) / SECONDS for _, bend in NOTES] for t in MOMENTS_S]
    )
    print("cents:", np.round(moved, 1).tolist())
    assert np.abs(moved - wanted).max() < CENTS
    assert (
        np.abs(curves[0] - np.array([100.0 * b * MOMENTS_S[0] / SECONDS for _, b in NOTES])).max()
        < 30.0
    )


def _measured(span: NDArray[np.float64], key: int, semitones: float, moment_s: float) -> float:
    return frequency_near(span, pitch_to_hz(key + semitones * moment_s / SECONDS))


def brightness_db(span: NDArray[np.float64], hz: float) -> float:
    """Measure the harmonics 3 to 5 of a note against its fundamental, in dB."""
    power = np.abs(np.fft.rfft(span * np.hanning(len(span)), 1 << 18)) ** 2

    def level(harmonic: int) -> float:
        low, high = (
            round(hz * harmonic * factor * len(power) * 2 / SAMPLE_RATE)
            for factor in (0.993, 1.007)
        )
        return float(power[low:high].max())

    return float(10.0 * np.log10(sum(level(h) for h in (3, 4, 5)) / level(1)))


def test_slide_brightens_its_own_note_and_pressure_another(
    rendered: NDArray[np.float64], tmp_path: Path
) -> None:
    untouched = render(tmp_path, is_touched=False)  # the notes change by themselves, too
    half, moment_s = SAMPLE_RATE // 8, MOMENTS_S[-1]
    middle = round(moment_s * SAMPLE_RATE)
    touched, alone = (
        [
            brightness_db(
                audio[middle - half : middle + half], pitch_to_hz(k + b * moment_s / SECONDS)
            )
            for k, b in NOTES
        ]
        for audio in (rendered, untouched)
    )
    still, slid, pressed = np.array(touched) - alone
    print(f"brighter by {still:.1f}, {slid:.1f} and {pressed:.1f} dB")
    assert slid > 2.7  # CC 74 from where it rests, 64, to 102
    assert pressed > 0.7
    assert abs(still) < 0.25 * slid
