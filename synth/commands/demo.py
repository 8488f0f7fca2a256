"""The song that ships with the project: played on a device, or rendered where there is none."""

import contextlib
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from synth.adapters.midi_file import Song, load_song
from synth.commands.progress import opened, progress_bar
from synth.control.channels import Channels
from synth.control.part import timbre_preset
from synth.control.player import Player
from synth.errors import PresetError
from synth.folders import demo_song
from synth.offline import open_offline
from synth.render import render_song

if TYPE_CHECKING:
    from synth.rig.session import Session, SessionConfig

# Of parts 1, 2, 3, where no preset is asked for and the instrument knows them.
TIMBRES = ("Harp", "Cello", "Flute")
RENDERED = Path("gansynth-demo.wav")
MAX_TAIL_S = 5.0


class Ending(Protocol):
    """Something that can be waited for: the end."""

    def wait(self, timeout: float) -> bool:
        """Wait; True when it has come."""


def play_demo(session: "Session", ended: Ending) -> None:
    """Play the song in its own time, and what rings on; stop early when the end has come."""
    if session.config.preset is None:
        dress(session.player)
    song = _load(session.engine.sample_rate)
    channels = Channels(session.player)
    started_s = time.monotonic()
    for sample, event in song.events:
        due_s = started_s + sample / song.sample_rate
        if ended.wait(max(0.0, due_s - time.monotonic())):
            return
        for heard in channels.route(event):
            session.player.handle(heard)
    last_s = time.monotonic() + MAX_TAIL_S
    while session.engine.n_voices > 0 and time.monotonic() < last_s:
        if ended.wait(0.05):
            return


def render_demo(config: "SessionConfig") -> int:
    """Render the song to a WAV file and say where it lies."""
    out = (config.record or RENDERED).absolute()
    opening = partial(open_offline, config.instrument, preset=config.preset)
    with opened(opening) as (engine, player):
        if config.preset is None:
            dress(player)
        song = _load(engine.sample_rate)
        with progress_bar(demo_song().name) as progress:
            rendered = render_song(engine, player, song, out, progress=progress)
    print(f"no audio device: the demo was rendered to {out} ({rendered.seconds:.1f} s)")
    return 0


def dress(player: Player) -> None:
    """Give the song's parts the timbres that it was written for, as far as they are there."""
    for part, timbre in enumerate(TIMBRES):
        with contextlib.suppress(PresetError):
            player.load(timbre_preset(timbre), parts=[part])


def _load(sample_rate: int) -> Song:
    # Its program changes are for other synthesizers; here the parts are dressed by name.
    return load_song(demo_song(), sample_rate).without_programs()
