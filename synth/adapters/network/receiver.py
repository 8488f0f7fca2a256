"""Packets of any network edge: read whole, planned whole, then done: now, or when they are due.

A bundle is one edit: nothing else comes between its messages, and where one of them is wrong none
is done. A bundle of the future waits for its time, up to two seconds; clocks of tablets are often
wrong by more, and such a bundle is done at once.
"""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from synth.adapters.network.rate import RateLimit
from synth.adapters.osc_packet import Message, PacketError, parse_timed
from synth.errors import SynthError

MAX_AHEAD_S = 2.0
MAX_WAITING = 1000  # bundles; a full queue does what comes at once
_MAX_REMEMBERED_SENDERS = 1024
_SECONDS_BETWEEN_ERRORS = 1.0
_CLOCK_SET_S = 0.02  # less is the time between two readings
_log = logging.getLogger(__name__)

Answers = Callable[[], list[Message]]
Plan = Callable[[Message, Hashable], Answers]  # raises SynthError for what cannot be
Reply = Callable[[Message], None]


class Editable(Protocol):
    """What the receiver needs of the player."""

    def edit(self) -> AbstractContextManager[None]:
        """Take what is done inside as one edit."""


@dataclass(slots=True)
class OscStats:
    """What has come in so far."""

    n_packets: int = 0
    n_malformed: int = 0  # refused whole
    n_errors: int = 0  # messages that asked for what cannot be
    n_flooded: int = 0  # beyond what one sender may send, not read
    n_denied: int = 0  # from networks that are not allowed
    n_unsent: int = 0  # answers that the network would not take
    n_scheduled: int = 0  # bundles that waited for their time
    n_too_far: int = 0  # bundles of a future too far away, done at once


@dataclass(frozen=True, slots=True)
class _Job:
    messages: list[Message]
    source: Hashable
    reply: Reply


class OscReceiver:
    """Does what packets ask.

    Args:
        plan: reads one message and returns what does it.
        player: whose edits they are.
        clock: seconds since 1970, as time tags count them; may be set at any time.
        timer: seconds, never going back: what waits, waits by it.
    """

    def __init__(
        self,
        plan: Plan,
        player: Editable,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.stats = OscStats()
        self._plan = plan
        self._player = player
        self._clock = clock
        self._timer = timer
        self._offset_s = timer() - clock()
        self._lock = threading.Lock()  # guards the two below
        self._waiting: list[tuple[float, int, _Job]] = []  # a heap by time, then by arrival
        self._error_times: dict[Hashable, float] = {}
        self._arrivals = itertools.count()
        self._rates = RateLimit()

    def take(self, data: bytes, source: Hashable, reply: Reply) -> None:
        """Do one packet.

        Args:
            data: as it came.
            source: who sent it.
            reply: takes the answers for the sender.
        """
        self.stats.n_packets += 1
        if not self._rates.allows(source, len(data)):
            self.stats.n_flooded += 1
            return
        try:
            groups = parse_timed(data)
        except PacketError as err:
            self.stats.n_malformed += 1
            self._send_error(source, reply, "packet", str(err))
            return
        for due_s, messages in groups:
            job = _Job(messages, source, reply)
            if due_s is None or not self._wait(due_s, job):
                self._do(job)

    def do_due(self) -> float | None:
        """Do what is due; return the seconds until something else is, None where nothing waits."""
        while True:
            with self._lock:
                if not self._waiting:
                    return None
                delay_s = self._waiting[0][0] - self._timer()
                if delay_s > 0.0:
                    return delay_s
                job = heapq.heappop(self._waiting)[2]
            self._do(job)

    def _wait(self, due_s: float, job: _Job) -> bool:
        """Keep a job for later; false where it is to be done now."""
        now_s = self._timer()
        offset_s = now_s - self._clock()
        # Read anew only when the clock was set: bundles of one time stay in their order.
        if abs(offset_s - self._offset_s) > _CLOCK_SET_S:
            self._offset_s = offset_s
        due_s += self._offset_s
        delay_s = due_s - now_s
        if delay_s > MAX_AHEAD_S:
            self.stats.n_too_far += 1
            return False
        with self._lock:
            if delay_s <= 0.0 or len(self._waiting) >= MAX_WAITING:
                return False
            heapq.heappush(self._waiting, (due_s, next(self._arrivals), job))
        self.stats.n_scheduled += 1
        return True

    def _do(self, job: _Job) -> None:
        plans = []
        for message in job.messages:
            try:
                plans.append((message, self._plan(message, job.source)))
            except SynthError as err:
                self._refuse(job, message, err)
                return
        if len(plans) == 1:
            self._run(job, *plans[0])
            return
        with self._player.edit():
            for message, plan in plans:
                self._run(job, message, plan)

    def _run(self, job: _Job, message: Message, plan: Answers) -> None:
        try:
            answers = plan()
        except SynthError as err:
            self._refuse(job, message, err)
            return
        for answer in answers:
            job.reply(answer)

    def _refuse(self, job: _Job, message: Message, error: SynthError) -> None:
        self.stats.n_errors += 1
        self._send_error(job.source, job.reply, message.address, str(error))

    def _send_error(self, source: Hashable, reply: Reply, address: str, text: str) -> None:
        now_s = time.monotonic()
        with self._lock:
            last_s = self._error_times.get(source, -_SECONDS_BETWEEN_ERRORS)
            if now_s - last_s < _SECONDS_BETWEEN_ERRORS:
                return
            if len(self._error_times) >= _MAX_REMEMBERED_SENDERS:
                self._error_times.clear()
            self._error_times[source] = now_s
        _log.info("OSC %s %s: %s", source, address, text)
        reply(Message("/error", (address, text)))
