import json
import shutil

import numpy as np
import pytest

from synth.errors import InstrumentError
from synth.folders import default_instrument
from synth.notes.instrument import DESCRIPTION, Instrument, file_entry
from synth.notes.native.weights import read_native_weights


@pytest.fixture(scope="module")
def shipped():
    return Instrument.load(default_instrument())


def test_the_shipped_instrument_says_where_its_tensors_lie(shipped):
    weights = read_native_weights(shipped, shipped.native)
    sizes = weights.architecture
    assert sizes.latent_size == shipped.latent_size
    kernel = weights.take("head.weight", 12, sizes.channels[-1], 3, 3)
    assert kernel.dtype == np.float16
    assert weights.single("head.weight", 12, sizes.channels[-1], 3, 3).dtype == np.float32
    assert len(weights.probe.values) == len(weights.probe.places) > 100


def test_a_file_that_knows_no_size_of_the_mapping_takes_the_style_s(shipped, tmp_path):
    folder = copy_with(
        shipped, tmp_path, lambda native: native["architecture"].pop("mapping_size", 0)
    )
    weights = read_native_weights(Instrument.load(folder), "native.json")
    assert weights.architecture.mapping_size == 0


def copy_with(shipped, tmp_path, edit):
    folder = shutil.copytree(shipped.folder, tmp_path / "instrument")
    native = json.loads((folder / "native.json").read_text())
    edit(native)
    (folder / "native.json").write_text(json.dumps(native))
    description = json.loads((folder / DESCRIPTION).read_text())
    description["files"]["native.json"] = file_entry(folder / "native.json")
    (folder / DESCRIPTION).write_text(json.dumps(description))
    return folder


def change(description, key, value):
    *groups, last = key.split("/")
    for group in groups:
        description = description[group]
    description[last] = value


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("format", 2, "has format 2, this player reads 1"),
        ("weights", "../secret", "takes weights from '../secret', which is not listed"),
        ("architecture/style_size", -1, "wanted integers of 0 to 4096"),
        ("architecture/style_size", 10**9, "wanted integers of 0 to 4096"),
        ("architecture/more", 1, "missing or unknown sizes: more"),
        ("architecture/channels", [24], "wanted 2 to 12 positive ones"),
        ("probe/places", [1, 2], "its probe has 2 places, 256 values"),
        ("probe/places", [10**9] * 256, "its probe looks beyond"),
        ("tensors/head.weight/offset", 10**9, "ends beyond its file"),
        ("tensors/head.weight/shape", [-1, 3], "ends beyond its file"),
        ("tensors/head.weight/type", "float64", "'float64' is missing"),
        ("tensors", None, "has no attribute"),
        ("probe", {}, "'latent' is missing"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_in_one_line(shipped, tmp_path, key, value, reason):
    folder = copy_with(shipped, tmp_path, lambda native: change(native, key, value))
    with pytest.raises(InstrumentError) as caught:
        read_native_weights(Instrument.load(folder), "native.json")
    assert reason in str(caught.value)
    assert "native.json" in str(caught.value)
    assert "\n" not in str(caught.value)
