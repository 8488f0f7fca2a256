"""What every layout shows, whoever draws it: pages of controls, from the table of parameters."""

from dataclasses import dataclass
from typing import Literal

from synth.control.presets import N_CORNERS
from synth.parameters import PARAMETERS, Parameter

Kind = Literal["fader", "pad", "button", "key", "text"]

OSC_PORT = 9000  # where the player listens
FEEDBACK_PORTS = {"touchosc": 9000, "pd": 9010, "max": 9011}  # where each layout listens
FIRST_KEY, N_KEYS = 48, 25
_SPLITS, _N_SPLIT_PARTS = "key", 3
# What tells a layout where everything stands.
QUESTIONS = {"/q/all_params": "refresh", f"/q/part/*/param/{_SPLITS}/*": "refresh splits"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One thing to touch or to read."""

    kind: Kind
    address: str
    title: str
    constants: tuple[float, ...] = ()  # sent before the value; a button sends nothing else
    default: float = 0.0  # 0..1

    @property
    def label(self) -> str:
        """A short form of its address: 'amp/pan', '2/key/low'."""
        return self.address.removeprefix("/part/").replace("param/", "").removeprefix("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Controls that lie together."""

    title: str
    controls: tuple[Control, ...]


def pages() -> list[Page]:
    """Return the pages: one to play on, and one for each group of parameters."""
    groups = dict.fromkeys(parameter.group for parameter in PARAMETERS)
    by_group = [_group_page(group) for group in groups if group not in {"macro", _SPLITS}]
    return [_play_page(), *by_group, _split_page()]


def connections(layout: str) -> list[Control]:
    """Return the buttons that join a layout to the player: subscribe, and ask for what it shows."""
    port = float(FEEDBACK_PORTS[layout])
    return [
        Control(kind="button", address="/subscribe", title="connect", constants=(port,)),
        *(Control(kind="button", address=asked, title=title) for asked, title in QUESTIONS.items()),
    ]


def _play_page() -> Page:
    buttons = (
        ("/preset/prev", "previous", ()),
        ("/preset/next", "next", ()),
        ("/timbre/random", "random", ()),
        ("/timbre/mutate", "mutate", (0.2,)),
        ("/undo", "undo", ()),
        ("/redo", "redo", ()),
        ("/ab", "A/B", ()),
        ("/preset/save", "save", ()),
        ("/allsoundoff", "panic", ()),
    )
    macros = [parameter for parameter in PARAMETERS if parameter.group == "macro"]
    return Page(
        title="play",
        controls=(
            Control(kind="pad", address="/timbre/xy", title="timbre"),
            Control(kind="text", address="/preset/load", title="preset"),
            *(
                Control(kind="text", address=f"/timbre/corner/{number}", title=f"corner {number}")
                for number in range(1, N_CORNERS + 1)
            ),
            *(
                Control(kind="button", address=address, title=title, constants=constants)
                for address, title, constants in buttons
            ),
            *(_fader(parameter) for parameter in macros),
            *(
                Control(kind="key", address="/mnote", title=str(key), constants=(float(key),))
                for key in range(FIRST_KEY, FIRST_KEY + N_KEYS)
            ),
        ),
    )


def _group_page(group: str) -> Page:
    faders = tuple(_fader(p) for p in PARAMETERS if p.group == group)
    return Page(title=group, controls=faders)


def _split_page() -> Page:
    """Lay out who hears what, for as many parts as a keyboard is split into."""
    return Page(
        title=_SPLITS,
        controls=tuple(
            _fader(parameter, part)
            for part in range(1, _N_SPLIT_PARTS + 1)
            for parameter in PARAMETERS
            if parameter.group == _SPLITS
        ),
    )


def _fader(parameter: Parameter, part: int | None = None) -> Control:
    """Return a parameter's fader; of part 1 unless a page has several parts."""
    prefix = "" if part in {None, 1} else f"/part/{part}"
    number = "" if part is None else f"{part} "
    return Control(
        kind="fader",
        address=f"{prefix}/param/{parameter.name}",
        title=number + parameter.key.replace("_", " "),
        default=parameter.default_normalised,
    )
