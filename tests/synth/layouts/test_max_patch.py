"""The Max patch, as JSON."""

import json
import re
from typing import Any

from synth.layouts.controls import QUESTIONS, pages
from synth.layouts.max_patch import max_patch


def boxes() -> dict[str, dict[str, Any]]:
    return {box["box"]["id"]: box["box"] for box in json.loads(max_patch())["patcher"]["boxes"]}


def test_every_control_has_its_address() -> None:
    words = " ".join(str(box.get("text", "")) for box in boxes().values())
    named = set(re.findall(r"(?<![a-z0-9_*])/[a-z0-9_/*]+", words))
    wanted = {c.address for page in pages() for c in page.controls if c.kind != "text"}
    assert wanted | {"/subscribe", *QUESTIONS} == named


def test_cords_join_boxes_that_exist_at_outlets_that_exist() -> None:
    found = boxes()
    lines = json.loads(max_patch())["patcher"]["lines"]
    assert len(lines) > 100
    for line in lines:
        (start, outlet), (end, _) = line["patchline"]["source"], line["patchline"]["destination"]
        assert outlet < found[start]["numoutlets"]
        assert end in found


def test_feedback_sets_a_slider_without_sending_it_again() -> None:
    found = boxes()
    lines = json.loads(max_patch())["patcher"]["lines"]
    into = [
        found[line["patchline"]["source"][0]].get("text")
        for line in lines
        if found[line["patchline"]["destination"][0]]["maxclass"] == "slider"
    ]
    assert {"prepend set"} == set(into)
