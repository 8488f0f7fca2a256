"""Where compiled kernels are kept, so that only the first start compiles.

Numba looks only at the file of a kernel itself to see whether its machine code is stale. Kernels
call kernels of other files, whose code is inlined; so here every kernel's folder is named after a
digest of its file and of all our files that it imports, however far. A changed line recompiles what
depends on it and nothing else, and no stale code ever runs.
"""

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from numba.core import config

_PACKAGES = Path(__file__).resolve().parents[2]  # where `synth` lies
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
    config.CACHE_DIR = str(native_cache() / source_digest(Path(source_file)))
    try:
        yield
    finally:
        config.CACHE_DIR = before


@cache
def native_cache() -> Path:
    """Return the folder of compiled kernels: NUMBA_CACHE_DIR, else in the user's cache folder.

    Where neither can be written it is a temporary one.
    """
    wanted = _wanted_cache()
    try:
        wanted.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="gansynth-native-"))
    if not os.access(wanted, os.W_OK):
        return Path(tempfile.mkdtemp(prefix="gansynth-native-"))
    return wanted


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
