"""The pad by OSC: corners, random, mutation, the raw latent, undo and A/B."""

from typing import Any

import pytest

from synth.adapters.osc_packet import Message
from synth.events import SetTimbre


def sounding(desk: Any, part: int = 0) -> tuple[float, ...]:
    found = [e for e in desk.events if isinstance(e, SetTimbre) and e.part == part]
    return tuple(found[-1].latent)


def test_the_pad_is_set_and_asked(desk: Any) -> None:
    desk.send("/timbre/xy", 0.25, 1)
    assert (0.25, 1.0) == desk.ask("/timbre/xy")
    assert (0.0, 0.0) == desk.ask("/part/2/timbre/xy")


def test_a_corner_takes_a_timbre_a_seed_and_a_preset(desk: Any) -> None:
    desk.send("/timbre/xy", 0, 0)
    for word, latent in (("viola", (4.0, 0.5)), ("seed:9", (9.0, 1.0)), ("Oboe Alone", (3.0, 0.5))):
        desk.send("/timbre/corner", 1, word)
        assert latent == sounding(desk)
        assert (word,) == desk.ask("/timbre/corner/1")


def test_corners_go_round_from_the_bottom_left_clockwise(desk: Any) -> None:
    for number, word in enumerate(("bell", "flute", "harp", "oboe"), 1):
        desk.send(f"/timbre/corner/{number}", word)
    for place, number in (((0, 0), 0.0), ((0, 1), 1.0), ((1, 1), 2.0), ((1, 0), 3.0)):
        desk.send("/timbre/xy", *place)
        assert number == sounding(desk)[0]
    rows = desk.send("/timbre/corner")
    assert [(1, "bell"), (2, "flute"), (3, "harp"), (4, "oboe")] == [m.arguments for m in rows]


def test_everybody_is_told_which_corner_was_drawn(desk: Any) -> None:
    desk.send("/timbre/corner", 2, "random")
    told = {m.address: m.arguments for m in desk.told()}
    (name,) = told["/timbre/corner/2"]
    assert str(name).startswith("seed:")


def test_random_takes_a_seed_or_draws_one(desk: Any) -> None:
    desk.send("/timbre/random", 12.0)
    assert (12.0, 1.0) == sounding(desk)
    assert Message("/timbre/random", (12,)) == desk.told()[0]
    desk.send("/timbre/random")
    (seed,) = [m.arguments[0] for m in desk.told() if m.address == "/timbre/random"]
    assert float(seed) == pytest.approx(sounding(desk)[0], rel=1e-6)


def test_a_mutation_goes_the_way_it_is_told(desk: Any) -> None:
    desk.send("/timbre/corner", 1, "bell")
    desk.send("/timbre/mutate", 0.25, 100)
    assert (25.0, 0.625) == pytest.approx(sounding(desk))
    assert ("Mutation 1",) == desk.ask("/timbre/corner/1")
    desk.send("/undo")
    assert (0.0, 0.5) == sounding(desk)


def test_the_raw_latent_sounds_until_the_pad_moves(desk: Any) -> None:
    desk.send("/timbre/corner", 1, "bell")
    desk.send("/timbre/z", 1, -0.75)
    assert (0.0, -0.75) == sounding(desk)
    desk.send("/timbre/z", 0, 2, 3)
    assert (0, 2.0, 3.0) == desk.ask("/timbre/z")
    desk.send("/timbre/xy", 0, 0)
    assert (0.0, 0.5) == sounding(desk)


def test_a_macro_adds_its_direction(desk: Any) -> None:
    desk.send("/timbre/corner", 1, "bell")
    desk.send("/param/macro/1/raw", 0.5)
    assert (0.0, 5.5) == sounding(desk)
    desk.send("/param/macro/8", 1.0)  # the instrument has no eighth
    assert (0.0, 5.5) == sounding(desk)


def test_morph_time_is_in_milliseconds(desk: Any) -> None:
    desk.send("/timbre/morph_ms", 250)
    assert 250.0 == pytest.approx(desk.player.real("timbre/morph_ms"))
    assert "250 ms" == desk.ask("/timbre/morph_ms")[1]
    assert {"/param/timbre/morph_ms", "/timbre/morph_ms"} == {m.address for m in desk.told()}


def test_undo_and_redo_tell_everybody_what_stands_again(desk: Any) -> None:
    desk.send("/param/amp/sustain", 0.25)
    desk.send("/param/amp/pan", 0.0)
    desk.told()
    desk.send("/undo")
    told = {m.address: m.arguments[0] for m in desk.told()}
    assert (0.25, 0.5) == (told["/param/amp/sustain"], told["/param/amp/pan"])
    desk.send("/redo", 1)
    desk.send("/redo", 0)  # the button comes up
    assert 0.0 == desk.player.value("amp/pan")


def test_a_and_b_are_two_versions(desk: Any) -> None:
    desk.send("/param/amp/pan", 0.25)
    desk.send("/ab")
    desk.send("/param/amp/pan", 0.75)
    assert (1,) == desk.ask("/ab")
    desk.send("/ab")
    assert 0.25 == desk.player.value("amp/pan")
    desk.send("/ab", 0)  # it is A already
    assert 0.25 == desk.player.value("amp/pan")
    desk.send("/ab", 1)
    assert 0.75 == desk.player.value("amp/pan")


def test_timbres_are_listed_by_name(desk: Any) -> None:
    assert ("bell", "flute", "harp", "oboe", "viola") == desk.ask("/timbre/names")
