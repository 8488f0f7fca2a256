"""A surrogate follows what it was fitted on, and directions found on it raise their own value."""

import numpy as np
import torch

from training.surrogate import find_directions, fit_surrogate

SIZE = 8


def values_of(latents):
    """Loudness, then two descriptors; the second bends, and both are a little loud."""
    x = latents / np.sqrt(SIZE)
    loudness = 3.0 * x[:, 0]
    return np.stack(
        [loudness, 2.0 * x[:, 1] + 0.5 * x[:, 0], np.tanh(2.0 * x[:, 2]) + 0.3 * x[:, 0]], axis=1
    )


def sphere(n, seed):
    latents = np.random.default_rng(seed).standard_normal((n, SIZE))
    return latents * np.sqrt(SIZE) / np.linalg.norm(latents, axis=1, keepdims=True)


def test_a_surrogate_explains_notes_it_did_not_see():
    latents = sphere(300, 1)
    surrogate = fit_surrogate(latents, values_of(latents), 300)
    unseen = sphere(200, 2)
    wanted = values_of(unseen) / surrogate.deviation
    with torch.no_grad():
        found = surrogate(torch.from_numpy(unseen).float()).numpy()
    residual = (found - found.mean(axis=0)) - (wanted - wanted.mean(axis=0))
    assert np.all(residual.var(axis=0) < 0.3 * wanted.var(axis=0))


def test_directions_raise_their_value_and_little_of_the_loudness():
    latents = sphere(300, 1)
    surrogate = fit_surrogate(latents, values_of(latents), 300)
    start = np.random.default_rng(3).standard_normal((2, SIZE))
    found = find_directions(
        surrogate, latents, start, np.array([0.1, 0.1]), length=1.5, n_iterations=250
    )
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)
    assert abs(found[0] @ found[1]) < 0.3
    for number, direction in enumerate(found):
        ends = [latents + s * 1.5 * direction for s in (-1.0, 1.0)]
        ends = [end * np.sqrt(SIZE) / np.linalg.norm(end, axis=1, keepdims=True) for end in ends]
        change = values_of(ends[1]) - values_of(ends[0])
        assert np.mean(change[:, 1 + number] > 0.0) > 0.85
        assert np.abs(change[:, 0]).mean() < 1.0  # of 3 from end to end
