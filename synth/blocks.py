"""Blocks of samples in the two layouts that hosts use."""

import numpy as np
from numpy.typing import NDArray

from synth.errors import ConfigError


def interleaved(out: NDArray[np.float32], max_block_size: int) -> NDArray[np.float32]:
    """Return where to render: `out` itself, or a block to be turned into it.

    Args:
        out: [n_samples, 2] or [2, n_samples], float32.
        max_block_size: samples at most.

    Returns:
        [n_samples, 2], contiguous.

    Raises:
        ConfigError: it has another shape or type, or more samples.
    """
    is_block = out.ndim == 2 and out.dtype == np.float32
    if not is_block or 2 not in out.shape:
        raise ConfigError(
            f"a block of shape {list(out.shape)} and type {out.dtype}:"
            " expected [n_samples, 2] or [2, n_samples], float32"
        )
    n_samples = len(out) if out.shape[1] == 2 else out.shape[1]
    if n_samples > max_block_size:
        raise ConfigError(
            f"a block of {n_samples} samples: the engine is prepared for {max_block_size}"
        )
    if out.shape[1] != 2:
        return np.empty((n_samples, 2), np.float32)
    if not out.flags.c_contiguous:
        raise ConfigError("a block of [n_samples, 2] that is not contiguous: copy it first")
    return out
