from typing import Any

import pytest

from synth.adapters.addresses.parameters import parameter_addresses
from synth.adapters.osc_packet import Message
from synth.errors import ConfigError
from synth.parameters import PARAMETERS


def test_each_parameter_has_its_two_addresses_with_ranges(desk: Any) -> None:
    table = {address.path: address for address in parameter_addresses(desk.player)}
    assert 2 * len(PARAMETERS) == len(table)
    release = table["/param/amp/release/raw"]
    assert (((0.005, 10.0),), "s", "f") == (release.limits, release.unit, release.types)
    assert table["/param/main/a4_hz"].is_shared


def test_the_real_value_is_told_in_words_as_well(desk: Any) -> None:
    desk.send("/part/2/param/amp/release/raw", 2)
    (answer,) = desk.send("/part/2/param/amp/release/raw")
    assert "/part/2/param/amp/release/raw" == answer.address
    assert ("2.00 s", 2.0) == (answer.arguments[1], round(answer.arguments[0], 6))


def test_a_value_that_has_a_word_is_set_by_it(desk: Any) -> None:
    desk.send("/param/voice/mode/raw", "tied")
    assert (2.0, "tied") == desk.ask("/param/voice/mode/raw")
    with pytest.raises(ConfigError, match="expected a number"):
        desk.send("/param/voice/mode/raw", "loud")


def test_a_macro_says_its_name_and_one_without_a_name_is_unused(desk: Any) -> None:
    desk.send("/param/macro/1", 1.0)
    assert [Message("/param/macro/1", (1.0, "+1.00 bright"))] == desk.told()
    assert (0.5, "unused") == desk.ask("/param/macro/2")
