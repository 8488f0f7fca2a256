"""Splits, layers and omni: who hears what, and that nothing is ever left sounding."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth.control.channels import Channels, Ear
from synth.control.player import Player
from synth.events import (
    AllNotesOff,
    AllSoundOff,
    ChannelPressure,
    KeyPressure,
    NoteExpression,
    NoteOff,
    NoteOn,
    PitchBend,
    PlayerEvent,
    SelectProgram,
    SetParameter,
    SetTuning,
    SoftPedal,
    SostenutoPedal,
    SustainPedal,
    TurnController,
)
from synth.parameters import find_parameter


class OneTimbre:
    timbre_names = ("bell",)
    macros = ()

    def find_timbre(self, words: str) -> np.ndarray:
        return np.ones(2, np.float32)

    def pad_mix(self, corners: object, x: float, y: float) -> np.ndarray:
        return np.array([x, y], np.float32)


class Desk:
    """A player, and what it posts."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.player = Player(lambda event, offset: self.events.append(event), OneTimbre())


@pytest.fixture
def desk() -> Desk:
    return Desk()


def put(player: Any, name: str, real: float, part: int = 0) -> None:
    player.set_parameter(name, find_parameter(name).to_normalised(real), part)


def strike(pitch: float, velocity: int = 100, channel: int = 0, **more: Any) -> NoteOn:
    return NoteOn(pitch=pitch, velocity=velocity / 127, part=channel, **more)


def parts_of(events: list[PlayerEvent]) -> list[int]:
    return [event.part for event in events]  # type: ignore[union-attr, misc]


@pytest.fixture
def channels(desk: Desk) -> Channels:
    return Channels(desk.player)


def test_a_part_hears_the_channel_of_its_number(channels: Channels) -> None:
    for channel in range(16):
        note = strike(60.0, channel=channel)
        assert [note] == channels.route(note)


def test_parts_on_one_channel_are_a_layer(desk: Desk, channels: Channels) -> None:
    put(desk.player, "key/channel", 1, part=4)
    for event in (
        strike(60.0),
        SustainPedal(is_down=True),
        PitchBend(value=0.5),
        ChannelPressure(value=0.5),
        TurnController(name="amp/volume", value=0.5),
        SetParameter(name="pitch/tune", value=0.5),
    ):
        assert [0, 4] == parts_of(channels.route(event))
    assert [] == channels.route(strike(60.0, channel=4))  # nobody is left there


def test_keys_are_split_where_the_ranges_meet(desk: Desk, channels: Channels) -> None:
    put(desk.player, "key/channel", 1, part=1)
    put(desk.player, "key/high", 59)
    put(desk.player, "key/low", 60, part=1)
    assert [0] == parts_of(channels.route(strike(59.0)))
    assert [1] == parts_of(channels.route(strike(60.0)))


def test_velocities_are_split_as_well(desk: Desk, channels: Channels) -> None:
    put(desk.player, "key/channel", 1, part=1)
    put(desk.player, "key/velocity_high", 80)
    put(desk.player, "key/velocity_low", 81, part=1)
    assert [0] == parts_of(channels.route(strike(60.0, 80)))
    assert [1] == parts_of(channels.route(strike(61.0, 81)))
    assert [0] == parts_of(channels.route(NoteOn(pitch=62.0, velocity=1e-6)))  # finer than MIDI's 1


def test_a_range_whose_ends_have_passed_each_other_is_a_range() -> None:
    ear = Ear(part=0, keys=(40, 70), velocities=(1, 127))
    assert [False, True, True, False] == [ear.hears(p, 0.5) for p in (39, 40, 70, 71)]


def test_ends_may_come_in_any_order(desk: Desk) -> None:
    put(desk.player, "key/low", 70)
    put(desk.player, "key/high", 40)
    assert ((40, 70),) == tuple(ear.keys for ear in desk.player.ears(0))


def test_omni_plays_every_channel_as_one_and_its_layers(desk: Desk, channels: Channels) -> None:
    put(desk.player, "key/channel", 1, part=2)
    put(desk.player, "main/omni", 1)
    for channel in (0, 2, 15):
        assert [0, 2] == parts_of(channels.route(strike(60.0, channel=channel)))
    put(desk.player, "main/omni", 0)
    assert [15] == parts_of(channels.route(strike(61.0, channel=15)))


def test_a_release_goes_where_the_strike_went_though_the_split_has_moved(
    desk: Desk, channels: Channels
) -> None:
    put(desk.player, "key/channel", 1, part=1)
    put(desk.player, "key/high", 59)
    put(desk.player, "key/low", 60, part=1)
    channels.route(strike(59.0))
    channels.route(strike(60.0))
    put(desk.player, "key/high", 70)
    put(desk.player, "key/low", 71, part=1)
    assert [1] == parts_of(channels.route(NoteOff(pitch=60.0)))
    assert [0] == parts_of(channels.route(NoteOff(pitch=59.0)))


def test_a_release_finds_a_part_that_has_left_the_channel(desk: Desk, channels: Channels) -> None:
    channels.route(strike(60.0, channel=3))
    put(desk.player, "key/channel", 9, part=3)
    assert [3] == parts_of(channels.route(NoteOff(pitch=60.0, part=3)))


def test_a_key_that_nobody_heard_is_released_by_nobody(desk: Desk, channels: Channels) -> None:
    put(desk.player, "key/low", 60)
    assert [] == channels.route(strike(40.0))
    put(desk.player, "key/low", 0)
    assert [] == channels.route(NoteOff(pitch=40.0))


def test_a_key_struck_twice_is_let_go_of_on_both_sides_of_a_moved_split(
    desk: Desk, channels: Channels
) -> None:
    put(desk.player, "key/channel", 1, part=1)
    put(desk.player, "key/low", 61, part=1)
    put(desk.player, "key/high", 60)
    channels.route(strike(60.0))
    put(desk.player, "key/low", 60, part=1)
    put(desk.player, "key/high", 59)
    channels.route(strike(60.0))
    assert [0, 1] == parts_of(channels.route(NoteOff(pitch=60.0)))


def test_what_one_note_is_told_reaches_the_parts_that_play_it(
    desk: Desk, channels: Channels
) -> None:
    put(desk.player, "key/channel", 1, part=1)
    put(desk.player, "key/low", 60, part=1)
    channels.route(strike(40.0, note_id=7))
    channels.route(strike(72.0, note_id=8))
    bend = NoteExpression(note_id=7, kind="pitch", value=1.0)
    assert [0] == parts_of(channels.route(bend))
    assert [0, 1] == parts_of(channels.route(NoteExpression(note_id=8, kind="pan", value=1.0)))
    channels.route(strike(40.0))
    assert [0] == parts_of(channels.route(KeyPressure(pitch=40.0, value=0.5)))
    assert [0] == parts_of(channels.route(NoteOff(note_id=7)))


def test_a_program_reaches_one_part_of_a_layer(desk: Desk, channels: Channels) -> None:
    put(desk.player, "key/channel", 3, part=0)
    assert [2] == parts_of(channels.route(SelectProgram(program=5, part=2)))
    put(desk.player, "key/channel", 9, part=2)
    assert [0] == parts_of(channels.route(SelectProgram(program=5, part=2)))
    assert [] == channels.route(SelectProgram(program=5, part=0))


@pytest.mark.parametrize("panic", [AllNotesOff, AllSoundOff])
def test_panic_on_a_channel_reaches_parts_that_left_it_with_a_note(
    desk: Desk, channels: Channels, panic: Any
) -> None:
    put(desk.player, "key/channel", 1, part=5)
    channels.route(strike(60.0))
    put(desk.player, "key/channel", 0, part=5)
    assert [0, 5] == parts_of(channels.route(panic(part=0)))
    assert [0] == parts_of(channels.route(panic(part=0)))
    assert [panic()] == channels.route(panic())


def test_what_all_parts_share_is_said_once(desk: Desk, channels: Channels) -> None:
    put(desk.player, "key/channel", 1, part=5)
    tuning = SetTuning(cents_of_pitch=(0.0,) * 128)
    channels.route(strike(60.0))
    for event in (SetParameter(name="main/volume", value=0.5), tuning):
        assert [event] == channels.route(event)
    assert [0, 5] == parts_of(channels.route(NoteOff(pitch=60.0)))


def test_a_part_that_changes_its_channel_lets_go_of_pedals_and_wheel(desk: Desk) -> None:
    desk.events.clear()
    put(desk.player, "key/channel", 1, part=5)
    gone = [SustainPedal, SostenutoPedal, SoftPedal, PitchBend, ChannelPressure]
    assert gone == [type(event) for event in desk.events]
    assert {5} == {event.part for event in desk.events}
    desk.events.clear()
    put(desk.player, "key/channel", 1, part=5)  # as it was
    assert [] == desk.events
    desk.player.undo(5)
    assert gone == [type(event) for event in desk.events][:5]


def test_notes_with_ids_that_nobody_releases_are_forgotten_in_the_end(channels: Channels) -> None:
    for note_id in range(10_000):
        channels.route(strike(60.0, note_id=note_id))
    assert len(channels._reached) < 5_000
    assert [0] == parts_of(channels.route(NoteOff(note_id=0)))  # asked of all that hear


keys = st.integers(58, 62)
steps = st.one_of(
    st.tuples(st.just("on"), st.integers(0, 2), keys, st.integers(1, 127)),
    st.tuples(st.just("off"), st.integers(0, 2), keys, st.just(0)),
    st.tuples(st.just("low"), st.integers(0, 2), keys, st.just(0)),
    st.tuples(st.just("high"), st.integers(0, 2), keys, st.just(0)),
    st.tuples(st.just("velocity_low"), st.integers(0, 2), st.integers(1, 127), st.just(0)),
    st.tuples(st.just("channel"), st.integers(0, 2), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("omni"), st.just(0), st.integers(0, 3), st.just(0)),
)


@given(steps=st.lists(steps, max_size=40))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_moves_while_keys_are_down_nothing_sounds_when_all_are_up(
    desk: Desk, steps: list[tuple[str, int, int, int]]
) -> None:
    channels, sounding, down = Channels(desk.player), set[tuple[int, float]](), set[Any]()
    off = [("off", *where, 0) for where in [(c, k) for c in range(3) for k in range(58, 63)]]
    for kind, where, number, velocity in [*steps, *off]:
        if kind == "on":
            heard = channels.route(strike(float(number), velocity, where))
            sounding |= {(e.part, e.pitch) for e in heard}  # type: ignore[union-attr, misc]
            down.add((where, number))
        elif kind == "off" and (where, number) in down:
            heard = channels.route(NoteOff(pitch=float(number), part=where))
            sounding -= {(e.part, e.pitch) for e in heard}  # type: ignore[union-attr, misc]
            down.discard((where, number))
        elif kind == "omni":
            put(desk.player, "main/omni", number)
        elif kind != "off":
            put(desk.player, f"key/{kind}", number, where)
    assert set() == sounding
    for name in ("key/low", "key/high", "key/velocity_low", "key/channel"):
        for part in range(3):
            put(desk.player, name, find_parameter(name).default, part)
    put(desk.player, "main/omni", 0)
