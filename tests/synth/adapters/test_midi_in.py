"""MIDI from real ports: a keyboard on a JACK server plays the player."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import rtmidi

from synth.adapters import midi_in
from synth.adapters.midi_in import MidiIn, list_ports, match_ports
from synth.control.channels import Ear
from synth.control.midi_map import MidiMap
from synth.errors import DeviceError
from synth.events import Event, NoteOff, NoteOn, SustainPedal, TurnController

PATIENCE_S = 10.0
KEYS = ["Midi Through:Midi Through Port-0 14:0", "Keystation 49:Port 1 20:0", "nanoKONTROL 24:0"]


class Pianist:
    """Stands in for the player: remembers what it was told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.sources: set[object] = set()
        self.midi_map = MidiMap()

    def handle(self, event: Event, sample_offset: int = 0, source: object = None) -> None:
        self.events.append(event)
        self.sources.add(source)

    def ears(self, channel: int) -> tuple[Ear, ...]:
        return (Ear(part=channel, keys=(0, 127), velocities=(1, 127)),)

    def value(self, name: str, part: int = 0) -> float:
        return 0.5

    def edit(self) -> contextlib.nullcontext[None]:
        return contextlib.nullcontext()

    def tell(self, part: int, addresses: tuple[str, ...]) -> None:
        pass


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def open_output() -> Any:
    return rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="test-keyboard")


@pytest.fixture
def keyboard(jack_server: object) -> Iterator[Any]:
    """A keyboard that offers a port of its own, as a controller would."""
    output = open_output()
    output.open_virtual_port("keys")
    yield output
    output.close_port()
    output.delete()


@pytest.fixture
def no_sequencer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody-there")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")


def test_a_keyboard_is_connected_by_itself_and_plays(keyboard: Any) -> None:
    pianist = Pianist()
    with MidiIn(pianist, api="jack") as midi:
        assert ("gansynth-live-midi:midi_in", "test-keyboard:keys") == midi.names
        keyboard.send_message([0x92, 60, 127])
        keyboard.send_message([0x82, 60, 0])
        keyboard.send_message([0xB2, 1, 0])
        wait_until(lambda: len(pianist.events) == 3)
    assert [
        NoteOn(pitch=60.0, velocity=1.0, part=2),
        NoteOff(pitch=60.0, part=2),
        TurnController(name="timbre/x", value=0.0, part=2),
    ] == pianist.events
    assert {"midi"} == pianist.sources
    assert 3 == midi.stats.n_messages


def test_our_virtual_port_can_be_connected_to_from_outside(keyboard: Any) -> None:
    pianist = Pianist()
    with MidiIn(pianist, ports="none", api="jack") as midi:
        assert 1 == len(midi.names)
        patch_bay = open_output()
        ports = patch_bay.get_ports()
        (index,) = [i for i, name in enumerate(ports) if name.startswith("gansynth-live")]
        patch_bay.open_port(index)
        patch_bay.send_message([0x90, 64, 1])
        wait_until(lambda: len(pianist.events) == 1)
        patch_bay.close_port()
        patch_bay.delete()


def test_a_keyboard_is_chosen_by_name(keyboard: Any) -> None:
    assert "test-keyboard:keys" in list_ports("jack")
    with MidiIn(Pianist(), ports="TEST-key", api="jack") as midi:
        assert "test-keyboard:keys" == midi.names[1]
    with pytest.raises(DeviceError, match=r"no MIDI port 'theremin'; there are: test-keyboard"):
        MidiIn(Pianist(), ports="theremin", api="jack")


def test_a_keyboard_may_come_and_go_and_its_notes_with_it(
    jack_server: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(midi_in, "LOOK_PERIOD_S", 0.1)
    pianist, told = Pianist(), list[str]()
    with MidiIn(pianist, api="jack", tell=told.append) as midi:
        assert 1 == len(midi.names)
        for _ in range(2):
            output = open_output()
            output.open_virtual_port("keys")
            wait_until(lambda: "test-keyboard:keys" in midi.names)
            pianist.events.clear()
            output.send_message([0x90, 60, 127])
            output.send_message([0xB0, 64, 127])
            wait_until(lambda: len(pianist.events) == 2)
            output.close_port()
            output.delete()
            wait_until(lambda: len(pianist.events) == 4)
            assert 1 == len(midi.names)
            assert [
                NoteOff(pitch=60.0),
                SustainPedal(is_down=False),
            ] == pianist.events[2:]
    wait_until(lambda: len(told) == 4)
    assert ["is connected", "its notes are released"] * 2 == [
        next(words for words in ("is connected", "its notes are released") if words in line)
        for line in told
    ]


# A keyboard in a process of its own, as libjack's dead clients must not meet new ones in ours.
KEYBOARD = """
import sys, rtmidi
output = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="test-keyboard")
output.open_virtual_port("keys")
print("open", flush=True)
for line in sys.stdin:
    output.send_message([int(word) for word in line.split()])
"""


@contextlib.contextmanager
def far_keyboard() -> Iterator[Callable[[str], None]]:
    """A keyboard of another process; takes messages as words."""
    with subprocess.Popen(
        [sys.executable, "-c", KEYBOARD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert "open" == process.stdout.readline().strip()
        keys = process.stdin

        def send(words: str) -> None:
            keys.write(words + "\n")
            keys.flush()

        try:
            yield send
        finally:
            process.kill()


def test_the_jack_server_may_end_and_come_back_and_no_note_sticks(
    jack_server: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(midi_in, "LOOK_PERIOD_S", 0.1)
    pianist, told = Pianist(), list[str]()
    with MidiIn(pianist, api="jack", tell=told.append) as midi:
        for _ in range(2):
            with far_keyboard() as send:
                wait_until(lambda: "test-keyboard:keys" in midi.names)
                pianist.events.clear()
                send("144 60 127")
                send("176 64 127")
                wait_until(lambda: len(pianist.events) == 2)
                jack_server.stop()
                wait_until(lambda: midi.names == ())
                assert [NoteOff(pitch=60.0), SustainPedal(is_down=False)] == pianist.events[2:]
            jack_server.start()
            wait_until(lambda: midi.names == ("gansynth-live-midi:midi_in",))
    lost, back = "midi: JACK has gone; its notes are released", "midi: JACK is back"
    assert [lost, back] * 2 == [line for line in told if "JACK" in line]
    assert "" == capfd.readouterr().err


@pytest.mark.usefixtures("no_sequencer")
def test_no_midi_system_is_one_line_and_no_noise(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(midi_in, "LOOK_PERIOD_S", 0.05)
    told = list[str]()
    with MidiIn(Pianist(), api="jack", tell=told.append) as midi:
        time.sleep(0.5)  # several looks
        assert () == midi.names
    (line,) = told
    assert "jack: " in line
    assert "server not running" in line
    assert line.endswith("looking again until it is there")
    assert [] == list_ports("jack")
    assert ("", "") == capfd.readouterr()


@pytest.mark.usefixtures("no_sequencer")
def test_a_keyboard_of_a_system_that_is_not_there_is_refused() -> None:
    with pytest.raises(DeviceError, match=r"jack: .*server not running") as caught:
        MidiIn(Pianist(), ports="keystation", api="jack")
    assert "\n" not in str(caught.value)


def test_a_jack_server_that_starts_later_is_found(
    jack_server: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(midi_in, "LOOK_PERIOD_S", 0.1)
    jack_server.close()
    pianist, told = Pianist(), list[str]()
    with MidiIn(pianist, api="jack", tell=told.append) as midi:
        assert () == midi.names
        jack_server.start()
        wait_until(lambda: midi.names == ("gansynth-live-midi:midi_in",))
        with far_keyboard() as send:
            wait_until(lambda: "test-keyboard:keys" in midi.names)
            send("144 60 127")
            wait_until(lambda: len(pianist.events) == 1)
            jack_server.stop()  # and it goes and comes as any other
            wait_until(lambda: midi.names == ())
        jack_server.start()
        wait_until(lambda: midi.names == ("gansynth-live-midi:midi_in",))
    assert "looking again" in told[0]
    assert "midi: gansynth-live-midi:midi_in is open" == told[1]
    assert "midi: JACK is back" == told[-1]
    assert "" == capfd.readouterr().err


def test_all_leaves_the_loop_of_alsa_alone() -> None:
    assert KEYS[1:] == match_ports(KEYS, "all")
    assert KEYS[:1] == match_ports(KEYS, "through")
