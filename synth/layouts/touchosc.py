"""TouchOSC: a `.tosc` file, which is zlib over XML.

The elements are those that TouchOSC 1 writes itself (lexml 4). Identities are made from the
addresses, so that the same table gives the same bytes.
"""

import uuid
import zlib
from dataclasses import dataclass
from xml.sax.saxutils import escape

from synth.layouts.controls import Control, Page, connections, pages

WIDTH, HEIGHT = 1024, 768
_TAB, _GAP = 40, 8
_NAMESPACE = uuid.UUID("6a2c41f0-5d0e-4d5c-9b7e-0f6a1f2b3c4d")
_TYPES = {"fader": "FADER", "pad": "XY", "button": "BUTTON", "key": "BUTTON", "text": "LABEL"}
_COLOURS = {
    "fader": (0.2, 0.6, 0.9),
    "pad": (0.9, 0.5, 0.2),
    "button": (0.5, 0.5, 0.55),
    "key": (0.85, 0.85, 0.8),
    "text": (0.2, 0.2, 0.22),
}
_BLACK_KEYS = {1, 3, 6, 8, 10}

Box = tuple[int, int, int, int]  # x, y, width, height


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inside:
    """What a node holds besides its place, as XML."""

    messages: str = ""
    children: str = ""
    properties: str = ""
    text: str = ""  # of a label


def touchosc_layout() -> bytes:
    """Return the file."""
    shown = [*pages()]
    shown[0] = Page(title="play", controls=(*connections("touchosc"), *shown[0].controls))
    sheets = [_sheet(page, is_first=number == 0) for number, page in enumerate(shown)]
    whole = (0, 0, WIDTH, HEIGHT)
    pager = _node("PAGER", "pages", whole, (0.1, 0.1, 0.1), _Inside(children="".join(sheets)))
    root = _node("GROUP", "gansynth", whole, (0.0, 0.0, 0.0), _Inside(children=pager))
    text = f"<?xml version='1.0' encoding='UTF-8'?><lexml version='4'>{root}</lexml>"
    return zlib.compress(text.encode(), 9)


def _sheet(page: Page, *, is_first: bool) -> str:
    frame = (0, _TAB, WIDTH, HEIGHT - _TAB)
    boxes = _play_boxes(page) if is_first else _rows(page, 0, HEIGHT - _TAB)
    children = "".join(_control(control, box) for control, box in boxes)
    tab = _property("s", "tabLabel", page.title)
    inside = _Inside(children=children, properties=tab)
    return _node("GROUP", page.title, frame, (0.05, 0.05, 0.06), inside)


def _play_boxes(page: Page) -> list[tuple[Control, Box]]:
    """Lay the first page out: texts and buttons on top, pad and macros, the keys below."""
    kinds: dict[str, list[Control]] = {kind: [] for kind in _TYPES}
    for control in page.controls:
        kinds[control.kind].append(control)
    boxes = _row(kinds["text"], 0, 40) + _row(kinds["button"], 48, 56)
    boxes += [(control, (0, 112, 480, 400)) for control in kinds["pad"]]
    boxes += _row(kinds["fader"], 112, 400, left=488)
    return boxes + _row(kinds["key"], 520, 200)


def _rows(page: Page, top: int, height: int) -> list[tuple[Control, Box]]:
    return _row(page.controls, top + 48, height - 56)


def _row(
    controls: list[Control] | tuple[Control, ...], top: int, height: int, left: int = 0
) -> list[tuple[Control, Box]]:
    width = (WIDTH - left) // max(1, len(controls))
    return [
        (control, (left + number * width, top, width - _GAP, height))
        for number, control in enumerate(controls)
    ]


def _control(control: Control, box: Box) -> str:
    """Draw a control, and above a fader the words that the player says of it."""
    x, y, width, height = box
    colour = _COLOURS[control.kind]
    if control.kind == "key" and int(control.constants[0]) % 12 in _BLACK_KEYS:
        colour = (0.15, 0.15, 0.15)
    name = f"{control.address} {control.title}"
    message = _message(control)
    if control.kind != "fader":
        return _node(_TYPES[control.kind], name, box, colour, _Inside(messages=message))
    fader = _node("FADER", name, (x, y + 40, width, height - 40), colour, _Inside(messages=message))
    label_message = _osc(
        control.address, [_partial("PROPERTY", "STRING", "tag"), _TEXT], is_sent=False
    )
    label = _node(
        "LABEL",
        f"{name} words",
        (x, y, width, 36),
        _COLOURS["text"],
        _Inside(messages=label_message, text=control.title),
    )
    return label + fader


def _message(control: Control) -> str:
    constants = [_partial("CONSTANT", "FLOAT", f"{number:g}") for number in control.constants]
    if control.kind == "text":
        return _osc(control.address, [_TEXT], is_sent=False)
    if control.kind == "pad":
        return _osc(control.address, [_value("x"), _value("y")])
    if control.kind == "key":
        # The button's 0 and 1 become the velocities 0, which releases, and 100.
        return _osc(control.address, [*constants, _value("x", 100.0)])
    if control.kind == "button" and constants:
        return _osc(control.address, constants, condition="RISE")
    if control.kind == "button":
        return _osc(control.address, [], condition="RISE")
    return _osc(control.address, [_value("x")])


def _node(
    kind: str,
    name: str,
    box: Box,
    colour: tuple[float, float, float],
    inside: _Inside,
) -> str:
    x, y, width, height = box
    r, g, b = colour
    frame = f"<x>{x}</x><y>{y}</y><w>{width}</w><h>{height}</h>"
    properties = (
        _property("s", "name", name)
        + f"<property type='r'><key><![CDATA[frame]]></key><value>{frame}</value></property>"
        + "<property type='c'><key><![CDATA[color]]></key>"
        f"<value><r>{r:g}</r><g>{g:g}</g><b>{b:g}</b><a>1</a></value></property>"
        + inside.properties
    )
    identity = uuid.uuid5(_NAMESPACE, f"{kind} {name} {box}")
    value = _text_value(inside.text) if kind == "LABEL" else ""
    return (
        f"<node ID='{identity}' type='{kind}'><properties>{properties}</properties>"
        f"<values>{value}</values><messages>{inside.messages}</messages>"
        f"<children>{inside.children}</children></node>"
    )


def _osc(
    address: str, arguments: list[str], *, is_sent: bool = True, condition: str = "ANY"
) -> str:
    watched = "x" if is_sent else "text"
    path = _partial("CONSTANT", "STRING", address)
    return (
        f"<osc><enabled>1</enabled><send>{int(is_sent)}</send><receive>1</receive>"
        "<feedback>0</feedback><connections>1111111111</connections>"
        f"<triggers><trigger><var><![CDATA[{watched}]]></var><condition>{condition}</condition></trigger>"
        f"{_second_trigger(arguments)}</triggers>"
        f"<path>{path}</path><arguments>{''.join(arguments)}</arguments></osc>"
    )


def _second_trigger(arguments: list[str]) -> str:
    if not any("<![CDATA[y]]>" in argument for argument in arguments):
        return ""
    return "<trigger><var><![CDATA[y]]></var><condition>ANY</condition></trigger>"


def _partial(kind: str, conversion: str, value: str, most: float = 1.0) -> str:
    return (
        f"<partial><type>{kind}</type><conversion>{conversion}</conversion>"
        f"<value><![CDATA[{value}]]></value><scaleMin>0</scaleMin><scaleMax>{most:g}</scaleMax></partial>"
    )


def _value(axis: str, most: float = 1.0) -> str:
    return _partial("VALUE", "FLOAT", axis, most)


def _property(kind: str, key: str, value: str) -> str:
    return (
        f"<property type='{kind}'><key><![CDATA[{key}]]></key>"
        f"<value><![CDATA[{escape(value)}]]></value></property>"
    )


def _text_value(text: str) -> str:
    return (
        "<value><key><![CDATA[text]]></key><locked>0</locked>"
        f"<lockedDefaultCurrent>0</lockedDefaultCurrent><default><![CDATA[{escape(text)}]]></default>"
        "<defaultPull>0</defaultPull></value>"
    )


_TEXT = _partial("VALUE", "STRING", "text")
