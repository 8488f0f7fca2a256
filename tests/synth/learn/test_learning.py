"""A recording of what the instrument can play is found again."""

import numpy as np
import pytest

from synth.errors import ConfigError, InputFileError
from synth.learn.learning import VELOCITY, learn_timbre, prepare_target
from synth.learn.recording import Recording, resample
from synth.notes.generators import OnnxGenerator
from synth.notes.latents import mutate, slerp
from synth.representation import decode


def played(instrument, latent, pitch) -> Recording:
    """What the instrument plays, as a recording."""
    generator = OnnxGenerator(instrument, warm_batches=())
    tiles = [
        generator.generate(tile, latent[None], np.array([pitch]), np.array([VELOCITY]))[0]
        for tile in generator.tiles
    ]
    audio = decode(np.concatenate(tiles, axis=1), instrument.spec)
    return Recording(audio=audio, sample_rate=instrument.spec.sample_rate)


@pytest.fixture(scope="module")
def latent(tiny_instrument):
    named = tiny_instrument.latents
    return mutate(slerp(named["Dull"], named["Bright"], 0.4), 0.2, 7)


@pytest.fixture(scope="module")
def recording(tiny_instrument, latent):
    return played(tiny_instrument, latent, 64)


def test_the_pitch_of_a_recording_is_found_and_its_cents_told(tiny_instrument, recording):
    target = prepare_target(recording, tiny_instrument, source="it")
    assert 64 == target.pitch
    assert abs(target.cents) < 10.0
    assert target.periodicity > 0.9


def test_a_recording_out_of_tune_is_compared_in_tune(tiny_instrument, recording):
    # Played back 30 cents too fast, at another rate.
    fast = resample(recording, recording.sample_rate * 2 ** (-0.3 / 12))
    detuned = Recording(audio=fast.audio, sample_rate=recording.sample_rate)
    target = prepare_target(resample(detuned, 44_100.0), tiny_instrument, source="it")
    assert 64 == target.pitch
    assert 30.0 == pytest.approx(target.cents, abs=8.0)


def test_what_the_instrument_played_is_found_again(tiny_instrument, recording, latent):
    target = prepare_target(recording, tiny_instrument, source="it")
    learned = learn_timbre(target, tiny_instrument)
    # Band levels of the tiny instrument differ by 10 dB and more between its named timbres.
    assert learned.error_db < learned.nearest_db
    assert learned.error_db < 1.5
    assert learned.nearest[0] in tiny_instrument.timbres
    assert learned.n_tried >= 50


def test_the_same_recording_gives_the_same_timbre(tiny_instrument, recording):
    target = prepare_target(recording, tiny_instrument, source="it")
    first, second = (learn_timbre(target, tiny_instrument).latent for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_an_encoder_is_asked_first(tiny_instrument, recording, latent):
    class Knows:
        def guess(self, picture):
            return latent

    target = prepare_target(recording, tiny_instrument, source="it")
    learned = learn_timbre(target, tiny_instrument, encoder=Knows())
    assert learned.guess_db < 1.5
    assert learned.error_db <= learned.guess_db


def test_noise_is_refused_unless_a_pitch_is_given(tiny_instrument):
    noise = 0.1 * np.random.default_rng(1).standard_normal(32_000).astype(np.float32)
    recording = Recording(audio=noise, sample_rate=16_000.0)
    with pytest.raises(InputFileError, match="--pitch"):
        prepare_target(recording, tiny_instrument, source="it")
    assert 60 == prepare_target(recording, tiny_instrument, pitch=60, source="it").pitch


def test_a_pitch_that_the_instrument_does_not_play_is_refused(tiny_instrument, recording):
    with pytest.raises(ConfigError, match="57 to 69"):
        prepare_target(recording, tiny_instrument, pitch=80, source="it")
    low = Recording(audio=recording.audio, sample_rate=recording.sample_rate / 2)
    with pytest.raises(InputFileError, match="57 to 69"):
        prepare_target(low, tiny_instrument, source="it")


def test_a_click_is_too_short(tiny_instrument):
    click = np.zeros(16_000, np.float32)
    click[8_000:8_200] = 0.5
    with pytest.raises(InputFileError, match="50 ms"):
        prepare_target(Recording(audio=click, sample_rate=16_000.0), tiny_instrument, source="it")
