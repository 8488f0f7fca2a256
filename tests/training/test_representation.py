"""The torch twin gives what numpy gives."""

import numpy as np
import pytest
import torch

from synth import representation
from synth.representation import GANSYNTH, GANSYNTH_LINEAR, LIVE, SpectrogramSpec
from training.representation import encode, wrap


@pytest.mark.parametrize("spec", [LIVE, GANSYNTH, GANSYNTH_LINEAR], ids=["live", "mel", "linear"])
def test_the_twins_agree(spec: SpectrogramSpec) -> None:
    rng = np.random.default_rng(1)
    seconds = np.arange(spec.n_samples) / spec.sample_rate
    notes = np.stack(
        [
            0.3 * np.sin(2 * np.pi * f * seconds) + 0.01 * rng.normal(size=len(seconds))
            for f in (110, 880)
        ]
    ).astype(np.float32)
    expected = np.stack([representation.encode(note, spec) for note in notes])
    actual = encode(torch.from_numpy(notes), spec).numpy()
    # float32 transforms: log-power within 0.01 dB where there is power; IF where a bin is audible.
    np.testing.assert_allclose(actual[:, 0], expected[:, 0], atol=2e-4)
    loud = expected[:, 0] > expected[:, 0].max() - 0.5
    difference = actual[:, 1] - expected[:, 1]
    if spec.if_format == "angle":  # +1 and -1 are one angle
        difference = np.abs((difference / spec.if_gain + 1) % 2 - 1)
    assert np.abs(difference[loud]).max() < 2e-3


def test_angles_wrap_into_one_turn() -> None:
    angles = torch.tensor([-3.5, 0.0, 3.5, 9.0]) * torch.pi
    np.testing.assert_allclose(wrap(angles) / torch.pi, [0.5, 0.0, -0.5, -1.0], atol=1e-6)
