"""Notes as the player sounds them: encoded tones come back, generated ones are what is played."""

from pathlib import Path

import numpy as np
import pytest

from synth.notes.instrument import Instrument
from synth.representation import GANSYNTH_LINEAR, LIVE, encode
from training.evaluation_sources import of_instrument
from training.metrics.played import NoteList, PlayerDecoder, sound_all, sound_notes
from training.metrics.sound import level_db, start_s


def tone(rate, n_samples):
    seconds = np.arange(n_samples) / rate
    return 0.3 * np.sin(2 * np.pi * 440.0 * seconds)


@pytest.mark.parametrize("spec", [LIVE, GANSYNTH_LINEAR], ids=["live", "gansynth"])
def test_an_encoded_tone_comes_back_at_its_level_and_in_time(spec):
    audio = tone(spec.sample_rate, spec.n_samples)
    made = PlayerDecoder(spec).decode(encode(audio, spec))
    middle = slice(16_000, 48_000)
    assert level_db(made[middle]) == pytest.approx(level_db(audio[middle]), abs=0.5)
    spectrum = np.abs(np.fft.rfft(made[middle]))
    assert np.argmax(spectrum) / 2.0 == pytest.approx(440.0, abs=0.5)
    if spec is LIVE:
        # The player makes onsets from the frames before a padding as long as half a window.
        assert start_s(made, spec.sample_rate) < 0.01


@pytest.fixture
def source_and_notes(tone_instrument: Path):
    source = of_instrument(Instrument.load(tone_instrument))
    latents = np.stack([source.timbres["Harp"], source.timbres["Oboe"], source.timbres["Harp"]])
    velocities = np.array([0.3, 0.6, 0.9], np.float32)
    return source, NoteList(latents=latents, pitches=np.array([50, 60, 70]), velocities=velocities)


def test_many_threads_make_what_one_makes(source_and_notes):
    source, notes = source_and_notes
    decoder = PlayerDecoder(source.spec)
    together = sound_all(source, decoder, notes)
    alone = [decoder.decode(image) for image in source.generate(notes)]
    np.testing.assert_array_equal(together, np.stack(alone))
    assert together.shape == (3, decoder.n_samples)


def test_every_note_is_heard_once_and_progress_reaches_the_end(source_and_notes):
    source, notes = source_and_notes
    heard, told = [], []
    sound_notes(
        source, PlayerDecoder(source.spec), notes, lambda i, _: heard.append(i), told.append
    )
    assert sorted(heard) == [0, 1, 2]
    assert told == pytest.approx([1 / 3, 2 / 3, 1.0])
