"""Max: a `.maxpat` file, which is JSON. For Max 8 or newer, without packages."""

import json
from typing import Any

from synth.layouts.controls import FEEDBACK_PORTS, OSC_PORT, Control, connections, pages

_COLUMN, _ROW = 300, 30
_MAX_ROWS = 26
_PORT = FEEDBACK_PORTS["max"]


class _Patcher:
    """Boxes and cords."""

    def __init__(self) -> None:
        self.boxes: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []

    def add(self, kind: str, x: int, y: int, width: int, **extra: Any) -> str:
        identity = f"obj-{len(self.boxes) + 1}"
        box = {
            "id": identity,
            "maxclass": kind,
            "patching_rect": [float(x), float(y), float(width), 22.0],
        } | extra
        self.boxes.append({"box": box})
        return identity

    def new(self, text: str, x: int, y: int, n_outlets: int = 1) -> str:
        width = 14 + 7 * len(text)
        return self.add("newobj", x, y, width, text=text, numinlets=2, numoutlets=n_outlets)

    def message(self, text: str, x: int, y: int) -> str:
        return self.add("message", x, y, 14 + 7 * len(text), text=text, numinlets=2, numoutlets=1)

    def wire(self, start: str, end: str, outlet: int = 0, inlet: int = 0) -> None:
        self.lines.append({"patchline": {"source": [start, outlet], "destination": [end, inlet]}})


def max_patch() -> str:
    """Return the file."""
    patcher = _Patcher()
    shown = [c for page in pages() for c in page.controls if c.kind in {"fader", "button", "pad"}]
    send = patcher.new(f"udpsend 127.0.0.1 {OSC_PORT}", 20, 900)
    heard = [c for c in shown if c.kind in {"fader", "pad"}]
    receive = patcher.new(f"udpreceive {_PORT}", 20, 20)
    route = patcher.new(" ".join(["route", *(c.address for c in heard)]), 20, 50, len(heard) + 1)
    patcher.wire(receive, route)
    load = patcher.new("loadbang", 320, 20)
    for row, control in enumerate(connections("max")):
        words = patcher.message(_words(control), 400, 20 + 25 * row)
        patcher.wire(load, words)
        patcher.wire(words, send)
    for number, control in enumerate(shown):
        x, y = 20 + number // _MAX_ROWS * _COLUMN, 90 + number % _MAX_ROWS * _ROW
        outlet = heard.index(control) if control in heard else None
        _draw(patcher, control, (x, y), send, (route, outlet))
    _keyboard(patcher, send)
    content = {
        "patcher": {
            "fileversion": 1,
            "appversion": {"major": 8, "minor": 6, "revision": 0, "architecture": "x64"},
            "classnamespace": "box",
            "rect": [60.0, 80.0, 1240.0, 900.0],
            "boxes": patcher.boxes,
            "lines": patcher.lines,
        }
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _draw(
    patcher: _Patcher,
    control: Control,
    place: tuple[int, int],
    send: str,
    news: tuple[str, int | None],
) -> None:
    x, y = place
    if control.kind == "button":
        words = patcher.message(_words(control), x, y)
        patcher.wire(words, send)
        return
    route, outlet = news
    assert outlet is not None
    title = control.title if control.kind == "pad" else control.label
    patcher.add("comment", x + 150, y, 140, text=title, numinlets=1, numoutlets=0)
    if control.kind == "fader":
        slider = _slider(patcher, x, y, 140)
        prepend = patcher.new(f"prepend {control.address}", x, y + 600)
        unpack = patcher.new("unpack 0. s", x, y + 620, 2)
        setter = patcher.new("prepend set", x, y + 640)
        patcher.wire(slider, prepend)
        patcher.wire(prepend, send)
        patcher.wire(route, unpack, outlet)
        patcher.wire(unpack, setter)
        patcher.wire(setter, slider)
        return
    pak = patcher.new("pak 0. 0.", x, y + 600)
    prepend = patcher.new(f"prepend {control.address}", x, y + 620)
    unpack = patcher.new("unpack 0. 0.", x, y + 640, 2)
    patcher.wire(pak, prepend)
    patcher.wire(prepend, send)
    patcher.wire(route, unpack, outlet)
    for axis in range(2):
        slider = _slider(patcher, x + 72 * axis, y, 68)
        setter = patcher.new("prepend set", x + 72 * axis, y + 660)
        patcher.wire(slider, pak, 0, axis)
        patcher.wire(unpack, setter, axis)
        patcher.wire(setter, slider)


def _slider(patcher: _Patcher, x: int, y: int, width: int) -> str:
    return patcher.add(
        "slider", x, y, width, floatoutput=1, size=1.0, orientation=1, numinlets=1, numoutlets=1
    )


def _keyboard(patcher: _Patcher, send: str) -> None:
    keys = patcher.add("kslider", 640, 20, 336, numinlets=2, numoutlets=2)
    pak = patcher.new("pack 0 0", 640, 60)
    prepend = patcher.new("prepend /mnote", 740, 60)
    patcher.wire(keys, pak)
    patcher.wire(keys, pak, 1, 1)
    patcher.wire(pak, prepend)
    patcher.wire(prepend, send)


def _words(control: Control) -> str:
    return " ".join([control.address, *(f"{number:g}" for number in control.constants)])
