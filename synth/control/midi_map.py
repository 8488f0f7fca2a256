"""MIDI learn: which controller of which channel moves which parameter.

Learn an address, move a knob: bound. A bound knob takes hold when it passes where the parameter is
(soft takeover), so that nothing jumps; it lets go when somebody else moves the parameter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth.errors import ConfigError
from synth.events import N_PARTS, SetParameter
from synth.parameters import PARAMETERS_BY_NAME

# Banks, data entry, pedals, parameter numbers and modes have meanings that nothing may take away.
UNLEARNABLE = frozenset((0, 6, 32, 38, 64, 66, 67, *range(96, 102), *range(120, 128)))
_NEAR = 2.0 / 127.0  # as close as a knob's steps come
_SAME = 0.5 / 127.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One knob and what it moves."""

    controller: int  # 0..119
    channel: int  # 0..15
    name: str  # of the parameter
    part: int  # 0..15


@dataclass(slots=True)
class _Hold:
    """Where a bound knob was, and what it has set: None until it has taken hold."""

    knob: float | None = None
    value: float | None = None


class MidiMap:
    """The bindings, and the one that waits for its knob."""

    def __init__(self) -> None:
        self._bindings: dict[tuple[int, int], Binding] = {}  # by channel and controller
        self._holds: dict[tuple[int, int], _Hold] = {}
        # Parameter and part that the next knob gets; None: nobody waits.
        self.waiting: tuple[str, int] | None = None

    @property
    def bindings(self) -> tuple[Binding, ...]:
        """All bindings, in the order in which they were learned."""
        return tuple(self._bindings.values())

    def clear(self, name: str, part: int) -> None:
        """Forget a parameter's knob."""
        self._bindings = {
            key: binding
            for key, binding in self._bindings.items()
            if (binding.name, binding.part) != (name, part)
        }

    def clear_all(self) -> None:
        """Forget all knobs."""
        self._bindings.clear()

    def bind(self, binding: Binding) -> None:
        """Bind a knob; a parameter has one knob, and a knob one parameter."""
        self.clear(binding.name, binding.part)
        key = (binding.channel, binding.controller)
        self._bindings[key] = binding
        self._holds[key] = _Hold()

    def find(self, channel: int, controller: int) -> Binding | None:
        """Return what a knob moves; a knob that is being learned is bound by this.

        Args:
            channel: 0..15.
            controller: 0..127.
        """
        if controller in UNLEARNABLE:
            return None
        if self.waiting is not None:
            name, part = self.waiting
            self.waiting = None
            self.bind(Binding(controller=controller, channel=channel, name=name, part=part))
        return self._bindings.get((channel, controller))

    def turn(self, binding: Binding, knob: float, present: float) -> SetParameter | None:
        """Turn a bound knob: what it sets, or None until it has passed the present value.

        Args:
            binding: of the knob.
            knob: 0..1.
            present: where the parameter is, 0..1.
        """
        hold = self._holds[binding.channel, binding.controller]
        before, hold.knob = hold.knob, knob
        is_held = hold.value is not None and abs(present - hold.value) <= _SAME
        passes = before is not None and min(before, knob) <= present <= max(before, knob)
        if not (is_held or passes or abs(knob - present) <= _NEAR):
            hold.value = None
            return None
        hold.value = knob
        return SetParameter(name=binding.name, value=knob, part=binding.part)

    # --- keeping ---------------------------------------------------------------------------------

    def to_list(self) -> list[dict[str, Any]]:
        """Return the bindings as plain values, for JSON."""
        return [
            {
                "controller": b.controller,
                "channel": b.channel + 1,
                "parameter": b.name,
                "part": b.part + 1,
            }
            for b in self.bindings
        ]

    def load_list(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Bind what `to_list` returned.

        Raises:
            ConfigError: it is something else; nothing has changed.
        """
        read = [_read_row(row) for row in rows]
        self._bindings.clear()
        for binding in read:
            self.bind(binding)


def _read_row(row: Mapping[str, Any]) -> Binding:
    try:
        numbers = [row[key] for key in ("controller", "channel", "part")]
        name = row["parameter"]
    except (KeyError, TypeError) as err:
        raise ConfigError(f"learned controller {row!r:.80}: expected another row") from err
    is_whole = all(type(number) is int for number in numbers)
    limits = (range(128), range(1, 17), range(1, N_PARTS + 1))
    is_known = isinstance(name, str) and name in PARAMETERS_BY_NAME
    if (
        not is_whole
        or not is_known
        or any(n not in r for n, r in zip(numbers, limits, strict=True))
    ):
        raise ConfigError(f"learned controller {row!r:.80}: expected another row")
    controller, channel, part = numbers
    return Binding(controller=controller, channel=channel - 1, name=name, part=part - 1)
