from synth.events import NoteOff, NoteOn
from synth.held_keys import HeldKeys


def key(pitch, note_id=None):
    return NoteOn(pitch=pitch, velocity=0.5, note_id=note_id)


def test_the_key_before_sounds_again_when_the_last_one_is_let_go():
    keys = HeldKeys()
    assert [keys.press(key(pitch)) for pitch in (60, 64, 67)] == [False, True, True]
    assert keys.lift(NoteOff(pitch=67)) == (False, key(64))
    assert keys.lift(NoteOff(pitch=60)) == (False, None)  # it did not sound
    assert keys.lift(NoteOff(pitch=64)) == (True, None)


def test_keys_are_named_by_their_id_where_they_have_one():
    keys = HeldKeys()
    keys.press(key(60, note_id=1))
    keys.press(key(60, note_id=2))
    assert keys.lift(NoteOff(note_id=2)) == (False, key(60, note_id=1))


def test_a_release_of_nothing_is_passed_on_and_clearing_forgets():
    keys = HeldKeys()
    assert keys.lift(NoteOff(pitch=60)) == (True, None)
    keys.press(key(60))
    keys.clear()
    assert not keys.press(key(62))


def test_notes_that_nobody_releases_do_not_pile_up():
    keys = HeldKeys()
    for note_id in range(10_000):
        keys.press(key(60, note_id=note_id))
    assert len(keys._keys) < 1_000
    assert keys.lift(NoteOff(note_id=9_999)) == (False, key(60, note_id=9_998))
