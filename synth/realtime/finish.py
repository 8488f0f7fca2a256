"""What the decoder adds to generated frames before a voice may play them.

The worker calls this on its own threads: the finished onset once the first tile is written, the
plan for holding and releasing once all frames are, and then the word to the audio thread.
"""

import threading

from synth.frames import NoteFrames
from synth.realtime import queue
from synth.realtime.onset import OnsetBuilder, build_onset, make_onset_builder
from synth.realtime.sustain import make_sustain_planner, plan_sustain


class Finisher:
    """Finishes notes of one layout, on any number of threads.

    Args:
        n_fft: window length, samples.
        hop_length: samples between frames.
        n_frames: of a whole note.
        n_onset_frames: frames of the first tile.
        sample_rate: of the model, Hz.
    """

    def __init__(
        self, *, n_fft: int, hop_length: int, n_frames: int, n_onset_frames: int, sample_rate: float
    ) -> None:
        self._layout = (n_fft, hop_length, n_onset_frames)
        self._planner = make_sustain_planner(
            sample_rate=sample_rate, n_fft=n_fft, hop_length=hop_length, n_frames=n_frames
        )
        self._local = threading.local()  # working memory of each thread

    def compile(self) -> None:
        """Compile what notes are finished with, or load it from the cache.

        Thread: control.
        """
        n_fft, hop_length, n_onset_frames = self._layout
        pool = NoteFrames.allocate(
            n_slots=1,
            n_frames=n_onset_frames,
            n_bins=n_fft // 2,
            n_fft=n_fft,
            hop_length=hop_length,
            n_onset_frames=n_onset_frames,
        )
        self.finish_onset(pool, 0)
        self.publish(pool, 0, n_onset_frames)

    def finish_onset(self, pool: NoteFrames, slot: int) -> None:
        """Build a note's first samples from the frames of its first tile.

        Thread: worker.
        """
        builder: OnsetBuilder | None = getattr(self._local, "builder", None)
        if builder is None:
            builder = self._local.builder = make_onset_builder(*self._layout)
        build_onset(builder, pool, slot)

    def plan_sustain(self, pool: NoteFrames, slot: int) -> None:
        """Plan how a complete note is held and released.

        Thread: worker.
        """
        plan_sustain(self._planner, pool, slot)

    def publish(self, pool: NoteFrames, slot: int, n_frames: int) -> None:
        """Let the audio thread see the first n_frames of a slot.

        Thread: worker.
        """
        queue.publish(pool.n_ready, slot, n_frames)
