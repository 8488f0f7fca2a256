import numpy as np
import pytest

from synth.realtime import commands, queue, voices


@pytest.fixture
def post(arrays, make_command):
    def post(**values):
        assert queue.push_command(arrays.commands, arrays.command_ends, make_command(**values))
        arrays.engine["n_commands_seen"] += 1  # as if a block had looked

    return post


def test_a_command_waits_for_its_sample_and_ends_the_quantum(arrays, address, post):
    post(kind=queue.SET_MASTER, value=0.25, time=10)
    post(kind=queue.SET_MASTER, value=0.75, time=30)
    assert commands.apply_commands(address, 64) == 10
    assert arrays.engine["master_target"] == 1.0
    arrays.engine["clock"] = 10
    assert commands.apply_commands(address, 54) == 20
    assert arrays.engine["master_target"] == 0.25
    arrays.engine["clock"] = 30
    assert commands.apply_commands(address, 34) == 34
    assert arrays.engine["master_target"] == 0.75


def test_a_late_command_takes_effect_at_once(arrays, address, post):
    arrays.engine["clock"] = 1000
    post(kind=queue.SET_MASTER, value=0.5, time=3)
    assert commands.apply_commands(address, 64) == 64
    assert arrays.engine["master_target"] == 0.5


@pytest.mark.parametrize(
    ("index", "field", "value"),
    [
        (commands.VOLUME, "volume", 0.5),
        (commands.EXPRESSION, "expression", 0.25),
        (commands.PAN, "pan_target", -0.5),
        (commands.BEND, "bend_target", 2.0),
        (commands.SUSTAIN_LEVEL, "sustain", 0.7),
    ],
)
def test_values_reach_their_part_only(arrays, address, post, index, field, value):
    before = arrays.parts[field].copy()
    post(kind=queue.SET_PART, part=3, index=index, value=value)
    commands.apply_commands(address, 64)
    assert arrays.parts[field][3] == value
    assert (np.delete(arrays.parts[field], 3) == np.delete(before, 3)).all()


def test_times_become_factors_per_sample(arrays, address, post):
    for index in (commands.ATTACK_S, commands.DECAY_S, commands.RELEASE_S):
        post(kind=queue.SET_PART, part=0, index=index, value=0.1)
    commands.apply_commands(address, 64)
    part = arrays.parts[0]
    assert part["attack_step"] == pytest.approx(1 / 100)  # 0.1 s at 1000 Hz
    # -60 dB below the start after 100 samples, seen from the overshoot of -60 dB.
    assert part["decay_factor"] ** 100 == pytest.approx(1 / 1001)
    assert part["release_factor"] == part["decay_factor"]


def test_a_note_goes_through_start_pedal_and_release(arrays, address, post):
    post(kind=queue.START, key=60.0, part=2, slot=5, value=0.5)
    post(kind=queue.PEDAL, part=2, value=1.0)
    post(kind=queue.RELEASE, part=2, key=60.0, time=100)
    assert commands.apply_commands(address, 64) == 64
    (i,) = np.nonzero(arrays.voices["state"])[0]
    assert (arrays.voices["slot"][i], arrays.voices["is_held"][i]) == (5, 1)
    arrays.engine["clock"] = 100
    commands.apply_commands(address, 64)
    assert (arrays.voices["is_held"][i], arrays.voices["is_pedalled"][i]) == (0, 1)
    post(kind=queue.PEDAL, part=2, value=0.0, time=100)
    commands.apply_commands(address, 64)
    assert arrays.voices["release_at"][i] == 100


def test_expression_moves_the_notes_of_that_id_only(arrays, address, post):
    for note_id in (1, 2):
        post(kind=queue.START, key=60.0, note_id=note_id, slot=note_id, value=1.0)
    for index in (commands.NOTE_BEND, commands.NOTE_VOLUME, commands.NOTE_PAN):
        post(kind=queue.EXPRESS, note_id=2, index=index, value=0.5)
        post(kind=queue.EXPRESS, note_id=1, index=index, value=np.nan)
    commands.apply_commands(address, 64)
    first, second = (np.nonzero(arrays.voices["note_id"] == n)[0][0] for n in (1, 2))
    fields = ["bend_target", "volume_target", "pan_target"]
    assert [arrays.voices[f][second] for f in fields] == [0.5, 0.5, 0.5]
    assert [arrays.voices[f][first] for f in fields] == [0.0, 1.0, 0.0]


def test_panic_reaches_all_parts(arrays, address, post):
    for part in range(3):
        post(kind=queue.START, key=60.0, part=part, slot=part, value=1.0)
    post(kind=queue.RELEASE_ALL, part=1)
    commands.apply_commands(address, 64)
    held = arrays.voices["is_held"][arrays.voices["state"] != voices.FREE]
    assert sorted(held) == [0, 1, 1]
    post(kind=queue.SILENCE_ALL, part=-1)
    commands.apply_commands(address, 64)
    assert not (arrays.voices["state"] == voices.WAITING).any()
