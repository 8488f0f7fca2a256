from synth.bench import voices


def test_the_callback_is_timed_block_by_block(tiny_instrument):
    found = voices.measure_callback(tiny_instrument, n_blocks=150)
    assert found["blocks"] >= 150
    assert found["budget_us"] == 333.3333
    assert 0.0 < found["p50_us"] <= found["p99_us"] <= found["p999_us"] <= found["max_us"]


def test_a_core_plays_some_notes_and_a_hop_takes_some_time(tiny_instrument):
    assert voices.measure_notes_per_core(tiny_instrument, seconds=0.1) > 1.0
    assert 0.1 < voices.measure_hop_us(tiny_instrument, n_times=3) < 10_000.0


def test_a_note_has_a_size_and_is_struck_soon(tiny_instrument):
    found = voices.measure_cache(tiny_instrument, n_times=3)
    assert 10_000 < found["bytes_per_note"] < 1_000_000
    assert found["hit_us"] > 0.0
