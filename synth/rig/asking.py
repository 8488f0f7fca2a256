"""Ask a player that runs on this machine, or on another, how it does."""

import json
from typing import Any

from synth.adapters.osc import parse_endpoint
from synth.adapters.osc_client import ask
from synth.errors import DeviceError
from synth.rig.running import find_players
from synth.rig.session_config import SessionConfig, load_settings


def ask_status(where: str | None, timeout_s: float = 3.0) -> dict[str, Any]:
    """Return what a player answers to `/status`.

    Args:
        where: HOST:PORT; None: the player started last on this machine, else the settings' port.
        timeout_s: seconds to wait for the answer.

    Raises:
        ConfigError: that is no HOST:PORT.
        DeviceError: no player answers there.
    """
    if where is None:
        players = find_players()
        where = players[0] if players else SessionConfig(**load_settings()).osc
    host, port = parse_endpoint(where)
    answer = ask(host, port, "/status", timeout_s)
    try:
        status = json.loads(str(answer[0]))
    except (IndexError, ValueError):
        status = None
    if not isinstance(status, dict):
        raise DeviceError(f"what listens on {host}:{port} is no player of gansynth")
    return status
