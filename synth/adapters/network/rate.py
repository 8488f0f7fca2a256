"""How much one sender may send: a bucket of packets that fills up with time.

A tablet sends some hundred packets a second, a sequencer a few thousand. Whoever sends more takes
the interpreter from those who make notes; what is beyond the limit is counted and not read.
"""

import time
from collections.abc import Callable, Hashable

PER_S = 5_000.0  # packets of one sender, in the long run
BURST = 5_000.0  # at once
_BYTES_A_UNIT = 512  # a long packet counts as several
_MAX_SENDERS = 1024


class RateLimit:
    """Says who may be read.

    Args:
        per_s: packets of one sender.
        burst: packets of one sender at once.
        clock: seconds, never going back.
    """

    def __init__(
        self,
        per_s: float = PER_S,
        burst: float = BURST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_s = per_s
        self._burst = burst
        self._clock = clock
        self._buckets: dict[Hashable, tuple[float, float]] = {}  # units left, as of when

    def allows(self, source: Hashable, n_bytes: int = 0) -> bool:
        """Take a packet from its sender's bucket; False where that is empty.

        Args:
            source: who sent it; all ports of a host are one sender.
            n_bytes: of the packet.
        """
        sender = source[0] if isinstance(source, tuple) and source else source
        now_s = self._clock()
        left, then_s = self._buckets.get(sender, (self._burst, now_s))
        left = min(self._burst, left + (now_s - then_s) * self._per_s)
        price = 1.0 + n_bytes // _BYTES_A_UNIT
        is_allowed = left >= price
        if sender not in self._buckets and len(self._buckets) >= _MAX_SENDERS:
            self._buckets.clear()
        self._buckets[sender] = (left - price if is_allowed else left, now_s)
        return is_allowed
