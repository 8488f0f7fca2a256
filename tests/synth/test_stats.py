from synth.notes.cache import CacheStats
from synth.notes.worker import WorkerStats
from synth.realtime.renderer import Counters
from synth.stats import collect_stats

CACHE = CacheStats(n_slots=4, n_used=1, n_held=1, n_hits=0, n_misses=1, n_evicted=0, n_refused=0)


def test_what_the_audio_thread_counted_is_told_beside_cache_and_worker():
    counters = Counters(
        n_samples=640,
        n_blocks=10,
        n_late=1,
        n_overrun=2,
        load=0.25,
        max_us=900.0,
        histogram=(0, 10),
        min_block_size=64,
        max_block_size=64,
        n_voices=3,
        n_steals=4,
        n_cuts=5,
        n_hops=6,
        n_held_frames=7,
        n_dropped=8,
        n_non_finite=9,
        n_limited=10,
    )
    stats = collect_stats(counters, CACHE, WorkerStats(n_struck=2))
    assert (stats.voices, stats.blocks, stats.late_blocks, stats.overrun_blocks) == (3, 10, 1, 2)
    assert (stats.steals, stats.cuts, stats.held_frames, stats.dropped_notes) == (4, 5, 7, 8)
    assert (stats.non_finite, stats.limited_samples) == (9, 10)
    assert stats.cache.n_slots == 4
    assert stats.worker.n_struck == 2
