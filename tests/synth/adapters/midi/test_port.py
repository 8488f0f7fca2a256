"""One port: bytes, learned controllers, and what happens when it falls silent."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth.adapters.midi.port import SENSING_S, MidiStats, Port
from synth.events import NoteExpression, NoteOff, NoteOn


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def send(port: Port, *messages: Sequence[int]) -> None:
    for message in messages:
        port.receive((message, 0.0))


def test_notes_are_played_and_counted(desk: Any) -> None:
    stats = MidiStats()
    send(Port(desk.player, stats), [0x92, 60, 127], [0x82, 60, 0])
    assert [NoteOn(pitch=60.0, velocity=1.0, part=2), NoteOff(pitch=60.0, part=2)] == desk.events
    assert (2, 0) == (stats.n_messages, stats.n_malformed)


def test_what_is_no_message_is_counted_and_not_played(desk: Any) -> None:
    stats = MidiStats()
    send(Port(desk.player, stats), [], [0x90], [0x90, 60], [0x90, 200, 1], [60, 60], [0xF7], [0xF4])
    assert [] == desk.events
    assert 7 == stats.n_malformed


def test_a_program_change_loads_the_preset_of_its_number(desk: Any) -> None:
    port = Port(desk.player, MidiStats())
    send(port, [0xC1, 1])
    assert ("Oboe Alone", "Init") == (desk.player.preset(1).name, desk.player.preset(0).name)
    send(port, [0xC1, 100])  # nobody has it
    assert "Oboe Alone" == desk.player.preset(1).name


def test_a_learned_controller_does_nothing_else(desk: Any) -> None:
    port = Port(desk.player, MidiStats())
    desk.player.midi_map.waiting = ("amp/pan", 0)
    send(port, [0xB0, 7, 64])
    assert 64 / 127 == desk.player.value("amp/pan")
    assert [] == [c for c in desk.changes if "amp/volume" in c.names]


def test_a_keyboard_that_stops_sensing_is_let_go(desk: Any) -> None:
    clock, stats = Clock(), MidiStats()
    port = Port(desk.player, stats, clock)
    send(port, [0x90, 60, 127])
    clock.now_s += 10.0
    port.watch()  # it never said that it would speak
    assert 1 == len(desk.events)
    send(port, [0xFE])
    clock.now_s += 0.3
    send(port, [0xFE])
    clock.now_s += SENSING_S
    port.watch()
    assert 1 == len(desk.events)
    clock.now_s += 0.01
    port.watch()
    assert NoteOff(pitch=60.0) == desk.events[-1]
    assert 1 == stats.n_lost_ports
    port.watch()
    assert 2 == len(desk.events)


def test_a_split_that_moves_while_keys_are_down_leaves_nothing_sounding(desk: Any) -> None:
    port, player = Port(desk.player, MidiStats()), desk.player
    player.set_parameter("key/channel", 1 / 16, part=1)
    player.set_parameter("key/high", 59 / 127)
    player.set_parameter("key/low", 60 / 127, part=1)
    send(port, [0xC0, 1])  # the layer keeps its sounds
    assert ("Oboe Alone", "Init") == (player.preset(0).name, player.preset(1).name)
    desk.events.clear()
    send(port, [0x90, 59, 127], [0x90, 60, 127])
    player.set_parameter("key/high", 0.25)
    player.set_parameter("key/channel", 0.0, part=1)
    desk.events[2:] = []
    send(port, [0x80, 59, 0], [0x80, 60, 0])
    assert [
        NoteOn(pitch=59.0, velocity=1.0),
        NoteOn(pitch=60.0, velocity=1.0, part=1),
        NoteOff(pitch=59.0),
        NoteOff(pitch=60.0, part=1),
    ] == desk.events
    send(port, [0x91, 60, 127])
    desk.events.clear()
    port.let_go()
    assert [NoteOff(pitch=60.0, part=1)] == desk.events


def test_a_layer_follows_each_finger_of_an_mpe_zone(desk: Any) -> None:
    port = Port(desk.player, MidiStats())
    desk.player.set_parameter("key/channel", 1 / 16, part=4)
    desk.player.set_parameter("key/low", 60 / 127, part=4)
    send(port, [0xB0, 101, 0], [0xB0, 100, 6], [0xB0, 6, 3])
    desk.events.clear()
    send(port, [0x91, 48, 127], [0x92, 72, 127])
    send(port, [0xE1, 0x7F, 0x7F], [0xE2, 0x7F, 0x7F], [0x81, 48, 0], [0x82, 72, 0])
    assert [
        *[(NoteOn, 0), (NoteOn, 0), (NoteOn, 4)],
        *[(NoteExpression, 0), (NoteExpression, 0), (NoteExpression, 4)],
        *[(NoteOff, 0), (NoteOff, 0), (NoteOff, 4)],
    ] == [(type(event), event.part) for event in desk.events]


def test_omni_on_makes_every_channel_the_first_until_omni_off(desk: Any) -> None:
    port = Port(desk.player, MidiStats())
    send(port, [0xB0, 125, 0], [0x99, 60, 127], [0x89, 60, 0], [0xBF, 124, 0], [0x99, 61, 127])
    assert "off" == desk.player.display("main/omni")
    notes = [event for event in desk.events if isinstance(event, NoteOn | NoteOff)]
    assert [
        NoteOn(pitch=60.0, velocity=1.0),
        NoteOff(pitch=60.0),
        NoteOn(pitch=61.0, velocity=1.0, part=9),
    ] == notes


@pytest.mark.parametrize("controller", [41, 48])
def test_macros_lie_on_41_to_48(desk: Any, controller: int) -> None:
    send(Port(desk.player, MidiStats()), [0xB0, controller, 127])
    assert 1.0 == desk.player.value(f"macro/{controller - 40}")


@given(messages=st.lists(st.lists(st.integers(0, 255), max_size=12), max_size=12))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_leave_it_alive_and_nothing_held(desk: Any, messages: list[list[int]]) -> None:
    port = Port(desk.player, MidiStats())
    send(port, *messages)
    port.let_go()
    desk.events.clear()
    send(port, [0x90, 60, 100])
    port.let_go()
    assert NoteOn in map(type, desk.events) or desk.events == []


# Bytes that are often messages, so that more than the parser is tried.
likely_messages = st.one_of(
    st.tuples(st.integers(0x80, 0xEF), st.integers(0, 127), st.integers(0, 127)).map(list),
    st.lists(st.integers(0, 255), max_size=20),
)


@given(messages=st.lists(likely_messages, max_size=30))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_leave_the_engine_alive_and_nothing_stuck(
    live: Any, messages: list[list[int]]
) -> None:
    send(live.port, *messages)
    live.render(3)
    live.silence()
