"""What is heard: the same notes by all, of one length and loudness."""

import numpy as np
import pytest

from synth.errors import ConfigError, InputFileError
from training.listening.stimuli import RECORDING, choose_asked, make_stimuli, open_systems
from training.listening.trials import loudness_lufs
from training.metrics.played import PlayerDecoder


@pytest.fixture
def opened(tone_instrument, tone_run):
    return open_systems([tone_instrument], [tone_run])


def test_a_run_of_the_instruments_name_is_told_apart(opened):
    assert list(opened[0]) == ["tones", "tones 2"]


def test_held_out_recordings_take_part_at_the_same_loudness(opened, tone_set):
    systems, instrument = opened
    asked = choose_asked(systems, instrument, tone_set, 3, seed=0)
    assert {note.row for note in asked} <= set(tone_set.split.valid)
    stimuli = make_stimuli(systems, asked, tone_set, PlayerDecoder(instrument.spec))
    assert [note.name for note in asked] == [stimulus.name for stimulus in stimuli]
    for stimulus in stimuli:
        assert set(stimulus.sounds) == {"tones", "tones 2", RECORDING}
        assert len({len(sound) for sound in stimulus.sounds.values()}) == 1
        loudness = [loudness_lufs(sound, 16_000) for sound in stimulus.sounds.values()]
        assert np.ptp(loudness) < 0.2
        assert all(sound[-1] == 0.0 for sound in stimulus.sounds.values())


def test_without_recordings_notes_are_drawn_from_the_common_timbres(opened):
    asked = choose_asked(*opened, None, 20, seed=1)
    assert {note.timbre for note in asked} == {"Harp", "Oboe"}
    assert all(45 <= note.pitch <= 72 for note in asked)
    assert {note.velocity for note in asked} == {50, 100}


def test_one_system_alone_is_refused(opened):
    systems, instrument = opened
    alone = {"tones": systems["tones"]}
    asked = choose_asked(alone, instrument, None, 2, seed=0)
    with pytest.raises(ConfigError, match="two systems"):
        make_stimuli(alone, asked, None, PlayerDecoder(instrument.spec))


def test_systems_without_a_common_timbre_are_refused(opened):
    from dataclasses import replace

    systems, instrument = opened
    strange = replace(systems["tones 2"], timbres={"Tuba": systems["tones"].timbres["Harp"]})
    with pytest.raises(InputFileError, match="no timbre in common"):
        choose_asked({"a": systems["tones"], "b": strange}, instrument, None, 2, seed=0)
