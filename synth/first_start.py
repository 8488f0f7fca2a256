"""The first start compiles in a process of its own, so that every start runs the same machine code.

A process that has just compiled a kernel runs other code than one that loads it: the linker finds
the functions that it calls already there, each compiled by itself, while what is kept has copies of
them, fused with their caller. Both are right, and their samples differ in the last bit (tried), so
that a run of the first start could not be rendered again. Besides, compiling leaves memory behind.
"""

import hashlib
import logging
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import llvmlite
import numba
from llvmlite import binding

from synth.native_cache import is_kept, native_cache, source_digest

PATIENCE_S = 1800.0  # a small machine that does other things may take minutes
_ENGINE = Path(__file__).with_name("engine.py")
_COMPILES_HERE = "GANSYNTH_COMPILES_HERE"
_log = logging.getLogger(__name__)


def compile_apart(instrument: Path) -> None:
    """Have all kernels compiled by another process, where they are not there yet.

    Where that cannot be done they are compiled as they are needed, by this process.

    Args:
        instrument: folder of the one that is to play.

    Thread: control.
    """
    if _COMPILES_HERE in os.environ or not sys.executable or not is_kept():
        return
    done = native_cache() / version_digest()
    if done.exists():
        with suppress(OSError):
            os.utime(done)  # asked for: see `native_cache.prune`
        return
    try:
        subprocess.run(
            [sys.executable, "-m", "synth.compiling", str(instrument)],
            env=os.environ | {_COMPILES_HERE: "1", "PYTHONPATH": _search_path()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=PATIENCE_S,
        )
        done.mkdir(exist_ok=True)
    except (OSError, subprocess.SubprocessError) as error:
        _log.info("kernels are compiled as they are needed: %s", error)


def _search_path() -> str:
    """Return where the other process has to look first to find these very files."""
    ours, theirs = str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH")
    return f"{ours}{os.pathsep}{theirs}" if theirs else ours


def version_digest() -> str:
    """Digest what machine code depends on: our files, where they lie, compiler and processor."""
    versions = (sys.version, numba.__version__, llvmlite.__version__)
    processor = (binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten())
    words = (source_digest(_ENGINE), str(_ENGINE), *versions, *processor)  # numba keeps by place
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:24]
