"""The audio thread as the control side sees it: commands in, blocks and counters out.

It owns the arrays that the callback works on and both ends that are not the audio thread's: it
pushes commands and takes back the slots that are no longer played. One thread at a time may send;
`synth.engine` sees to that.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.config import EngineConfig
from synth.frames import NoteFrames
from synth.realtime import queue
from synth.realtime.callback import compile_callback
from synth.realtime.intake import take_sightings
from synth.realtime.layout import allocate_arrays
from synth.realtime.mixer import compile_render
from synth.realtime.state import address_state
from synth.realtime.streams import compile_decode_hop
from synth.realtime.voices import FADING, FREE, NEVER, WAITING

# kind, time, part, note_id, serial, slot, index, key, ratio, value, pitch
CommandRow = tuple[int, int, int, int, int, int, int, float, float, float, float]
OnSent = Callable[[CommandRow], None]
N_SIGHTINGS = 1 << 14  # kept until they are taken: a minute of busy playing


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What the audio thread has counted since it was set up."""

    n_samples: int  # rendered, of the output
    n_blocks: int  # callbacks
    n_late: int  # blocks for which we had the processor longer than they last
    n_overrun: int  # blocks that took longer than they last on the wall
    load: float  # share of the block's time that we need, smoothed over a hundred blocks
    max_us: float  # longest block, on the processor
    histogram: tuple[int, ...]  # [i]: blocks of 2**i to 2**(i + 1) ns
    min_block_size: int
    max_block_size: int
    n_voices: int  # in use, waiting and fading ones counted
    n_steals: int
    n_cuts: int  # voices ended without a fade: every spare one was fading
    n_hops: int  # decoded
    n_held_frames: int  # hops for which the next frame was not there: the last was held
    n_dropped: int  # notes whose frames never came
    n_non_finite: int  # voices reset because their samples were no numbers
    n_limited: int  # samples that the limiter turned down


class Renderer:
    """One set of voices and the way to them; making the first one compiles, or loads, the code.

    Args:
        pool: note frames, shared with the worker.
        config: sizes and limits.
        sample_rate: Hz, of the output.
        model_rate: Hz, of the frames.
        hop_length: model samples between frames.
        on_sent: is told of every command before it is pushed; the audio thread's sightings are
            noted then too (`take_sightings`).
    """

    def __init__(
        self,
        pool: NoteFrames,
        config: EngineConfig,
        *,
        sample_rate: float,
        model_rate: float,
        hop_length: int,
        on_sent: OnSent | None = None,
    ) -> None:
        self._on_sent = on_sent
        self._arrays = allocate_arrays(
            pool,
            config=config,
            sample_rate=sample_rate,
            model_rate=model_rate,
            hop_length=hop_length,
            n_sightings=N_SIGHTINGS if on_sent else 0,
        )
        self._state = address_state(self._arrays)
        self._state["render"] = compile_render().address
        self._state["decode_hop"] = compile_decode_hop().address
        self._callback = compile_callback()
        self._command = np.zeros(1, queue.COMMAND_DTYPE)

    @property
    def callback_address(self) -> int:
        """Address of a PaStreamCallback: two channels, interleaved, float32."""
        return int(self._callback.address)

    @property
    def userdata_address(self) -> int:
        """Address to hand to the callback; valid while this object lives."""
        return int(self._state.ctypes.data)

    @property
    def clock(self) -> int:
        """Output samples rendered so far.

        Thread: any.
        """
        return int(self._arrays.engine["clock"][0])

    @property
    def n_blocks(self) -> int:
        """Blocks rendered so far.

        Thread: any.
        """
        return int(self._arrays.clock["n_blocks"][0])

    @property
    def n_voices(self) -> int:
        """Voices in use, and commands that may start some.

        Thread: any.
        """
        ends = self._arrays.command_ends
        return int(self._arrays.engine["n_active"][0] + ends[queue.TAIL] - ends[queue.HEAD])

    @property
    def n_waiting(self) -> int:
        """Voices whose first frames are not there yet.

        Thread: any.
        """
        return int(np.count_nonzero(self._arrays.voices["state"] == WAITING))

    def send(
        self,
        kind: int,
        *,
        time: int = 0,
        part: int = -1,
        note_id: int = -1,
        serial: int = -1,
        slot: int = -1,
        index: int = 0,
        key: float = 0.0,
        ratio: float = 1.0,
        value: float = 0.0,
        pitch: float = 0.0,
    ) -> bool:
        """Send one command; False where the ring is full (nothing is sent).

        Args:
            kind: of `synth.realtime.queue`.
            time: engine clock in output samples at which it takes effect; the past is at once.
            part: 0..15; -1 for all.
            note_id: -1 for none.
            serial: number of the note.
            slot: frames of the note.
            index: which value (`synth.realtime.commands`).
            key: pitch as it was struck.
            ratio: model samples per output sample.
            value: gain or setting.
            pitch: MIDI number that sounds.

        Thread: control (one at a time).
        """
        return self.push((kind, time, part, note_id, serial, slot, index, key, ratio, value, pitch))

    def push(self, command: CommandRow) -> bool:
        """Send one command as `send` does.

        Args:
            command: in the order of COMMAND_DTYPE.

        Thread: control (one at a time).
        """
        arrays = self._arrays
        ends = arrays.command_ends
        if ends[queue.TAIL] - ends[queue.HEAD] >= len(arrays.commands):
            return False
        if self._on_sent is not None:
            self._on_sent(command)
        self._command[0] = command
        return bool(queue.push_command(arrays.commands, ends, self._command))

    def take_sightings(self) -> NDArray[Any]:
        """Return what blocks have seen since the last call, the oldest first.

        Returns:
            [n] of SIGHTING_DTYPE.

        Thread: control (one at a time).
        """
        arrays = self._arrays
        out = np.zeros(len(arrays.sightings), queue.SIGHTING_DTYPE)
        return out[: take_sightings(arrays.sightings, arrays.seen_ends, out)]

    @property
    def n_unseen(self) -> int:
        """Sightings that were lost because nobody took them in time.

        Thread: any.
        """
        return int(self._arrays.engine["n_unseen"][0])

    @property
    def digest(self) -> int:
        """Digest of all samples rendered so far; 0 where sightings are not noted.

        Thread: any.
        """
        return int(self._arrays.engine["digest"][0])

    def take_returned(self) -> Iterator[tuple[int, int]]:
        """Yield (serial, slot) of what notes have finished with since the last time.

        Thread: control (one at a time).
        """
        arrays = self._arrays
        while True:
            serial, slot = queue.pop_retired(arrays.retired, arrays.retired_ends)
            if slot < 0:
                return
            yield int(serial), int(slot)

    def render(self, out: NDArray[np.float32]) -> None:
        """Render the next block here and now, with the code that the callback runs.

        Args:
            out: [n_samples, 2], C-contiguous; overwritten.

        Thread: audio; never while a callback runs on the same renderer.
        """
        assert out.dtype == np.float32
        assert out.flags.c_contiguous
        self._callback.ctypes(None, out.ctypes.data, len(out), None, 0, self.userdata_address)

    def ending_notes(self) -> set[int]:
        """Return the serial numbers of notes that are released or fade out, as of a moment ago.

        Thread: any but audio.
        """
        voices = self._arrays.voices
        is_ending = (voices["state"] == FADING) | (voices["release_at"] != NEVER)
        return {int(serial) for serial in voices["serial"][is_ending & (voices["state"] != FREE)]}

    def counters(self) -> Counters:
        """Read the counters; each is a whole number, all together may be a block apart.

        Thread: any.
        """
        clock, engine = self._arrays.clock[0], self._arrays.engine[0]
        return Counters(
            n_samples=int(engine["clock"]),
            n_blocks=int(clock["n_blocks"]),
            n_late=int(clock["n_late"]),
            n_overrun=int(clock["n_overrun"]),
            load=float(clock["load"]),
            max_us=float(clock["max_ns"]) / 1000.0,
            histogram=tuple(int(n) for n in clock["histogram"]),
            min_block_size=int(clock["min_block_size"]),
            max_block_size=int(clock["max_block_size"]),
            n_voices=int(engine["n_active"]),
            n_steals=int(engine["n_steals"]),
            n_cuts=int(engine["n_cuts"]),
            n_hops=int(engine["n_hops"]),
            n_held_frames=int(engine["n_held_frames"]),
            n_dropped=int(engine["n_dropped"]),
            n_non_finite=int(engine["n_non_finite"]),
            n_limited=int(self._arrays.limiter["n_limited"][0]),
        )
