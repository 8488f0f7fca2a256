"""The reference of every address and controller, as Markdown and as a page."""

import html
from collections.abc import Iterable, Sequence
from typing import Any, cast

from synth.adapters.addresses.table import Address
from synth.adapters.osc_addresses import NETWORK_ADDRESSES, OscAddresses
from synth.parameters import PARAMETERS, Parameter

_TITLE = "gansynth-live: OSC addresses and MIDI controllers"
_INTRODUCTION = (
    "Written by `gansynth presets layouts`. OSC goes to UDP port 9000; any numeric type is taken"
    " (i h f d T F, or text that says a number), values are clipped. Before any address that is not"
    " shared, `/part/<1-16>` means that part; without it part 1 is meant. `/q/<address>` asks, and"
    " so does an address without arguments where something can be asked."
)
_MIDI = (
    ("Channel n", "part n; in an MPE zone, the zone's part"),
    ("Notes, pitch bend, pressure", "by channel; poly pressure by key"),
    ("CC 0, 32 and program change", "the preset of that number (bank x 128 + program + 1)"),
    ("CC 64, 66, 67", "hold, sostenuto and soft pedal"),
    ("CC 120, 123-127", "all sound off, all notes off; omni on and off, mono and poly"),
    ("CC 121", "reset controllers (RP-015)"),
    ("RPN 0, 1, 2, 6", "bend range, fine and coarse tuning, MPE zone"),
    ("System exclusive", "MIDI tuning, master volume, GM, GS and XG reset"),
)
_NETWORK = {
    "/subscribe": ("[port]", "Be told of what others move, at that port or where this came from"),
    "/unsubscribe": ("[port]", "Be told no more"),
    "/subscribe/meters": ("[port]", "Be told of /meter/… when it has changed"),
    "/unsubscribe/meters": ("[port]", "Be told of meters no more"),
}

Table = tuple[Sequence[str], list[Sequence[str]]]  # heads and rows


def reference_markdown() -> str:
    """Return the reference as Markdown."""
    parts = [f"# {_TITLE}", "", _INTRODUCTION]
    for title, (heads, rows) in _tables().items():
        parts += ["", f"## {title}", "", _markdown_row(heads), _markdown_row(["---"] * len(heads))]
        parts += [_markdown_row([_mark(cell, n) for n, cell in enumerate(row)]) for row in rows]
    return "\n".join(parts) + "\n"


def reference_html() -> str:
    """Return the reference as one page that needs nothing else."""
    body = [f"<h1>{html.escape(_TITLE)}</h1>", f"<p>{_html(_INTRODUCTION)}</p>"]
    for title, (heads, rows) in _tables().items():
        body.append(f"<h2>{html.escape(title)}</h2><table><tr>{_cells(heads, 'th')}</tr>")
        body += [f"<tr>{_cells(row, 'td')}</tr>" for row in rows]
        body.append("</table>")
    style = (
        "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:72em;padding:0 1em}"
        "td,th{padding:.2em .8em;text-align:left;border-bottom:1px solid #ccc}"
        "td:first-child{font-family:monospace;white-space:nowrap}"
    )
    head = f"<meta charset='utf-8'><title>{html.escape(_TITLE)}</title><style>{style}</style>"
    return (
        f"<!doctype html>\n<html lang='en'><head>{head}</head>\n<body>\n"
        + "\n".join(body)
        + ("\n</body></html>\n")
    )


def _tables() -> dict[str, Table]:
    table = OscAddresses(cast("Any", None)).table
    others = [address for path, address in table.items() if not path.startswith("/param/")]
    return {
        "Addresses": (
            ("address", "arguments", "range", "what"),
            [_address_row(address) for address in others] + list(_network_rows()),
        ),
        "Parameters": (
            ("address", "MIDI CC", "range", "default", "unit", "what"),
            [_parameter_row(parameter) for parameter in PARAMETERS],
        ),
        "MIDI": (("message", "what"), list(_MIDI)),
    }


def _address_row(address: Address) -> Sequence[str]:
    limits = ["" if limit is None else f"{limit[0]:g} … {limit[1]:g}" for limit in address.limits]
    arguments = address.arguments or ("(asks)" if address.plan is None else "")
    return address.path, arguments, ", ".join(filter(None, limits)), address.description


def _network_rows() -> Iterable[Sequence[str]]:
    for path in NETWORK_ADDRESSES:
        arguments, words = _NETWORK[path]
        yield path, arguments, "1 … 65535", words


def _parameter_row(parameter: Parameter) -> Sequence[str]:
    controller = "" if parameter.controller is None else str(parameter.controller)
    low, high = parameter.display(0.0), parameter.display(1.0)
    default = parameter.display(parameter.default_normalised)
    unit = parameter.unit or "ratio"
    path = f"/param/{parameter.name}"
    return path, controller, f"{low} … {high}", default, unit, parameter.description


def _mark(cell: str, column: int) -> str:
    return f"`{cell}`" if column == 0 and cell.startswith("/") else cell


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(cells: Sequence[str], tag: str) -> str:
    return "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)


def _html(text: str) -> str:
    pieces = [html.escape(piece) for piece in text.split("`")]
    return "".join(f"<code>{p}</code>" if n % 2 else p for n, p in enumerate(pieces))
