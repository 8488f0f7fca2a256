import argparse

import pytest

from synth.commands import arguments


def test_edges_speak_midi_and_the_inside_counts_from_0_to_1():
    assert arguments.pitch("60") == 60.0
    assert arguments.velocity("127") == 1.0
    assert arguments.seconds("0.5") == 0.5


@pytest.mark.parametrize(
    ("read", "word"),
    [
        (arguments.pitch, "128"),
        (arguments.pitch, "-1"),
        (arguments.pitch, "c4"),
        (arguments.velocity, "0"),
        (arguments.velocity, "128"),
        (arguments.seconds, "-1"),
        (arguments.seconds, "nan"),
        (arguments.seconds, "inf"),
    ],
)
def test_what_is_out_of_range_is_named_with_its_range(read, word):
    with pytest.raises(argparse.ArgumentTypeError, match=rf"'{word}': expected .* from"):
        read(word)


def test_a_preset_and_a_timbre_exclude_each_other(capsys):
    parser = argparse.ArgumentParser()
    arguments.add_offline_sound(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--preset", "a", "--timbre", "b"])
    assert "not allowed with" in capsys.readouterr().err


def test_a_backend_is_one_of_those_that_there_are(capsys):
    parser = argparse.ArgumentParser()
    arguments.add_backend(parser)
    assert vars(parser.parse_args([])) == {"backend": "auto", "device": "cpu"}
    with pytest.raises(SystemExit):
        parser.parse_args(["--backend", "tensorflow"])
    assert "torchscript" in capsys.readouterr().err


def test_a_flag_that_is_not_given_leaves_it_to_the_settings_file():
    parser = argparse.ArgumentParser()
    arguments.add_backend(parser, is_from_settings=True)
    assert vars(parser.parse_args(["--device", "cuda"])) == {"backend": None, "device": "cuda"}
