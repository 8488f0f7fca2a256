import argparse
import json

import numpy as np
import pytest

from synth.errors import ConfigError
from training.cli import add_export_command, add_train_command, parse_numbers
from training.data.collect import CollectConfig, SourceNote, collect


@pytest.mark.parametrize(
    ("text", "expected"),
    [("60", (60,)), ("21-24", (21, 22, 23, 24)), ("0-1,40,1", (0, 1, 40))],
)
def test_numbers_are_lists_of_numbers_and_ranges(text, expected):
    assert expected == parse_numbers(text)


@pytest.mark.parametrize("text", ["", "a", "1-", "-5", "9-8", "1,,2"])
def test_what_is_no_list_of_numbers_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError):
        parse_numbers(text)


def test_export_takes_a_run_and_says_how_well_the_forms_agree(monkeypatch, tmp_path, capsys):
    from training import export

    def export_run(run_dir, folder, **options):
        assert (run_dir, folder) == (tmp_path / "run", tmp_path / "out")
        assert options == {"name": "Mine", "licence": None, "boundaries": (8, 32)}
        return export.ExportReport(
            folder=folder,
            n_bytes=18_700_000,
            onnx_error=3e-6,
            torchscript_error=0.0,
            tile_error=0.0,
            native_error=2e-6,
            rounding_error=2e-3,
        )

    monkeypatch.setattr(export, "export_run", export_run)
    parser = argparse.ArgumentParser()
    add_export_command(parser.add_subparsers())
    words = ["--run", str(tmp_path / "run"), "--out", str(tmp_path / "out"), "--name", "Mine"]
    args = parser.parse_args(["export", *words, "--tiles", "8,32"])
    assert args.run(args) == 0
    assert "18.7 MB; largest errors: ONNX 3.0e-06" in capsys.readouterr().out


@pytest.fixture
def data(tmp_path):
    """A prepared set of eight sines, 4,288 samples each."""

    def sine(pitch):
        f0_hz = 440.0 * 2.0 ** ((pitch - 69) / 12)
        return np.float32(0.3 * np.sin(2 * np.pi * f0_hz * np.arange(4_288) / 16_000)), 16_000.0

    notes = [
        SourceNote(
            name=f"{pitch}",
            instrument="Sine",
            pitch=pitch,
            velocity=100,
            family="flute",
            source="acoustic",
            read=lambda pitch=pitch: sine(pitch),
        )
        for pitch in range(60, 68)
    ]
    collect(notes, tmp_path / "data", CollectConfig(seconds=0.268), {})
    return tmp_path / "data"


def train(data, run_dir, *words):
    parser = argparse.ArgumentParser()
    add_train_command(parser.add_subparsers())
    words = ("train", "--data", str(data), "--run", str(run_dir), "--device", "cpu", *words)
    args = parser.parse_args(words)
    return args.run(args)


def test_the_paper_s_recipe_is_a_config_like_any_other(data, tmp_path, capsys):
    sizes = (
        "spec.front_padding=64 spec.hop_length=64 spec.n_fft=256 spec.n_frames=64 spec.n_bins=64"
    )
    sizes += " network.filters_most=8 network.filters_base=512 network.latent_size=8 batch_size=4"
    sizes += " n_images=8 n_stable_images=1 n_transition_images=1"
    words = [word for setting in sizes.split() for word in ("--set", setting)]

    assert 0 == train(data, tmp_path / "run", "--config", "paper", *words)
    assert "8 images in" in capsys.readouterr().out

    config = tmp_path / "run/config.json"
    assert "paper" == json.loads(config.read_text())["name"]
    assert 0 == train(data, tmp_path / "again", "--config", str(config))


def test_a_run_can_begin_from_a_state(data, tmp_path):
    from training.checkpoint import load_run, save_training_state

    words = ("--config", "smoke", "--set", "adversarial.share=0.5")
    assert 0 == train(data, tmp_path / "first", *words)
    state = tmp_path / "state.safetensors"
    save_training_state(tmp_path / "first", state)

    assert 0 == train(data, tmp_path / "second", *words, "--start", str(state))
    origin = load_run(tmp_path / "second")[3]["start"]
    assert {"reconstruction": 4, "adversarial": 4} == origin["images"]
    with pytest.raises(ConfigError, match="--start is for the live network"):
        train(data, tmp_path / "third", "--config", "paper", "--start", str(state))


def test_data_of_another_rate_are_refused(data, tmp_path):
    with pytest.raises(ConfigError, match=r"16000 Hz.* wants 32000"):
        train(data, tmp_path, "--config", "smoke", "--set", "spec.sample_rate=32000")
