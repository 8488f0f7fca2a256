"""`gansynth doctor [--json]`: what keeps this machine from playing, and what to do about it."""

import argparse
import json
import os
import platform
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

from synth.commands import Subparsers
from synth.errors import DeviceError, SynthError
from synth.folders import default_instrument

WANTED_PRIORITY = 60  # what JACK gives its clients; above it lie the interrupt threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at."""

    name: str
    ok: bool
    detail: str
    fix: str = ""  # what to do where it is not ok


def add_command(subparsers: Subparsers) -> None:
    """Declare `doctor`."""
    parser = subparsers.add_parser("doctor", help="say what keeps this machine from playing well")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print every check; the exit code is that of a missing device where one is not ok."""
    checks = [look() for look in CHECKS]
    is_ok = all(check.ok for check in checks)
    if args.json:
        print(json.dumps({"ok": is_ok, "checks": [asdict(check) for check in checks]}, indent=2))
    else:
        for check in checks:
            print(f"{'ok ' if check.ok else 'BAD'} {check.name:<12}{check.detail}")
            if not check.ok:
                print(f"    {'':<12}-> {check.fix}")
    return 0 if is_ok else DeviceError.exit_code


def check_python() -> Check:
    """Look at the interpreter; the packages have wheels for a few versions only."""
    is_known = (3, 11) <= sys.version_info[:2] < (3, 13)
    fix = "" if is_known else "install Python 3.11 or 3.12"
    return Check(name="python", ok=is_known, detail=platform.python_version(), fix=fix)


def check_audio() -> Check:
    """Look for an output."""
    from synth.adapters.audio_out import list_outputs

    try:
        device = list_outputs()[0]
    except DeviceError as error:
        fix = "plug in a sound card or start JACK; `gansynth play` runs silently until then"
        return Check(name="audio", ok=False, detail=str(error), fix=fix)
    return Check(name="audio", ok=True, detail=str(device))


def check_instrument() -> Check:
    """Verify every byte of the instrument that ships."""
    from synth.notes.instrument import Instrument

    try:
        instrument = Instrument.load(default_instrument())
    except SynthError as error:
        return Check(name="instrument", ok=False, detail=str(error), fix="install gansynth again")
    detail = f"{instrument.name}, {len(instrument.timbres)} timbres, {instrument.folder}"
    return Check(name="instrument", ok=True, detail=detail)


def check_kernel_cache() -> Check:
    """Look whether compiled kernels can be kept: without that, every start compiles for minutes."""
    from synth.realtime.native_cache import is_kept, native_cache

    if not is_kept():
        return Check(
            name="kernels",
            ok=False,
            detail=f"are kept in {native_cache()} until this computer restarts",
            fix="set NUMBA_CACHE_DIR to a folder that you can write",
        )
    return Check(name="kernels", ok=True, detail=f"are kept in {native_cache()}")


def check_priority() -> Check:
    """Look whether the audio thread may run before everything else."""
    allowed = resource.getrlimit(resource.RLIMIT_RTPRIO)[0]
    is_root = os.geteuid() == 0
    is_ok = is_root or allowed == resource.RLIM_INFINITY or allowed >= WANTED_PRIORITY
    return Check(
        name="priority",
        ok=is_ok,
        detail="any (root)" if is_root else f"up to {allowed}",
        fix="" if is_ok else "add `@audio - rtprio 95` to /etc/security/limits.d, join that group",
    )


CHECKS: tuple[Callable[[], Check], ...] = (
    check_python,
    check_audio,
    check_instrument,
    check_kernel_cache,
    check_priority,
)
