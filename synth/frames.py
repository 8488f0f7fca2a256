"""The pool of note frames: what the worker publishes and the audio thread reads.

One slot holds one note: its frames as magnitude and phase advance (what a decoder needs, not what
a network makes), the finished audio of its first hops, the state from which decoding goes on after
them, and the plan for holding and releasing it.

Protocol: the worker owns a slot; it writes frames (after the first tile also the onset, after the
last tile also the plan) and then stores `n_ready`, with release order. The audio thread loads
`n_ready` with acquire order and reads nothing beyond it. Nothing below `n_ready` is ever changed
while a voice plays the slot, so a reader needs no lock.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.errors import ConfigError

MAGNITUDE_FULL_SCALE = 65535  # a frame's own maximum; one step is 96 dB below it
ADVANCE_STEPS_PER_TURN = 65536  # int16 wraps exactly as a phase does
PHASE_STEPS_PER_TURN = 2**32  # int32 likewise
N_BANDS = 8  # frequency bands, an octave each, that hold and release move separately
N_LOOP_FRAMES = 64  # longest walk while held: 2 s of frames at 16 kHz and hop 512
N_RELEASE_FRAMES = 40  # learned release: 1 s of the data is 31 frames, the rest continues it
N_FAST_HOPS = 3  # of a release, in which samples fall and not only frames

PLAN_DTYPE = np.dtype(
    [
        ("loop_first", "<i4"),  # first frame of the walk while held
        ("loop_last", "<i4"),  # its last frame, inclusive; -1: no plan yet, hold the last frame
        ("has_release", "<i4"),  # 1: `release` was learned; 0: the amplitude envelope alone
        ("n_reference", "<i4"),  # hops of a note that say how steep its wave may be; 0: any
        ("is_decaying", "<i4"),  # 1: plucked or struck, goes on decaying while held
        ("release_rate", "<f4"),  # ln per hop, >= 0: fall of the samples in the first hops of it
        ("offset", "<f4", (N_BANDS,)),  # ln gain that a walk takes on during its first way back
        ("decay", "<f4", (N_BANDS,)),  # ln gain per hop of the walk, <= 0
        ("level", "<f4", (N_LOOP_FRAMES, N_BANDS)),  # ln, smoothed, against that of loop_last
        ("release", "<f4", (N_RELEASE_FRAMES, N_BANDS)),  # ln gain besides, by hops since note-off
    ],
    align=True,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PackedFrames:
    """A run of frames in the pool's storage format, for example a tile.

    Attributes:
        magnitude: [n_frames, n_bins] uint16; linear magnitude is `magnitude * frame_scale`.
        frame_scale: [n_frames] float32; linear magnitude of one step.
        phase_advance: [n_frames, n_bins] int16; phase moved since the frame before, turns / 65536.
    """

    magnitude: NDArray[np.uint16]
    frame_scale: NDArray[np.float32]
    phase_advance: NDArray[np.int16]

    @property
    def n_frames(self) -> int:
        """Frames of the run."""
        return len(self.frame_scale)


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteFrames:
    """A pool of note slots, allocated once (pages are touched when a slot is first used).

    Attributes:
        magnitude: [n_slots, n_frames, n_bins] uint16; linear is `magnitude * frame_scale`.
        frame_scale: [n_slots, n_frames] float32; linear magnitude of one step.
        phase_advance: [n_slots, n_frames, n_bins] int16; turns / 65536 per hop.
        onset: [n_slots, n_onset_hops * hop_length] float32; finished audio from the first sample.
        overlap: [n_slots, n_fft] float32; what the onset's frames add to the samples after it.
        phase: [n_slots, n_bins] int32; phases of the onset's last frame at its centre,
            turns / 2**32.
        plan: [n_slots] of `PLAN_DTYPE`; how to hold and release. Valid when all frames are ready.
        n_ready: [n_slots] int64; frames published so far. 0: nothing yet.
    """

    magnitude: NDArray[np.uint16]
    frame_scale: NDArray[np.float32]
    phase_advance: NDArray[np.int16]
    onset: NDArray[np.float32]
    overlap: NDArray[np.float32]
    phase: NDArray[np.int32]
    plan: NDArray[Any]
    n_ready: NDArray[np.int64]

    @classmethod
    def allocate(
        cls,
        *,
        n_slots: int,
        n_frames: int,
        n_bins: int,
        n_fft: int,
        hop_length: int,
        n_onset_frames: int,
    ) -> "NoteFrames":
        """Allocate a pool for notes of one spectrogram layout.

        Args:
            n_slots: notes that fit at once.
            n_frames: frames of a whole note.
            n_bins: bins of a frame; bin i is FFT bin i + 1 (DC is not stored).
            n_fft: window length, samples.
            hop_length: samples between frames.
            n_onset_frames: frames of the first tile; the onset is the audio that they complete.
        """
        n_onset_hops = onset_hops(n_onset_frames, n_fft, hop_length)
        if n_slots < 1:
            raise ConfigError(
                f"a frame pool needs at least 1 slot, got {n_slots}: raise cache_bytes"
            )
        return cls(
            magnitude=np.zeros((n_slots, n_frames, n_bins), np.uint16),
            frame_scale=np.zeros((n_slots, n_frames), np.float32),
            phase_advance=np.zeros((n_slots, n_frames, n_bins), np.int16),
            onset=np.zeros((n_slots, n_onset_hops * hop_length), np.float32),
            overlap=np.zeros((n_slots, n_fft), np.float32),
            phase=np.zeros((n_slots, n_bins), np.int32),
            plan=np.zeros(n_slots, PLAN_DTYPE),
            n_ready=np.zeros(n_slots, np.int64),
        )

    @property
    def n_slots(self) -> int:
        """Notes that fit at once."""
        return len(self.n_ready)

    @property
    def n_frames(self) -> int:
        """Frames of a whole note."""
        return self.magnitude.shape[1]

    @property
    def n_bins(self) -> int:
        """Bins of a frame."""
        return self.magnitude.shape[2]

    @property
    def bytes_per_slot(self) -> int:
        """What one note costs, to turn a cache size in bytes into slots."""
        arrays = (
            self.magnitude,
            self.frame_scale,
            self.phase_advance,
            self.onset,
            self.overlap,
            self.phase,
            self.plan,
            self.n_ready,
        )
        return sum(array.nbytes for array in arrays) // self.n_slots

    def write(self, slot: int, first_frame: int, frames: PackedFrames) -> None:
        """Copy a run of frames into a slot; publishing them (`n_ready`) is the caller's next step.

        Thread: worker.
        """
        run = slice(first_frame, first_frame + frames.n_frames)
        self.magnitude[slot, run] = frames.magnitude
        self.frame_scale[slot, run] = frames.frame_scale
        self.phase_advance[slot, run] = frames.phase_advance

    def digests(self, slot: int, n_frames: int) -> tuple[str, str]:
        """Return digests of a slot's first frames and of what was made of them, hexadecimal.

        Thread: any that knows nobody writes them.
        """
        run = (slot, slice(n_frames))
        frames = (self.magnitude[run], self.frame_scale[run], self.phase_advance[run])
        is_whole = n_frames == self.n_frames
        plan = (self.plan[slot : slot + 1],) if is_whole else ()
        made = (self.onset[slot], self.overlap[slot], self.phase[slot], *plan)
        return _digest(frames), _digest(made)

    def touch(self, slot: int) -> None:
        """Write into every page of a slot that holds nothing yet, so that its memory is there.

        Thread: worker, and only while nobody else has the slot.
        """
        for array in (self.magnitude, self.phase_advance, self.onset, self.overlap, self.phase):
            array[slot] = 0

    def clear(self, slot: int) -> None:
        """Take a slot back for another note: nothing ready, no plan.

        Thread: worker, and only while no voice plays the slot.
        """
        self.n_ready[slot] = 0
        self.plan[slot] = np.zeros((), PLAN_DTYPE)
        self.plan["loop_last"][slot] = -1


def _digest(arrays: tuple[NDArray[Any], ...]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for array in arrays:
        digest.update(array.view(np.uint8).data)
    return digest.hexdigest()


def onset_hops(n_onset_frames: int, n_fft: int, hop_length: int) -> int:
    """Count the hops of audio that the first frames complete.

    Frame j is centred on sample j * hop_length and reaches n_fft / 2 to either side, so hop h is
    complete with frame h + n_fft / (2 * hop_length).
    """
    n_onset_hops = n_onset_frames - n_fft // (2 * hop_length)
    if n_onset_hops < 1:
        raise ConfigError(
            f"a first tile of {n_onset_frames} frames completes no audio: "
            f"it needs more than {n_fft // (2 * hop_length)} frames"
        )
    return n_onset_hops


def pack(magnitude: NDArray[np.float32], advance: NDArray[np.float32]) -> PackedFrames:
    """Turn linear magnitudes and phase advances into the pool's storage format.

    Args:
        magnitude: [n_frames, n_bins]; linear, >= 0.
        advance: [n_frames, n_bins]; radians per hop, any multiple of a turn.
    """
    frame_scale = magnitude.max(axis=1) * np.float32(1.0 / MAGNITUDE_FULL_SCALE)
    to_steps = np.float32(1.0) / np.maximum(frame_scale, np.float32(1e-30))
    steps = np.rint(magnitude * to_steps[:, None]).astype(np.uint16)
    turns = advance * np.float32(0.5 / np.pi)
    turns -= np.rint(turns)
    # Half a turn is 32768 steps, which int16 holds as -32768: the same angle.
    angle = np.rint(turns * np.float32(ADVANCE_STEPS_PER_TURN)).astype(np.int32).astype(np.int16)
    return PackedFrames(
        magnitude=steps, frame_scale=frame_scale.astype(np.float32), phase_advance=angle
    )


def unpack(frames: PackedFrames) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Undo `pack`: linear magnitude and phase advance in radians per hop, in [-pi, pi)."""
    magnitude = frames.magnitude * frames.frame_scale[:, None]
    advance = frames.phase_advance * np.float32(2.0 * np.pi / ADVANCE_STEPS_PER_TURN)
    return magnitude, advance
