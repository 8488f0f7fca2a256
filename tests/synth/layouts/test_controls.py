from typing import Any

import pytest

from synth.adapters.osc_addresses import NETWORK_ADDRESSES, OscAddresses
from synth.layouts.controls import connections, pages
from synth.parameters import PARAMETERS


def test_every_parameter_has_a_fader_on_some_page() -> None:
    faders = {c.address for page in pages() for c in page.controls if c.kind == "fader"}
    assert {f"/param/{parameter.name}" for parameter in PARAMETERS} == faders


def test_every_address_exists_and_what_moves_is_told() -> None:
    osc = OscAddresses(controls=None)  # type: ignore[arg-type]
    for page in pages():
        for control in page.controls:
            address = osc.table[control.address]
            if control.kind in {"fader", "pad", "text"}:
                assert address.ask is not None, control.address
            if control.kind != "text":
                assert address.plan is not None, control.address


@pytest.mark.parametrize("layout", ["touchosc", "pd", "max"])
def test_a_layout_joins_itself_to_the_player(layout: Any) -> None:
    subscribe, refresh = connections(layout)
    assert subscribe.address in NETWORK_ADDRESSES
    assert "/q/all_params" == refresh.address
