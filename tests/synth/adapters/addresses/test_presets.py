"""The bank by OSC: by name, by number, by neighbour; tunings and MIDI learn."""

from typing import Any

from synth.adapters.osc_packet import Message
from synth.events import SetTuning


def test_a_preset_is_loaded_by_name_or_number_into_its_part(desk: Any) -> None:
    desk.send("/preset/load", "bell garden")
    desk.send("/part/3/preset/load", 2)
    assert ("Bell Garden",) == desk.ask("/preset/load")
    assert ("Oboe Alone",) == desk.ask("/part/3/preset/load")
    told = [(m.address, *m.arguments) for m in desk.told() if m.address.endswith("preset/load")]
    assert [("/preset/load", "Bell Garden"), ("/part/3/preset/load", "Oboe Alone")] == told


def test_next_and_previous_go_round(desk: Any) -> None:
    names = []
    for address in ("/preset/next", "/preset/next", "/preset/prev", "/preset/prev"):
        desk.send(address)
        desk.send(address, 0)  # the button comes up
        names.append(desk.ask("/preset/load")[0])
    assert ["Bell Garden", "Oboe Alone", "Bell Garden", "Viola Dusk"] == names


def test_what_is_saved_can_be_loaded_again(desk: Any) -> None:
    desk.send("/param/amp/pan", 0.25)
    desk.send("/preset/save", "My Own/../Thing")
    assert ("My Own/../Thing",) == desk.ask("/preset/load")
    assert "my-own-thing" in {e.path.stem for e in desk.player.bank.entries()}
    desk.send("/param/amp/pan", 1.0)
    desk.send("/preset/load", "my own thing")
    assert 0.25 == desk.player.value("amp/pan")
    desk.send("/param/amp/pan", 0.75)
    desk.send("/preset/save")  # under its own name
    desk.send("/preset/load", "bell garden")
    desk.send("/preset/load", "my own thing")
    assert 0.75 == desk.player.value("amp/pan")


def test_the_bank_is_listed_searched_renamed_and_tagged(desk: Any) -> None:
    assert ("Bell Garden", "Oboe Alone", "Viola Dusk") == desk.ask("/preset/list")
    desk.send("/preset/tag", "Viola Dusk", "night", "-test")
    (found,) = desk.send("/preset/search", "night")
    assert Message("/preset/search", ("Viola Dusk",)) == found
    desk.send("/preset/rename", "Viola Dusk", "Viola Dawn")
    assert ("Bell Garden", "Oboe Alone", "Viola Dawn") == desk.ask("/preset/list")
    desk.send("/preset/random", 1)
    assert desk.ask("/preset/load")[0] in desk.ask("/preset/list")


def test_a_tuning_is_loaded_by_name(desk: Any) -> None:
    names = desk.ask("/tuning/list")
    assert "equal" == names[0]
    desk.send("/tuning/load", names[1])
    (event,) = [e for e in desk.events if isinstance(e, SetTuning)]
    assert 128 == len(event.cents_of_pitch)
    assert (names[1],) == desk.ask("/tuning/load")
    assert [] == [m for m in desk.told() if m.address != "/tuning/load"]


def test_learning_waits_for_a_controller_and_can_stop(desk: Any) -> None:
    desk.send("/learn", "/part/3/param/amp/pan")
    assert ("/part/3/param/amp/pan",) == desk.ask("/learn")
    desk.send("/learn", "")
    assert ("",) == desk.ask("/learn")
    desk.send("/learn", "amp/release")
    assert ("/param/amp/release",) == desk.ask("/learn")


def test_what_was_learned_is_listed_and_forgotten(desk: Any) -> None:
    desk.send("/learn", "/param/amp/pan")
    assert desk.player.midi_map.find(2, 20) is not None
    assert ("/param/amp/pan", 20, 3) == desk.ask("/learn/list")
    desk.send("/learn/clear", "/param/amp/pan")
    assert () == desk.ask("/learn/list")
    desk.player.midi_map.waiting = ("amp/pan", 1)
    desk.player.midi_map.find(2, 20)
    desk.send("/learn/clear")
    assert () == desk.ask("/learn/list")
