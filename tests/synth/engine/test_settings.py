"""What is set is heard, saved and refused."""

import numpy as np
import pytest

from synth.errors import ConfigError, PresetError
from synth.events import AllSoundOff, NoteOn, PitchBend, SetParameter, SetTimbre
from synth.units import pitch_to_hz

DARKEST = tuple(np.linspace(1.0, -1.0, 8))  # of the tiny instrument


def test_bend_tune_and_concert_pitch_move_sounding_notes(
    engine, rendered, set_real, frequency_hz, cents
):
    engine.post(NoteOn(pitch=60, velocity=0.8))
    set_real(engine, "pitch/bend_range", 12.0)
    engine.post(PitchBend(value=0.25))
    rendered(engine, 0.1)
    assert cents(frequency_hz(rendered(engine, 0.3)[:, 0]), pitch_to_hz(63)) == pytest.approx(
        0, abs=5
    )
    engine.post(PitchBend(value=0.0))
    set_real(engine, "pitch/tune", -40.0)
    set_real(engine, "main/a4_hz", 450.0)
    rendered(engine, 0.1)
    wanted_hz = pitch_to_hz(59.6, a4_hz=450.0)
    assert cents(frequency_hz(rendered(engine, 0.3)[:, 0]), wanted_hz) == pytest.approx(0, abs=5)


@pytest.mark.parametrize("name", ["amp/volume", "amp/expression", "main/volume"])
def test_levels_are_decibels(engine, name, rendered, set_real, level):
    set_real(engine, name, 0.0)
    engine.post(NoteOn(pitch=60, velocity=0.2))
    loud = rendered(engine, 0.2)[9000:]
    engine.post(AllSoundOff())
    rendered(engine, 0.1)
    set_real(engine, name, -12.0)
    rendered(engine, 0.1)
    engine.post(NoteOn(pitch=60, velocity=0.2))
    soft = rendered(engine, 0.2)[9000:]
    assert 20 * np.log10(level(soft) / level(loud)) == pytest.approx(-12.0, abs=0.1)


def test_parts_are_set_apart(engine, rendered, set_real, frequency_hz, cents):
    set_real(engine, "amp/pan", -1.0, part=1)
    set_real(engine, "amp/pan", 1.0, part=2)
    engine.post(NoteOn(pitch=57, velocity=0.8, part=1))
    engine.post(NoteOn(pitch=69, velocity=0.8, part=2))
    left, right = rendered(engine, 0.4)[4800:].T
    assert cents(frequency_hz(left), pitch_to_hz(57)) == pytest.approx(0, abs=5)
    assert cents(frequency_hz(right), pitch_to_hz(69)) == pytest.approx(0, abs=5)


def test_a_timbre_is_heard_in_the_next_note(engine, rendered):
    def play():
        engine.post(NoteOn(pitch=60, velocity=0.8))
        out = rendered(engine, 0.2)[:, 0]
        engine.post(AllSoundOff())
        rendered(engine, 0.05)
        return np.abs(np.fft.rfft(out))

    engine.post(SetTimbre(latent=DARKEST))
    before, again = play(), play()
    np.testing.assert_allclose(again, before, atol=1e-3 * before.max())
    engine.post(SetTimbre(latent=tuple(-np.array(DARKEST))))
    assert np.abs(play() - before).max() > 0.02 * before.max()


def test_a_held_note_crosses_to_the_timbre_of_its_part(make_engine, rendered, set_real, latent_of):
    engine, other = make_engine(), make_engine()
    for each in (engine, other):
        set_real(each, "timbre/morph_ms", 50.0)
    other.post(SetTimbre(latent=latent_of(other, "Bright")))
    for each in (engine, other):
        each.post(NoteOn(pitch=60, velocity=0.8))
        rendered(each, 0.2)
    engine.post(SetTimbre(latent=latent_of(engine, "Bright")))
    rendered(engine, 0.4)
    rendered(other, 0.4)
    found, expected = (np.abs(np.fft.rfft(rendered(e, 0.2)[:, 0])) for e in (engine, other))
    peaks = [round(pitch_to_hz(60) * n * 0.2) for n in (1, 2, 3)]
    for peak in peaks:
        a, b = (spectrum[peak - 2 : peak + 3].max() for spectrum in (found, expected))
        assert 20 * np.log10(a / b) == pytest.approx(0.0, abs=1.0)
    assert engine.stats().cache.n_held == 1


def test_a_moving_pad_leaves_no_queue_behind(engine, rendered, latent_of):
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rng = np.random.default_rng(5)
    for _ in range(30):
        engine.post(SetTimbre(latent=tuple(rng.standard_normal(8))))
        rendered(engine, 0.02)
        assert engine.stats().cache.n_held <= 2
    engine.post(SetTimbre(latent=latent_of(engine, "Dull")))
    rendered(engine, 1.0)
    n_struck = engine.stats().worker.n_struck
    rendered(engine, 0.5)
    assert engine.stats().worker.n_struck == n_struck
    assert engine.stats().cache.n_held == 1


def test_state_is_saved_and_loaded(make_engine, rendered, set_real, latent_of):
    engine, other = make_engine(), make_engine()
    set_real(engine, "amp/pan", 0.5, part=4)
    set_real(engine, "main/volume", -9.0)
    engine.post(SetTimbre(latent=latent_of(engine, "Middling"), part=4))
    other.load_state(engine.save_state())
    assert other.save_state() == engine.save_state()
    for each in (engine, other):
        each.post(NoteOn(pitch=60, velocity=0.8, part=4))
    assert (rendered(engine, 0.2) == rendered(other, 0.2)).all()


def test_a_state_that_is_refused_changes_nothing(engine):
    before = engine.save_state()
    with pytest.raises(PresetError):
        engine.load_state(before | {"parts": before["parts"][:3]})
    assert engine.save_state() == before


def test_another_sample_rate_keeps_pitch_and_settings(
    engine, rendered, set_real, frequency_hz, level, cents
):
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.1)
    set_real(engine, "amp/pan", 1.0)
    for rate in (44_100, 16_000, 96_000):
        engine.prepare(rate, 1024)
        assert engine.sample_rate == rate
        assert engine.n_blocks == 0
        assert engine.stats().cache.n_held == 0
        engine.post(NoteOn(pitch=60, velocity=0.8))
        left, right = rendered(engine, 0.4, 100).T
        assert level(left[rate // 100 :]) < 1e-3 * level(right)
        assert cents(frequency_hz(right, rate), pitch_to_hz(60)) == pytest.approx(0, abs=5)


@pytest.mark.parametrize(
    "event",
    [
        SetTimbre(latent=(1.0, 2.0)),
        SetTimbre(latent=(0.0,) * 8),
        SetParameter(name="amp/nothing", value=0.5),
    ],
)
def test_what_cannot_be_is_refused_and_the_engine_plays_on(engine, event, rendered, level):
    engine.post(NoteOn(pitch=60, velocity=0.8))
    with pytest.raises(ConfigError):
        engine.post(event)
    assert level(rendered(engine, 0.1)) > 1e-3
