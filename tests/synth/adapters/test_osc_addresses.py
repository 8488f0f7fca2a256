"""The OSC address space: every parameter has its address, every wrong word its answer."""

import json

import pytest

from synth.adapters.osc_addresses import OscAddresses
from synth.adapters.osc_packet import Argument, Message
from synth.errors import ConfigError
from synth.events import AllNotesOff, AllSoundOff, Event, NoteOff, NoteOn
from synth.parameters import PARAMETERS, PARAMETERS_BY_NAME, Parameter, find_parameter
from synth.units import hz_to_pitch


class Panel:
    """Stands in for the player: remembers what it is told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.values: dict[tuple[str, int], float] = {}
        self.sources: list[object] = []
        self.seeds: list[tuple[int | None, int]] = []

    def value(self, name: str, part: int = 0) -> float:
        return self.values.get((name, part), PARAMETERS_BY_NAME[name].default_normalised)

    def real(self, name: str, part: int = 0) -> float:
        return find_parameter(name).to_real(self.value(name, part))

    def display(self, name: str, part: int = 0) -> str:
        return find_parameter(name).display(self.value(name, part))

    def handle(self, event: Event, sample_offset: int = 0, source: object = None) -> None:
        assert sample_offset == 0
        self.events.append(event)
        self.sources.append(source)

    def set_parameter(self, name: str, value: float, part: int = 0, source: object = None) -> None:
        self.values[name, part] = value
        self.sources.append(source)

    def set_pad(self, x: float, y: float, part: int = 0, source: object = None) -> None:
        self.set_parameter("timbre/x", x, part, source)
        self.set_parameter("timbre/y", y, part, source)

    def randomise(self, seed: int | None = None, part: int = 0) -> int:
        self.seeds.append((seed, part))
        return seed or 0


class Desk:
    """Addresses over a panel, and a short way to send."""

    def __init__(self) -> None:
        self.panel = Panel()
        self.osc = OscAddresses(self.panel, lambda: {"voices": 3})

    def send(self, address: str, *arguments: Argument) -> list[Message]:
        return self.osc.dispatch(Message(address, arguments), "me")


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("number", [64, 64.0, "64"])
def test_any_numeric_type_plays_a_note(desk: Desk, number: Argument) -> None:
    desk.send("/mnote", number, number)
    assert [NoteOn(pitch=64.0, velocity=64 / 127)] == desk.panel.events
    assert ["me"] == desk.panel.sources


def test_a_note_without_velocity_is_released(desk: Desk) -> None:
    desk.send("/mnote", 60, 0)
    desk.send("/mnote", 60, False)
    desk.send("/mnote", 60, 0.0, 5)
    assert [
        NoteOff(pitch=60.0),
        NoteOff(pitch=60.0),
        NoteOff(note_id=5),
    ] == desk.panel.events


def test_a_note_by_frequency_is_the_note_of_that_frequency(desk: Desk) -> None:
    desk.send("/fnote", 440.0, 127, 9)
    desk.send("/fnote/rel", 440.0, 127, 9)
    desk.send("/fnote/rel", 220.0)
    assert [
        NoteOn(pitch=69.0, velocity=1.0, note_id=9),
        NoteOff(note_id=9, velocity=1.0),
        NoteOff(pitch=57.0),
    ] == desk.panel.events


def test_a_frequency_sounds_as_said_under_another_concert_pitch(desk: Desk) -> None:
    desk.panel.set_parameter("main/a4_hz", find_parameter("main/a4_hz").to_normalised(432.0))
    desk.send("/fnote", 432.0, 100)
    (event,) = desk.panel.events
    assert isinstance(event, NoteOn)
    assert event.pitch == pytest.approx(hz_to_pitch(432.0, 432.0)) == pytest.approx(69.0)


def test_notes_are_clipped_to_what_midi_can_say(desk: Desk) -> None:
    desk.send("/mnote", 1000, 1e6)
    desk.send("/mnote", -5, 1)
    assert [127.0, 0.0] == [e.pitch for e in desk.panel.events if isinstance(e, NoteOn)]
    assert desk.panel.events[0] == NoteOn(pitch=127.0, velocity=1.0)


def test_a_part_hears_what_is_sent_to_it(desk: Desk) -> None:
    desk.send("/part/16/mnote", 60, 127)
    desk.send("/part/2/param/amp/pan", 0.25)
    desk.send("/part/3/timbre/random", 4)
    desk.send("/part/4/allnotesoff")
    assert [NoteOn(pitch=60.0, velocity=1.0, part=15), AllNotesOff(part=3)] == desk.panel.events
    assert 0.25 == desk.panel.value("amp/pan", 1)
    assert [(4, 2)] == desk.panel.seeds


def test_panic_without_a_part_reaches_all_of_them(desk: Desk) -> None:
    desk.send("/allnotesoff")
    desk.send("/allsoundoff", 1)
    desk.send("/allsoundoff", 0.0)  # a button that comes up
    assert [AllNotesOff(), AllSoundOff()] == desk.panel.events


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda p: p.name)
def test_every_parameter_is_set_asked_and_set_in_its_own_unit(
    desk: Desk, parameter: Parameter
) -> None:
    address = f"/param/{parameter.name}"
    assert [] == desk.send(address, 1)
    (answer,) = desk.send(address)
    assert Message(address, (1.0, parameter.display(1.0))) == answer
    desk.send(f"{address}/raw", parameter.default)
    assert parameter.default == pytest.approx(desk.panel.real(parameter.name), abs=1e-6)
    (answer,) = desk.send(f"/q{address}/raw")
    assert address + "/raw" == answer.address
    assert answer.arguments[0] == pytest.approx(parameter.default, abs=1e-6)


def test_the_pad_is_set_and_asked(desk: Desk) -> None:
    desk.send("/timbre/xy", 0.25, 1)
    assert [Message("/timbre/xy", (0.25, 1.0))] == desk.send("/timbre/xy")
    assert [Message("/part/2/timbre/xy", (0.0, 0.0))] == desk.send("/q/part/2/timbre/xy")


def test_random_takes_a_seed_or_draws_one(desk: Desk) -> None:
    desk.send("/timbre/random")
    desk.send("/timbre/random", 12.0)
    assert [(None, 0), (12, 0)] == desk.panel.seeds


def test_ping_and_status_answer(desk: Desk) -> None:
    (pong,) = desk.send("/ping")
    assert ("/pong", "gansynth-live") == (pong.address, pong.arguments[0])
    (status,) = desk.send("/q/status")
    assert {"voices": 3} == json.loads(str(status.arguments[0]))


def test_all_parameters_are_told_at_once(desk: Desk) -> None:
    messages = desk.send("/q/all_params")
    assert {f"/param/{p.name}" for p in PARAMETERS} < {m.address for m in messages}


def test_feedback_speaks_of_part_one_without_a_prefix(desk: Desk) -> None:
    (message,) = desk.osc.feedback(["amp/pan"], 0)
    assert Message("/param/amp/pan", (0.5, "0.00")) == message
    (message,) = desk.osc.feedback(["amp/pan"], 4)
    assert "/part/5/param/amp/pan" == message.address
    (message,) = desk.osc.feedback(["main/a4_hz"], 4)
    assert "/param/main/a4_hz" == message.address


def test_feedback_of_the_pad_comes_as_a_pair_too(desk: Desk) -> None:
    messages = desk.osc.feedback(["timbre/x", "timbre/y"], 0, seed=3)
    assert ["/timbre/random", "/param/timbre/x", "/param/timbre/y", "/timbre/xy"] == [
        m.address for m in messages
    ]


@pytest.mark.parametrize(
    ("address", "arguments", "message"),
    [
        ("/nonsense", (), "no such address"),
        ("/mnot", (60, 1), "did you mean /mnote"),
        ("/param/amp/relase", (0.5,), "did you mean /param/amp/release"),
        ("/part/17/mnote", (60, 1), "part 17: expected 1 to 16"),
        ("/part/0/mnote", (60, 1), "part 0"),
        ("/mnote", (60,), "1 arguments: expected pitch velocity"),
        ("/mnote", ("C4", 100), "'C4': expected a number"),
        ("/mnote", (60, "nan"), "finite"),
        ("/mnote", (60, 1, 1e12), "note id"),
        ("/fnote", (0, 100), "expected Hz above 0"),
        ("/timbre/xy", (0.5,), "expected x y"),
        ("/param/amp/pan", (0.5, 0.5), "expected value"),
        ("/q/mnote", (), "nothing to ask"),
        ("/q/param/amp/pan", (1,), "takes no arguments"),
    ],
)
def test_what_cannot_be_is_refused_and_does_nothing(
    desk: Desk, address: str, arguments: tuple[Argument, ...], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        desk.send(address, *arguments)
    assert not desk.panel.events
    assert not desk.panel.values
