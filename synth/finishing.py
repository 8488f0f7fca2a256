"""What makes generated frames playable: the decoder's part of a worker's work."""

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


def for_worker(finisher: Finisher) -> FrameFinisher:
    """Return a finisher as the worker takes it."""
    return FrameFinisher(
        finish_onset=finisher.finish_onset,
        plan_sustain=finisher.plan_sustain,
        publish=finisher.publish,
    )
