"""A graph in torch whose notes can be told apart; skipped where torch is not installed."""

import importlib
import json
import warnings

import numpy as np
import pytest

from synth.errors import ConfigError, InstrumentError
from synth.notes import torchscript
from synth.notes.captured import CapturedNotes, CardWay
from synth.notes.generators import WHOLE
from synth.notes.instrument import DESCRIPTION, Instrument, file_entry
from synth.notes.torchscript import TorchScriptGenerator

CALL = np.ones((2, 8)), np.array([60, 61]), np.array([0.5, 1.0])


@pytest.fixture
def instrument(tiny_instrument_folder, tmp_path):
    """The tiny instrument, with a graph that draws pitch + velocity + frame / 1000."""
    torch = pytest.importorskip("torch")

    class Ramp(torch.nn.Module):
        def forward(self, latent, pitch, velocity):
            frames = torch.arange(64, dtype=torch.float32)[None, None, :, None] / 1000.0
            note = (pitch + velocity)[:, None, None, None]
            return (note + frames + 0.0 * latent[:, :1, None, None]).expand(-1, 3, 64, 256)

    for path in tiny_instrument_folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    example = torch.ones(2, 8), torch.tensor([60, 61]), torch.ones(2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.trace(Ramp(), example).save(str(tmp_path / "generator.ts"))
    description = json.loads((tmp_path / DESCRIPTION).read_text())
    description["files"]["generator.ts"] = file_entry(tmp_path / "generator.ts")
    (tmp_path / DESCRIPTION).write_text(json.dumps(description))
    return Instrument.load(tmp_path)


def test_tiles_are_cut_out_of_the_whole_note(instrument):
    generator = TorchScriptGenerator(instrument)
    whole = generator.generate(WHOLE, *CALL)
    tiles = [generator.generate(tile, *CALL) for tile in range(3)]
    assert whole.shape == (2, 3, 64, 256)
    assert (np.concatenate(tiles, axis=2) == whole).all()
    assert whole[:, 0, 0, 0] == pytest.approx([60.5, 62.0])


def test_the_tiles_of_a_note_take_one_run(instrument):
    generator = TorchScriptGenerator(instrument)
    runs = []
    graph = generator._graph
    generator._graph = lambda *tensors: runs.append(len(tensors[0])) or graph(*tensors)
    for tile in range(3):
        generator.generate(tile, *CALL)
    assert runs == [2]


class OnHost:
    """A lane that computes on the CPU, and is off by so much."""

    def __init__(self, generator, off):
        self.generator = generator
        self.off = off

    def make(self, columns):
        return self.generator._run(columns) + np.float32(self.off)

    def fetch(self, note, frames):
        return note[:, :, frames].copy()


def open_captured(generator, monkeypatch, off):
    lane = OnHost(generator, off)
    monkeypatch.setattr(torchscript, "capture", lambda *_args, **_options: CapturedNotes([lane]))
    return generator._open_captured(CardWay())


def test_single_notes_are_replayed_and_batches_are_not(instrument, monkeypatch):
    generator = TorchScriptGenerator(instrument)
    first, second = (tuple(column[i : i + 1] for column in CALL) for i in range(2))
    expected = [generator.generate(tile, *CALL) for tile in (1, WHOLE)]
    generator._captured = open_captured(generator, monkeypatch, 0.0)
    generator._made.clear()
    for i, note in enumerate((first, second)):
        assert (generator.generate(1, *note) == expected[0][i : i + 1]).all()
        assert (generator.generate(WHOLE, *note) == expected[1][i : i + 1]).all()
    assert not generator._made  # the card keeps them
    assert (generator.generate(WHOLE, *CALL) == expected[1]).all()
    assert len(generator._made) == 2


def test_a_capture_that_is_off_is_not_played(instrument, monkeypatch):
    generator = TorchScriptGenerator(instrument)
    assert open_captured(generator, monkeypatch, 0.001) is None
    assert generator.why_plain == "a captured note is 1.0e-03 off"


def test_where_nothing_can_be_captured_the_plain_way_stays(instrument, monkeypatch):
    def refuse(*_args, **_options):
        raise RuntimeError("CUDA error: operation not permitted\nSearch for help elsewhere.")

    generator = TorchScriptGenerator(instrument)
    monkeypatch.setattr(torchscript, "capture", refuse)
    assert generator._open_captured(CardWay()) is None
    assert generator.why_plain == "CUDA error: operation not permitted"
    assert generator.generate(WHOLE, *CALL).shape == (2, 3, 64, 256)
    assert generator._open_captured(CardWay(is_captured=False)) is None
    assert generator.why_plain == "not asked for"


def test_a_card_that_is_not_there_and_a_graph_that_is_none_are_one_line(
    instrument, tiny_instrument
):
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        with pytest.raises(ConfigError, match="no graphics card"):
            TorchScriptGenerator(instrument, device="cuda")
    with pytest.raises(InstrumentError, match=r"generator\.ts"):
        TorchScriptGenerator(tiny_instrument)  # its file is no graph


def test_without_torch_the_message_says_what_to_do(tiny_instrument, monkeypatch):
    def refuse(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(ConfigError, match="--backend onnx"):
        torchscript.import_torch()
