"""What surrounds a capture, with lanes that need no card; with one: `pytest -m gpu`."""

import threading
import time
import warnings

import numpy as np
import pytest

from synth.folders import default_instrument
from synth.notes.captured import (
    N_KEPT,
    TOLERANCE,
    CapturedNotes,
    CardWay,
    buffer_size,
    settle,
    split_inputs,
    unprofiled,
)
from synth.notes.generators import WHOLE, OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.latents import random_timbre
from synth.notes.torchscript import TorchScriptGenerator

ALL = slice(0, 64)


class RampLane:
    """Draws pitch + frame / 1000; slow to fetch, into one place, as a capture is."""

    def __init__(self):
        self.n_made = 0

    def make(self, columns):
        self.n_made += 1
        return columns[1][0] + np.arange(64.0)[None, None, :, None] / 1000.0

    def fetch(self, note, frames):
        self.place = note[:, :, frames]
        time.sleep(0.001)
        return self.place.copy()


def columns(pitch):
    return [np.ones((1, 8), np.float32), np.array([pitch]), np.array([0.5], np.float32)]


@pytest.fixture
def traced():
    """A convolution that was traced, and what it gives."""
    torch = pytest.importorskip("torch")
    convolution = torch.nn.Conv2d(2, 3, 3).eval()
    image = torch.linspace(-1.0, 1.0, 50).reshape(1, 2, 5, 5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that torch would not use any more
        torch.backends.cudnn.allow_tf32 = True  # as it is when torch starts
        graph = torch.jit.trace(convolution, image)
        yield torch, graph, image, convolution(image).detach()
        torch.backends.cudnn.allow_tf32 = True


def convolution_flags(graph):
    (node,) = graph.findAllNodes("aten::_convolution")
    inputs = list(node.inputs())
    return inputs[9].toIValue(), inputs[12].toIValue()


def test_a_lane_is_never_two_threads_at_once():
    lanes = [RampLane(), RampLane()]
    notes = CapturedNotes(lanes)
    wrong = []

    def play(first):
        for pitch in range(first, first + 40):
            part = notes.generate(columns(pitch), slice(8, 32))
            if part[0, 0, 0, 0] != pitch + 0.008 or part.shape[2] != 24:
                wrong.append(pitch)

    threads = [threading.Thread(target=play, args=(100 * i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sum(lane.n_made for lane in lanes) == 240


def test_the_tiles_of_a_note_are_made_once_and_the_oldest_note_is_forgotten():
    lane = RampLane()
    notes = CapturedNotes([lane])
    for frames in (slice(0, 8), slice(8, 32), ALL):
        notes.generate(columns(60), frames)
    assert lane.n_made == 1
    for pitch in range(N_KEPT):
        notes.generate(columns(pitch + 100), ALL)
    notes.generate(columns(60), ALL)
    assert lane.n_made == N_KEPT + 2


def test_a_note_that_fails_is_not_kept_and_gives_its_lane_back():
    class BrokenLane(RampLane):
        def fetch(self, note, frames):
            raise RuntimeError("CUDA error: out of memory")

    lane = BrokenLane()
    notes = CapturedNotes([lane])
    for _ in range(2):
        with pytest.raises(RuntimeError, match="out of memory"):
            notes.generate(columns(60), ALL)
    assert lane.n_made == 2


def test_one_buffer_holds_a_notes_inputs_side_by_side():
    torch = pytest.importorskip("torch")
    buffer = torch.zeros(buffer_size(8))
    latent, pitch, velocity = split_inputs(torch, buffer)
    for place, column in zip((latent, pitch, velocity), columns(108), strict=True):
        place.numpy()[:] = column
    assert (tuple(latent.shape), latent.dtype) == ((1, 8), torch.float32)
    assert (pitch.tolist(), pitch.dtype) == ([108], torch.int64)
    assert velocity.tolist() == [0.5]
    assert latent.tolist() == [[1.0] * 8]


def test_a_settled_graph_computes_in_full_precision_and_gives_the_same(traced):
    torch, graph, image, expected = traced
    assert convolution_flags(graph.graph) == (False, True)  # as torch traces them
    settled = settle(torch, graph, is_searched=True)
    assert convolution_flags(settled.graph) == (True, False)
    assert not torch.backends.cudnn.allow_tf32
    assert torch.get_float32_matmul_precision() == "highest"
    with unprofiled(torch):
        assert (settled(image) == expected).all()


def test_a_graph_that_cannot_be_frozen_is_settled_all_the_same(traced, monkeypatch):
    torch, graph, image, expected = traced

    def refuse(_graph):
        raise RuntimeError("freezing failed")

    monkeypatch.setattr(torch.jit, "freeze", refuse)
    settled = settle(torch, graph)
    assert convolution_flags(settled.graph) == (False, False)
    assert (settled(image) == expected).all()


def test_only_the_thread_that_asks_runs_graphs_as_they_are_written():
    torch = pytest.importorskip("torch")
    seen = []
    with unprofiled(torch):
        thread = threading.Thread(
            target=lambda: seen.append(torch._C._get_graph_executor_optimize())
        )
        thread.start()
        thread.join()
        assert not torch._C._get_graph_executor_optimize()
    assert seen == [True]
    with unprofiled(torch, is_fused=True):
        assert torch._C._get_graph_executor_optimize()


@pytest.mark.gpu
@pytest.mark.parametrize(
    "way",
    [CardWay(), CardWay(is_fused=False), CardWay(is_fused=False, is_searched=True)],
)
def test_a_card_makes_the_notes_of_the_cpu(way):
    instrument = Instrument.load(default_instrument())
    card = TorchScriptGenerator(instrument, device="cuda", way=way)
    cpu = OnnxGenerator(instrument, tiles=(0, WHOLE), warm_batches=())
    assert card.why_plain == ""
    for seed, pitch in enumerate((21, 60, 108)):
        latent = random_timbre(instrument.latents, seed, instrument.prior)[None]
        note = latent, np.array([pitch]), np.array([0.7])
        for tile in (0, WHOLE):
            error = np.abs(card.generate(tile, *note) - cpu.generate(tile, *note)).max()
            assert error <= TOLERANCE
