"""README.md says what the code does."""

import importlib.util
import re
from pathlib import Path

from synth.adapters.osc_addresses import OscAddresses
from synth.cli import build_parser
from synth.parameters import PARAMETERS

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text()


def test_the_tables_are_those_of_the_code():
    path = REPOSITORY / "scripts" / "document.py"
    spec = importlib.util.spec_from_file_location("document", path)
    document = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(document)
    assert document.with_tables(README) == README, "run scripts/document.py"


def test_the_page_is_short():
    assert len(README.splitlines()) <= 150


def test_every_command_is_named_and_no_other():
    named = set(re.findall(r"^gansynth ([a-z-]+)", README, re.MULTILINE))
    assert _commands() == named


def test_every_osc_address_that_is_named_exists():
    table = README.partition("| address | arguments |")[2].partition("\n\n")[0]
    first_cells = " ".join(row.split("|")[1] for row in table.splitlines() if row)
    named = set(re.findall(r"`(/[a-z_/]+)`", first_cells))
    assert len(named) >= 12
    known = {*OscAddresses(controls=None).addresses, "/subscribe", "/unsubscribe"}
    assert named <= known


def test_every_parameter_can_be_reached_by_osc():
    known = OscAddresses(controls=None).addresses
    assert {f"/param/{parameter.name}" for parameter in PARAMETERS} <= set(known)


def test_every_file_that_is_linked_exists():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert targets
    assert [target for target in targets if not (REPOSITORY / target).exists()] == []


def _commands() -> set[str]:
    actions = build_parser()._subparsers._group_actions
    return set(actions[0].choices)
