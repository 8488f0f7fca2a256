"""The systemd user unit that keeps a player running: started at login, restarted, watched.

What it forbids a player is forbidden by the kernel's call filter alone. Namespaces (ProtectSystem,
PrivateTmp) would need rights that a user's own manager lacks on many systems, and would cut JACK's
sockets off. Memory that is written and then run has to stay allowed: the audio thread is compiled.
"""

from collections.abc import Sequence
from pathlib import Path

import platformdirs

UNIT_NAME = "gansynth-live.service"
WATCHDOG_S = 20  # longer than a device's loss and the look for another

_TEMPLATE = """\
# Written by `gansynth service install`; `gansynth service uninstall` takes it away.
# What it plays, and on what, is said by {settings}
[Unit]
Description=gansynth-live, a neural instrument
After=pipewire.service wireplumber.service pulseaudio.service jack.service
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
StandardInput=null
# The very first start compiles the audio thread.
TimeoutStartSec=600
TimeoutStopSec=5
# Fed only while the audio callback counts.
WatchdogSec={watchdog_s}
Restart=on-failure
RestartSec=2
# Wrong usage and bad files do not mend themselves.
RestartPreventExitStatus=2 3
Environment=JACK_NO_START_SERVER=1 PYTHONUNBUFFERED=1
# As far as the user's own limits allow; `gansynth doctor` says how far that is.
LimitRTPRIO=95
LimitMEMLOCK=infinity
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service

[Install]
WantedBy=default.target
"""


def unit_path() -> Path:
    """Return where systemd looks for a user's units."""
    return Path(platformdirs.user_config_dir("systemd", False)) / "user" / UNIT_NAME


def unit_text(command: Sequence[str], settings: Path) -> str:
    """Return the unit.

    Args:
        command: program and arguments.
        settings: file that says what it plays.
    """
    words = " ".join(map(_quote, command))
    return _TEMPLATE.format(command=words, settings=settings, watchdog_s=WATCHDOG_S)


def _quote(word: str) -> str:
    """Write a word so that systemd reads it as it is (systemd.service(5), command lines)."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if escaped != word or " " in word else word
