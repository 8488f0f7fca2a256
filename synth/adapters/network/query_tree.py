"""The address space as OSCQuery shows it: a tree of JSON nodes.

Source: Vidvox/OSCQueryProposal. TYPE is what a set takes; a value is told without its words.
"""

from collections.abc import Sequence
from typing import Any

from synth.adapters.addresses.table import Address
from synth.adapters.osc_addresses import OscAddresses
from synth.adapters.osc_packet import Argument
from synth.events import N_PARTS

ATTRIBUTES = (
    *("FULL_PATH", "CONTENTS", "TYPE", "ACCESS", "VALUE", "RANGE", "DESCRIPTION", "UNIT"),
    *("CLIPMODE", "OVERLOADS", "TAGS"),
)
EXTENSIONS = {
    name: name in {*ATTRIBUTES, "LISTEN"}
    for name in (
        *("ACCESS", "VALUE", "RANGE", "DESCRIPTION", "TAGS", "EXTENDED_TYPE", "UNIT", "CRITICAL"),
        *("CLIPMODE", "OVERLOADS", "HTML", "LISTEN", "PATH_CHANGED", "PATH_ADDED"),
    )
}
_NOTHING = "N"  # type tag of what takes no argument
_READ, _WRITE = 1, 2
_UNITS = {"Hz": "frequency.hz", "dB": "gain.db", "s": "time.second", "ms": "time.ms"}


class QueryTree:
    """Looks nodes up by their path.

    Args:
        addresses: of one player.
    """

    def __init__(self, addresses: OscAddresses) -> None:
        self._addresses = addresses
        self._leaves: dict[str, tuple[Address, int]] = {}  # by path: the address and the part
        self._children: dict[str, dict[str, None]] = {"/": {}}  # of every path, in order
        for path, address in addresses.table.items():
            self._plant(path, address, 0)
        for part in range(N_PARTS):
            for path, address in addresses.table.items():
                if not address.is_shared:
                    self._plant(f"/part/{part + 1}{path}", address, part)

    @property
    def paths(self) -> list[str]:
        """Every path that takes or tells something."""
        return list(self._leaves)

    def node(self, path: str) -> dict[str, Any] | None:
        """Return a node with all that is below it; None where there is none."""
        if path not in self._children:
            return None
        node: dict[str, Any] = {"FULL_PATH": path}
        leaf = self._leaves.get(path)
        # Some clients refuse a container that does not say that it has no value.
        node |= {"ACCESS": 0} if leaf is None else self._attributes(*leaf)
        below = self._children[path]
        if below or leaf is None:
            prefix = "" if path == "/" else path
            node["CONTENTS"] = {name: self.node(f"{prefix}/{name}") for name in below}
        return node

    def truncate(self, path: str, arguments: Sequence[Argument]) -> Sequence[Argument]:
        """Return the arguments of feedback as TYPE says them: without the words for people."""
        leaf = self._leaves.get(path)
        n_typed = len(leaf[0].types) if leaf is not None else 0
        return arguments[:n_typed] if n_typed else arguments

    def _plant(self, path: str, address: Address, part: int) -> None:
        self._leaves[path] = (address, part)
        above = "/"
        for word in path[1:].split("/"):
            self._children[above][word] = None
            above = f"{above.rstrip('/')}/{word}"
            self._children.setdefault(above, {})

    def _attributes(self, address: Address, part: int) -> dict[str, Any]:
        types = address.types or _NOTHING
        access = (_READ if address.ask else 0) | (_WRITE if address.plan else 0)
        node: dict[str, Any] = {
            "TYPE": types,
            "ACCESS": access,
            "DESCRIPTION": f"{address.description}. Arguments: {address.arguments or 'none'}",
        }
        value = self._addresses.value(address.path, part) if address.ask else None
        if value is not None:
            node["VALUE"] = list(self.truncate(address.path, value))
        if not address.types and value:
            node["TYPE"] = "".join(_tag(item) for item in value)
        if address.limits:
            node["RANGE"] = [
                {} if limits is None else {"MIN": limits[0], "MAX": limits[1]}
                for limits in address.limits
            ]
            node["CLIPMODE"] = ["none" if limits is None else "both" for limits in address.limits]
        if address.unit:
            node["UNIT"] = [_UNITS.get(address.unit, address.unit)]
        if set(types) <= set("fi"):
            # Any numeric type is taken, whatever TYPE says.
            node["OVERLOADS"] = [
                {"TYPE": tag * len(types)} for tag in "ifd" if tag * len(types) != types
            ]
        return node


def _tag(value: Argument) -> str:
    if isinstance(value, str):
        return "s"
    return "f" if isinstance(value, float) else "i"
