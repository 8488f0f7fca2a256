"""Where compiled kernels are kept, so that only the first start compiles.

Numba looks only at the file of a kernel itself to see whether its machine code is stale. Kernels
call kernels of other files, whose code is inlined; so here every kernel's folder is named after a
digest of its file and of all our files that it imports, however far. A changed line recompiles what
depends on it and nothing else, and no stale code ever runs.

What lies there is run as machine code: a folder that somebody else owns or can write is not used.
Folders that no start has asked for in a month are removed.
"""

import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from numba.core import config

_PACKAGES = Path(__file__).resolve().parents[1]  # where `synth` lies
KEPT_S = 30 * 24 * 3600.0  # what no start asked for in so long is removed
_DIGEST = re.compile(r"[0-9a-f]{24}")
_IMPORT = re.compile(
    r"^(?:from|import) +(synth[\w.]*)(?: +import +(?:\(([^)]*)\)|([\w, ]*)))?", re.MULTILINE
)


@contextmanager
def cache_of(source_file: str) -> Iterator[None]:
    """Let numba keep what is declared inside in the folder of one source file.

    Args:
        source_file: that holds the kernel.
    """
    before = config.CACHE_DIR
    folder = native_cache() / source_digest(Path(source_file))
    with suppress(OSError):
        os.utime(folder)  # asked for: see `prune`
    config.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        config.CACHE_DIR = before


@cache
def native_cache() -> Path:
    """Return the folder of compiled kernels: NUMBA_CACHE_DIR, else in the user's cache folder.

    Where that cannot be written, or others can write it, it is a temporary one of our own.
    """
    wanted = _wanted_cache()
    try:
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_usable = is_own(wanted) and os.access(wanted, os.W_OK)
    except OSError:
        is_usable = False
    if not is_usable:
        return Path(tempfile.mkdtemp(prefix="gansynth-native-"))
    prune(wanted)
    return wanted


def is_own(folder: Path) -> bool:
    """Tell whether a folder is the user's own, and nobody else may put anything into it."""
    if not hasattr(os, "geteuid"):
        return True  # the system keeps users apart by their homes
    status = folder.stat()
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


def prune(folder: Path) -> None:
    """Remove the kernels of versions that have not been started for a month."""
    oldest = time.time() - KEPT_S
    for path in folder.iterdir():
        with suppress(OSError):
            if _DIGEST.fullmatch(path.name) and path.stat().st_mtime < oldest:
                shutil.rmtree(path)


def is_kept() -> bool:
    """Tell whether compiled kernels are there at the next start."""
    return native_cache() == _wanted_cache()


def _wanted_cache() -> Path:
    return Path(os.environ.get("NUMBA_CACHE_DIR") or _user_cache() / "gansynth" / "native")


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def source_digest(source_file: Path) -> str:
    """Digest a file and all of our files that it imports."""
    digest = hashlib.sha256()
    for path in sorted(_closure(source_file)):
        digest.update(_content(path))
    return digest.hexdigest()[:24]


@cache
def _content(path: Path) -> bytes:
    return path.read_bytes()


def _closure(source_file: Path) -> set[Path]:
    found = {source_file}
    pending = [source_file]
    while pending:
        for path in _imported(pending.pop()) - found:
            found.add(path)
            pending.append(path)
    return found


@cache
def _imported(source_file: Path) -> set[Path]:
    paths = set()
    for module, *names in _IMPORT.findall(_content(source_file).decode()):
        for name in ("", *re.findall(r"\w+", " ".join(names))):
            path = _PACKAGES.joinpath(*module.split("."), name)
            paths.add(path.with_suffix(".py"))
    return {path for path in paths if path.is_file()}
