"""A good folder loads; a bad one is refused in one line that names the file and the reason."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synth.errors import InstrumentError
from synth.notes.instrument import DESCRIPTION, Instrument, file_entry, instrument_info


@pytest.fixture
def folder(tiny_instrument_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_instrument_folder, tmp_path / "instrument"))


def change(folder: Path, edit: Callable[[dict[str, Any]], Any]) -> None:
    description = json.loads((folder / DESCRIPTION).read_text())
    edit(description)
    (folder / DESCRIPTION).write_text(json.dumps(description))


def refusal(folder: Path) -> str:
    with pytest.raises(InstrumentError) as caught:
        Instrument.load(folder)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_an_instrument_tells_its_frames_pitches_and_timbres(folder: Path) -> None:
    instrument = Instrument.load(folder)
    assert [(tile.first_frame, tile.last_frame) for tile in instrument.tiles] == [
        (0, 8),
        (8, 24),
        (24, 64),
    ]
    assert instrument.pitch_range == (57, 69)
    assert list(instrument.timbres) == ["Dull", "Bright", "Middling"]
    assert instrument.velocity_layers[-1] == 1.0


def test_latents_are_brought_to_the_sphere(folder: Path) -> None:
    change(folder, lambda d: d["timbres"]["Dull"].update(latent=[3, 0, 0, 0, 0, 0, 0, 4]))
    latent = Instrument.load(folder).latents["Dull"]
    np.testing.assert_allclose(
        latent, np.sqrt(8) * np.array([0.6, 0, 0, 0, 0, 0, 0, 0.8]), rtol=1e-6
    )


def test_two_instruments_of_one_identifier_are_the_same(folder: Path) -> None:
    before = Instrument.load(folder).identifier
    assert Instrument.load(folder).identifier == before
    change(folder, lambda d: d.update(name="other"))
    assert Instrument.load(folder).identifier != before


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert f"{tmp_path / 'nowhere'}: no such folder" in refusal(tmp_path / "nowhere")


def test_a_folder_without_a_description_is_refused(folder: Path) -> None:
    (folder / DESCRIPTION).unlink()
    assert "instrument.json: cannot be read (No such file" in refusal(folder)


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[1]", b"[" * 100_000])
def test_a_description_that_is_no_json_object_is_refused(folder: Path, content: bytes) -> None:
    (folder / DESCRIPTION).write_bytes(content)
    assert "instrument.json: is not" in refusal(folder)


def test_a_newer_format_is_refused_before_anything_else(folder: Path) -> None:
    change(folder, lambda d: (d.update(format_version=99), d.pop("spec")))
    assert "format version 99, this player reads 1" in refusal(folder)


def test_missing_and_unknown_keys_are_named(folder: Path) -> None:
    change(folder, lambda d: (d.pop("licence"), d.update(license="MIT")))
    assert "lacks licence and has unknown license" in refusal(folder)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda d: d.update(name=3), "name of it is 3, wanted a text"),
        (lambda d: d.update(latent_size=True), "wanted an integer"),
        (lambda d: d.update(latent_size=0), "latent_size 0"),
        (lambda d: d.update(pitch_range=[69, 57]), "pitch_range"),
        (lambda d: d.update(pitch_range=[57, "69"]), "pitch_range"),
        (lambda d: d.update(velocities=[50, 25]), "velocities"),
        (lambda d: d.update(velocities=[]), "velocities"),
        (lambda d: d["spec"].update(hop_length=3), "hop_length is 3"),
        (lambda d: d["prior"].update(noise=-1), "prior has"),
        (lambda d: d["tiles"][1].update(first_frame=9), "must begin at 8"),
        (lambda d: d["tiles"][1].update(last_frame=8), "at least one"),
        (lambda d: d["tiles"].insert(1, d["tiles"][1] | {"last_frame": 8}), "at least one"),
        (lambda d: d["tiles"].pop(), "tiles end at frame 24; the spec has 64"),
        (lambda d: d["tiles"][0].update(file="else.onnx"), "not among its files"),
        (lambda d: d["whole"].update(file="../else.onnx"), "not among its files"),
        (lambda d: d["files"].update({"../x": {"sha256": "", "bytes": 0}}), "plain file name"),
        (lambda d: d["files"].update({".x": {"sha256": "", "bytes": 0}}), "plain file name"),
        (lambda d: d["files"]["generator.ts"].update(bytes=10**12), "at most"),
        (lambda d: d["files"].update({"x": 3}), "file x is not a JSON object"),
        (lambda d: d["timbres"]["Dull"].update(latent=[1.0]), "no row of 8 numbers"),
        (lambda d: d["timbres"]["Dull"].update(latent=[0.0] * 8), "length zero"),
        (lambda d: d["timbres"].clear(), "no timbres"),
    ],
)
def test_a_wrong_value_is_named(folder: Path, edit: Callable[[Any], Any], reason: str) -> None:
    change(folder, edit)
    message = refusal(folder)
    assert "instrument.json" in message
    assert reason in message


def test_a_truncated_file_is_refused_by_its_length(folder: Path) -> None:
    path = folder / "generator.weights"
    path.write_bytes(path.read_bytes()[:-1])
    assert f"{path}: has " in refusal(folder)


def test_one_flipped_bit_is_found(folder: Path) -> None:
    path = folder / "generator.weights"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert f"{path}: is damaged (sha256" in refusal(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "generator_008_024.onnx").unlink()
    assert "generator_008_024.onnx: cannot be read (No such file" in refusal(folder)


def test_info_lists_timbres_by_name_and_keeps_the_rest(folder: Path) -> None:
    info = instrument_info(folder)
    assert info["timbres"] == ["Dull", "Bright", "Middling"]
    assert info["files"]["generator.ts"] == file_entry(folder / "generator.ts")
    assert info["spec"]["n_fft"] == 512


def test_timbres_are_found_by_name_and_seed_and_mixed_on_a_pad(folder: Path) -> None:
    instrument = Instrument.load(folder)
    assert instrument.timbre_names == ("Dull", "Bright", "Middling")
    corners = [instrument.find_timbre(words) for words in ("dull", "Bright", "Middling", "seed:1")]
    np.testing.assert_allclose(corners[0], instrument.latents["Dull"])
    # Bottom left, then clockwise.
    for corner, (x, y) in zip(corners, [(0, 0), (0, 1), (1, 1), (1, 0)], strict=True):
        np.testing.assert_allclose(instrument.pad_mix(corners, x, y), corner, atol=1e-5)


def test_macros_are_read_where_there_are_any(folder: Path) -> None:
    assert () == Instrument.load(folder).macros
    row = [0.0] * 7 + [0.5]
    macro = {"name": "bright", "direction": row, "effect": {"centroid_octaves": 0.4}}
    change(folder, lambda it: it.update(macros=[macro]))
    (found,) = Instrument.load(folder).macros
    assert ("bright", row) == (found.name, found.direction.tolist())


@pytest.mark.parametrize(
    "macro",
    [
        3,
        {"name": "", "direction": [0.0] * 8},
        {"name": "x", "direction": [0.0] * 7},
        {"name": "x", "direction": [True] * 8},
        {"name": "x"},
    ],
)
def test_a_macro_that_is_none_is_refused(folder: Path, macro: object) -> None:
    change(folder, lambda it: it.update(macros=[macro]))
    assert "macro 1" in refusal(folder)
