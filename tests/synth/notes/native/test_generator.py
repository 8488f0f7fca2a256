"""Our own machine code makes the notes of the graphs."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from synth.errors import ConfigError, InstrumentError
from synth.folders import default_instrument
from synth.notes.generators import WHOLE, OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.latents import random_timbre
from synth.notes.native import generator as module
from synth.notes.native.generator import NativeGenerator
from training.config import config_from_dict
from training.model.generator import Generator

PITCHES = np.array([21, 60, 108])
VELOCITIES = np.array([1.0, 0.5, 0.0])


@pytest.fixture(scope="module")
def shipped():
    return Instrument.load(default_instrument())


@pytest.fixture(scope="module")
def native(shipped):
    return NativeGenerator(shipped, tiles=())


@pytest.fixture(scope="module")
def latents(shipped):
    timbres = [random_timbre(shipped.latents, seed, shipped.prior) for seed in (1, 2)]
    return np.stack([next(iter(shipped.latents.values())), *timbres])


@pytest.mark.filterwarnings("ignore:.*torch:DeprecationWarning")
@pytest.mark.parametrize("tile", [0, 1, 2, WHOLE])
def test_it_makes_what_the_graphs_make(shipped, native, latents, tile):
    graphs = OnnxGenerator(shipped, tiles=(tile,), warm_batches=())
    expected = graphs.generate(tile, latents, PITCHES, VELOCITIES)
    made = native.generate(tile, latents, PITCHES, VELOCITIES)
    assert made.shape == expected.shape
    # Both round, each in its own way: it is no further from the exact values than that.
    frames = slice(0, shipped.spec.n_frames)
    if tile != WHOLE:
        frames = slice(shipped.tiles[tile].first_frame, shipped.tiles[tile].last_frame)
    exact = exact_notes(shipped, latents)[:, :, frames]
    assert np.max(np.abs(made - exact)) < 1e-5
    assert rms(made - exact) < 2.0 * rms(expected - exact)


def rms(error):
    return np.sqrt(np.mean(np.square(error)))


def exact_notes(instrument, latents):
    """Generate the notes in double precision."""
    config = config_from_dict(instrument.provenance["training_config"])
    generator = Generator(config.generator, config.spec).double().eval()
    script = torch.jit.load(str(instrument.path(instrument.torchscript)))
    weights = dict((*script.named_parameters(), *script.named_buffers()))
    for name, tensor in (*generator.named_parameters(), *generator.named_buffers()):
        tensor.data = weights[name].double()
    columns = (latents.astype(np.float64), PITCHES, VELOCITIES.astype(np.float64))
    with torch.no_grad():
        return generator(*map(torch.from_numpy, columns)).numpy()


def test_a_note_has_the_same_bits_in_company_and_on_any_thread(native, latents):
    together = native.generate(0, latents, PITCHES, VELOCITIES)
    alone = []

    def make():
        notes = [slice(n, n + 1) for n in range(3)]
        alone.extend(native.generate(0, latents[n], PITCHES[n], VELOCITIES[n]) for n in notes)

    threads = [threading.Thread(target=make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(alone) == 9
    bits = {note.tobytes() for note in together}
    assert {note[0].tobytes() for note in alone} == bits


def test_a_pitch_beyond_the_instrument_is_refused(native, latents):
    with pytest.raises(ConfigError, match="the instrument has 21 to 108"):
        native.generate(0, latents[:1], np.array([20]), np.array([0.5]))


def test_an_instrument_without_weights_for_it_is_refused(tiny_instrument):
    with pytest.raises(InstrumentError, match=r"has no native\.json; export it again"):
        NativeGenerator(tiny_instrument)


def test_a_machine_that_computes_something_else_is_found_out(shipped, monkeypatch):
    read = module.read_native_weights

    def read_wrongly(instrument, file):
        weights = read(instrument, file)
        values = tuple(value + 2e-4 for value in weights.probe.values)
        return replace(weights, probe=replace(weights.probe, values=values))

    monkeypatch.setattr(module, "read_native_weights", read_wrongly)
    with pytest.raises(InstrumentError, match=r"computes a note that is 2\.0e-04 off on this"):
        NativeGenerator(shipped)


def test_a_weight_that_is_not_finite_is_found(shipped, native, latents):
    damaged = latents.copy()
    damaged[0, 0] = np.nan
    with pytest.raises(InstrumentError, match="generates what is not finite"):
        native.generate(0, damaged, PITCHES, VELOCITIES)
