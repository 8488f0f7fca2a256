from synth.adapters.midi.mpe import LOWER_MASTER, UPPER_MASTER, Zones


def test_members_lie_beside_their_master() -> None:
    zones = Zones()
    zones.configure(LOWER_MASTER, 3)
    zones.configure(UPPER_MASTER, 2)
    members = [z.master if (z := zones.zone_of_member(n)) else None for n in range(16)]
    assert [None, 0, 0, 0, *[None] * 9, 15, 15, None] == members


def test_the_later_zone_takes_channels_from_the_other() -> None:
    zones = Zones()
    zones.configure(LOWER_MASTER, 10)
    assert [15, 0] == zones.configure(UPPER_MASTER, 7)
    lower, upper = zones.zone_of_member(1), zones.zone_of_member(14)
    assert lower is not None
    assert upper is not None
    assert (7, 7) == (lower.n_members, upper.n_members)
    zones.configure(LOWER_MASTER, 15)
    assert zones.zone_of_member(14) is lower or zones.zone_of_member(14) is not None
    assert 0 == getattr(zones.zone_of_member(15), "master", None)


def test_no_members_close_a_zone() -> None:
    zones = Zones()
    zones.configure(LOWER_MASTER, 5)
    assert [0] == zones.configure(LOWER_MASTER, 0)
    assert zones.zone_of_member(1) is None


def test_a_key_struck_twice_names_the_note_before() -> None:
    zones = Zones()
    zones.configure(LOWER_MASTER, 5)
    first, nobody = zones.strike(1, 60)
    second, before = zones.strike(1, 60)
    assert (None, first) == (nobody, before)
    assert second == zones.release(1, 60)
    assert zones.release(1, 60) is None
