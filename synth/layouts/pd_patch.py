"""Pure Data: a `.pd` file of plain text, for Pd 0.49 or newer without externals.

Each slider has two names of its own: what it sends goes out as OSC, and what comes in sets it
without sending it out again. `gl-connect HOST PORT` and `gl-listen PORT` move the two ends.
"""

import itertools
from dataclasses import dataclass, field

from synth.layouts.controls import FEEDBACK_PORTS, OSC_PORT, QUESTIONS, Control, pages

_COLUMN, _ROW = 260, 22
_MAX_ROWS = 28
_PORT = FEEDBACK_PORTS["pd"]


@dataclass
class _Patch:
    """Lines of a patch, and how many objects it has."""

    lines: list[str] = field(default_factory=lambda: ["#N canvas 40 40 1240 720 10;"])
    wires: list[str] = field(default_factory=list)
    n_objects: int = 0

    def add(self, line: str) -> int:
        self.lines.append(f"#X {line};")
        self.n_objects += 1
        return self.n_objects - 1

    def chain(self, *objects: int) -> None:
        for start, end in itertools.pairwise(objects):
            self.wires.append(f"#X connect {start} 0 {end} 0;")


def pd_patch() -> str:
    """Return the file."""
    patch = _Patch()
    patch.add(f"text 20 10 gansynth-live: sends OSC to port {OSC_PORT} \\, hears port {_PORT}")
    _ends(patch)
    place = 0
    for page in pages():
        for control in page.controls:
            if control.kind == "key":
                continue
            x, y = 20 + place // _MAX_ROWS * _COLUMN, 120 + place % _MAX_ROWS * _ROW
            place += _draw(patch, control, x, y)
    _keyboard(patch)
    return "\n".join([*patch.lines, *patch.wires]) + "\n"


def symbol(address: str) -> str:
    """Return the name that a control has inside the patch, without its end -out or -in."""
    return "gl" + address.replace("/", "-").replace("_", "-")


def _ends(patch: _Patch) -> None:
    """Draw the way out and the way in."""
    out = patch.add("obj 20 40 r gl-osc")
    prepend = patch.add("obj 90 40 list prepend send")
    trim = patch.add("obj 200 40 list trim")
    send = patch.add("obj 280 40 netsend -u -b")
    patch.chain(out, prepend, trim, send)
    load = patch.add("obj 400 40 loadbang")
    connect = patch.add(f"msg 470 40 connect 127.0.0.1 {OSC_PORT}")
    patch.chain(load, connect, send)
    named = patch.add("obj 640 40 r gl-connect")
    first = patch.add("obj 720 40 t a b")
    other = patch.add("obj 780 40 list prepend connect")
    patch.chain(named, first, other, patch.add("obj 920 40 list trim"), send)
    leave = patch.add("msg 780 18 disconnect")
    patch.wires.append(f"#X connect {first} 1 {leave} 0;")
    patch.chain(leave, send)
    # After the connection stands: subscribe, and ask for everything.
    wait = patch.add("obj 400 64 delay 200")
    port = patch.add(f"msg 470 64 {_PORT}")
    subscribe = patch.add("obj 530 64 oscformat subscribe")
    bus = patch.add("obj 660 64 s gl-osc")
    patch.chain(load, wait, port, subscribe, bus)
    again = patch.add("obj 740 64 r gl-subscribe")
    patch.chain(again, subscribe)
    ask = patch.add("obj 400 88 delay 400")
    empty = patch.add("msg 560 64 list")
    patch.chain(load, ask, empty)
    for place, address in enumerate(QUESTIONS):
        words = " ".join(address[1:].split("/"))
        patch.chain(empty, patch.add(f"obj {470 + 160 * place} 88 oscformat {words}"), bus)
    receive = patch.add(f"obj 900 40 netreceive -u -b {_PORT}")
    parse = patch.add("obj 900 64 oscparse")
    trimmed = patch.add("obj 980 64 list trim")
    heard = patch.add("obj 1060 64 s gl-heard")
    patch.chain(receive, parse, trimmed, heard)
    listen_name = patch.add("obj 900 88 r gl-listen")
    listen = patch.add("msg 980 88 listen \\$1")
    patch.chain(listen_name, listen, receive)


def _draw(patch: _Patch, control: Control, x: int, y: int) -> int:
    """Draw a control; return how many rows it takes."""
    words = control.address[1:].split("/")
    name = symbol(control.address)
    if control.kind == "text":
        return 0
    if control.kind == "button":
        patch.add(
            f"obj {x} {y} bng 15 250 50 0 {name}-out empty {_word(control.title)} 20 8 0 10 -1 -1 0"
        )
        _send(
            patch, control, x + 120, y, [f"{number:g}" for number in control.constants] or ["list"]
        )
        return 1
    if control.kind == "pad":
        for row, axis in enumerate("xy"):
            _slider(patch, f"{name}-{axis}", f"timbre {axis}", x, y + row * _ROW, 0.0)
        packed = patch.add(f"obj {x + 400} 4 pack f f")
        for inlet, axis in enumerate("xy"):
            source = patch.add(f"obj {x + 400 + 60 * inlet} -20 r {name}-{axis}-out")
            if inlet:
                again = patch.add(f"obj {x + 520} -20 t b f")
                patch.wires.append(f"#X connect {source} 0 {again} 0;")
                patch.wires.append(f"#X connect {again} 1 {packed} 1;")
                patch.wires.append(f"#X connect {again} 0 {packed} 0;")
            else:
                patch.chain(source, packed)
        formatted = patch.add(f"obj {x + 460} 4 oscformat {' '.join(words)}")
        patch.chain(packed, formatted, patch.add(f"obj {x + 600} 4 s gl-osc"))
        unpacked = _heard(patch, words, x + 700, 4, "unpack f f")
        for outlet, axis in enumerate("xy"):
            setter = patch.add(f"msg {x + 800} {4 + 20 * outlet} set \\$1")
            patch.wires.append(f"#X connect {unpacked} {outlet} {setter} 0;")
            patch.chain(setter, patch.add(f"obj {x + 860} {4 + 20 * outlet} s {name}-{axis}-in"))
        return 2
    _slider(patch, name, control.label, x, y, control.default)
    _send(patch, control, x + 1400, y, [])
    heard = _heard(patch, words, x + 1700, y, "msg set \\$1")
    patch.chain(heard, patch.add(f"obj {x + 1990} {y} s {name}-in"))
    return 1


def _slider(patch: _Patch, name: str, title: str, x: int, y: int, default: float) -> None:
    places = round(default * 12_700)
    patch.add(
        f"obj {x} {y} hsl 128 15 0 1 0 0 {name}-out {name}-in {_word(title)} 134 8 0 10 -1 -1 0"
        f" {places} 1"
    )


def _send(patch: _Patch, control: Control, x: int, y: int, constants: list[str]) -> None:
    """Draw the way from a control's name to the network."""
    source = patch.add(f"obj {x} {y} r {symbol(control.address)}-out")
    formatted = patch.add(f"obj {x + 150} {y} oscformat {' '.join(control.address[1:].split('/'))}")
    if constants:
        patch.chain(source, patch.add(f"msg {x + 100} {y} {' '.join(constants)}"), formatted)
    else:
        patch.chain(source, formatted)
    patch.chain(formatted, patch.add(f"obj {x + 300} {y} s gl-osc"))


def _heard(patch: _Patch, words: list[str], x: int, y: int, last: str) -> int:
    """Draw the way from the network to an object; return its number."""
    chain = [patch.add(f"obj {x} {y} r gl-heard")]
    chain += [_route(patch, word, x + 60, y) for word in words]
    kind, _, rest = last.partition(" ")
    chain.append(
        patch.add(f"msg {x + 120} {y} {rest}" if kind == "msg" else f"obj {x + 120} {y} {last}")
    )
    patch.chain(*chain)
    return chain[-1]


def _route(patch: _Patch, word: str, x: int, y: int) -> int:
    """Draw a choice by one word of an address; a number is a word there, and none to Pd."""
    if not word.isdecimal():
        return patch.add(f"obj {x} {y} route {word}")
    route = patch.add(f"obj {x} {y} route word")
    load = patch.add(f"obj {x} {y - 60} loadbang")
    name = patch.add(f"obj {x} {y - 20} makefilename %d")
    patch.chain(load, patch.add(f"msg {x} {y - 40} {word}"), name)
    patch.wires.append(f"#X connect {name} 0 {route} 1;")
    return route


def _keyboard(patch: _Patch) -> None:
    """Draw the way of a MIDI keyboard into the player: gl-note PITCH VELOCITY does the same."""
    notes = patch.add("obj 900 660 notein")
    packed = patch.add("obj 970 660 pack f f")
    patch.wires.append(f"#X connect {notes} 0 {packed} 0;")
    patch.wires.append(f"#X connect {notes} 1 {packed} 1;")
    formatted = patch.add("obj 1040 660 oscformat mnote")
    patch.chain(packed, formatted, patch.add("obj 1140 660 s gl-osc"))
    patch.chain(patch.add("obj 970 636 r gl-note"), formatted)


def _word(title: str) -> str:
    return title.replace(" ", "_").replace("/", "_")
