import re
from typing import Any

import pytest

from synth.adapters.osc_addresses import NETWORK_ADDRESSES, OscAddresses
from synth.layouts.controls import QUESTIONS, connections, pages
from synth.parameters import PARAMETERS


def test_every_parameter_has_a_fader_on_some_page() -> None:
    faders = {c.address for page in pages() for c in page.controls if c.kind == "fader"}
    assert {f"/param/{p.name}" for p in PARAMETERS} == {a for a in faders if "/part" not in a}
    splits = {f"/part/{n}/param/{p.name}" for n in (2, 3) for p in PARAMETERS if p.group == "key"}
    assert splits == {address for address in faders if "/part" in address}


def test_a_label_names_the_part_where_it_is_not_the_first() -> None:
    labels = {c.label for page in pages() for c in page.controls if c.kind == "fader"}
    assert {"amp/pan", "macro/1", "key/low", "2/key/low", "3/key/channel"} < labels


def test_every_address_exists_and_what_moves_is_told() -> None:
    osc = OscAddresses(controls=None)  # type: ignore[arg-type]
    for page in pages():
        for control in page.controls:
            address = osc.table[re.sub(r"^/part/\d+", "", control.address)]
            if control.kind in {"fader", "pad", "text"}:
                assert address.ask is not None, control.address
            if control.kind != "text":
                assert address.plan is not None, control.address


@pytest.mark.parametrize("layout", ["touchosc", "pd", "max"])
def test_a_layout_joins_itself_to_the_player(layout: Any) -> None:
    subscribe, *questions = connections(layout)
    assert subscribe.address in NETWORK_ADDRESSES
    assert [*QUESTIONS] == [question.address for question in questions]
