"""Where the players that run on this machine can be asked.

A player writes a file of its own into the user's state folder as long as it lives, so that
`gansynth status` finds it on whatever port it got. What a killed player left is not believed.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import platformdirs


def running_folder() -> Path:
    """Return where players say that they run."""
    return Path(platformdirs.user_state_dir("gansynth-live", False)) / "players"


@contextlib.contextmanager
def announced(osc: str) -> Iterator[None]:
    """Say that this process plays and can be asked, for as long as the context lives.

    Args:
        osc: HOST:PORT.
    """
    folder = running_folder()
    path = folder / f"{os.getpid()}.json"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(json.dumps({"pid": os.getpid(), "osc": osc}))
    except OSError:  # it can be asked all the same, by its port
        path = Path(os.devnull)
    try:
        yield
    finally:
        if path != Path(os.devnull):
            with contextlib.suppress(OSError):
                path.unlink()


def find_players() -> list[str]:
    """Return HOST:PORT of the players that run, the last one started first."""
    return [str(entry["osc"]) for entry in sorted(_entries(), key=_started, reverse=True)]


def _entries() -> Iterator[dict[str, Any]]:
    for path in running_folder().glob("*.json"):
        try:
            is_ours = path.lstat().st_uid == os.getuid()
            entry = json.loads(path.read_text()) if is_ours else None
        except (OSError, ValueError):
            continue
        if isinstance(entry, dict) and "osc" in entry and is_alive(entry.get("pid")):
            yield entry | {"started_ns": path.stat().st_mtime_ns}


def _started(entry: dict[str, Any]) -> int:
    return int(entry["started_ns"])


def is_alive(pid: Any) -> bool:
    """Tell whether a process of that number runs; anything else than a number does not."""
    if type(pid) is not int or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True
