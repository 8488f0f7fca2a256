"""Each descriptor follows the thing it is named after, and is deaf to the level."""

import numpy as np
import pytest

from synth.notes.encoder import recording_magnitude
from synth.representation import LIVE
from training.descriptors import DESCRIPTORS, LOUDNESS, describe

PITCH = 60
HZ = 440.0 * 2.0 ** ((PITCH - 69) / 12)
TIME_S = np.arange(LIVE.n_samples) / LIVE.sample_rate
PLAIN = {k: k**-1.5 for k in range(1, 13)}


def note(gains=PLAIN, *, attack_s=0.0, decay=0.5, noise=0.0, tremolo=0.0, darkening=0.0):
    orders = np.array(list(gains))
    waves = np.sin(2 * np.pi * HZ * orders[:, None] * TIME_S + orders[:, None] ** 2)
    envelopes = np.exp(-darkening * (orders[:, None] - 1) * TIME_S)
    audio = np.array(list(gains.values())) @ (waves * envelopes)
    audio = audio + noise * np.random.default_rng(1).standard_normal(len(audio))
    audio = audio * np.exp(-decay * TIME_S) * (1.0 + tremolo * np.sin(2 * np.pi * 6.0 * TIME_S))
    if attack_s:
        audio = audio * np.minimum(1.0, TIME_S / attack_s)
    return 0.05 * audio


def described(audio):
    values = describe(recording_magnitude(audio, LIVE), PITCH, LIVE)
    return dict(zip([d.name for d in (LOUDNESS, *DESCRIPTORS)], values, strict=True))


BASE = described(note())


@pytest.mark.parametrize(
    ("name", "changed", "least"),
    [
        ("Brightness", note({k: k**-0.5 for k in range(1, 13)}), 0.2),
        ("Soft attack", note(attack_s=0.4), 3.0),
        ("Decay", note(decay=3.0), 20.0),
        ("Breath", note(noise=0.1), 10.0),
        ("Hollow", note({k: g * (0.2 if k % 2 == 0 else 1.0) for k, g in PLAIN.items()}), 10.0),
        ("Body", note({k: g * (3.0 if k == 1 else 1.0) for k, g in PLAIN.items()}), 9.0),
        ("Motion", note(tremolo=0.6), 0.3),
        ("Nasal", note({k: g * (4.0 if k in {4, 5, 6} else 1.0) for k, g in PLAIN.items()}), 5.0),
    ],
)
def test_a_descriptor_rises_with_what_it_is_named_after(name, changed, least):
    assert described(changed)[name] - BASE[name] >= least


def test_a_note_that_darkens_does_not_bloom():
    assert described(note(darkening=0.5))["Bloom"] < BASE["Bloom"] - 0.2


def test_only_the_loudness_follows_the_level():
    louder = described(2.0 * note())
    assert 6.02 == pytest.approx(louder.pop("loudness") - BASE["loudness"], abs=0.05)
    for name, value in louder.items():
        assert BASE[name] == pytest.approx(value, abs=0.05), name
