"""How far the distribution of some notes lies from that of the training notes.

GANSynth's measures (Engel et al. 2019, arXiv:1902.08710, §5): number of statistically different
bins (NDB: Richardson & Weiss 2018, arXiv:1805.12462), Fréchet distance (Heusel et al. 2017) and
inception score (Salimans et al. 2016) on a pitch classifier; and the kernel distance (Bińkowski et
al. 2018), which unlike Fréchet's does not depend on the number of samples.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.cluster import KMeans
from sklearn.neighbors import NearestNeighbors
from torch import Tensor, nn
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.inception import InceptionScore
from torchmetrics.image.kid import KernelInceptionDistance

SIGNIFICANCE = 0.05  # of the two-proportion test
_KID_SUBSETS = 50
_KID_SUBSET_SIZE = 500


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep torchmetrics from warning of what it keeps in memory until the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


class _Given(nn.Module):
    """Stands where torchmetrics has its network: the features are there already."""

    def __init__(self, n_features: int) -> None:
        super().__init__()
        self.num_features = n_features

    def forward(self, features: Tensor) -> Tensor:
        """Pass features on."""
        return features


def frechet_distance(reference: Tensor, samples: Tensor) -> float:
    """Compute the Fréchet distance of two sets of features, [n_notes, n_features]."""
    with _quiet():
        metric = FrechetInceptionDistance(feature=_Given(reference.shape[1]))
        metric.set_dtype(torch.float64)
        metric.update(reference.double(), real=True)
        metric.update(samples.double(), real=False)
        return float(metric.compute())


def kernel_distance(reference: Tensor, samples: Tensor, seed: int) -> float:
    """Compute the kernel distance of two sets of features (cubic kernel, mean over subsets)."""
    size = min(_KID_SUBSET_SIZE, len(reference), len(samples))
    with torch.random.fork_rng(devices=[]), _quiet():
        metric = KernelInceptionDistance(
            feature=_Given(reference.shape[1]), subsets=_KID_SUBSETS, subset_size=size
        )
        metric.update(reference, real=True)
        metric.update(samples, real=False)
        torch.manual_seed(seed)
        return float(metric.compute()[0])


def inception_score(pitch_logits: Tensor, seed: int) -> float:
    """Compute exp(mean KL(p(pitch | note) || p(pitch))): clear pitches, and many of them.

    Args:
        pitch_logits: [n_notes, n_pitches].
        seed: of the shuffling before the notes are split in ten.
    """
    splits = min(10, len(pitch_logits))
    with torch.random.fork_rng(devices=[]), _quiet():
        metric = InceptionScore(feature=_Given(pitch_logits.shape[1]), splits=splits)
        torch.manual_seed(seed)
        metric.update(pitch_logits)
        return float(metric.compute()[0])


class NdbCells:
    """Cells of the training notes' log-spectrograms, in which the shares of others are compared."""

    def __init__(self, reference: Tensor, n_cells: int, seed: int) -> None:
        """Divide the training notes by k-means.

        Args:
            reference: [n_notes, ...]; log-spectrograms.
            n_cells: how many cells.
            seed: of their first centres.
        """
        self.n_cells = n_cells
        self._means = KMeans(n_cells, n_init=1, max_iter=50, random_state=seed)
        cells = self._means.fit_predict(_flat(reference))
        self._counts = np.bincount(cells, minlength=n_cells)

    def count_different(self, samples: Tensor) -> int:
        """Count the cells whose share of the samples differs significantly from that of training.

        Args:
            samples: [n_notes, ...]; as the reference.
        """
        counts = np.bincount(self._means.predict(_flat(samples)), minlength=self.n_cells)
        differs = two_proportions_differ(self._counts, counts)
        return int(differs.sum())


def two_proportions_differ(
    counts_a: NDArray[np.integer], counts_b: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Test each cell's two shares for equality (pooled z-test, two-sided, level 5 %).

    Args:
        counts_a: [n_cells] notes of one set in each cell.
        counts_b: [n_cells] of the other.
    """
    n_a, n_b = counts_a.sum(), counts_b.sum()
    pooled = (counts_a + counts_b) / (n_a + n_b)
    deviation = np.sqrt(pooled * (1.0 - pooled) * (1.0 / n_a + 1.0 / n_b))
    difference = np.abs(counts_a / n_a - counts_b / n_b)
    z = np.divide(difference, deviation, out=np.zeros_like(difference), where=deviation > 0.0)
    return np.asarray(z > norm.ppf(1.0 - SIGNIFICANCE / 2.0))


def nearest_distances(reference: Tensor, samples: Tensor) -> NDArray[np.float64]:
    """Measure how far each sample's features are from the nearest training note's, [n_notes]."""
    search = NearestNeighbors(n_neighbors=1).fit(reference.numpy())
    distances: NDArray[Any] = search.kneighbors(samples.numpy())[0]
    return distances[:, 0].astype(np.float64)


def _flat(images: Tensor) -> NDArray[np.float32]:
    return np.asarray(images.flatten(1).float())
