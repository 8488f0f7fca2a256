"""Timbres as points on a sphere: named ones, random ones, what lies between them.

A latent lives on the sphere of radius sqrt(latent_size), the length that nearly every Gaussian draw
of that size has; so two latents are mixed along the great circle between them (slerp: Shoemake
1985, "Animating rotation with quaternion curves", §3.3), and a mixture is as long as its ends.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synth.errors import ConfigError

Latent = NDArray[np.float32]

_SEED_PREFIX = "seed:"
_PARALLEL = 1e-4  # radians; below it a great circle has no direction, and a straight line is exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """How random timbres are drawn: a few of the named ones, mixed, and a little noise.

    A generator that learned one latent an instrument was trained at them and between them, not
    everywhere on the sphere: a mixture stays there, noise leaves room for sounds without a name.
    """

    least_timbres: int = 2  # that are mixed in one draw
    most_timbres: int = 3
    concentration: float = 1.0  # of the Dirichlet weights; 1: all mixtures are as likely
    noise: float = 0.1  # length of the Gaussian part, relative to the mixture's

    def __post_init__(self) -> None:
        if not 1 <= self.least_timbres <= self.most_timbres:
            raise ConfigError(
                f"prior mixes {self.least_timbres} to {self.most_timbres} timbres; "
                f"it wants a rising range of at least 1"
            )
        if not (self.concentration > 0.0 and self.noise >= 0.0):
            raise ConfigError(
                f"prior has concentration {self.concentration} and noise {self.noise}; "
                f"the first must be above 0, the second not below"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values, for `instrument.json`."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Prior:
        """Build a prior from `to_dict`'s output.

        Raises:
            ConfigError: a key is missing or unknown, or a value does not fit.
        """
        names = {field.name for field in fields(cls)}
        if set(values) != names:
            wrong = ", ".join(sorted(set(values) ^ names))
            raise ConfigError(f"prior has missing or unknown keys: {wrong}")
        try:
            return cls(**values)
        except TypeError as error:
            raise ConfigError(f"prior holds a value of a wrong type: {error}") from error


def normalise(latent: ArrayLike) -> Latent:
    """Bring a vector to the sphere of radius sqrt(latent_size).

    Args:
        latent: [latent_size]; any direction, any length but zero.

    Raises:
        ConfigError: it is not one-dimensional, not finite, or zero.
    """
    vector = np.array(latent, dtype=np.float64)
    if vector.ndim != 1 or not np.all(np.isfinite(vector)):
        raise ConfigError(
            f"a latent must be one row of finite numbers, got shape {list(vector.shape)}"
        )
    largest = float(np.max(np.abs(vector), initial=0.0))
    if largest > 1e100:  # its square would be infinite
        vector /= largest
    length = float(np.linalg.norm(vector))
    if length < 1e-12:
        raise ConfigError("a latent of length zero points nowhere; give at least one other number")
    return (vector * (np.sqrt(len(vector)) / length)).astype(np.float32)


def slerp(start: ArrayLike, end: ArrayLike, fraction: float) -> Latent:
    """Go a fraction of the way along the great circle from one latent to another.

    Args:
        start: [latent_size]; returned for fraction 0.
        end: [latent_size]; returned for fraction 1. Opposite to `start`, every circle is as short:
            the one taken is fixed.
        fraction: 0..1.
    """
    a, b = _direction(start), _direction(end)
    angle = 2.0 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b))
    if angle < _PARALLEL:
        return normalise((1.0 - fraction) * a + fraction * b)
    across = _across(a) if angle > np.pi - _PARALLEL else _tangent(a, b)
    return normalise(np.cos(fraction * angle) * a + np.sin(fraction * angle) * across)


def pad_mix(corners: Sequence[ArrayLike], x: float, y: float) -> Latent:
    """Mix the four corners of the timbre pad at one of its points.

    Args:
        corners: four latents, [latent_size] each: bottom left, then clockwise (top left, top right,
            bottom right).
        x: 0 left .. 1 right; clipped.
        y: 0 bottom .. 1 top; clipped.

    Raises:
        ConfigError: there are not four corners.
    """
    if len(corners) != 4:
        raise ConfigError(f"a timbre pad has 4 corners, got {len(corners)}")
    bottom_left, top_left, top_right, bottom_right = corners
    x, y = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
    bottom = slerp(bottom_left, bottom_right, x)
    top = slerp(top_left, top_right, x)
    return slerp(bottom, top, y)


def random_timbre(
    timbres: Mapping[str, ArrayLike], seed: int, prior: Prior | None = None
) -> Latent:
    """Draw a timbre; the same seed and the same names give the same one on every machine.

    Args:
        timbres: the named latents, [latent_size] each; their order does not matter.
        seed: any integer >= 0.
        prior: how to draw.

    Raises:
        ConfigError: there are no named timbres, or the seed is negative.
    """
    prior = prior or Prior()
    if not timbres:
        raise ConfigError("a random timbre is mixed from named ones, and this instrument has none")
    if seed < 0:
        raise ConfigError(f"timbre seed {seed}: expected an integer of 0 or more")
    rng = np.random.Generator(np.random.PCG64(seed))
    names = sorted(timbres)
    n_mixed = int(rng.integers(prior.least_timbres, prior.most_timbres + 1))
    chosen = rng.choice(len(names), size=min(n_mixed, len(names)), replace=False)
    weights = rng.dirichlet(np.full(len(chosen), prior.concentration))
    mixture = np.zeros(np.shape(timbres[names[0]]))
    for index, weight in zip(chosen, weights, strict=True):
        mixture += weight * normalise(timbres[names[index]])
    noise = rng.standard_normal(len(mixture)) * prior.noise
    return normalise(normalise(mixture) + noise)


def mutate(latent: ArrayLike, amount: float, seed: int) -> Latent:
    """Turn a latent towards a random direction.

    Args:
        latent: [latent_size].
        amount: 0 leaves it as it is, 1 turns it by a right angle: nothing of it is left; clipped.
        seed: which direction, any integer >= 0.
    """
    start = _direction(latent)
    rng = np.random.Generator(np.random.PCG64(seed))
    across = _tangent(start, rng.standard_normal(len(start)))
    angle = min(max(amount, 0.0), 1.0) * np.pi / 2.0
    return normalise(np.cos(angle) * start + np.sin(angle) * across)


def find_timbre(spec: str, timbres: Mapping[str, ArrayLike], prior: Prior | None = None) -> Latent:
    """Return the latent that `NAME` or `seed:N` stands for.

    Args:
        spec: a timbre's name (case does not matter), or `seed:N` for a random draw.
        timbres: the named latents.
        prior: how random ones are drawn.

    Raises:
        ConfigError: no timbre has that name (the nearest is named), or N is no integer.
    """
    if spec.lower().startswith(_SEED_PREFIX):
        number = spec[len(_SEED_PREFIX) :]
        if not number.isdecimal():
            raise ConfigError(f"timbre {spec!r}: after seed: comes an integer, as seed:7")
        return random_timbre(timbres, int(number), prior)
    by_lower = {name.lower(): name for name in timbres}
    if spec.lower() in by_lower:
        return normalise(timbres[by_lower[spec.lower()]])
    raise ConfigError(f"no timbre {spec!r}; {_suggest(spec, timbres)}")


def timbre_digest(latent: ArrayLike) -> bytes:
    """Name a timbre by its direction, for keys of a cache: 16 bytes."""
    return hashlib.blake2b(normalise(latent).tobytes(), digest_size=16).digest()


def _suggest(name: str, timbres: Iterable[str]) -> str:
    by_lower = {entry.lower(): entry for entry in timbres}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.4)
    if near:
        return f"did you mean {by_lower[near[0]]!r}? `gansynth instrument info` lists them"
    return "`gansynth instrument info` lists them, seed:N draws one"


def _direction(latent: ArrayLike) -> NDArray[np.float64]:
    vector = normalise(latent).astype(np.float64)
    return np.asarray(vector / np.linalg.norm(vector))


def _tangent(start: NDArray[np.float64], towards: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vector at right angles to `start`, in the plane of both."""
    across = towards - np.dot(towards, start) * start
    return np.asarray(across / np.linalg.norm(across))


def _across(start: NDArray[np.float64]) -> NDArray[np.float64]:
    """A fixed unit vector at right angles to `start`, from the axis it points along the least."""
    axis = np.zeros_like(start)
    axis[np.argmin(np.abs(start))] = 1.0
    return _tangent(start, axis)
