"""Tunings, pedals, pressure, one note at a time, and the room."""

import pytest

from synth.events import (
    AllSoundOff,
    ChannelPressure,
    KeyPressure,
    NoteOff,
    NoteOn,
    SetTuning,
    SoftPedal,
    SostenutoPedal,
)
from synth.units import pitch_to_hz


def test_a_tuning_moves_notes_that_sound_and_those_to_come(engine, rendered, frequency_hz, cents):
    tuned = [100.0 * key for key in range(128)]
    tuned[60] += 150.0
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.1)
    engine.post(SetTuning(cents_of_pitch=tuple(tuned)))
    sounding = rendered(engine, 0.5)[2400:, 0]
    engine.post(AllSoundOff())
    rendered(engine, 0.1)
    engine.post(NoteOn(pitch=60, velocity=0.8))
    struck = rendered(engine, 0.5)[2400:, 0]
    for out in (sounding, struck):
        assert cents(frequency_hz(out), pitch_to_hz(61.5)) == pytest.approx(0, abs=5)


def test_a_tuning_that_is_not_live_waits_for_the_next_strike(engine, rendered, frequency_hz, cents):
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.1)
    engine.post(SetTuning(cents_of_pitch=(6200.0,) * 128, is_live=False))
    out = rendered(engine, 0.4)[:, 0]
    assert cents(frequency_hz(out), pitch_to_hz(60)) == pytest.approx(0, abs=5)


def test_pressure_makes_a_note_louder_and_lifting_gives_it_back(engine, rendered, level):
    engine.post(NoteOn(pitch=60, velocity=0.5))
    rendered(engine, 0.2)
    levels = []
    for event in (
        ChannelPressure(value=0.0),
        ChannelPressure(value=1.0),
        ChannelPressure(value=0.0),
        KeyPressure(pitch=60, value=1.0),
    ):
        engine.post(event)
        rendered(engine, 0.05)
        levels.append(level(rendered(engine, 0.1)))
    assert levels[1] > 1.2 * levels[0]
    assert levels[2] < levels[0]  # it dies away
    assert levels[3] > 1.2 * levels[2]


def test_the_soft_pedal_softens_what_is_struck_while_it_is_down(engine, rendered, level):
    levels = []
    for is_down in (False, True):
        engine.post(SoftPedal(is_down=is_down))
        engine.post(NoteOn(pitch=60, velocity=0.8))
        levels.append(level(rendered(engine, 0.2)))
        engine.post(AllSoundOff())
        rendered(engine, 0.1)
    assert levels[1] < 0.9 * levels[0]


def test_sostenuto_keeps_the_chord_and_lets_the_melody_go(engine, rendered):
    engine.post(NoteOn(pitch=57, velocity=0.8))
    engine.post(SostenutoPedal(is_down=True), 10)
    engine.post(NoteOn(pitch=64, velocity=0.8), 20)
    engine.post(NoteOff(pitch=57), 30)
    engine.post(NoteOff(pitch=64), 40)
    rendered(engine, 1.0)
    assert engine.n_voices == 1
    engine.post(SostenutoPedal(is_down=False))
    rendered(engine, 1.0)
    assert engine.n_voices == 0


@pytest.mark.parametrize("mode", [1, 2], ids=["mono", "legato"])
def test_one_note_at_a_time_goes_back_to_the_key_that_is_still_down(
    engine, mode, rendered, set_real, frequency_hz, cents
):
    set_real(engine, "voice/mode", mode)
    for pitch in (60, 67):
        engine.post(NoteOn(pitch=pitch, velocity=0.8))
        rendered(engine, 0.2)
    assert engine.n_voices == 1
    found = frequency_hz(rendered(engine, 0.4)[:, 0])
    assert cents(found, pitch_to_hz(67)) == pytest.approx(0, abs=5)
    engine.post(NoteOff(pitch=67))
    rendered(engine, 0.2)
    found = frequency_hz(rendered(engine, 0.4)[:, 0])
    assert cents(found, pitch_to_hz(60)) == pytest.approx(0, abs=5)
    engine.post(NoteOff(pitch=60))
    rendered(engine, 1.5)
    assert engine.n_voices == 0


def test_a_glide_arrives_in_its_time(engine, rendered, set_real, frequency_hz, cents):
    set_real(engine, "voice/glide", 0.5)
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.2)
    engine.post(AllSoundOff())
    engine.post(NoteOn(pitch=67, velocity=0.8), 480)
    on_its_way = frequency_hz(rendered(engine, 0.2)[2400:, 0])
    assert pitch_to_hz(60.5) < on_its_way < pitch_to_hz(65)
    rendered(engine, 0.35)
    arrived = frequency_hz(rendered(engine, 0.4)[:, 0])
    assert cents(arrived, pitch_to_hz(67)) == pytest.approx(0, abs=5)


def test_the_room_rings_on_and_comes_to_rest(engine, rendered, set_real, level):
    set_real(engine, "reverb/send", 1.0)
    set_real(engine, "reverb/size", 0.5)
    set_real(engine, "amp/release", 0.01)
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.2)
    engine.post(AllSoundOff())
    rendered(engine, 0.02)
    assert engine.n_voices == 0
    assert level(rendered(engine, 0.1)) > 1e-4
    rendered(engine, 2.0)
    assert level(rendered(engine, 0.1)) == 0.0


def test_every_velocity_of_midi_is_louder_than_the_one_before_or_as_loud(
    engine, rendered, set_real, level
):
    set_real(engine, "voice/velocity_curve", 0.5)
    levels = []
    for velocity in (20, 40, 60, 80, 100, 127):
        engine.post(NoteOn(pitch=60, velocity=velocity / 127))
        levels.append(level(rendered(engine, 0.1)))
        engine.post(AllSoundOff())
        rendered(engine, 0.05)
    assert levels == sorted(levels)
