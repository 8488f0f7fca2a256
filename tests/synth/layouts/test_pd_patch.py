"""The Pd patch as text; tests/end_to_end/test_controllers.py runs it."""

import re

from synth.layouts.controls import QUESTIONS, pages
from synth.layouts.pd_patch import pd_patch, symbol


def test_every_control_has_a_way_out_and_faders_a_way_back() -> None:
    patch = pd_patch()
    sent = {"/" + words.replace(" ", "/") for words in re.findall(r"oscformat ([^;]+);", patch)}
    shown = [c for page in pages() for c in page.controls if c.kind != "text"]
    assert {c.address for c in shown} | {"/subscribe", *QUESTIONS} == sent
    for control in shown:
        if control.kind == "fader":
            assert f" s {symbol(control.address)}-in;" in patch


def test_wires_join_objects_that_exist() -> None:
    lines = pd_patch().splitlines()
    n_objects = sum(re.match(r"#X (obj|msg|text)", line) is not None for line in lines)
    wires = [list(map(int, w)) for w in re.findall(r"connect (\d+) (\d+) (\d+) (\d+);", pd_patch())]
    assert len(wires) > 100
    assert all(wire[0] < n_objects and wire[2] < n_objects for wire in wires)
