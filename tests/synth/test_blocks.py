import numpy as np
import pytest

from synth.blocks import interleaved
from synth.errors import ConfigError


def test_an_interleaved_block_is_rendered_into_in_place():
    out = np.zeros((64, 2), np.float32)
    assert interleaved(out, 64) is out


def test_a_planar_block_gets_one_to_be_turned():
    assert interleaved(np.zeros((2, 48), np.float32), 64).shape == (48, 2)


@pytest.mark.parametrize(
    "out",
    [
        np.zeros((65, 2), np.float32),
        np.zeros((64, 2), np.float64),
        np.zeros((64, 3), np.float32),
        np.zeros(64, np.float32),
        np.zeros((64, 4), np.float32)[:, ::2],
    ],
    ids=["too long", "float64", "three channels", "one dimension", "with gaps"],
)
def test_other_blocks_are_refused(out):
    with pytest.raises(ConfigError, match="a block of"):
        interleaved(out, 64)
