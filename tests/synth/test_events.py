import math

import pytest

from synth import events
from synth.errors import ConfigError


def test_events_are_values():
    assert events.NoteOn(pitch=60, velocity=0.5) == events.NoteOn(pitch=60, velocity=0.5)
    assert events.NoteOn(pitch=60, velocity=0.5) != events.NoteOn(pitch=60, velocity=0.5, part=1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: events.NoteOn(pitch=math.nan, velocity=0.5),
        lambda: events.NoteOn(pitch=60, velocity=1.01),
        lambda: events.NoteOn(pitch=60, velocity=0.5, part=16),
        events.NoteOff,
        lambda: events.NoteOff(pitch=math.inf),
        lambda: events.SustainPedal(is_down=True, part=-1),
        lambda: events.SostenutoPedal(is_down=True, part=16),
        lambda: events.SoftPedal(is_down=True, part=-1),
        lambda: events.PitchBend(value=1.5),
        lambda: events.ChannelPressure(value=-0.1),
        lambda: events.ChannelPressure(value=0.5, part=16),
        lambda: events.KeyPressure(pitch=math.nan, value=0.5),
        lambda: events.KeyPressure(pitch=60, value=1.1),
        lambda: events.SetTuning(cents_of_pitch=(0.0,) * 127),
        lambda: events.SetTuning(cents_of_pitch=(*(0.0,) * 127, math.inf)),
        lambda: events.SetParameter(name="amp/volume", value=-0.1),
        lambda: events.TurnController(name="amp/volume", value=1.1),
        lambda: events.SetTimbre(latent=()),
        lambda: events.SetTimbre(latent=(0.0, math.nan)),
        lambda: events.NoteExpression(note_id=1, kind="wobble", value=0.0),
        lambda: events.NoteExpression(note_id=1, kind="pan", value=2.0),
        lambda: events.NoteExpression(note_id=1, kind="pitch", value=math.nan),
        lambda: events.AllNotesOff(part=16),
        lambda: events.AllSoundOff(part=-1),
    ],
)
def test_what_nobody_can_play_is_refused(make):
    with pytest.raises(ConfigError):
        make()


def test_a_refusal_says_what_it_got_and_what_it_wants():
    with pytest.raises(ConfigError, match=r"velocity 2\.0: expected 0 to 1"):
        events.NoteOn(pitch=60, velocity=2.0)


def test_pitches_beyond_midi_and_between_keys_are_pitches():
    assert events.NoteOn(pitch=-3.5, velocity=1.0).pitch == -3.5
    assert events.NoteExpression(note_id=1, kind="pitch", value=-48.0).value == -48.0


def test_panic_means_every_part_unless_one_is_named():
    assert events.AllNotesOff().part is None
    assert events.AllSoundOff(part=3).part == 3
