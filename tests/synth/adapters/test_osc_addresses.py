"""The OSC address space: every parameter has its address, every wrong word its answer."""

import json
from typing import Any

import pytest

from synth.adapters.osc_packet import Argument, Message
from synth.control.change import Change
from synth.errors import ConfigError, SynthError
from synth.events import AllNotesOff, NoteOn, SetParameter
from synth.layouts.controls import QUESTIONS, pages
from synth.parameters import PARAMETERS, Parameter

every_parameter = pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda p: p.name)


@every_parameter
def test_every_parameter_is_set_asked_and_set_in_its_own_unit(
    desk: Any, parameter: Parameter
) -> None:
    address = f"/param/{parameter.name}"
    assert [] == desk.send(address, 1)
    (answer,) = desk.send(address)
    assert Message(address, (1.0, desk.player.display(parameter.name))) == answer
    desk.send(f"{address}/raw", parameter.default)
    assert parameter.default == pytest.approx(desk.player.real(parameter.name), abs=1e-6)
    assert parameter.default == pytest.approx(desk.ask(f"{address}/raw")[0], abs=1e-6)


@every_parameter
def test_every_parameter_has_words_a_unit_and_a_display(desk: Any, parameter: Parameter) -> None:
    described = desk.osc.table[f"/param/{parameter.name}/raw"]
    assert (parameter.description, parameter.unit) == (described.description, described.unit)
    assert len(parameter.description) > 10
    for way in (0.0, 0.5, 1.0):
        desk.send(f"/param/{parameter.name}", way)
        words = desk.ask(f"/param/{parameter.name}")[1]
        is_said = parameter.words or words in {"silent", "unused"} or words.endswith(" ms")
        assert is_said or words.endswith((parameter.unit, ")", "bright")), words


def test_a_part_hears_what_is_sent_to_it(desk: Any) -> None:
    desk.send("/part/16/mnote", 60, 127)
    desk.send("/part/2/param/amp/pan", 0.25)
    desk.send("/part/4/allnotesoff")
    assert NoteOn(pitch=60.0, velocity=1.0, part=15) in desk.events
    assert AllNotesOff(part=3) in desk.events
    assert 0.25 == desk.player.value("amp/pan", 1)
    assert ["/part/2/param/amp/pan"] == [m.address for m in desk.told()]


def test_a_pattern_reaches_every_address_that_fits(desk: Any) -> None:
    desk.send("/param/amp/{pan,sustain}", 0.25)
    assert [0.25, 0.25] == [desk.player.value(f"amp/{name}") for name in ("pan", "sustain")]
    desk.send("/part/[1-3]/param/amp/pan", 0.75)
    assert [0.75, 0.75, 0.75, 0.5] == [desk.player.value("amp/pan", n) for n in range(4)]
    told = desk.send("/q/param/timbre/*")
    assert {"/param/timbre/x", "/param/timbre/y"} < {m.address for m in told}
    with pytest.raises(ConfigError, match="no address fits"):
        desk.send("/param/x*", 1)


def test_a_plan_moves_nothing_until_it_is_done(desk: Any) -> None:
    done = desk.osc.plan(Message("/param/amp/pan", (0.0,)), "me")
    assert 0.5 == desk.player.value("amp/pan")
    assert [] == done()
    assert 0.0 == desk.player.value("amp/pan")


def test_the_source_is_told_to_the_player(desk: Any) -> None:
    desk.send("/param/amp/pan", 0.0)
    desk.send("/timbre/xy", 1, 1)
    assert ["me", "me"] == [change.source for change in desk.changes]


def test_ping_and_status_answer(desk: Any) -> None:
    (pong,) = desk.send("/ping")
    assert ("/pong", "gansynth-live") == (pong.address, pong.arguments[0])
    assert {"voices": 3} == json.loads(desk.ask("/status")[0])


def test_all_parameters_are_told_at_once(desk: Any) -> None:
    messages = desk.send("/q/all_params")
    assert {f"/param/{p.name}" for p in PARAMETERS} == {m.address for m in messages}


def test_feedback_speaks_of_part_one_without_a_prefix(desk: Any) -> None:
    for part, address in ((0, "/param/amp/pan"), (4, "/part/5/param/amp/pan")):
        (message,) = desk.osc.feedback(Change(part=part, names=("amp/pan",)))
        assert Message(address, (0.5, "0.00")) == message
    (message,) = desk.osc.feedback(Change(part=4, names=("main/a4_hz",)))
    assert "/param/main/a4_hz" == message.address


def test_feedback_of_the_pad_comes_as_a_pair_too(desk: Any) -> None:
    messages = desk.osc.feedback(Change(part=0, names=("timbre/x", "timbre/y"), seed=3))
    assert ["/timbre/random", "/param/timbre/x", "/param/timbre/y", "/timbre/xy"] == [
        m.address for m in messages
    ]


def test_a_parameter_of_a_song_is_told_as_well(desk: Any) -> None:
    desk.player.handle(SetParameter(name="amp/pan", value=1.0), source="midi")
    assert [Message("/param/amp/pan", (1.0, "+1.00"))] == desk.told()


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
        ("/ne/pitch", (1,), "expected id value"),
        ("/ne/pitch", (1.5, 0), "note id 1.5: expected an integer"),
        ("/timbre/xy", (0.5,), "expected x y"),
        ("/timbre/corner", (5, "bell"), "corner 5: expected an integer from 1 to 4"),
        ("/timbre/corner", (1, "theremin"), "no timbre 'theremin'"),
        ("/timbre/corner", (1, " "), "expected a timbre's name"),
        ("/timbre/z", (0,), "expected i v"),
        ("/timbre/z", (5, 0.5), "expected some of 0 to 1"),
        ("/timbre/mutate", (), "expected amount"),
        ("/preset/load", ("no such one",), "no preset 'no such one'"),
        ("/preset/load", ("../bell-garden/../../etc",), "no preset"),
        ("/preset/load", (99,), "no preset has the number 99"),
        ("/preset/save", ("///",), "at least one letter or digit"),
        ("/tuning/load", ("../secret",), "no tuning '../secret'"),
        ("/learn", ("/param/amp/relase",), "did you mean amp/release"),
        ("/learn", ("/mnote",), "expected the address of a parameter"),
        ("/param/amp/pan", (0.5, 0.5), "expected a value"),
        ("/q/mnote", (), "nothing to ask"),
        ("/q/param/amp/pan", (1,), "takes no arguments"),
        ("/param/{amp/pan", (1,), "without its end"),
    ],
)
def test_what_cannot_be_is_refused_and_does_nothing(
    desk: Any, address: str, arguments: tuple[Argument, ...], message: str
) -> None:
    with pytest.raises(SynthError, match=message):
        desk.send(address, *arguments)
    assert not desk.events
    assert not desk.changes


def test_what_layouts_ask_tells_every_fader_of_theirs(desk: Any) -> None:
    told = {m.address for question in QUESTIONS for m in desk.send(question)}
    assert {c.address for page in pages() for c in page.controls if c.kind == "fader"} <= told
