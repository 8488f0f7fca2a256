import importlib
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from synth.config import EngineConfig
from synth.engine import Engine
from synth.errors import ConfigError, InstrumentError
from synth.events import NoteOn
from synth.notes.generators import WHOLE, OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.latents import normalise
from synth.notes.openvino import OpenVinoGenerator


@pytest.fixture(scope="module")
def generator(tiny_instrument):
    return OpenVinoGenerator(tiny_instrument)


def some_notes(n_notes, seed=0):
    rng = np.random.default_rng(seed)
    latents = np.stack([normalise(rng.standard_normal(8)) for _ in range(n_notes)])
    return latents, rng.integers(57, 70, n_notes), rng.uniform(0.2, 1.0, n_notes)


@pytest.mark.parametrize("n_notes", [1, 3])
def test_tiles_are_those_of_onnxruntime_and_of_the_whole_note(tiny_instrument, generator, n_notes):
    notes = some_notes(n_notes)
    onnx = OnnxGenerator(tiny_instrument, warm_batches=())
    tiles = [generator.generate(tile, *notes) for tile in onnx.tiles]
    for tile, found in zip(onnx.tiles, tiles, strict=True):
        np.testing.assert_allclose(found, onnx.generate(tile, *notes), atol=1e-5)
    whole = generator.generate(WHOLE, *notes)
    np.testing.assert_allclose(np.concatenate(tiles, axis=2), whole, atol=1e-5)


def test_calls_side_by_side_keep_their_notes_apart(generator):
    notes = [some_notes(1, seed) for seed in range(12)]
    one_by_one = [generator.generate(0, *note) for note in notes]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda note: generator.generate(0, *note), notes))
    assert all(np.array_equal(a, b) for a, b in zip(one_by_one, together, strict=True))


def test_a_later_call_leaves_an_earlier_result_alone(generator):
    first = generator.generate(0, *some_notes(1, 1))
    kept = first.copy()
    generator.generate(0, *some_notes(1, 2))
    assert np.array_equal(kept, first)


def test_an_engine_plays_with_it(tiny_instrument):
    config = EngineConfig(backend="openvino", is_offline=True, cache_bytes=16_000_000)
    with Engine(tiny_instrument, config) as engine:
        engine.post(NoteOn(pitch=60, velocity=0.8))
        out = np.zeros((480, 2), np.float32)
        engine.process(out)
    assert np.abs(out).max() > 0.01


def test_a_damaged_graph_is_refused(tiny_instrument_folder, tmp_path):
    folder = tmp_path / "damaged"
    shutil.copytree(tiny_instrument_folder, folder)
    instrument = Instrument.load(folder)
    graph = folder / instrument.tiles[0].file
    graph.write_bytes(graph.read_bytes()[:-40])
    with pytest.raises(InstrumentError, match=graph.name):
        OpenVinoGenerator(instrument)


def test_without_openvino_one_line_says_what_to_do(tiny_instrument, monkeypatch):
    def refuse(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(ConfigError, match="OpenVINO is not installed; take `--backend onnx`"):
        OpenVinoGenerator(tiny_instrument)
