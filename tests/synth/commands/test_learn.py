import json

import numpy as np
import pytest

from synth.cli import main
from synth.control import presets
from synth.control.presets import Preset, fill_corners, load_preset, save_preset
from synth.wav import WavWriter


@pytest.fixture
def sound(tmp_path):
    """A note of 0.6 s, A4 and 12 cents, at 44.1 kHz in stereo."""
    time_s = np.arange(26_460) / 44_100
    hz = 440.0 * 2.0 ** (0.12 / 12)
    tone = sum(0.2 / k * np.sin(2 * np.pi * k * hz * time_s) for k in (1, 2, 3))
    audio = (tone * np.exp(-time_s)).astype(np.float32)
    with WavWriter(tmp_path / "sound.wav", 44_100) as file:
        file.write(np.stack([audio, audio]))
    return tmp_path / "sound.wav"


@pytest.fixture
def learn(tiny_instrument_folder, tmp_path, monkeypatch):
    """Run `gansynth learn` on the tiny instrument, with a user's folder of our own."""
    monkeypatch.setattr(presets, "preset_folders", lambda: (tmp_path / "own",))

    def run(*words: object) -> int:
        return main(["learn", *map(str, words), "--instrument", str(tiny_instrument_folder)])

    return run


def test_a_recording_becomes_a_preset_of_the_users_own(learn, sound, tmp_path, capsys):
    assert learn(sound, "--name", "My Bell", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (69, True) == (told["pitch"], told["pitch_found"])
    assert 12.0 == pytest.approx(told["cents"], abs=8.0)
    assert 0.0 <= told["error_db"] <= told["nearest_error_db"]
    path = tmp_path / "own" / "my-bell.toml"
    assert str(path) == told["preset"]
    preset = load_preset(path)
    assert "My Bell" == preset.name == preset.corners[0]
    assert 8 == len(preset.timbres["My Bell"])
    assert ("learned",) == preset.tags


def test_the_sentence_tells_pitch_and_error(learn, sound, capsys):
    assert learn(sound, "--name", "My Bell") == 0
    said = capsys.readouterr().out
    assert "pitch 69 +" in said
    assert "dB from the recording" in said


def test_learning_again_replaces_what_was_learned(learn, sound, tmp_path):
    out = tmp_path / "bell.toml"
    assert learn(sound, "--name", "Bell", "--out", out) == 0
    before = out.read_bytes()
    assert learn(sound, "--name", "Bell", "--out", out, "--pitch", 68) == 0
    assert before != out.read_bytes()


def test_a_preset_that_was_not_learned_is_kept(learn, sound, tmp_path, capsys):
    path = tmp_path / "own" / "bell.toml"
    save_preset(Preset(name="Bell", corners=fill_corners(["Dull"])), path)
    before = path.read_bytes()
    assert learn(sound, "--name", "bell!") == 3
    assert "was not learned" in capsys.readouterr().err
    assert before == path.read_bytes()


def test_noise_is_refused_in_one_line_and_nothing_is_written(learn, tmp_path, capsys):
    noise = 0.1 * np.random.default_rng(1).standard_normal((2, 44_100))
    with WavWriter(tmp_path / "noise.wav", 44_100) as file:
        file.write(noise.astype(np.float32))
    assert learn(tmp_path / "noise.wav", "--name", "Noise") == 3
    error = capsys.readouterr().err
    assert "no clear pitch" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "own").exists()
    assert learn(tmp_path / "noise.wav", "--name", "Noise", "--pitch", 60) == 0


def test_a_file_that_is_no_recording_has_the_code_of_bad_input(learn, tmp_path, capsys):
    (tmp_path / "a.wav").write_bytes(b"hello")
    assert learn(tmp_path / "a.wav", "--name", "A") == 3
    assert learn(tmp_path / "missing.wav", "--name", "A") == 3
    assert learn(tmp_path / "a.wav", "--name", "!?") == 3
    with pytest.raises(SystemExit, match="2"):
        learn(tmp_path / "a.wav")
