import numpy as np
import pytest

from synth.realtime import envelope

VOICE = np.dtype([("stage", np.int64), ("level", np.float64)])
PART = np.dtype(
    [
        ("attack_step", np.float64),
        ("decay_factor", np.float64),
        ("sustain", np.float64),
        ("release_factor", np.float64),
    ]
)


def make_voice(stage=envelope.ATTACK, level=0.0):
    voice = np.zeros(1, VOICE)
    voice["stage"], voice["level"] = stage, level
    return voice


def make_part(attack_s=0.0, decay_s=1.0, sustain=1.0, release_s=0.1, sample_rate=100):
    part = np.zeros(1, PART)
    part["attack_step"] = envelope.attack_step(attack_s, sample_rate)
    part["decay_factor"] = envelope.fall_factor(decay_s, sample_rate)
    part["sustain"] = sustain
    part["release_factor"] = envelope.fall_factor(release_s, sample_rate)
    return part


def written(voice, part, n_samples, block_size=None):
    out = np.zeros(n_samples, np.float32)
    for first in range(0, n_samples, block_size or n_samples):
        envelope.write_envelope(voice[0], part[0], out[first : first + (block_size or n_samples)])
    return out


def test_attack_is_a_line():
    out = written(make_voice(), make_part(attack_s=0.04), 5)
    np.testing.assert_allclose(out, [0.25, 0.5, 0.75, 1.0, 1.0], atol=1e-6)


def test_without_attack_the_first_sample_is_full():
    assert written(make_voice(), make_part(), 1)[0] == 1.0


def test_decay_arrives_at_sustain_in_its_time():
    out = written(make_voice(), make_part(decay_s=0.05, sustain=0.5), 8)
    # Sample 0 is the top, 5 samples later it is there; a capacitor's curve falls fast first.
    assert out[0] == 1.0
    assert out[4] == pytest.approx(0.5, abs=0.01)
    assert out[5] == out[7] == 0.5
    assert out[1] - out[2] > out[3] - out[4] > 0


def test_release_reaches_silence_within_release_time():
    voice = make_voice(envelope.RELEASE, 1.0)
    out = written(voice, make_part(release_s=0.1), 12)
    assert out[9] == pytest.approx(0.0, abs=1e-6)
    assert out[8] > 0.0
    assert voice["stage"][0] == envelope.ENDED
    assert (out[10:] == 0.0).all()


def test_release_starts_from_where_the_attack_was():
    voice = make_voice()
    part = make_part(attack_s=1.0)
    before = written(voice, part, 30)[-1]
    voice["stage"] = envelope.RELEASE
    assert 0.0 < written(voice, part, 1)[0] < before == pytest.approx(0.3)


def test_raised_sustain_is_approached_without_a_jump():
    voice = make_voice(envelope.DECAY, 0.5)
    out = written(voice, make_part(decay_s=1.0, sustain=1.0), 200)
    assert np.abs(np.diff(out, prepend=0.5)).max() < 0.05
    assert out[-1] == pytest.approx(1.0, abs=1e-3)


def test_block_size_changes_nothing():
    part = make_part(attack_s=0.1, decay_s=0.3, sustain=0.4)
    assert (written(make_voice(), part, 90) == written(make_voice(), part, 90, 7)).all()
