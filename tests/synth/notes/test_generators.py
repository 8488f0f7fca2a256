"""Graphs run as their tiles say, in tune with each other, and refuse what they cannot do."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from synth.errors import ConfigError, InstrumentError
from synth.notes.generators import WHOLE, OnnxGenerator
from synth.notes.instrument import DESCRIPTION, Instrument, file_entry

PITCHES = np.array([57, 60, 64, 67, 69])
VELOCITIES = np.linspace(0.2, 1.0, 5)


@pytest.fixture(scope="module")
def generator(tiny_instrument: Instrument) -> OnnxGenerator:
    return OnnxGenerator(tiny_instrument, tiles=(0, 1, 2, WHOLE))


@pytest.fixture
def latents(tiny_instrument: Instrument) -> np.ndarray:
    return np.stack([tiny_instrument.latents["Bright"]] * 5)


def replace_graph(folder: Path, file: str, model: onnx.ModelProto) -> None:
    """Write another graph into an instrument, with the right sha256."""
    (folder / file).write_bytes(model.SerializeToString())
    description = json.loads((folder / DESCRIPTION).read_text())
    description["files"][file] = file_entry(folder / file)
    (folder / DESCRIPTION).write_text(json.dumps(description))


@pytest.fixture
def folder(tiny_instrument_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_instrument_folder, tmp_path / "instrument"))


def test_tiles_side_by_side_are_the_whole_note(
    generator: OnnxGenerator, latents: np.ndarray
) -> None:
    tiles = [generator.generate(tile, latents, PITCHES, VELOCITIES) for tile in (0, 1, 2)]
    whole = generator.generate(WHOLE, latents, PITCHES, VELOCITIES)
    assert whole.shape == (5, 3, 64, 256)
    np.testing.assert_allclose(np.concatenate(tiles, axis=2), whole, atol=1e-5)


def test_a_note_is_the_same_alone_and_among_others(
    generator: OnnxGenerator, latents: np.ndarray
) -> None:
    together = generator.generate(0, latents, PITCHES, VELOCITIES)
    alone = generator.generate(0, latents[2:3], PITCHES[2:3], VELOCITIES[2:3])
    np.testing.assert_allclose(together[2:3], alone, atol=1e-5)


def test_the_number_of_threads_changes_no_bit(
    tiny_instrument: Instrument, generator: OnnxGenerator, latents: np.ndarray
) -> None:
    two = OnnxGenerator(tiny_instrument, tiles=(1,), n_threads=2, warm_batches=())
    assert np.array_equal(
        generator.generate(1, latents[:1], PITCHES[:1], VELOCITIES[:1]),
        two.generate(1, latents[:1], PITCHES[:1], VELOCITIES[:1]),
    )


def test_running_a_graph_leaves_the_callers_arithmetic_as_it_was(
    generator: OnnxGenerator, latents: np.ndarray
) -> None:
    # onnxruntime's set_denormal_as_zero would set a register of whichever thread calls.
    generator.generate(0, latents, PITCHES, VELOCITIES)
    assert np.float32(1e-30) * np.float32(1e-10) > 0.0


def test_only_the_tiles_asked_for_are_opened(tiny_instrument: Instrument) -> None:
    assert OnnxGenerator(tiny_instrument, tiles=(0,), warm_batches=()).tiles == (0,)


@pytest.mark.parametrize("pitch", [56, 70, -1])
def test_a_pitch_beyond_the_table_is_refused(
    generator: OnnxGenerator, latents: np.ndarray, pitch: int
) -> None:
    with pytest.raises(ConfigError, match="the instrument has 57 to 69"):
        generator.generate(0, latents[:1], np.array([pitch]), np.array([0.5]))


def test_latents_of_another_size_are_refused(generator: OnnxGenerator) -> None:
    with pytest.raises(ConfigError, match=r"want \[1, 8\]"):
        generator.generate(0, np.zeros((1, 9)), np.array([60]), np.array([0.5]))


def test_a_result_that_is_not_finite_is_an_error(generator: OnnxGenerator) -> None:
    with pytest.raises(InstrumentError, match="not finite"):
        generator.generate(0, np.full((1, 8), np.nan), np.array([60]), np.array([0.5]))


def test_a_graph_of_another_length_is_refused(folder: Path) -> None:
    replace_graph(
        folder,
        "generator_000_008.onnx",
        onnx.load(folder / "generator_008_024.onnx", load_external_data=False),
    )
    with pytest.raises(InstrumentError, match=r"generator_000_008\.onnx: has .* wanted"):
        OnnxGenerator(Instrument.load(folder))


def test_a_graph_that_the_runtime_cannot_read_is_refused(folder: Path) -> None:
    model = onnx.load(folder / "generator_000_008.onnx", load_external_data=False)
    model.graph.node[0].input[0] = "nothing"
    replace_graph(folder, "generator_000_008.onnx", model)
    with pytest.raises(InstrumentError, match=r"generator_000_008\.onnx: ") as caught:
        OnnxGenerator(Instrument.load(folder))
    assert "\n" not in str(caught.value)
