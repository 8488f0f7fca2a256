import importlib.util

import pytest

from synth.bench import peers
from synth.representation import SpectrogramSpec


def test_libraries_that_are_missing_are_left_out(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else found(name)
    )
    hops = peers.measure_istft_peers_us(SpectrogramSpec(), n_times=1)
    assert hops["torch"] is None
    assert hops["scipy"] > 0.0
    assert set(hops) == {"torch", "librosa", "scipy"}
    assert peers.measure_wavenet_s(n_times=1) is None


def test_a_wavenet_takes_its_time(monkeypatch):
    torch = pytest.importorskip("torch")
    n_threads = torch.get_num_threads()
    monkeypatch.setattr(peers, "WAVENET_LAYERS", 2)
    monkeypatch.setattr(peers, "N_WAVENET_SAMPLES", 1)
    assert peers.measure_wavenet_s(n_times=1) > 0.0
    torch.set_num_threads(n_threads)


def test_the_plain_generator_has_gansynths_size():
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(peers._plain_gansynth())
    n_weights = sum(onnx.numpy_helper.to_array(weights).size for weights in model.graph.initializer)
    assert n_weights == pytest.approx(7.3e6, rel=0.3)
