"""`gansynth play`: from a key press to sound."""

import argparse
import contextlib
import threading
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synth.commands import Subparsers
from synth.commands.arguments import add_backend, add_instrument, add_set

if TYPE_CHECKING:
    from synth.adapters.systemd import ServiceManager
    from synth.commands.signals import Signals
    from synth.rig.session import Session
    from synth.rig.session_config import SessionConfig

LOOK_S = 0.5  # between two looks at the callback's counter and at what signals asked for


def add_command(subparsers: Subparsers) -> None:
    """Declare `play`; a flag that is not given leaves it to the settings file."""
    parser = subparsers.add_parser(
        "play",
        help="play from a MIDI keyboard or by OSC",
        description=run.__doc__,
        epilog='Every flag is also a key of the settings file: audio = "jack", midi_in = "all".'
        " SIGHUP reads it again. `gansynth service install` starts the player at every login.",
    )
    parser.add_argument("--preset", metavar="P", help="a preset by its name, for all parts")
    add_set(parser)
    add_instrument(parser)
    parser.add_argument(
        "--audio",
        metavar="DEVICE|null",
        help="a name from `gansynth devices` or a part of it, waited for if it is not there;"
        " null makes no sound (JACK if it runs, else the best card)",
    )
    parser.add_argument("--midi-in", metavar="NAME|all|none", help="keyboards to connect (all)")
    parser.add_argument("--midi-api", choices=("alsa", "jack", "auto"), help="(auto)")
    parser.add_argument("--osc", metavar="HOST:PORT", help="port 0: any free one (127.0.0.1:9000)")
    parser.add_argument(
        "--osc-allow",
        metavar="NET",
        action="append",
        help="take OSC from this network too, e.g. 192.168.1.0/24",
    )
    parser.add_argument(
        "--osc-feedback",
        metavar="HOST:PORT",
        action="append",
        help="tell this endpoint of every change, unasked",
    )
    parser.add_argument(
        "--http",
        metavar="HOST:PORT|none",
        help="OSCQuery: the address space over HTTP and websocket (127.0.0.1:9001)",
    )
    add_backend(parser, is_from_settings=True)
    parser.add_argument("--block-size", metavar="N", type=int, help="samples (as the device likes)")
    parser.add_argument("--record", metavar="OUT.wav", type=Path, help="record what is played")
    parser.add_argument(
        "--log-run",
        metavar="RUN.jsonl",
        type=Path,
        help="write down all that happens, for `gansynth replay`",
    )
    parser.add_argument("--demo", action="store_true", help="play a song by itself, then leave")
    parser.add_argument(
        "--settings", metavar="FILE.toml", type=Path, help="settings instead of the user's own"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Play until Ctrl-C, SIGTERM, or the end of the demo.

    Prints one line `ready ...` when it can be played: with the addresses it got, and the latency
    from an event to the socket.
    """
    from synth.adapters.systemd import ServiceManager
    from synth.commands.demo import play_demo, render_demo
    from synth.commands.progress import opened
    from synth.commands.signals import Signals
    from synth.rig import crash_marker
    from synth.rig.last_state import state_path
    from synth.rig.leaving import LEAVE_S, WRITE_S, hurry
    from synth.rig.logs import EVENTS, start_logging
    from synth.rig.running import announced
    from synth.rig.session import Session

    config = _session_config(args)
    if args.demo and config.audio is None and not _has_audio():
        return render_demo(config)
    start_logging()
    manager = ServiceManager()
    state = None if args.demo else state_path()
    leave_s = LEAVE_S if config.record is None else WRITE_S
    with contextlib.ExitStack() as stack:
        # Whoever is told to end while something is loaded has not crashed of it.
        stack.callback(crash_marker.forget)

        def on_end() -> None:
            hurry()
            crash_marker.forget()

        signals = Signals(leave_s, on_end)
        opening = opened(partial(Session, config, tell=EVENTS.info, state=state))
        try:
            with signals.interrupting():
                session = stack.enter_context(opening)
        except KeyboardInterrupt:
            return 0
        stack.enter_context(announced(session.osc_address))
        ready_line = session.ready_line()
        print(ready_line, flush=True)
        manager.ready(ready_line)
        stack.callback(manager.stopping)
        if args.demo:
            play_demo(session, signals)
        else:
            _stay(session, signals, manager, partial(_session_config, args))
    return 0


def _stay(
    session: "Session",
    signals: "Signals",
    manager: "ServiceManager",
    read_config: "partial[SessionConfig]",
) -> None:
    """Wait for the end; feed the watchdog while the callback counts; reload when asked to."""
    period_s = min(LOOK_S, (manager.watchdog_s or LOOK_S) / 3.0)
    n_blocks = -1
    reloading: threading.Thread | None = None
    while not signals.wait(period_s):
        if session.n_blocks != n_blocks:
            n_blocks = session.n_blocks
            manager.alive()
        is_free = reloading is None or not reloading.is_alive()
        if is_free and signals.take_reload():
            # On a thread of its own: an instrument takes seconds, the watchdog does not wait.
            reloading = threading.Thread(
                target=_reload, args=(session, manager, read_config), name="reload", daemon=True
            )
            reloading.start()


def _reload(
    session: "Session", manager: "ServiceManager", read_config: "partial[SessionConfig]"
) -> None:
    """Read the settings again and follow them; what is wrong in them changes nothing."""
    from synth.errors import SynthError
    from synth.rig.logs import EVENTS

    manager.reloading()
    try:
        session.reload(read_config())
    except SynthError as error:
        EVENTS.error("settings are not taken: %s", error)
    manager.ready(session.ready_line())


def _session_config(args: argparse.Namespace) -> "SessionConfig":
    """Join flags, settings file and defaults, in this order."""
    from synth.rig.crash_marker import has_crashed
    from synth.rig.logs import EVENTS
    from synth.rig.session_config import SessionConfig, load_settings

    given: dict[str, Any] = {
        field.name: getattr(args, field.name)
        for field in fields(SessionConfig)
        if getattr(args, field.name, None) is not None
    }
    for name in ("osc_allow", "osc_feedback", "set"):
        if name in given:
            given[name] = tuple(given[name])
    settings = load_settings(args.settings)
    found = settings.get("instrument")
    if found is not None and "instrument" not in given and has_crashed(found):
        # A service would die of it at every restart; who asks for it by the flag gets it.
        EVENTS.warning(
            "instrument %s crashed the player when it was last loaded: the one that ships plays"
            " instead; try it again by `gansynth play --instrument %s`",
            *(found, found),
        )
        del settings["instrument"]
    return SessionConfig(**(settings | given))


def _has_audio() -> bool:
    from synth.adapters.audio_out import list_outputs
    from synth.errors import DeviceError

    try:
        return bool(list_outputs())
    except DeviceError:
        return False
