"""What was being loaded when the player last died: it is not loaded again by itself.

A marker is written before an instrument's graphs reach the runtime, and taken away when it plays or
is refused. Only a process that ends without either (a crash in native code, the kernel's out-of-
memory killer, a power cut) leaves it behind.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from synth.rig.running import is_alive


def marker_path() -> Path:
    """Return where the marker lies."""
    return Path(platformdirs.user_state_dir("gansynth-live", False)) / "loading.json"


@contextlib.contextmanager
def loading(instrument: Path) -> Iterator[None]:
    """Mark an instrument as being loaded inside the context.

    Args:
        instrument: its folder.
    """
    path = marker_path()
    # A folder that cannot be written keeps nobody from playing.
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("w") as file:
            json.dump({"pid": os.getpid(), "instrument": str(instrument.resolve())}, file)
            file.flush()
            os.fsync(file.fileno())
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def forget() -> None:
    """Take this process's own marker away: it is about to end because it was told to."""
    path = marker_path()
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if json.loads(path.read_text()).get("pid") == os.getpid():
            path.unlink()


def has_crashed(instrument: Path) -> bool:
    """Tell whether a player died while it loaded this instrument, and none has loaded one since."""
    try:
        marker = json.loads(marker_path().read_text())
    except (OSError, ValueError):
        return False
    if not isinstance(marker, dict):
        return False
    # Our own number is that of a dead one before us: in a container it is always 1.
    if marker.get("pid") != os.getpid() and is_alive(marker.get("pid")):
        return False
    return bool(marker.get("instrument") == str(instrument.resolve()))
