"""The TouchOSC file, read by an independent library and by its addresses."""

import xml.etree.ElementTree as ET
import zlib

import py2tosc

from synth.layouts.controls import QUESTIONS, pages
from synth.layouts.touchosc import touchosc_layout


def addresses() -> set[str]:
    root = ET.fromstring(zlib.decompress(touchosc_layout()))
    return {str(osc.findtext("path/partial/value")) for osc in root.iter("osc")}


def test_an_independent_reader_finds_nothing_wrong() -> None:
    document = py2tosc.loads(touchosc_layout())
    assert [] == document.validate()


def test_every_control_sends_and_hears_its_address() -> None:
    wanted = {control.address for page in pages() for control in page.controls}
    assert wanted | {"/subscribe", *QUESTIONS} == addresses()


def test_a_key_strikes_and_releases() -> None:
    root = ET.fromstring(zlib.decompress(touchosc_layout()))
    keys = [osc for osc in root.iter("osc") if osc.findtext("path/partial/value") == "/mnote"]
    first = [partial.findtext("value") for partial in keys[0].iterfind("arguments/partial")]
    scales = [partial.findtext("scaleMax") for partial in keys[0].iterfind("arguments/partial")]
    assert (["48", "x"], "100") == (first, scales[1])
    assert 25 == len(keys)
