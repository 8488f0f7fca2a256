"""What makes generated frames playable: the decoder's part of a worker's work."""

from collections.abc import Callable

from synth.frames import NoteFrames
from synth.notes.instrument import Instrument
from synth.notes.tiles import FrameFinisher
from synth.realtime.finish import Finisher


def make_finisher(instrument: Instrument) -> Finisher:
    """Prepare finishing an instrument's notes."""
    spec = instrument.spec
    return Finisher(
        n_fft=spec.n_fft,
        hop_length=spec.hop_length,
        n_frames=spec.n_frames,
        n_onset_frames=instrument.tiles[0].n_frames,
        sample_rate=spec.sample_rate,
    )


def for_worker(
    finisher: Finisher, on_finished: Callable[[NoteFrames, int, int], None] | None = None
) -> FrameFinisher:
    """Return a finisher as the worker takes it.

    Args:
        finisher: what makes frames playable.
        on_finished: called with pool, slot and number of frames before the audio thread sees them.
    """

    def publish(pool: NoteFrames, slot: int, n_frames: int) -> None:
        if on_finished is not None:
            on_finished(pool, slot, n_frames)
        finisher.publish(pool, slot, n_frames)

    return FrameFinisher(
        finish_onset=finisher.finish_onset, plan_sustain=finisher.plan_sustain, publish=publish
    )
