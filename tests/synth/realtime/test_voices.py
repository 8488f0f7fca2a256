import numpy as np
import pytest

from synth.realtime import queue, voices
from synth.realtime.envelope import RELEASE


def strike(arrays, address, make_command, key, *, at=None, **values):
    if at is not None:
        arrays.engine["clock"] = at
    serial = arrays.voices["serial"].max() + 1
    command = make_command(kind=queue.START, key=key, value=1.0, serial=serial, **values)
    voices.start_note(address, command[0])
    return np.argmax(arrays.voices["serial"])


def begin(arrays, address, i, *, peak=0.1):
    voices.begin_sound(address, i)
    arrays.voices["peak"][i] = peak


def retired_slots(arrays):
    notes = iter(lambda: queue.pop_retired(arrays.retired, arrays.retired_ends), (-1, -1))
    return sorted(slot for _, slot in notes)


@pytest.fixture
def play(arrays, address, make_command):
    def play(key, *, at=None, peak=0.1, **values):
        i = strike(arrays, address, make_command, key, at=at, **values)
        begin(arrays, address, i, peak=peak)
        return i

    return play


def test_a_struck_note_waits_and_then_sounds(arrays, address, make_command):
    i = strike(arrays, address, make_command, 60.0, slot=3, part=2)
    assert arrays.voices["state"][i] == voices.WAITING
    assert arrays.voices["slot"][i] == 3
    begin(arrays, address, i)
    assert arrays.voices["state"][i] == voices.SOUNDING


def test_the_fifth_note_steals_with_a_fade_and_stays_within_the_limit(arrays, play):
    for n, key in enumerate((40.0, 60.0, 62.0, 64.0)):
        play(key, at=1000 * n)
    play(66.0, at=5000)
    states = arrays.voices["state"]
    assert (states == voices.SOUNDING).sum() == 4
    assert (states == voices.FADING).sum() == 1
    assert arrays.engine["n_steals"] == 1


def test_released_notes_are_stolen_before_pedalled_before_held(arrays, address, play):
    released, pedalled, held = (play(key, at=n) for n, key in enumerate((60.0, 62.0, 64.0)))
    play(50.0)  # the bass
    voices.move_pedal(address, 0, True)
    voices.release_note(address, 0, -1, 62.0)
    voices.move_pedal(address, 1, True)
    arrays.voices["is_held"][released] = 0
    stolen = []
    for _ in range(3):
        stolen.append(voices.choose_victim(arrays.voices, 9000, 1000.0))
        arrays.voices["state"][stolen[-1]] = voices.FADING
    assert stolen == [released, pedalled, held]


def test_among_equals_the_quiet_one_is_stolen(arrays, play):
    play(50.0, at=0)
    play(60.0, peak=0.2)
    quiet = play(62.0, peak=0.001)
    play(64.0, peak=0.3)
    assert voices.choose_victim(arrays.voices, 2000, 1000.0) == quiet


def test_the_held_bass_is_stolen_after_all_other_held_notes(arrays, play):
    bass = play(36.0, at=0, peak=1e-4)
    for key in (60.0, 62.0, 64.0):
        play(key, at=1000, peak=0.5)
    assert voices.choose_victim(arrays.voices, 3000, 1000.0) != bass


def test_a_chord_just_struck_is_never_stolen_while_there_is_another(arrays, address, play):
    old = play(80.0, at=0, peak=0.9)
    bass = play(36.0, at=0, peak=0.9)
    chord = [play(key, at=2000, peak=0.001) for key in (60.0, 62.0)]
    assert voices.choose_victim(arrays.voices, 2001, 1000.0) == old
    arrays.voices["state"][old] = voices.FADING
    assert voices.choose_victim(arrays.voices, 2001, 1000.0) == bass
    arrays.voices["state"][bass] = voices.FADING
    assert voices.choose_victim(arrays.voices, 2001, 1000.0) in chord


def test_with_every_spare_voice_fading_the_faintest_is_cut(arrays, play):
    for n in range(6):
        play(50.0 + n, at=100 * n, slot=n)
    assert (arrays.voices["state"] == voices.FADING).sum() == 2
    fading = np.nonzero(arrays.voices["state"] == voices.FADING)[0]
    arrays.voices["fade"][fading] = 0.9, 0.1
    expected_slot = arrays.voices["slot"][fading[1]]
    play(70.0, at=700, slot=7)
    assert arrays.engine["n_cuts"] == 1
    assert retired_slots(arrays) == [expected_slot]


def test_release_comes_at_once_once_a_note_has_begun(arrays, address, play):
    i = play(60.0, at=0)
    arrays.engine["clock"] = 500
    voices.release_note(address, 0, -1, 60.0)
    assert arrays.voices["release_at"][i] == 500
    assert voices.next_release(arrays.voices, 480, 64) == 20


def test_a_key_let_go_at_once_still_sounds_a_moment(arrays, address, play):
    i = play(60.0, at=100)
    voices.release_note(address, 0, -1, 60.0)
    assert arrays.voices["release_at"][i] == 100 + int(voices.MINIMUM_NOTE_S * 1000)


def test_a_late_note_is_as_long_as_it_was_held(arrays, address, make_command):
    i = strike(arrays, address, make_command, 60.0, at=0)
    arrays.engine["clock"] = 300
    voices.release_note(address, 0, -1, 60.0)
    arrays.engine["clock"] = 1000
    begin(arrays, address, i)
    assert arrays.voices["release_at"][i] == 1300


def test_pedal_holds_until_it_is_lifted(arrays, address, play):
    i = play(60.0, at=0)
    voices.move_pedal(address, 0, True)
    arrays.engine["clock"] = 200
    voices.release_note(address, 0, -1, 60.0)
    assert arrays.voices["release_at"][i] == voices.NEVER
    arrays.engine["clock"] = 400
    voices.move_pedal(address, 0, False)
    assert arrays.voices["release_at"][i] == 400


def test_pedal_of_another_part_holds_nothing(arrays, address, play):
    i = play(60.0, at=0)
    voices.move_pedal(address, 1, True)
    arrays.engine["clock"] = 200
    voices.release_note(address, 0, -1, 60.0)
    assert arrays.voices["release_at"][i] == 200


def test_striking_a_key_again_releases_its_old_note(arrays, play):
    old = play(60.0, at=0)
    other = play(64.0)
    play(60.0, at=900)
    assert arrays.voices["release_at"][old] == 900
    assert arrays.voices["release_at"][other] == voices.NEVER


def test_notes_with_ids_share_a_pitch_and_are_released_by_id(arrays, address, play):
    first, second = (play(60.0, at=0, note_id=n) for n in (11, 12))
    arrays.engine["clock"] = 500
    voices.release_note(address, 0, 12, 0.0)
    assert arrays.voices["release_at"][first] == voices.NEVER
    assert arrays.voices["release_at"][second] == 500


def test_all_notes_off_leaves_other_parts_alone(arrays, address, play):
    mine, other = play(60.0, at=0, part=0), play(60.0, part=1)
    arrays.engine["clock"] = 500
    voices.release_all(address, 0)
    assert arrays.voices["release_at"][mine] == 500
    assert arrays.voices["release_at"][other] == voices.NEVER
    voices.release_all(address, -1)
    assert arrays.voices["release_at"][other] == 500


def test_all_sound_off_fades_what_sounds_and_drops_what_waits(arrays, address, make_command, play):
    sounding = play(60.0, at=0, slot=1)
    waiting = strike(arrays, address, make_command, 62.0, slot=2)
    voices.silence_all(address, -1)
    assert arrays.voices["state"][sounding] == voices.FADING
    assert arrays.voices["state"][waiting] == voices.FREE
    assert retired_slots(arrays) == [2]


def test_every_slot_comes_back_exactly_once(arrays, address, play):
    for n in range(8):
        play(50.0 + n, at=1000 * n, slot=n)
    voices.silence_all(address, -1)
    for i in range(len(arrays.voices)):
        if arrays.voices["state"][i] != voices.FREE:
            voices.end_voice(address, i)
    assert retired_slots(arrays) == list(range(8))


def test_released_voices_are_not_waited_for(arrays, play):
    i = play(60.0, at=0)
    arrays.voices["release_at"][i] = 30
    arrays.voices["stage"][i] = RELEASE
    assert voices.next_release(arrays.voices, 10, 64) == 64
