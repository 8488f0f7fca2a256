from dataclasses import replace

import numpy as np
import pytest

from synth.notes.native import program
from synth.notes.native.packing import PackedGenerator


@pytest.fixture(scope="module")
def packed(native_weights, native_spec):
    return PackedGenerator(native_weights, native_spec)


@pytest.mark.parametrize(("floats", "windows"), [(1, 1), (1, 5), (1000, 32), (20_000, 3)])
def test_strips_give_what_a_whole_layer_gives(packed, make_note, monkeypatch, floats, windows):
    whole = make_note(packed, 0, 32)
    monkeypatch.setattr(program, "_STRIP_FLOATS", floats)
    monkeypatch.setattr(program, "_STRIP_WINDOWS", windows)
    planned = program.plan_tile(packed, 0, 32).program
    assert planned.strips["n_windows"].max() == min(windows, 16)
    assert len(planned.strips) > len(planned.convolutions)
    np.testing.assert_allclose(make_note(packed, 0, 32), whole, atol=2e-6)


def test_a_weight_that_is_not_finite_shows(native_weights, native_spec, make_note):
    name = "levels.0.first.convolution.weight"
    damaged = native_weights.tensors[name].copy()
    damaged[0, 0, 1, 1] = np.inf
    weights = replace(native_weights, tensors={**native_weights.tensors, name: damaged})
    note = make_note(PackedGenerator(weights, native_spec), 0, 8)
    assert not np.isfinite(np.sum(note))
