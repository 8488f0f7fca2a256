"""The timbre of one part: four corners to move between, or a raw latent; and macros on top.

The pad is mixed along great circles (`synth.notes.latents.pad_mix`). A macro adds its direction to
what the pad gives. All functions are pure: a pad is a value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from synth.control.presets import N_CORNERS, Preset
from synth.errors import ConfigError

Latent = NDArray[np.float32]  # [latent_size]
Words = tuple[str, str, str, str]  # timbre words: bottom left, then clockwise


class Direction(Protocol):
    """A macro of an instrument."""

    @property
    def name(self) -> str:
        """What it does to the sound."""

    @property
    def direction(self) -> Latent:
        """What is added at +1, [latent_size]."""


class Timbres(Protocol):
    """What a pad needs to know of an instrument."""

    @property
    def timbre_names(self) -> Sequence[str]:
        """Names of the timbres."""

    @property
    def macros(self) -> Sequence[Direction]:
        """Directions with names, the first for macro/1."""

    def find_timbre(self, words: str) -> Latent:
        """Return the latent of a named timbre or of `seed:N`."""

    def pad_mix(self, corners: Sequence[Latent], x: float, y: float) -> Latent:
        """Mix four corners (bottom left, then clockwise) at a place of the pad, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pad:
    """Four timbres with their names, and the raw latent that sounds in their place."""

    words: Words
    latents: tuple[Latent, ...]  # of the corners
    own: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # not the instrument's
    raw: tuple[float, ...] | None = None  # [latent_size], any length but zero


def read_pad(preset: Preset, timbres: Timbres) -> Pad:
    """Find the timbres of a preset.

    Raises:
        ConfigError: the instrument has no such timbre, or its latents have another size.
    """
    own = {name: _as_latent(row) for name, row in preset.timbres.items()}
    latents = tuple(
        own[word] if word in own else timbres.find_timbre(word) for word in preset.corners
    )
    sizes = [len(row) for row in latents] + ([] if preset.latent is None else [len(preset.latent)])
    size = len(timbres.find_timbre("seed:0"))
    if any(other != size for other in sizes):
        raise ConfigError(f"its latents were made for another instrument: this one has {size}")
    return Pad(
        words=preset.corners,
        latents=latents,
        own=_used(preset.timbres, preset.corners),
        raw=preset.latent,
    )


def latent_at(pad: Pad, timbres: Timbres, x: float, y: float, macros: Sequence[float]) -> Latent:
    """Return what sounds at a place of the pad.

    Args:
        pad: the pad.
        timbres: of the instrument.
        x: 0 left .. 1 right.
        y: 0 bottom .. 1 top.
        macros: -1..1 each; those that the instrument does not name are left out.
    """
    latent = timbres.pad_mix(pad.latents, x, y) if pad.raw is None else _as_latent(pad.raw)
    for value, macro in zip(macros, timbres.macros, strict=False):
        if value != 0.0:
            latent = latent + np.float32(value) * macro.direction
    return latent


def with_corner(pad: Pad, corner: int, word: str, latent: Latent, *, is_own: bool) -> Pad:
    """Give one corner another timbre; the pad sounds again where a raw latent did.

    Args:
        pad: before.
        corner: 0..3.
        word: its name.
        latent: what it sounds like.
        is_own: the instrument does not know it by this name.

    Raises:
        ConfigError: no such corner.
    """
    if not 0 <= corner < N_CORNERS:
        raise ConfigError(f"corner {corner + 1}: expected 1 to {N_CORNERS}")
    words = _replaced(pad.words, corner, word)
    own = dict(pad.own)
    if is_own:
        own[word] = tuple(map(float, latent))
    latents = [*pad.latents]
    latents[corner] = latent
    return Pad(words=words, latents=tuple(latents), own=_used(own, words))


def mutate(pad: Pad, amount: float, seed: int, timbres: Timbres) -> Pad:
    """Turn every corner, or the raw latent, towards a random timbre of its own.

    Towards timbres that the instrument draws, and not in any direction of the sphere: what lies
    between two timbres is in tune.

    Args:
        pad: before.
        amount: 0 nothing .. 1 all the way; clipped.
        seed: which timbres.
        timbres: of the instrument.
    """
    way = min(max(amount, 0.0), 1.0)
    if pad.raw is not None:
        goal = timbres.find_timbre(f"seed:{seed}")
        raw = _between(_as_latent(pad.raw), goal, way, timbres)
        return replace(pad, raw=tuple(map(float, raw)))
    for corner in range(N_CORNERS):
        goal = timbres.find_timbre(f"seed:{seed + corner}")
        latent = _between(pad.latents[corner], goal, way, timbres)
        pad = with_corner(pad, corner, f"Mutation {corner + 1}", latent, is_own=True)
    return pad


def with_raw(pad: Pad, latent: Latent, first: int, values: Sequence[float]) -> Pad:
    """Set numbers of the latent itself, from one on.

    Args:
        pad: before.
        latent: what sounds now, [latent_size].
        first: place of the first value, from 0.
        values: any finite numbers.

    Raises:
        ConfigError: there are not so many places, or nothing but zeros is left.
    """
    size = len(latent)
    if not values or not 0 <= first <= size - len(values):
        raise ConfigError(
            f"latent values {first} to {first + len(values) - 1}: expected some of 0 to {size - 1}"
        )
    raw = [float(value) for value in latent]
    raw[first : first + len(values)] = (min(max(value, -1e3), 1e3) for value in values)
    if float(np.linalg.norm(raw)) < 1e-6:
        raise ConfigError("a latent of zeros points nowhere; give at least one other number")
    return replace(pad, raw=tuple(raw))


def _between(start: Latent, end: Latent, way: float, timbres: Timbres) -> Latent:
    return timbres.pad_mix((start, start, end, end), way, 0.0)


def _replaced(words: Words, corner: int, word: str) -> Words:
    listed = [*words]
    listed[corner] = word
    return listed[0], listed[1], listed[2], listed[3]


def _used(own: Mapping[str, tuple[float, ...]], words: Words) -> dict[str, tuple[float, ...]]:
    return {name: row for name, row in own.items() if name in words}


def _as_latent(row: Sequence[float]) -> Latent:
    return np.asarray(row, np.float32)
