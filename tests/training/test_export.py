"""A run becomes an instrument whose every form is the same network; a bad one is not written."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from synth.errors import ConfigError, InputFileError, InstrumentError
from synth.notes.generators import WHOLE, OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.verification import verify_instrument
from training import export
from training.checkpoint import InstrumentLatents, save_checkpoint
from training.config import CONFIGS, config_to_dict
from training.export import ExportReport, export_run, round_weights, tile_frames
from training.model.generator import Generator

CONFIG = CONFIGS["smoke"]
NAMES = [["Harp", "string"], ["Oboe", "reed"], ["Harp", "string"]]


def write_run(run_dir: Path, *, scale: float = 1.0) -> Generator:
    """Write an untrained run as the loop does."""
    torch.manual_seed(4)
    generator = Generator(CONFIG.generator, CONFIG.spec).eval()
    generator.start.weight.data *= scale
    latents = InstrumentLatents(len(NAMES), CONFIG.generator.latent_size)
    run_dir.mkdir()
    (run_dir / "config.json").write_text(json.dumps(config_to_dict(CONFIG)))
    tensors = {f"ema.generator.{name}": value for name, value in generator.state_dict().items()}
    tensors |= {f"ema.latents.{name}": value for name, value in latents.state_dict().items()}
    data = {"licence": "MIT", "velocities": [30, 60, 127]}
    state = {"instruments": NAMES, "provenance": {"seed": 1, "data": data}}
    save_checkpoint(run_dir, tensors, state)
    return generator


@pytest.fixture(scope="module")
def generator_and_report(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Generator, ExportReport]:
    folder = tmp_path_factory.mktemp("export")
    generator = write_run(folder / "run")
    return generator, export_run(folder / "run", folder / "smoke", boundaries=[8])


@pytest.fixture
def report(generator_and_report: tuple[Generator, ExportReport]) -> ExportReport:
    return generator_and_report[1]


@pytest.fixture
def instrument(report: ExportReport) -> Instrument:
    return Instrument.load(report.folder)


def test_all_forms_agree_within_the_tolerance(report: ExportReport) -> None:
    assert report.onnx_error <= 1e-5
    assert report.torchscript_error <= 1e-5
    assert report.tile_error <= 1e-5
    assert report.native_error <= 1e-5


def test_the_instrument_verifies(report: ExportReport) -> None:
    assert "2 tile graphs and the whole-note graph run" in verify_instrument(report.folder)


def test_what_is_played_is_the_network_with_rounded_weights(
    generator_and_report: tuple[Generator, ExportReport], instrument: Instrument
) -> None:
    rounded = round_weights(generator_and_report[0])
    latent, pitch = torch.randn(1, CONFIG.generator.latent_size), torch.tensor([50])
    velocity = torch.tensor([0.7])
    with torch.no_grad():
        expected = rounded(latent, pitch, velocity).numpy()
    played = OnnxGenerator(instrument, tiles=(WHOLE,), warm_batches=()).generate(
        WHOLE, latent.numpy(), pitch.numpy(), velocity.numpy()
    )
    np.testing.assert_allclose(played, expected, atol=1e-5)


def test_half_precision_halves_the_large_weights(report: ExportReport) -> None:
    n_numbers = sum(p.numel() for p in round_weights(_fresh()).parameters())
    n_buffered = sum(b.numel() for b in _fresh().buffers())
    size = (report.folder / "generator.weights").stat().st_size
    assert size < 2.2 * (n_numbers + n_buffered)


def test_the_description_tells_where_the_instrument_comes_from(instrument: Instrument) -> None:
    assert instrument.name == "smoke"
    assert instrument.licence == "MIT"
    assert instrument.velocities == (30, 60, 127)
    assert instrument.spec == CONFIG.spec
    assert instrument.provenance["training_config"]["seed"] == CONFIG.seed


def test_timbres_of_one_name_are_told_apart(instrument: Instrument) -> None:
    assert list(instrument.timbres) == ["Harp", "Oboe", "Harp 2"]
    assert instrument.timbres["Oboe"].family == "reed"


def test_no_file_tells_of_the_machine_it_was_made_on(report: ExportReport) -> None:
    sources = str(Path(export.__file__).parent).encode()
    for path in report.folder.iterdir():
        assert sources not in path.read_bytes()
    with zipfile.ZipFile(report.folder / "generator.ts") as archive:
        assert not any(sources in archive.read(name) for name in archive.namelist())


def test_exporting_again_replaces_the_instrument(report: ExportReport, tmp_path: Path) -> None:
    # What is behind the proof is a rename: shown on folders, without tracing again.
    old, new = tmp_path / "instrument", tmp_path / "instrument.partial"
    for folder, text in ((old, "old"), (new, "new")):
        folder.mkdir()
        (folder / "instrument.json").write_text(text)
    export._replace(old, new)
    assert (old / "instrument.json").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["instrument"]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    write_run(tmp_path / "run")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("all there is")
    with pytest.raises(InputFileError, match="no instrument; choose another --out"):
        export_run(tmp_path / "run", tmp_path / "out")
    assert (tmp_path / "out" / "thesis.txt").read_text() == "all there is"


def test_a_run_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="train there first"):
        export_run(tmp_path / "run", tmp_path / "out")


def test_weights_beyond_half_precision_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    write_run(tmp_path / "run", scale=1e8)
    with pytest.raises(InstrumentError, match=r"weight start\.weight is beyond 65504"):
        export_run(tmp_path / "run", tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_forms_that_disagree_are_refused(
    generator_and_report: tuple[Generator, ExportReport],
    instrument: Instrument,
    tmp_path: Path,
) -> None:
    other = round_weights(generator_and_report[0])
    other.head.bias.data += 1e-3
    with pytest.raises(InstrumentError, match=r"onnx_error 1\.0e-03, wanted at most 1e-05"):
        export.prove(instrument, generator_and_report[0], other, tmp_path)


@pytest.mark.parametrize(
    ("n_frames", "expected"),
    [
        (128, [(0, 8), (8, 32), (32, 128)]),
        (64, [(0, 8), (8, 32), (32, 64)]),
        (8, [(0, 8)]),
        (256, [(0, 8), (8, 32), (32, 128), (128, 256)]),
    ],
)
def test_tiles_grow_fourfold(n_frames: int, expected: list[tuple[int, int]]) -> None:
    assert expected == tile_frames(n_frames)


@pytest.mark.parametrize("boundaries", [[0], [8, 8], [32, 8], [128], [200]])
def test_tiles_that_do_not_rise_are_refused(boundaries: list[int]) -> None:
    with pytest.raises(ConfigError, match="rising frames up to 128"):
        tile_frames(128, boundaries)


def _fresh() -> Generator:
    return Generator(CONFIG.generator, CONFIG.spec)
