from synth.bench.onsets import measure_onsets
from synth.config import EngineConfig


def test_cold_notes_take_time_and_warm_ones_the_next_block(tiny_instrument):
    config = EngineConfig(is_prefetching=False)
    cold, warm = measure_onsets(tiny_instrument, config, n_notes=4, n_chords=1)
    assert cold["n"] == 4
    assert 0.0 < cold["p50"] <= cold["p99"] <= cold["max"] < 2000.0
    assert cold["chord_of_10_p50"] > 0.0
    assert set(warm) == {"max"}
