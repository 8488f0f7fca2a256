import pytest

from synth.bench import generation
from synth.notes.generators import WHOLE, OnnxGenerator


@pytest.fixture
def maker(tiny_instrument):
    return generation.NoteMaker(tiny_instrument)


def test_no_two_notes_have_one_timbre(maker):
    keys = {maker.fresh_note().key for _ in range(10)}
    assert len(keys) == 10


def test_a_made_note_is_ready_to_be_played(maker):
    maker.make(OnnxGenerator(maker.instrument, tiles=(WHOLE,), warm_batches=()), WHOLE)
    assert maker.pool.n_ready[0] == maker.instrument.spec.n_frames


def test_every_runtime_is_timed_and_one_is_the_fastest(maker, monkeypatch):
    monkeypatch.setattr(generation, "installed_backends", lambda: {"onnx": False})
    whole, backends = generation.measure_whole_note(maker, 0.001, n_notes=3)
    assert whole["p99"] >= whole["p50"] > 1.0  # the millisecond of the inversion is in it
    assert backends["onnx"]["is_fastest"]
    assert backends["onnx"]["first_tile_ms"] > 0.0


def test_a_card_is_timed_beside_the_cpu(maker, monkeypatch):
    class Echo:
        def __init__(self, device):
            self.generator = OnnxGenerator(maker.instrument, tiles=(0, WHOLE), warm_batches=())
            self.generate = self.generator.generate
            devices.append(device)

    devices = []
    monkeypatch.setattr(generation, "installed_backends", lambda: {"torchscript": True})
    monkeypatch.setattr(
        generation, "TorchScriptGenerator", lambda _instrument, device="cpu": Echo(device)
    )
    _, backends = generation.measure_whole_note(maker, 0.0, n_notes=2)
    assert set(backends) == {"onnx", "torchscript", "torchscript_cuda"}
    assert devices == ["cpu", "cuda"]


def test_products_are_those_of_the_convolutions(maker):
    path = maker.instrument.path(maker.instrument.tiles[0].file)
    n_products = generation.count_products(path, generation.generator_inputs(maker.fresh_note()))
    spec, tile = maker.instrument.spec, maker.instrument.tiles[0]
    convolution = 3 * 3 * tile.n_frames * spec.n_bins  # three channels by a 1x1 kernel
    assert convolution <= n_products <= convolution + 1000  # and the colour of the timbre


def test_the_share_of_the_machines_rate_is_a_share(maker):
    assert 0.0 < generation.measure_gemm_ratio(maker, n_times=3) < 1.5
