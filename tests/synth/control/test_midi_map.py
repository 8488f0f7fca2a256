"""MIDI learn: binding, soft takeover, and the way to a file and back."""

import pytest

from synth.control.midi_map import Binding, MidiMap
from synth.errors import ConfigError
from synth.events import SetParameter

PAN = Binding(controller=20, channel=3, name="amp/pan", part=1)


def test_the_next_controller_is_bound() -> None:
    midi_map = MidiMap()
    assert midi_map.find(3, 20) is None
    midi_map.waiting = ("amp/pan", 1)
    assert midi_map.find(3, 64) is None  # a pedal is a pedal
    assert PAN == midi_map.find(3, 20)
    assert midi_map.waiting is None
    assert midi_map.find(4, 20) is None


def test_a_parameter_has_one_knob_and_a_knob_one_parameter() -> None:
    midi_map = MidiMap()
    midi_map.bind(PAN)
    midi_map.bind(Binding(controller=21, channel=3, name="amp/pan", part=1))
    assert midi_map.find(3, 20) is None
    midi_map.bind(Binding(controller=21, channel=3, name="amp/release", part=1))
    assert ["amp/release"] == [b.name for b in midi_map.bindings]


def test_a_knob_takes_hold_when_it_passes_the_value() -> None:
    midi_map = MidiMap()
    midi_map.bind(PAN)
    assert midi_map.turn(PAN, 0.1, 0.5) is None
    assert midi_map.turn(PAN, 0.4, 0.5) is None
    assert SetParameter(name="amp/pan", value=0.6, part=1) == midi_map.turn(PAN, 0.6, 0.5)
    assert SetParameter(name="amp/pan", value=0.9, part=1) == midi_map.turn(PAN, 0.9, 0.6)


def test_it_lets_go_when_somebody_else_moves_the_parameter() -> None:
    midi_map = MidiMap()
    midi_map.bind(PAN)
    midi_map.turn(PAN, 0.5, 0.5)
    assert midi_map.turn(PAN, 0.52, 0.9) is None
    assert midi_map.turn(PAN, 0.95, 0.9) is not None


def test_bindings_survive_their_file() -> None:
    midi_map, again = MidiMap(), MidiMap()
    midi_map.bind(PAN)
    again.load_list(midi_map.to_list())
    assert midi_map.bindings == again.bindings
    midi_map.clear("amp/pan", 0)
    assert 1 == len(midi_map.bindings)
    midi_map.clear("amp/pan", 1)
    assert () == midi_map.bindings
    again.clear_all()
    assert () == again.bindings


@pytest.mark.parametrize(
    "row",
    [
        {},
        3,
        {"controller": 1, "channel": 0, "parameter": "amp/pan", "part": 1},
        {"controller": "1", "channel": 1, "parameter": "amp/pan", "part": 1},
        {"controller": 1, "channel": 1, "parameter": "amp/nonsense", "part": 1},
    ],
)
def test_a_damaged_row_is_refused_and_changes_nothing(row: object) -> None:
    midi_map = MidiMap()
    midi_map.bind(PAN)
    with pytest.raises(ConfigError, match="learned controller"):
        midi_map.load_list([row])  # type: ignore[list-item]
    assert (PAN,) == midi_map.bindings
