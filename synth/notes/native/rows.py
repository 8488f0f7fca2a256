"""Which rows of a level some frames depend on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rows:
    """The time rows [first, last) of a level that has `total` of them."""

    first: int
    last: int
    total: int

    def widened(self) -> Rows:
        """Rows that a 3-tap convolution reads to give these."""
        return Rows(max(self.first - 1, 0), min(self.last + 1, self.total), self.total)

    def halved(self) -> Rows:
        """Rows of the level below that box up-sampling reads to give these."""
        return Rows(self.first // 2, (self.last + 1) // 2, self.total // 2)
