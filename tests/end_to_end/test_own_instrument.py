"""A user's folder of 50 samples becomes a playable instrument, in the README's four commands."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

GANSYNTH = Path(sys.executable).with_name("gansynth")
FORMATS = ((44_100, "PCM_16"), (48_000, "PCM_24"), (96_000, "FLOAT"), (22_050, "PCM_32"))
NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """Fifty decaying tones, ten keys at five velocities, in every format."""
    folder = tmp_path_factory.mktemp("own") / "my-samples"
    folder.mkdir()
    for index, pitch in enumerate(key for key in range(36, 86, 5) for _ in range(5)):
        velocity = (25, 50, 75, 100, 127)[index % 5]
        rate, subtype = FORMATS[index % len(FORMATS)]
        seconds = np.arange(round(0.5 * rate)) / rate
        f0_hz = 440.0 * 2.0 ** ((pitch - 69) / 12)
        tone = np.sin(2 * np.pi * f0_hz * seconds) * np.exp(-2 * seconds) * velocity / 200
        audio = np.stack([tone, 0.8 * tone], axis=1) if index % 3 else tone
        name = f"{NOTES[pitch % 12]}{pitch // 12 - 1}"
        soundfile.write(folder / f"piano_{name}_v{velocity}.wav", audio, rate, subtype)
    (folder / "broken_C4.wav").write_bytes(b"RIFF")
    return folder


def gansynth(*words):
    done = subprocess.run([GANSYNTH, *map(str, words)], capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return done


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fifty_samples_become_an_instrument_in_four_commands(samples):
    home = samples.parent
    data, run, out = home / "data", home / "run", home / "my-instrument"

    done = gansynth("dataset", "folder", samples, "--out", data, "--seconds", "0.3")
    assert "440 notes of 1 instruments, 390 of them resampled" in done.stdout
    assert "skipped broken_C4.wav" in done.stderr
    gansynth("train", "--config", "smoke", "--data", data, "--run", run, "--device", "cpu")
    gansynth("export", "--run", run, "--out", out, "--tiles", "8")

    words = ["play", "--audio", "null", "--midi-in", "none", "--osc", "127.0.0.1:0"]
    environment = {**os.environ, "XDG_CONFIG_HOME": str(home), "XDG_STATE_HOME": str(home)}
    with subprocess.Popen(
        [GANSYNTH, *words, "--instrument", out],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as player:
        ready = player.stdout.readline()
        player.send_signal(signal.SIGTERM)
        _, errors = player.communicate(timeout=120)
    assert ready.startswith("ready "), errors

    wav = home / "note.wav"
    gansynth("note", wav, "--instrument", out, "--pitch", "60", "--seconds", "0.3")
    audio, _ = soundfile.read(wav)
    assert np.isfinite(audio).all()
    assert np.abs(audio).max() > 1e-4
