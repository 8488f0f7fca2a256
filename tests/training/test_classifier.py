"""A judge that learns tones in seconds, and files that say what they are."""

import json

import numpy as np
import pytest
import torch

from synth.errors import InputFileError
from training.classifier import (
    ClassifierConfig,
    load_classifier,
    read_images,
    save_classifier,
    train_classifier,
)


@pytest.fixture
def path(tone_classifier, tmp_path):
    save_classifier(tone_classifier, tmp_path / "judge.safetensors")
    return tmp_path / "judge.safetensors"


def test_it_names_far_more_pitches_and_velocities_than_chance(tone_classifier):
    facts = tone_classifier.facts
    print({name: value for name, value in facts.items() if name.startswith("held_out")})
    # By chance it would be 4 % and 50 %; families of two instruments are too few to learn from.
    assert facts["held_out_pitch_accuracy"] >= 0.3
    assert facts["held_out_velocity_accuracy"] >= 0.7
    assert tone_classifier.facts["n_held_out"] == 32


def test_what_is_read_back_judges_alike(tone_classifier, tone_set, path):
    loaded = load_classifier(path)
    images = read_images(tone_set, np.arange(0, 96, 7)) / 255.0
    expected, found = tone_classifier.judge(images), loaded.judge(images)
    assert torch.allclose(expected.pitch, found.pitch, atol=1e-4)
    assert torch.allclose(expected.features, found.features, atol=1e-4)
    assert loaded.velocities == [50, 100]
    assert loaded.fits(tone_set)


def test_it_is_small(path):
    assert path.stat().st_size < 2_000_000


def test_a_damaged_file_is_refused(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputFileError, match="is damaged"):
        load_classifier(path)


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(InputFileError, match="train-classifier"):
        load_classifier(tmp_path / "none.safetensors")


def test_another_version_is_refused(path):
    facts = path.with_suffix(".json")
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"format_version": 99}))
    with pytest.raises(InputFileError, match="format version"):
        load_classifier(path)


def test_the_same_seed_gives_the_same_judge(tone_set):
    config = ClassifierConfig(n_images=64, batch_size=32)
    one, two = (train_classifier(tone_set, config).network.state_dict() for _ in range(2))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_progress_reaches_the_end(tone_set):
    told = {}
    train_classifier(tone_set, ClassifierConfig(n_images=32, batch_size=32), told.__setitem__)
    assert told == {"reading notes": 1.0, "training the classifier": 1.0}
