"""The whole bench, small; what it measures is tested beside each measurement."""

import pytest

from synth.bench import fluid, generation, process, report

KEYS = {
    *("cold_onset_ms", "warm_onset_blocks", "whole_note_ms", "cold_onset_over_whole_note"),
    *("callback", "decode_hop_us", "istft_peers_us", "polyphony", "render", "gemm_ratio"),
    *("backends", "wavenet_ratio", "memory_mb", "start_s", "cache"),
}


@pytest.fixture
def figures(tiny_instrument, monkeypatch):
    monkeypatch.setattr(process, "measure_memory_mb", lambda seconds: 500.0)
    monkeypatch.setattr(process, "measure_start_s", lambda: 4.0)
    monkeypatch.setattr(generation, "installed_backends", lambda: {"onnx": False})
    monkeypatch.setattr(fluid, "find_sound_font", lambda: None)
    monkeypatch.setattr(report, "measure_speed", lambda engine, player, song: 9.0)
    config = report.BenchConfig(n_notes=2, n_blocks=100, seconds=0.1)
    told = []
    found = report.run_bench(tiny_instrument, config, told.append)
    assert len(told) > 5
    return found


def test_every_figure_of_the_contract_is_there_and_each_budget_in_the_table(figures):
    assert set(figures) == KEYS
    assert {"p50", "p99", "max", "n"} <= set(figures["cold_onset_ms"])
    assert figures["polyphony"]["ratio"] is None  # without FluidSynth
    table = report.describe(figures).splitlines()
    verdicts = {line[:34].strip(): line for line in table}
    assert verdicts["memory (MB)"].endswith("met")
    assert verdicts["start (s)"].endswith("MISSED")
    assert "not measured" in verdicts["WaveNet's time / ours"]
