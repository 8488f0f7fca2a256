import wave

import numpy as np
import pytest

from synth.cli import main


@pytest.fixture
def note(tiny_instrument_folder):
    """Run `gansynth note` on the tiny instrument."""

    def run(*words: object) -> int:
        return main(["note", *map(str, words), "--instrument", str(tiny_instrument_folder)])

    return run


def test_a_note_is_as_long_as_its_key_is_held_and_longer(note, tmp_path, capsys):
    out = tmp_path / "out.wav"
    assert note(out, "--pitch", 69, "--seconds", 0.5) == 0
    with wave.open(str(out)) as file:
        assert file.getframerate() == 48_000
        assert 24_000 < file.getnframes() < 3 * 48_000
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    assert 1000 < np.abs(samples).max() < 32_767
    assert f"{out}:" in capsys.readouterr().out


def test_the_same_words_give_the_same_bytes(note, tmp_path):
    words = ("--pitch", 60.5, "--velocity", 80, "--seconds", 0.2, "--timbre", "seed:3")
    note(tmp_path / "a.wav", *words)
    note(tmp_path / "b.wav", *words)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_another_seed_sounds_different(note, tmp_path):
    note(tmp_path / "a.wav", "--pitch", 60, "--seconds", 0.2, "--timbre", "seed:3")
    note(tmp_path / "b.wav", "--pitch", 60, "--seconds", 0.2, "--timbre", "seed:4")
    assert (tmp_path / "a.wav").read_bytes() != (tmp_path / "b.wav").read_bytes()


def test_the_sample_rate_is_the_files(note, tmp_path):
    note(tmp_path / "a.wav", "--pitch", 60, "--seconds", 0.1, "--sample-rate", 44_100)
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert file.getframerate() == 44_100


def test_a_timbre_that_is_not_there_is_wrong_usage(note, tmp_path, capsys):
    assert note(tmp_path / "a.wav", "--pitch", 60, "--timbre", "nothing") == 2
    assert "'nothing'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_parameter_can_be_set_for_it(note, tmp_path, capsys):
    words = ("--pitch", 60, "--seconds", 0.2)
    note(tmp_path / "a.wav", *words)
    note(tmp_path / "b.wav", *words, "--set", "pitch/transpose=5", "--set", "part/2/amp/pan=1")
    assert (tmp_path / "a.wav").read_bytes() != (tmp_path / "b.wav").read_bytes()
    assert note(tmp_path / "c.wav", *words, "--set", "pitch/transpose=99") == 2
    assert "expected -24 to 24 semitones" in capsys.readouterr().err
    assert not (tmp_path / "c.wav").exists()
