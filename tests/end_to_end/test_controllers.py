"""Other people's programs at the controls: liblo's tools, and Pd with the patch that ships."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from synth.adapters.osc import OscServer
from synth.control.player import Player
from synth.events import Event, NoteOff, NoteOn
from synth.folders import factory_presets

PATIENCE_S = 30.0
# A second patch beside ours writes down what comes back to ours.
LISTENER = """#N canvas 0 0 400 300 10;
#X obj 10 10 r gl-param-amp-pan-in;
#X obj 10 40 print pan;
#X obj 110 10 r gl-timbre-xy-y-in;
#X obj 110 40 print y;
#X obj 210 10 r gl-param-macro-1-in;
#X obj 210 40 print macro;
#X obj 310 10 r gl-part-2-param-key-low-in;
#X obj 310 40 print split;
#X connect 6 0 7 0;
#X connect 0 0 1 0;
#X connect 2 0 3 0;
#X connect 4 0 5 0;
"""


class OneTimbre:
    timbre_names = ("bell",)
    macros = ()

    def find_timbre(self, words: str) -> NDArray[np.float32]:
        return np.ones(2, np.float32)

    def pad_mix(self, corners: object, x: float, y: float) -> NDArray[np.float32]:
        return np.array([x, y], np.float32)


class Rig:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.player = Player(lambda event, offset: self.events.append(event), OneTimbre())
        self.server = OscServer(self.player, port=0)
        self.port = str(self.server.address[1])

    def notes(self) -> list[Event]:
        return [event for event in self.events if isinstance(event, NoteOn | NoteOff)]


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.server.close()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_liblo_plays_moves_and_hears(rig: Rig) -> None:
    port = free_port()
    with subprocess.Popen(
        ["oscdump", "-L", str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as listener:
        try:
            assert listener.stdout is not None
            time.sleep(0.5)
            for words in (
                ("/subscribe", "i", port),
                ("/mnote", "ifi", 60, 100.0, 7),
                ("/ne/pitch", "if", 7, 0.5),
                ("/timbre/xy", "fd", 0.25, 0.75),
                ("/param/amp/pan", "h", 1),
            ):
                command = ["oscsend", "127.0.0.1", rig.port, *map(str, words)]
                subprocess.run(command, check=True, timeout=10)
            heard = [listener.stdout.readline() for _ in range(4)]
        finally:
            listener.kill()
    # Each oscsend has a port of its own: to the subscriber they are strangers.
    assert any("/param/timbre/x fs 0.25" in line for line in heard)
    assert any("/timbre/xy ff 0.25" in line for line in heard)
    assert any("/param/amp/pan fs 1.0" in line for line in heard)
    assert [NoteOn(pitch=60.0, velocity=100 / 127, note_id=7)] == rig.notes()


def test_pd_with_the_patch_that_ships_plays_moves_and_hears(rig: Rig, tmp_path: Path) -> None:
    listener, port = tmp_path / "listener.pd", free_port()
    listener.write_text(LISTENER)
    sent = (
        *(f"gl-listen {port}", f"gl-connect 127.0.0.1 {rig.port}", f"gl-subscribe {port}"),
        *("gl-note 60 100", "gl-note 60 0", "gl-timbre-xy-x-out 0.5", "gl-param-macro-1-out 0.75"),
        *("gl-param-amp-sustain-out 0.25", "gl-part-3-param-key-high-out 0.5"),
        "gl-timbre-mutate-out bang",
    )
    patch = factory_presets() / "layouts" / "gansynth.pd"
    command = ["pd", "-nogui", "-noaudio", "-nomidi", "-stderr", "-open", patch, "-open", listener]
    command += [word for message in sent for word in ("-send", message)]
    heard = tmp_path / "heard.txt"
    with heard.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out) as pd:
        try:
            wait_until(lambda: rig.player.corners()[0] == "Mutation 1")
            assert [NoteOn(pitch=60.0, velocity=100 / 127), NoteOff(pitch=60.0)] == rig.notes()
            values = [rig.player.value(n) for n in ("timbre/x", "macro/1", "amp/sustain")]
            assert [0.5, 0.75, 0.25] == values
            assert 64.0 == rig.player.real("key/high", 2)
            rig.player.set_parameter("amp/pan", 0.75)
            rig.player.set_parameter("macro/1", 0.25)
            rig.player.set_parameter("key/low", 0.25, part=1)
            rig.player.set_pad(0.25, 0.5)
            wait_until(lambda: "macro:" in heard.read_text() and "y: set 0.5" in heard.read_text())
        finally:
            pd.kill()
    lines = heard.read_text()
    assert "pan: set 0.75" in lines
    assert "macro: set 0.25" in lines
    assert "split: set 0.25" in lines
    # What Pd itself had moved did not come back to it.
    assert "macro: set 0.75" not in lines
    assert 0 == rig.server.stats.n_errors
