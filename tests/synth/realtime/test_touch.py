import pytest

from synth.realtime import queue, touch, voices


@pytest.fixture
def play(arrays, address, make_command):
    def play(key, **values):
        serial = arrays.voices["serial"].max() + 1
        command = make_command(
            kind=queue.START, key=key, pitch=key, value=1.0, serial=serial, **values
        )
        voices.start_note(address, command[0])
        i = int(arrays.voices["serial"].argmax())
        voices.begin_sound(address, i)
        arrays.voices["peak"][i] = 0.1
        return i

    return play


def is_released(arrays, i):
    return bool(arrays.voices["release_at"][i] != voices.NEVER)


def test_sostenuto_holds_the_keys_that_are_down_and_no_later_ones(arrays, address, play):
    before = play(60.0)
    touch.move_sostenuto(address, 0, True)
    after = play(64.0)
    for key in (60.0, 64.0):
        voices.release_note(address, 0, -1, key)
    assert not is_released(arrays, before)
    assert is_released(arrays, after)
    touch.move_sostenuto(address, 0, False)
    assert is_released(arrays, before)


def test_a_note_held_by_both_pedals_ends_with_the_last(arrays, address, play):
    note = play(60.0)
    touch.move_sostenuto(address, 0, True)
    voices.move_pedal(address, 0, True)
    voices.release_note(address, 0, -1, 60.0)
    touch.move_sostenuto(address, 0, False)
    assert not is_released(arrays, note)
    voices.move_pedal(address, 0, False)
    assert is_released(arrays, note)


def test_a_key_is_pressed_and_no_other(arrays, address, play):
    pressed, other, elsewhere = play(60.0), play(64.0), play(60.0, part=1)
    touch.press_key(address, 0, 60.0, 0.75)
    assert list(arrays.voices["pressure"][[pressed, other, elsewhere]]) == [0.75, 0.0, 0.0]


def test_a_note_is_retuned_by_its_number(arrays, address, play):
    note = play(60.0)
    touch.retune(address, arrays.voices["serial"][note], 0.75, 60.5)
    assert arrays.voices["step"][note] == 0.75
    assert arrays.voices["pitch"][note] == 60.5


def test_a_part_that_plays_alone_has_one_note(arrays, address, play):
    first = play(60.0, index=queue.MONO)
    play(64.0, index=queue.MONO)
    assert arrays.voices["state"][first] == voices.FADING


def test_a_tied_note_has_no_attack_and_slides_from_the_one_before(arrays, address, play):
    arrays.parts["glide_s"] = 0.1
    first = play(60.0, index=queue.TIED)
    arrays.voices["level"][first] = 1.0
    tied = play(67.0, index=queue.TIED)
    assert arrays.voices["entry"][tied] == 0.0
    assert arrays.voices["first_hop"][tied] == 1  # of two in this small engine
    assert arrays.voices["level"][tied] == 1.0
    assert arrays.voices["glide"][tied] == pytest.approx(-7.0)
    assert arrays.voices["glide_step"][tied] == pytest.approx(7.0 / 100)


def test_an_untied_note_of_a_tied_part_does_not_slide(arrays, address, play):
    arrays.parts["glide_s"] = 0.1
    play(60.0, index=queue.TIED)
    voices.release_note(address, 0, -1, 60.0)
    later = play(67.0, index=queue.TIED)
    assert arrays.voices["glide"][later] == 0.0
    assert arrays.voices["entry"][later] == 1.0
