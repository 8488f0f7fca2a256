"""Keys that are struck, held and let go."""

import numpy as np
import pytest

from synth.events import (
    AllNotesOff,
    AllSoundOff,
    NoteExpression,
    NoteOff,
    NoteOn,
    PitchBend,
    SetTimbre,
    SustainPedal,
)
from synth.units import pitch_to_hz

SAMPLE_RATE = 48_000


def test_a_note_sounds_from_its_sample_at_its_pitch(engine, rendered, frequency_hz, level, cents):
    engine.post(NoteOn(pitch=60, velocity=0.8), 1000)
    out = rendered(engine, 0.5)[:, 0]
    assert (out[:1000] == 0.0).all()
    assert level(out[1000:3000]) > 1e-3
    assert cents(frequency_hz(out[1000:]), pitch_to_hz(60)) == pytest.approx(0, abs=5)
    assert engine.stats().held_frames == 0


@pytest.mark.parametrize("pitch", [40, 56, 60.5, 69.99, 70, 85, 100])
def test_pitches_between_and_beyond_the_trained_ones_are_in_tune(
    engine, pitch, rendered, frequency_hz, cents
):
    engine.post(NoteOn(pitch=pitch, velocity=0.8))
    out = rendered(engine, 0.6)[4800:, 0]
    assert cents(frequency_hz(out), pitch_to_hz(pitch)) == pytest.approx(0, abs=5)


def test_the_same_events_give_the_same_bits(make_engine, rendered, latent_of):
    def play():
        engine = make_engine()
        for n, pitch in enumerate((57, 61, 64, 69, 57.3, 72)):
            engine.post(NoteOn(pitch=pitch, velocity=0.3 + 0.1 * n, part=n % 3), 137 * n)
        engine.post(PitchBend(value=0.5, part=1), 4000)
        first = rendered(engine, 0.1)
        engine.post(SetTimbre(latent=latent_of(engine, "Bright"), part=2))
        engine.post(NoteOff(pitch=61, part=1), 20)
        return np.concatenate([first, rendered(engine, 0.6)])

    assert (play() == play()).all()


def test_block_size_is_not_heard(make_engine, rendered):
    renders = []
    for block_size in (480, 64, 4096):
        engine = make_engine()
        engine.post(NoteOn(pitch=60, velocity=0.8), 10)
        engine.post(NoteOff(pitch=60), 40)
        out = np.concatenate([rendered(engine, 0.0853333, block_size) for _ in range(3)])
        renders.append(out[:12_288])
    n = min(map(len, renders))
    for other in renders[1:]:
        np.testing.assert_allclose(other[:n], renders[0][:n], atol=1e-5)


def test_live_sounds_as_offline(make_engine, rendered, wait_for):
    offline = make_engine()
    offline.post(NoteOn(pitch=62, velocity=0.7))
    expected = rendered(offline, 0.4)
    live = make_engine(is_offline=False)
    live.post(NoteOn(pitch=62, velocity=0.7))
    wait_for(lambda: live.stats().worker.n_tiles == 3)
    found = rendered(live, 0.4)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_harder_is_louder(engine, rendered, level):
    levels = []
    for velocity in (1, 5, 12, 25, 50, 75, 100, 127):
        engine.post(NoteOn(pitch=60, velocity=velocity / 127))
        levels.append(level(rendered(engine, 0.1)[:, 0]))
        engine.post(AllSoundOff())
        rendered(engine, 0.05)
    assert (np.diff(levels) > 0).all()


def test_a_strike_without_velocity_is_a_release(engine, rendered, level):
    engine.post(NoteOn(pitch=60, velocity=0.8))
    loud = level(rendered(engine, 0.1))
    engine.post(NoteOn(pitch=60, velocity=0.0))
    rendered(engine, 0.4)
    assert level(rendered(engine, 0.1)) < loud * 1e-4
    assert engine.n_voices == 0


def test_release_takes_its_time_and_gives_the_slot_back(engine, rendered, set_real, level):
    set_real(engine, "amp/release", 0.2)
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.2)
    engine.post(NoteOff(pitch=60))
    out = rendered(engine, 0.3)[:, 0]
    assert level(out[:480]) > 1e-3
    assert (out[round(0.2 * SAMPLE_RATE) + 64 :] == 0.0).all()
    assert engine.n_voices == 0
    rendered(engine, 0.01)
    assert engine.stats().cache.n_held == 0


def test_pedal_holds_and_lets_go(engine, rendered):
    engine.post(SustainPedal(is_down=True))
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.1)
    engine.post(NoteOff(pitch=60))
    rendered(engine, 0.5)
    assert engine.n_voices == 1
    engine.post(SustainPedal(is_down=False))
    rendered(engine, 0.4)
    assert engine.n_voices == 0


def test_a_transposed_key_is_released_by_its_own_number(
    engine, rendered, set_real, frequency_hz, cents
):
    set_real(engine, "pitch/transpose", 7)
    engine.post(NoteOn(pitch=57, velocity=0.8))
    out = rendered(engine, 0.3)[4800:, 0]
    assert cents(frequency_hz(out), pitch_to_hz(64)) == pytest.approx(0, abs=5)
    engine.post(NoteOff(pitch=57))
    rendered(engine, 0.4)
    assert engine.n_voices == 0


def test_notes_of_one_pitch_are_told_apart_by_id(engine, rendered, frequency_hz, level, cents):
    engine.post(NoteOn(pitch=60, velocity=0.8, note_id=1))
    engine.post(NoteOn(pitch=60, velocity=0.8, note_id=2))
    rendered(engine, 0.1)
    engine.post(NoteOff(note_id=1))
    rendered(engine, 0.4)
    assert engine.n_voices == 1
    engine.post(NoteExpression(note_id=2, kind="pitch", value=12.0))
    out = rendered(engine, 0.4)[4800:, 0]
    assert cents(frequency_hz(out), pitch_to_hz(72)) == pytest.approx(0, abs=8)
    engine.post(NoteExpression(note_id=2, kind="pan", value=1.0))
    rendered(engine, 0.1)
    left, right = rendered(engine, 0.1).T
    assert level(left) < 1e-3 * level(right)


@pytest.mark.parametrize("note_id", [0, -1, -(2**40), 2**63 - 1, 2**70])
def test_any_whole_number_is_an_id(engine, note_id, rendered, frequency_hz, cents):
    engine.post(NoteOn(pitch=60, velocity=0.8, note_id=note_id))
    engine.post(NoteOn(pitch=64, velocity=0.8))
    rendered(engine, 0.1)
    engine.post(NoteOff(note_id=note_id))
    out = rendered(engine, 0.5)[-9600:, 0]
    assert cents(frequency_hz(out), pitch_to_hz(64)) == pytest.approx(0, abs=8)


def test_panic_silences_at_once_and_softly_lets_go(engine, rendered):
    for pitch in (57, 60, 64):
        engine.post(NoteOn(pitch=pitch, velocity=0.8, part=pitch % 3))
    rendered(engine, 0.1)
    engine.post(AllNotesOff(part=0))
    rendered(engine, 0.4)
    assert engine.n_voices == 1  # keys 57 and 60 were on part 0
    engine.post(SustainPedal(is_down=True, part=1))
    engine.post(AllSoundOff())
    out = rendered(engine, 0.1)
    assert (out[1000:] == 0.0).all()
    assert engine.n_voices == 0
