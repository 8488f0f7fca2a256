"""What an engine has done, as numbers."""

from dataclasses import dataclass

from synth.notes.cache import CacheStats
from synth.notes.worker import WorkerStats
from synth.realtime.renderer import Counters


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStats:
    """What an engine has done since it was made; counters never wrap."""

    voices: int  # in use now, waiting and fading ones counted
    blocks: int  # rendered
    late_blocks: int  # for which we had the processor longer than they last
    overrun_blocks: int  # that took longer than they last on the wall
    held_frames: int  # hops that held the last frame because the next was late
    callback_load: float  # share of the block's time that we need, over the last hundred blocks
    callback_max_us: float
    callback_histogram: tuple[int, ...]  # [i]: blocks of 2**i to 2**(i + 1) ns
    steals: int
    cuts: int  # voices ended without a fade: every spare one was fading
    dropped_notes: int  # whose frames never came
    non_finite: int  # voices reset because their samples were no numbers
    limited_samples: int
    shed_events: int  # that a full command ring kept from the audio thread
    cache: CacheStats
    worker: WorkerStats


def collect_stats(
    counters: Counters, cache: CacheStats, worker: WorkerStats, *, n_shed: int = 0
) -> EngineStats:
    """Put together what the audio thread, the cache and the worker have counted.

    Thread: any but audio.
    """
    return EngineStats(
        voices=counters.n_voices,
        blocks=counters.n_blocks,
        late_blocks=counters.n_late,
        overrun_blocks=counters.n_overrun,
        held_frames=counters.n_held_frames,
        callback_load=counters.load,
        callback_max_us=counters.max_us,
        callback_histogram=counters.histogram,
        steals=counters.n_steals,
        cuts=counters.n_cuts,
        dropped_notes=counters.n_dropped,
        non_finite=counters.n_non_finite,
        limited_samples=counters.n_limited,
        shed_events=n_shed,
        cache=cache,
        worker=worker,
    )
