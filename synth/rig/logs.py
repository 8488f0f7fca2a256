"""What the player says while it runs: one line an event, on stderr.

Under systemd a line begins with its priority in angle brackets (sd-daemon(3)) and the journal adds
time and name; on a terminal it begins with the program's name. Nobody can read a traceback on
stage: an error that nobody caught is one line too, and says where it came from.
"""

import contextlib
import logging
import os
import sys
import threading
from types import TracebackType

EVENTS = logging.getLogger("gansynth")  # what a player wants to know, expected or not

_STDERR = 2
# syslog's numbers, by logging's levels; higher levels first.
_PRIORITIES = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (0, 7))


class OneLine(logging.Formatter):
    """Formats a record as one line, whatever it holds.

    Args:
        is_journal: begin with the priority, for systemd's journal.
    """

    def __init__(self, *, is_journal: bool = False) -> None:
        super().__init__()
        self._is_journal = is_journal

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += f": {describe(record.exc_info[1])}"
        text = " ".join(text.split())
        if not self._is_journal:
            return f"gansynth: {text}"
        number = next(n for level, n in _PRIORITIES if record.levelno >= level)
        return f"<{number}>{text}"


def start_logging() -> None:
    """Let everything that is told go to stderr, a line each."""
    # A copy of the descriptor: while rtmidi's complaints are kept away (see `midi_in`), stderr's
    # own leads nowhere, and a line that another thread tells then would be lost.
    handler: logging.Handler = logging.NullHandler()
    with contextlib.suppress(OSError):  # started without a stderr: nobody wants to know
        copied = os.fdopen(os.dup(_STDERR), "w", buffering=1, errors="backslashreplace")
        handler = logging.StreamHandler(copied)
    handler.setFormatter(OneLine(is_journal="JOURNAL_STREAM" in os.environ))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    EVENTS.setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    threading.excepthook = _report_thread
    sys.excepthook = _report


def describe(error: BaseException) -> str:
    """Say what an error was and where it was raised, in one line."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
    return f"{type(error).__name__}: {error}{place}"


def _report(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None = None
) -> None:
    logging.getLogger(__name__).error("this is a bug of gansynth: %s", describe(error))


def _report_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        name = args.thread.name if args.thread else "?"
        logging.getLogger(__name__).error("thread %s ended: %s", name, describe(args.exc_value))
