import numpy as np
import pytest

from synth.errors import ConfigError, InstrumentError
from synth.folders import default_instrument
from synth.notes import backends
from synth.notes.generators import OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.native.crew import Crew
from synth.notes.native.generator import NativeGenerator


@pytest.fixture(scope="module")
def shipped():
    return Instrument.load(default_instrument())


def test_on_the_cpu_our_own_machine_code_is_the_choice(shipped):
    told = []
    onsets, background = backends.open_backend(shipped, tell=told.append)
    n_threads = min(2, backends.n_usable_cores())
    assert isinstance(background, NativeGenerator)
    assert isinstance(onsets, Crew) if n_threads > 1 else onsets is background
    assert backends.n_onset_threads(onsets) == n_threads
    assert told == []


def test_a_machine_on_which_it_fails_plays_by_onnxruntime(shipped, monkeypatch):
    def refuse(instrument):
        raise InstrumentError("native.json: computes a note that is 1.0e-01 off")

    monkeypatch.setattr(backends, "NativeGenerator", refuse)
    told = []
    generator, _ = backends.open_backend(shipped, is_offline=True, tell=told.append)
    assert isinstance(generator, OnnxGenerator)
    assert told == ["native.json: computes a note that is 1.0e-01 off; onnxruntime plays"]


def test_where_it_was_asked_for_and_is_not_there_one_line_says_so(tiny_instrument):
    told = []
    generator, _ = backends.open_backend(
        tiny_instrument, backend="native", is_offline=True, tell=told.append
    )
    assert isinstance(generator, OnnxGenerator)
    (line,) = told
    assert "has no native.json" in line
    assert line.endswith("onnxruntime plays")


def test_onnx_plays_where_it_is_asked_for(shipped):
    generator, _ = backends.open_backend(shipped, backend="onnx", is_offline=True, tell=print)
    assert isinstance(generator, OnnxGenerator)
    assert backends.n_onset_threads(generator) == 1


def test_onnx_plays_an_instrument_that_has_graphs_only(tiny_instrument):
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


def test_a_card_that_captures_nothing_plays_and_one_line_says_why(tiny_instrument, monkeypatch):
    class Plain:
        why_plain = "CUDA error: operation not permitted"

    plain = Plain()
    monkeypatch.setattr(backends, "installed_backends", lambda: {"torchscript": True})
    monkeypatch.setattr(backends, "TorchScriptGenerator", lambda *_args, **_options: plain)
    told = []
    onsets, background = backends.open_backend(tiny_instrument, device="cuda", tell=told.append)
    assert onsets is background is plain
    assert told == [
        "device cuda: notes are not captured, and take longer: CUDA error: operation not permitted"
    ]


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
