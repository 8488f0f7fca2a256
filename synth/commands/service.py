"""`gansynth service install|uninstall|status`: a player that starts by itself and stays."""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from synth.commands import Subparsers
from synth.errors import DeviceError, InputFileError
from synth.rig.unit_file import UNIT_NAME, unit_path, unit_text

_PATIENCE_S = 20.0


def add_command(subparsers: Subparsers) -> None:
    """Declare `service` and its verbs."""
    parser = subparsers.add_parser(
        "service", help="start the player at every login, and keep it running"
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for name, run, words in (
        ("install", run_install, "write the systemd user unit and enable it"),
        ("uninstall", run_uninstall, "stop it and take the unit away"),
        ("status", run_status, "say whether it is installed and runs"),
    ):
        verb = verbs.add_parser(name, help=words, description=run.__doc__)
        verb.set_defaults(run=run)


def run_install(_args: argparse.Namespace) -> int:
    """Write the unit and let systemd know; where none runs, say what is left to do."""
    from synth.rig.session_config import load_settings, settings_path

    load_settings()  # a service that cannot start is refused here, and not at night
    path = unit_path()
    text = unit_text([_program(), "play"], settings_path())
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text)
        part.replace(path)
    except OSError as err:
        raise InputFileError(f"cannot write {path}: {err.strerror or err}") from err
    print(f"wrote {path}")
    print(f"settings: {settings_path()}")
    problem = _systemctl("daemon-reload") or _systemctl("enable", UNIT_NAME)
    if problem:
        print(f"no systemd user manager answers here ({problem}); on a login that has one:")
        print(f"  systemctl --user daemon-reload && systemctl --user enable --now {UNIT_NAME}")
    else:
        print(f"start it now: systemctl --user start {UNIT_NAME}")
    print("start it without a login, too: sudo loginctl enable-linger $USER")
    print(f"its log: journalctl --user -u {UNIT_NAME}")
    return 0


def run_uninstall(_args: argparse.Namespace) -> int:
    """Stop the service and take its unit away; settings and presets stay."""
    path = unit_path()
    if not path.exists():
        print(f"not installed: there is no {path}")
        return 0
    problem = _systemctl("disable", "--now", UNIT_NAME)
    try:
        path.unlink()
    except OSError as err:
        raise InputFileError(f"cannot remove {path}: {err.strerror or err}") from err
    print(f"removed {path}")
    if problem or _systemctl("daemon-reload"):
        print("no systemd user manager answers here; nothing of it runs by systemd")
    return 0


def run_status(_args: argparse.Namespace) -> int:
    """Say whether the service is installed, runs, and answers; exit code 4 where not."""
    from synth.commands.status import describe
    from synth.rig.asking import ask_status

    path = unit_path()
    if not path.exists():
        raise DeviceError("the service is not installed; run `gansynth service install`")
    print(f"installed: {path}")
    problem = _systemctl("is-active", "--quiet", UNIT_NAME)
    print(f"systemd: {problem or 'active'}")
    print(describe(ask_status(None)))
    return 0


def _program() -> str:
    """Return the path of the program that runs now, as it may be called from anywhere."""
    beside = Path(sys.executable).with_name("gansynth")
    return str(beside) if beside.exists() else shutil.which("gansynth") or "gansynth"


def _systemctl(*words: str) -> str:
    """Tell the user's systemd something; return what went wrong, in one line, or nothing."""
    try:
        finished = subprocess.run(
            ["systemctl", "--user", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_S,
        )
    except (OSError, subprocess.TimeoutExpired) as err:
        return " ".join(str(err).split())
    if finished.returncode == 0:
        return ""
    return " ".join(finished.stderr.split()) or "inactive"
