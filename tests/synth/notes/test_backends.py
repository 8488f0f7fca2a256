import numpy as np
import pytest

from synth.errors import ConfigError
from synth.notes import backends
from synth.notes.generators import OnnxGenerator


def test_on_the_cpu_onnx_is_the_choice(tiny_instrument):
    told = []
    onsets, background = backends.open_backend(tiny_instrument, tell=told.append)
    assert isinstance(onsets, OnnxGenerator)
    assert onsets.tiles == (0,)
    assert background.tiles == (0, 1, 2)
    assert told == []


def test_a_card_that_is_not_there_is_one_line_and_the_cpu(tiny_instrument, monkeypatch):
    monkeypatch.setattr(backends, "installed_backends", lambda: {"onnx": False})
    told = []
    generator, _ = backends.open_backend(
        tiny_instrument, device="cuda", is_offline=True, tell=told.append
    )
    assert isinstance(generator, OnnxGenerator)
    assert told == ["device cuda: no runtime here finds a graphics card; the CPU plays"]


def test_torch_that_was_asked_for_and_is_missing_is_an_error(tiny_instrument, monkeypatch):
    def refuse(*_args, **_options):
        raise ConfigError("backend torchscript: torch is not installed")

    monkeypatch.setattr(backends, "TorchScriptGenerator", refuse)
    with pytest.raises(ConfigError, match="torch is not installed"):
        backends.open_backend(tiny_instrument, backend="torchscript", tell=print)


def test_the_faster_of_two_runtimes_is_taken(tiny_instrument, monkeypatch):
    class Sleeper:
        def __init__(self, n_loops):
            self.n_loops = n_loops

        def generate(self, tile, latents, pitches, velocities):
            return np.linalg.inv(np.eye(50 * self.n_loops))

    slow, fast = Sleeper(16), Sleeper(1)
    monkeypatch.setattr(backends, "installed_backends", lambda: {"onnx": True, "torchscript": True})
    monkeypatch.setattr(backends, "OnnxGenerator", lambda *_args, **_options: slow)
    monkeypatch.setattr(backends, "TorchScriptGenerator", lambda *_args, **_options: fast)
    found, _ = backends.open_backend(tiny_instrument, device="cuda", tell=print)
    assert found is fast
