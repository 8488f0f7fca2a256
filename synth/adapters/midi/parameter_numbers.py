"""Registered parameter numbers: selected by two controllers, set by two others.

Source: MIDI 1.0 Detailed Specification, "Registered and Non-Registered Parameter Numbers". As in
FluidSynth, any selection clears the data, and an NRPN takes the RPN away until the next selection.
"""

from dataclasses import dataclass

DATA_MSB, DATA_LSB = 6, 38
NRPN_LSB, NRPN_MSB, RPN_LSB, RPN_MSB = 98, 99, 100, 101
CONTROLLERS = frozenset((DATA_MSB, DATA_LSB, NRPN_LSB, NRPN_MSB, RPN_LSB, RPN_MSB))

BEND_RANGE, FINE_TUNING, COARSE_TUNING, MPE_CONFIGURATION = 0, 1, 2, 6
_NULL = 0x7F


@dataclass(frozen=True, slots=True)
class Entry:
    """A parameter number that was given a value."""

    number: int  # 0..16383
    msb: int  # 0..127
    lsb: int  # 0..127

    @property
    def value(self) -> int:
        """Both as one number, 0..16383."""
        return self.msb << 7 | self.lsb


class ParameterNumbers:
    """What one channel has selected."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Select nothing."""
        self._msb = self._lsb = _NULL
        self._is_registered = False
        self._data = [0, 0]

    def control(self, controller: int, value: int) -> Entry | None:
        """Take one of the six controllers; return an entry when a registered one is set.

        Args:
            controller: of CONTROLLERS.
            value: 0..127.
        """
        if controller in {DATA_MSB, DATA_LSB}:
            return self._enter(controller, value)
        self._is_registered = controller in {RPN_MSB, RPN_LSB}
        self._data = [0, 0]
        if controller == RPN_MSB:
            self._msb = value
        elif controller == RPN_LSB:
            self._lsb = value
        else:
            self._msb = self._lsb = _NULL
        return None

    def _enter(self, controller: int, value: int) -> Entry | None:
        self._data[controller == DATA_LSB] = value
        is_null = _NULL in (self._msb, self._lsb)
        if not self._is_registered or is_null:
            return None
        return Entry(self._msb << 7 | self._lsb, *self._data)
