"""Prove that no block is late, and that a run can be rendered again: over a JACK server of its own.

Sixteen voices that are struck, bent and let go, a timbre that moves sixty times a second, and a
Python thread that never rests, in blocks of 64 samples at real-time priority. Late is a block for
which our thread had the processor longer than it lasts; the server's own xruns stand beside it, and
the late blocks of a thread that only adds up numbers at the same time (`control_thread.py`): what
both have is the machine's. Then the log of the run is replayed and compared sample by sample.

    scripts/rehearse.py --minutes 10
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from soak import running_server

from synth.adapters.audio_out import AudioOut
from synth.config import EngineConfig
from synth.engine import Engine
from synth.events import NoteExpression, NoteOff, NoteOn, SetTimbre
from synth.folders import default_instrument
from synth.notes.instrument import Instrument
from synth.notes.latents import random_timbre, slerp
from synth.notes.priority import PromptThread
from synth.replay import Replay

CONTROL = Path(__file__).with_name("control_thread.py")
N_VOICES = 16
MOVES_PER_S = 60
BEND_SEMITONES = 0.3
MORPH_S = 4.0  # from one timbre to the other


def main() -> int:
    """Play, replay, print figures as JSON; return 1 where a block was late or a sample other."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--block-size", type=int, default=64, help="of the server, samples")
    parser.add_argument("--log", type=Path, help="keep the run's log here")
    args = parser.parse_args()
    instrument = Instrument.load(default_instrument())
    with tempfile.TemporaryDirectory() as folder, running_server(args.block_size):
        log = args.log or Path(folder) / "run.jsonl"
        control = subprocess.Popen(
            [sys.executable, CONTROL, "--minutes", str(args.minutes)], stdout=subprocess.PIPE
        )
        figures = play(instrument, log, 60.0 * args.minutes)
        figures["control"] = json.loads(control.communicate()[0])
        replay = Replay(Path(figures.pop("log")), instrument)
        n_blocks = sum(1 for _ in replay.blocks())
    figures |= {
        "replayed_blocks": n_blocks,
        "is_log_complete": replay.is_complete,
        "replay_differs_at_s": replay.differs_at_s,
    }
    print(json.dumps(figures, indent=2))
    is_same = replay.is_complete and replay.differs_at_s is None
    return 0 if figures["late_blocks"] == 0 and is_same else 1


def play(instrument: Instrument, log: Path, seconds: float) -> dict[str, Any]:
    """Play for some time, and return what the engine counted."""
    ended = threading.Event()

    def never_rest() -> None:
        while not ended.is_set():
            sum(range(2000))

    with Engine(instrument, EngineConfig(), tell=_tell) as engine:
        path = engine.log_run(log)
        with AudioOut(engine, "jack", sample_rate=48_000, block_size=0, tell=_tell) as audio:
            threading.Thread(target=never_rest, daemon=True).start()
            with PromptThread():  # as MIDI's and OSC's are
                _move(engine, seconds)
            ended.set()
            status = audio.status
        stats = engine.stats()
    return {
        "seconds": seconds,
        "blocks": stats.blocks,
        "late_blocks": stats.late_blocks,
        "overrun_blocks": stats.overrun_blocks,
        "server_xruns": status.n_xruns,
        "held_frames": stats.held_frames,
        "callback_max_us": stats.callback_max_us,
        "notes": stats.worker.n_struck,
        "tiles": stats.worker.n_tiles,
        "longest_onset_s": stats.worker.longest_onset_s,
        "log": str(path),
    }


def _move(engine: Engine, seconds: float) -> None:
    dice = np.random.default_rng(1)
    held: dict[int, float] = {}
    first, second = (
        random_timbre(engine.instrument.latents, seed, engine.instrument.prior) for seed in (1, 2)
    )
    number, began = 0, time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        while len(held) < N_VOICES:
            number += 1
            held[number] = now + float(dice.uniform(1.0, 6.0))
            pitch, velocity = int(dice.integers(36, 90)), float(dice.uniform(0.3, 1.0))
            engine.post(NoteOn(pitch=pitch, velocity=velocity, note_id=number))
        for note, end in list(held.items()):
            if now > end:
                engine.post(NoteOff(note_id=note))
                del held[note]
            else:
                bend = BEND_SEMITONES * float(np.sin(5.0 * now + note))
                engine.post(NoteExpression(note_id=note, kind="pitch", value=bend))
        way = abs(1.0 - now / MORPH_S % 2.0)
        engine.post(SetTimbre(latent=tuple(map(float, slerp(first, second, way)))))
        time.sleep(1.0 / MOVES_PER_S)


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
