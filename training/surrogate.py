"""A small network in place of the generator: fast enough to search directions with.

It is fitted on notes that the generator played, and the directions found with it are played again,
so that it is right where the search went (Ross, Gordon, Bagnell 2011, arXiv:1011.0686, has the same
loop for policies): a surrogate alone is fooled by its own optimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

Array = NDArray[np.float64]

_N_NETS = 2  # an average of two is fooled less than one
_N_HIDDEN = 96
_RATE = 3e-3
_DECAY = 0.1
_NOISE = 0.2  # of the latents while fitting
_BATCH = 64
_SCALES = (-1.0, -0.5, 0.0, 0.5, 1.0)
# What a direction must not do, beside what it must: loudness, other descriptors, likeness.
_LOUDNESS, _CROSS, _LIKENESS = 0.5, 0.02, 0.3
# Times what is just heard that a step is to raise: on the generator it comes out at half of that.
_MARGIN = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surrogate:
    """Descriptors as a function of latents, in units of their standard deviation."""

    nets: tuple[nn.Module, ...]
    deviation: Array  # [n_values]

    def __call__(self, latents: Tensor) -> Tensor:
        """Return [n, n_values]."""
        values = torch.stack([net(latents) for net in self.nets]).mean(dim=0)
        assert isinstance(values, Tensor)
        return values


def fit_surrogate(latents: Array, values: Array, n_steps: int) -> Surrogate:
    """Fit networks to described notes.

    Args:
        latents: [n_notes, latent_size].
        values: [n_notes, n_values].
        n_steps: of 64 notes.
    """
    deviation = np.maximum(values.std(axis=0), 1e-9)
    x = torch.from_numpy(latents).float()
    y = torch.from_numpy((values - values.mean(axis=0)) / deviation).float()
    nets = []
    for seed in range(_N_NETS):
        chances = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)
        net = nn.Sequential(
            nn.Linear(x.shape[1], _N_HIDDEN),
            nn.Tanh(),
            nn.Linear(_N_HIDDEN, _N_HIDDEN),
            nn.Tanh(),
            nn.Linear(_N_HIDDEN, y.shape[1]),
        )
        optimiser = torch.optim.AdamW(net.parameters(), _RATE, weight_decay=_DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=n_steps + 1)
        for _ in range(n_steps):
            rows = torch.randint(len(x), (_BATCH,), generator=chances)
            noise = _NOISE * torch.randn(_BATCH, x.shape[1], generator=chances)
            loss = functional.mse_loss(net(x[rows] + noise), y[rows])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
        nets.append(net.eval().requires_grad_(requires_grad=False))
    return Surrogate(nets=tuple(nets), deviation=deviation)


def find_directions(
    surrogate: Surrogate,
    latents: Array,
    start: Array,
    steps: Array,
    *,
    length: float,
    n_iterations: int,
) -> Array:
    """Turn directions until each raises its own value at every step, and little else.

    Args:
        surrogate: whose value 0 is loudness, and value 1 + k what direction k is to raise.
        latents: [n, latent_size], from which the directions lead.
        start: [n_directions, latent_size].
        steps: [n_directions], by how much a step must raise a value to count, in its unit.
        length: of a direction at +1, as it is added to a latent.
        n_iterations: of Adam.

    Returns:
        [n_directions, latent_size], unit vectors, nearly orthogonal to each other.
    """
    x = torch.from_numpy(latents).float()
    radius = float(np.sqrt(x.shape[1]))
    directions = nn.Parameter(torch.from_numpy(start).float())
    margin = torch.from_numpy(steps / surrogate.deviation[1:]).float()[None, :, None]
    optimiser = torch.optim.Adam([directions], 0.02)
    chances = torch.Generator().manual_seed(0)
    n = len(start)
    own = torch.arange(n)
    for _ in range(n_iterations):
        units = functional.normalize(directions)
        rows = x[torch.randint(len(x), (32,), generator=chances)]
        moved = torch.stack([rows[None] + s * length * units[:, None] for s in _SCALES])
        moved = radius * functional.normalize(moved, dim=-1)
        values = surrogate(moved.flatten(0, 2)).view(len(_SCALES), n, len(rows), -1)
        rises = torch.diff(values, dim=0)[:, own, :, own + 1].transpose(0, 1)  # [4, n, rows]
        change = values[-1] - values[0]  # [n, rows, n_values]
        wanted = functional.softplus((_MARGIN * margin - rises) / 0.1).mean(dim=(0, 2)).sum()
        squares = change.square().mean(dim=1)
        cross = squares[:, 1:].sum() - squares[own, own + 1].sum()
        likeness = (units @ units.T - torch.eye(n)).square().sum()
        loss = wanted + _LOUDNESS * squares[:, 0].sum() + _CROSS * cross + _LIKENESS * likeness
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    return np.asarray(functional.normalize(directions).detach().numpy(), np.float64)
