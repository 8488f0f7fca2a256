"""Closing what may hang: a server that stands still, a driver that has lost its card."""

import logging
import threading
from collections.abc import Callable

_log = logging.getLogger(__name__)


def close_within(seconds: float, close: Callable[[], object], name: str) -> bool:
    """Close something on a thread of its own; True when that was done in time.

    What hangs is left as it is: the thread keeps alive what it needs, and ends with the process.

    Args:
        seconds: to wait for it.
        close: called once; its errors are told like those of any thread.
        name: of what is closed, for the log.
    """
    closing = threading.Thread(target=close, name=f"close {name}", daemon=True)
    closing.start()
    closing.join(seconds)
    if closing.is_alive():
        _log.warning("%s does not close in %g s and is left as it is", name, seconds)
    return not closing.is_alive()
