"""The null output asks for samples as fast as a sound card would."""

import threading
import time

import numpy as np
import pytest
from numpy.typing import NDArray

from synth.adapters.outputs.null import NullOutput


@pytest.mark.parametrize("sample_rate", [8_000, 48_000])
def test_time_passes_as_on_a_sound_card(sample_rate: int) -> None:
    n_samples = 0

    def process(out: NDArray[np.float32]) -> None:
        nonlocal n_samples
        n_samples += len(out)

    start = time.monotonic()
    with NullOutput(process, sample_rate):
        time.sleep(1.0)
    elapsed = time.monotonic() - start
    # One block early, and late by what a busy machine needs to wake a thread.
    assert sample_rate * (elapsed - 0.2) < n_samples < sample_rate * (elapsed + 0.02)


def test_a_short_delay_is_caught_up_and_a_long_one_forgiven() -> None:
    blocks: list[float] = []
    is_caught_up = threading.Event()

    def process(out: NDArray[np.float32]) -> None:
        blocks.append(time.monotonic())
        if len(blocks) == 2:
            time.sleep(0.2)
        if len(blocks) == 30:
            time.sleep(1.0)
        if len(blocks) == 40:
            is_caught_up.set()

    with NullOutput(process, 48_000):
        assert is_caught_up.wait(10.0)
    steps = np.diff(blocks)
    assert np.median(steps[2:12]) < 0.005  # behind, it hurries
    assert np.median(steps[31:38]) > 0.005  # far behind, it lets go


def test_it_stops_at_once() -> None:
    output = NullOutput(lambda out: None, 48_000, block_size=48_000)
    time.sleep(0.1)
    start = time.monotonic()
    output.close()
    assert time.monotonic() - start < 0.5
    assert output.n_blocks == 1


def test_blocks_are_stereo_and_of_the_size_asked_for() -> None:
    shapes = []
    with NullOutput(lambda out: shapes.append(out.shape), 48_000, block_size=64):
        time.sleep(0.1)
    assert {(64, 2)} == set(shapes)
