"""Play a player at random for a long time, and say what broke.

A JACK server without a sound card (in real time where that is permitted), `gansynth play` on it, a
keyboard by JACK MIDI, a tablet by OSC: notes, pedals, wheels, timbre sweeps, presets, and packets
that are none. Once a second it is asked how it does. In the end everything is let go, and nothing
may be left sounding.

    scripts/soak --minutes 60 --kills 3
"""

import argparse
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rtmidi

from synth.adapters.osc_client import ask
from synth.adapters.osc_packet import build_message
from synth.control.channels import HEARING
from synth.control.presets import preset_files
from synth.errors import DeviceError
from synth.parameters import PARAMETERS

GANSYNTH = Path(sys.executable).with_name("gansynth")
ACTIONS_PER_S = 60.0
MOST_KEYS_DOWN = 24
LONGEST_RELEASE_S = 40.0  # a part may be set to 10 s, and the slowest sound rings on below that
CACHE_BYTES = 256_000_000
MOST_GROWTH_MB_PER_MIN = 1.0  # beside the note cache, over the second half of a long soak
LONG_S = 300.0
PATIENCE_S = 240.0  # the audio thread may have to be compiled


@dataclass(kw_only=True)
class Figures:
    """What a soak has found."""

    seconds: float = 0.0
    actions: int = 0
    garbage: int = 0  # packets and MIDI messages that were none
    kills: int = 0  # of the JACK server
    unanswered: int = 0  # questions for the status
    most_voices: int = 0
    late_blocks: int = 0
    xruns: int = 0
    held_frames: int = 0
    non_finite: int = 0
    callback_load: float = 0.0
    memory_mb: tuple[float, float] = (0.0, 0.0)  # after the first quarter, at the end
    cache_mb: tuple[float, float] = (0.0, 0.0)  # of the note cache, then
    growth_mb_per_min: float = 0.0  # of what is not the note cache
    stuck_voices: int = 0
    held_slots: int = 0
    exit_code: int | None = None
    stop_s: float = 0.0  # from SIGTERM to the end
    faults: list[str] = field(default_factory=list)


class Player:
    """A `gansynth play` on JACK, and two hands on it."""

    def __init__(self, dice: random.Random, words: list[str], *, has_keyboard: bool) -> None:
        self._dice = dice
        # rtmidi waits for ever on a JACK server that has died: then all is played by OSC.
        self._keyboard: Any = None
        if has_keyboard:
            self._keyboard = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="soak-keyboard")
            self._keyboard.open_virtual_port("keys")
        self.process = subprocess.Popen(
            [GANSYNTH, "play", "--midi-api", "jack", "--osc", "127.0.0.1:0", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        ready = self.process.stdout.readline()
        facts = dict(word.split("=", 1) for word in ready.split() if "=" in word)
        if "osc" not in facts:
            raise DeviceError(f"the player does not start: {ready!r}")
        self.port = int(facts["osc"].rpartition(":")[2])
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._keys: list[tuple[int, int]] = []  # part, pitch
        self._presets = list(preset_files())

    def osc(self, address: str, *arguments: Any) -> None:
        """Send one message; what the network does not take is lost, as on any network."""
        self.send(build_message(address, list(arguments)))

    def send(self, packet: bytes) -> None:
        """Send whatever bytes."""
        with contextlib.suppress(OSError):
            self._socket.sendto(packet, ("127.0.0.1", self.port))

    def midi(self, *message: int) -> None:
        """Send one message, where there is a keyboard."""
        if self._keyboard is not None:
            self._keyboard.send_message(list(message))

    def status(self) -> dict[str, Any] | None:
        """Ask how it does; None where it does not answer in time."""
        try:
            (answer,) = ask("127.0.0.1", self.port, "/status", 5.0)
        except DeviceError:
            return None
        told: dict[str, Any] = json.loads(str(answer))
        return told

    def memory_mb(self) -> float:
        """Return its resident memory; what it shares with the JACK server is not its own."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in text.splitlines() if line.startswith("RssAnon:"))
        return int(line.split()[1]) / 1024.0

    def act(self) -> bool:
        """Do one thing at random; True where it was garbage."""
        dice = self._dice
        action: Callable[[], Any] = dice.choices(
            (self._strike, self._release, self._turn, self._sweep, self._move, self._change),
            (40, 35, 8, 8, 8, 1),
        )[0]
        if dice.random() < 0.02:
            self._garbage()
            return True
        action()
        return False

    def let_go(self) -> None:
        """Take every hand and foot off."""
        for part in range(16):
            self.midi(0xB0 | part, 64, 0)
            self.midi(0xB0 | part, 66, 0)
        while self._keys:
            self._release()
        self.osc("/allnotesoff")

    def stop(self) -> tuple[int, float]:
        """End it as a service manager would; return its exit code and how long it took."""
        started_s = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(30.0)
        finally:
            self.process.kill()
            assert self.process.stdout is not None
            self.process.stdout.close()
        took_s = time.monotonic() - started_s
        if self._keyboard is not None:
            self._keyboard.close_port()
            self._keyboard.delete()
        self._socket.close()
        return code, took_s

    # --- things to do ----------------------------------------------------------------------------

    def _strike(self) -> None:
        if len(self._keys) >= MOST_KEYS_DOWN:
            self._release()
            return
        part, pitch = self._dice.randrange(16), self._dice.randrange(128)
        velocity = self._dice.randrange(1, 128)
        if self._keyboard is not None and self._dice.random() < 0.5:
            self.midi(0x90 | part, pitch, velocity)
        else:
            self.osc(f"/part/{part + 1}/mnote", pitch, velocity)
        self._keys.append((part, pitch))

    def _release(self) -> None:
        if self._keys:
            part, pitch = self._keys.pop(self._dice.randrange(len(self._keys)))
            if self._keyboard is not None and self._dice.random() < 0.5:
                self.midi(0x80 | part, pitch, 64)
            else:
                self.osc(f"/part/{part + 1}/mnote/rel", pitch, 0)

    def _turn(self) -> None:
        # Not everything: a test that turns itself down hears nothing.
        deaf = {"main/volume", "main/omni", *HEARING}
        parameter = self._dice.choice([p for p in PARAMETERS if p.name not in deaf])
        self.osc(f"/param/{parameter.name}", self._dice.random())

    def _sweep(self) -> None:
        for _ in range(8):
            self.osc("/timbre/xy", self._dice.random(), self._dice.random())

    def _move(self) -> None:
        part = self._dice.randrange(16)
        message = self._dice.choice(
            (
                (0xE0 | part, self._dice.randrange(128), self._dice.randrange(128)),
                (0xB0 | part, self._dice.choice((1, 11, 64, 74)), self._dice.randrange(128)),
                (0xD0 | part, self._dice.randrange(128)),
            )
        )
        self.midi(*message)

    def _change(self) -> None:
        if self._dice.random() < 0.5:
            self.osc("/preset/load", self._dice.choice(self._presets))
        else:
            self.osc(f"/part/{self._dice.randrange(1, 17)}/timbre/random")

    def _garbage(self) -> None:
        size = self._dice.choice((0, 1, 3, 8, 60, 1400))
        self.send(self._dice.choice((b"", b"/mnote\0\0,ff\0", b"#bundle\0")) + os.urandom(size))
        self.midi(0xF0, *(self._dice.randrange(128) for _ in range(20)), 0xF7)


def soak(
    seconds: float,
    *,
    seed: int = 1,
    words: list[str] | None = None,
    kill_server: Callable[[], None] | None = None,
    n_kills: int = 0,
    journal: Path | None = None,
) -> Figures:
    """Play at random on the JACK server that runs.

    Args:
        seconds: how long.
        seed: of what is played.
        words: further arguments of `gansynth play`.
        kill_server: ends the JACK server and starts another.
        n_kills: how often, spread over the time.
        journal: gets every answer, as a line of JSON with its time and the memory.
    """
    dice = random.Random(seed)
    figures = Figures()
    player = Player(dice, words or [], has_keyboard=n_kills == 0)
    samples: list[tuple[float, float, float]] = []  # time in s, memory in MB, note cache in MB
    kills_s = [seconds * (n + 1) / (n_kills + 1) for n in range(n_kills)]
    started_s = time.monotonic()
    next_look_s = 0.0
    while (now_s := time.monotonic() - started_s) < seconds and player.process.poll() is None:
        figures.garbage += player.act()
        figures.actions += 1
        if kills_s and kill_server is not None and now_s >= kills_s[0]:
            kills_s.pop(0)
            figures.kills += 1
            kill_server()
        if now_s >= next_look_s:
            next_look_s = now_s + 1.0
            _look(player, figures, samples, now_s, journal)
        time.sleep(dice.expovariate(ACTIONS_PER_S))
    figures.seconds = round(time.monotonic() - started_s, 1)
    if player.process.poll() is None:
        _settle(player, figures)
    figures.exit_code, stop_s = player.stop()
    figures.stop_s = round(stop_s, 2)
    _judge(figures, samples)
    return figures


def _look(
    player: Player,
    figures: Figures,
    samples: list[tuple[float, float, float]],
    now_s: float,
    journal: Path | None,
) -> None:
    status = player.status()
    if status is None:
        figures.unanswered += 1
        return
    figures.most_voices = max(figures.most_voices, status["voices"])
    for name in ("late_blocks", "xruns", "held_frames", "non_finite"):
        setattr(figures, name, status[name])
    figures.callback_load = max(figures.callback_load, status["callback_load"])
    cache = status["cache"]
    cache_mb = cache["n_used"] * CACHE_BYTES / cache["n_slots"] / 2**20
    samples.append((now_s, player.memory_mb(), cache_mb))
    if journal is not None:
        with journal.open("a") as file:
            print(json.dumps({"at_s": now_s, "memory_mb": samples[-1][1]} | status), file=file)


def _settle(player: Player, figures: Figures) -> None:
    """Let everything go and wait until nothing sounds."""
    deadline = time.monotonic() + LONGEST_RELEASE_S
    while time.monotonic() < deadline:
        player.let_go()
        status = player.status()
        if status is not None:
            figures.stuck_voices = status["voices"]
            figures.held_slots = status["cache"]["n_held"]
            if not figures.stuck_voices and not figures.held_slots:
                return
        time.sleep(0.5)


def _judge(figures: Figures, samples: list[tuple[float, float, float]]) -> None:
    """Say what broke."""
    if samples:
        quarter, last = samples[len(samples) // 4], samples[-1]
        figures.memory_mb = round(quarter[1], 1), round(last[1], 1)
        figures.cache_mb = round(quarter[2], 1), round(last[2], 1)
        late = np.array(samples[len(samples) // 2 :])
        if len(late) > 2:
            slope = np.polyfit(late[:, 0], late[:, 1] - late[:, 2], 1)[0]
            figures.growth_mb_per_min = round(float(slope) * 60.0, 3)
    is_long = figures.seconds >= LONG_S
    for is_wrong, fault in (
        (figures.exit_code != 0, f"the player ended with {figures.exit_code}"),
        (figures.unanswered > figures.kills, f"{figures.unanswered} questions went unanswered"),
        (figures.most_voices == 0, "nothing sounded"),
        (figures.stuck_voices > 0, f"{figures.stuck_voices} voices are stuck"),
        (figures.held_slots > 0, f"{figures.held_slots} slots of the cache are still held"),
        (figures.non_finite > 0, f"{figures.non_finite} voices held what is no number"),
        (
            is_long and figures.growth_mb_per_min > MOST_GROWTH_MB_PER_MIN,
            f"memory grows by {figures.growth_mb_per_min} MB a minute beside the cache",
        ),
    ):
        if is_wrong:
            figures.faults.append(fault)


# --- a server of its own -------------------------------------------------------------------------


class Server:
    """A JACK server without a sound card."""

    def __init__(self, block_size: int) -> None:
        self.name = f"gansynth-soak-{os.getpid()}"
        self._block_size = block_size
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, in real time where that is permitted."""
        for options in (["-R", "-P", "60"], ["-r"]):
            command = ["jackd", *options, "-n", self.name, "-d", "dummy", "-r", "48000"]
            command += ["-p", str(self._block_size)]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(2.0)
            if self._process.poll() is None:
                return
        raise DeviceError("jackd does not start; install jackd2")

    def end(self, number: int = signal.SIGTERM) -> None:
        """End it."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None

    def kill(self) -> None:
        """Let it die, and another come a little later."""
        self.end(signal.SIGKILL)
        time.sleep(2.0)
        self.start()


@contextlib.contextmanager
def running_server(block_size: int) -> Iterator[Server]:
    """Run a JACK server that programs started here will find."""
    server = Server(block_size)
    os.environ["JACK_DEFAULT_SERVER"] = server.name
    os.environ["JACK_NO_AUDIO_RESERVATION"] = os.environ["JACK_NO_START_SERVER"] = "1"
    server.start()
    try:
        yield server
    finally:
        server.end()


def main() -> int:
    """Soak, print the figures as JSON, and return 1 where something broke."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--kills", type=int, default=0, help="times that the JACK server dies")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--block-size", type=int, default=256, help="of the server, samples")
    parser.add_argument("--instrument", help="a folder; the one that ships")
    parser.add_argument("--journal", type=Path, help="a file that gets every answer of the player")
    args = parser.parse_args()
    words = ["--instrument", args.instrument] if args.instrument else []
    with running_server(args.block_size) as server:
        figures = soak(
            60.0 * args.minutes,
            seed=args.seed,
            words=words,
            kill_server=server.kill,
            n_kills=args.kills,
            journal=args.journal,
        )
    print(json.dumps(asdict(figures), indent=2))
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
