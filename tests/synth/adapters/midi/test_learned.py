"""MIDI learn over a real player."""

from typing import Any

from synth.adapters.midi.learned import turn_learned


def test_the_next_controller_is_bound_and_takes_hold_when_it_passes(desk: Any) -> None:
    player = desk.player
    assert not turn_learned(player, 0, 20, 100, "midi")
    player.midi_map.waiting = ("amp/sustain", 2)
    assert turn_learned(player, 3, 20, 10, "midi")
    assert ["/learn", "/learn/list"] == [m.address for m in desk.told()]
    assert 1.0 == player.value("amp/sustain", 2)  # far away: nothing jumps
    turn_learned(player, 3, 20, 127, "midi")
    turn_learned(player, 3, 20, 64, "midi")
    assert 64 / 127 == player.value("amp/sustain", 2)
    assert not turn_learned(player, 4, 20, 64, "midi")
    assert {"midi"} == {change.source for change in desk.changes}
