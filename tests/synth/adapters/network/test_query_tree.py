"""Every address is in the tree, with what OSCQuery wants to know of it."""

from typing import Any

import pytest

from synth.adapters.network.query_tree import QueryTree
from synth.parameters import PARAMETERS


@pytest.fixture
def tree(desk: Any) -> QueryTree:
    return QueryTree(desk.osc)


def test_every_address_is_there_for_every_part(desk: Any, tree: QueryTree) -> None:
    wanted = set(desk.osc.table)
    for path, address in desk.osc.table.items():
        if not address.is_shared:
            wanted |= {f"/part/{part}{path}" for part in range(1, 17)}
    assert wanted == set(tree.paths)
    assert all(tree.node(path) is not None for path in wanted)


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda p: p.name)
def test_a_parameter_has_its_range_value_and_words(tree: QueryTree, parameter: Any) -> None:
    node = tree.node(f"/param/{parameter.name}/raw")
    assert node is not None
    assert ("f", 3) == (node["TYPE"], node["ACCESS"])
    assert [{"MIN": parameter.minimum, "MAX": parameter.maximum}] == node["RANGE"]
    assert [pytest.approx(parameter.default, abs=1e-6)] == node["VALUE"]
    assert parameter.description in node["DESCRIPTION"]
    assert {"TYPE": "i"} in node["OVERLOADS"]


def test_what_cannot_be_asked_has_no_value_and_what_cannot_be_set_no_write(
    tree: QueryTree,
) -> None:
    note, names = tree.node("/mnote"), tree.node("/timbre/names")
    assert note is not None
    assert names is not None
    assert ("ffi", 2, False) == (note["TYPE"], note["ACCESS"], "VALUE" in note)
    assert ("sssss", 1) == (names["TYPE"], names["ACCESS"])


def test_containers_hold_what_is_below_them(tree: QueryTree) -> None:
    root = tree.node("/")
    assert root is not None
    assert {"mnote", "param", "timbre", "part"} < set(root["CONTENTS"])
    assert (
        "/part/3/timbre/xy"
        == root["CONTENTS"]["part"]["CONTENTS"]["3"]["CONTENTS"]["timbre"]["CONTENTS"]["xy"][
            "FULL_PATH"
        ]
    )
    assert tree.node("/nowhere") is None


def test_feedback_loses_its_words_for_people(tree: QueryTree) -> None:
    assert (0.5,) == tree.truncate("/param/amp/pan", (0.5, "0.00"))
    assert ("bell", "harp") == tree.truncate("/timbre/names", ("bell", "harp"))
